"""The rows of every move, of a first sending and of an opinion, written past the ORM's unit of work."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Table, bindparam, delete, insert, update
from sqlalchemy.orm.attributes import set_committed_value

from teleconsult.cases.models import (
    Case,
    CaseConsent,
    CaseDraft,
    CaseProblem,
    CaseQuestion,
    PatientSnapshot,
)
from teleconsult.cases.models_opinion import Opinion, OpinionAnswer, OpinionDiagnosis, OpinionDraft
from teleconsult.cases.request import Request
from teleconsult.errors import Overtaken
from teleconsult.extensions import db, write, write_all, write_one
from teleconsult.loading import new_row, row_of
from teleconsult.statements import set_columns


def _table(model: Any) -> Table:
    return cast(Table, model.__table__)


_cases, _opinions = _table(Case), _table(Opinion)
_OPINION = insert(_opinions).returning(_opinions.c.id)
_ANSWER, _DIAGNOSIS = insert(_table(OpinionAnswer)).inline(), insert(_table(OpinionDiagnosis)).inline()
_SNAPSHOT, _CONSENT = insert(_table(PatientSnapshot)).inline(), insert(_table(CaseConsent)).inline()
_QUESTION, _PROBLEM = insert(_table(CaseQuestion)).inline(), insert(_table(CaseProblem)).inline()
_NO_OPINION_DRAFTS = delete(OpinionDraft).where(OpinionDraft.case_id == bindparam("of"))
_NO_DRAFT = delete(CaseDraft).where(CaseDraft.case_id == bindparam("of"), CaseDraft.version == bindparam("was"))


@lru_cache(maxsize=256)
def _moved(names: tuple[str, ...]) -> Any:
    """Return the update of these columns of a case that is still of the version it was read in."""
    given = {name: bindparam(f"new_{name}", type_=_cases.c[name].type) for name in names}
    return (
        update(_cases)
        .where(_cases.c.id == bindparam("of"), _cases.c.version == bindparam("was"))
        .values(version=_cases.c.version + 1, **given)
        .execution_options(preserve_rowcount=True)
    )


def move_columns(case: Case, values: Mapping[str, Any]) -> None:
    """Write columns of a case (and what its relationships name beside them), and count its version up.

    Raises:
        Overtaken: the case is not of the version any more in which it was read.
    """
    with db.session.no_autoflush:
        for name in values.keys() - _cases.c.keys():
            set_committed_value(case, name, values[name])
    db.session.flush()
    columns = {name: values[name] for name in values if name in _cases.c}
    given = {f"new_{name}": value for name, value in columns.items()}
    if not write(_moved(tuple(columns)), {"of": case.id, "was": case.version, **given}):
        raise Overtaken
    set_columns(case, {**columns, "version": case.version + 1})


def write_opinion(opinion: Opinion) -> None:
    """Write a new opinion with its answers and diagnoses; what was typed of it so far goes. The object is not kept."""
    number = write_one(_OPINION, row_of(opinion)).id
    write_all(_ANSWER, [row_of(answer) | {"opinion_id": number} for answer in opinion.answers])
    write_all(_DIAGNOSIS, [row_of(diagnosis) | {"opinion_id": number} for diagnosis in opinion.diagnoses])
    write(_NO_OPINION_DRAFTS, {"of": opinion.case_id})


def write_request(case: Case, draft: CaseDraft, request: Request, now: datetime, consent_text: str) -> None:
    """Write the parts of a request that is sent for the first time; its draft goes.

    Raises:
        Overtaken: the draft is not of the version any more in which it was read.
    """
    write(_SNAPSHOT, {"case_id": case.id, **vars(request.patient), "taken_at": now})
    questions = [{"number": n, "kind": kind, "text": text} for n, (kind, text) in enumerate(request.questions, 1)]
    write_all(_QUESTION, [new_row(CaseQuestion, case_id=case.id, **question) for question in questions])
    problems = [{"number": n, **vars(problem)} for n, problem in enumerate(request.problems, 1)]
    write_all(_PROBLEM, [new_row(CaseProblem, case_id=case.id, **problem) for problem in problems])
    if request.consent is not None:
        taken = {"taken_by_id": case.requester_id, "taken_at": now, "text_version": consent_text}
        write(_CONSENT, new_row(CaseConsent, case_id=case.id, **vars(request.consent), **taken))
    if not write(_NO_DRAFT, {"of": case.id, "was": draft.version}):
        raise Overtaken
    db.session.expunge(draft)
    db.session.expire(case, ["draft", "snapshot", "questions", "problems", "consents"])
