"""The full-text index over cases: one row per case that was sent, in the dialect of the database.

Three columns. `keys` says who may find the case: `r` its requester, `u` its unit, `c` each consultant
who holds, escalated or answered it, or sees or saw the patient, `w` its specialty while it waits and is not withheld; `names` holds the patient's
(numbers and birth date too), `body` the clinical words. Both databases are given the same words, folded by `coding.words` (no accents, no
case); PostgreSQL adds Portuguese stems. Reading is in `queries_search`.
"""

from collections.abc import Iterable
from functools import reduce
from typing import Any

from sqlalchemy import (
    BindParameter,
    Integer,
    Row,
    Select,
    bindparam,
    cast,
    event,
    literal,
    null,
    select,
    text,
    union_all,
)
from sqlalchemy.orm import Session

from teleconsult import events
from teleconsult.cases.authors import SEEN_BY
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case, CaseEvent, CaseProblem, CaseQuestion, PatientSnapshot
from teleconsult.cases.models_opinion import (
    CounterReferral,
    InformationItem,
    InformationRequest,
    Opinion,
    OpinionAnswer,
    OpinionDiagnosis,
    Referral,
)
from teleconsult.cases.withheld import IS_WITHHELD
from teleconsult.coding.words import dated, joined, undotted, words_of
from teleconsult.extensions import db, dialect_name, read
from teleconsult.extensions import write as put

PENDING = "cases_to_index"
LONGEST = 150_000
"""Characters of a case that are indexed; PostgreSQL takes no document much longer."""

_FORGET = text("DELETE FROM case_search WHERE rowid = :id")
_KEEP = text("INSERT INTO case_search (rowid, keys, names, body) VALUES (:id, :keys, :names, :body)")
_KEEP_VECTORS = text(
    "INSERT INTO case_search (case_id, names, body) VALUES (:id,"
    " array_to_tsvector(CAST(:keys AS text[])) || array_to_tsvector(CAST(:names AS text[])),"
    " array_to_tsvector(CAST(:keys AS text[])) || array_to_tsvector(CAST(:body AS text[]))"
    " || to_tsvector('portuguese', :written))"
    " ON CONFLICT (case_id) DO UPDATE SET names = excluded.names, body = excluded.body"
)


def index(case: Case) -> None:
    """Bring the search row of a case up to date, inside the caller's transaction.

    It is written once, just before the commit, so that what the action still adds is in it.
    """
    db.session.info.setdefault(PENDING, set()).add(case.id)


@event.listens_for(db.session, "before_commit")
def _write_pending(session: Session) -> None:
    pending = session.info.pop(PENDING, ())
    if pending:
        session.flush()
        write(sorted(pending))


@event.listens_for(db.session, "after_rollback")
def _forget_pending(session: Session) -> None:
    session.info.pop(PENDING, None)


def write(case_ids: Iterable[int]) -> None:
    """Write the search rows of cases; a draft has none."""
    vectors = dialect_name() == "postgresql"
    for case_id in case_ids:
        case = next(iter(read(_CASE, {"case_id": case_id})), None)
        if case is None or case.state == State.DRAFT:
            continue
        rows = read(_TEXTS, {"case_id": case_id})
        written = " ".join([*(getattr(case, name) for name in CLINICAL), *(row.words for row in rows)])[:LONGEST]
        called = " ".join(getattr(case, name) or "" for name in _NAMES)
        born = [f"{case.birth_date:%Y%m%d}"] if case.birth_date else []
        names = sorted({*words_of(called), *words_of(joined(dated(called))), *born})
        body = sorted({*words_of(undotted(written)), *words_of(dated(written))})
        attending = {number for people in events.panels("attended_by", case_id=case_id) for number in people}
        keys = _keys(case, {row.author_id for row in rows if row.author_id} | attending)
        if vectors:
            given = {"keys": [":".join(key) for key in keys], "names": names, "body": body, "written": written}
            put(_KEEP_VECTORS, {"id": case_id, **given})
        else:
            given = {"keys": " ".join(map("".join, keys)), "names": " ".join(names), "body": " ".join(body)}
            put(_FORGET, {"id": case_id})
            put(_KEEP, {"id": case_id, **given})


def _keys(case: Row[Any], others: set[int]) -> list[tuple[str, str]]:
    consultants = {case.holder_id, case.escalated_by_id, *others} - {None}
    keys = [("r", case.requester_id), ("u", case.unit_id), *(("c", number) for number in sorted(consultants))]
    if case.state == State.SUBMITTED and not case.withheld:
        keys.append(("w", case.specialty_id))
    return [(kind, str(number)) for kind, number in keys]


CLINICAL = ("complaint", "subjective", "objective", "assessment", "plan", "available")
"""The clinical text of a case: what is found by its words, and what a found line shows a piece of."""

_NAMES = ("name", "social_name", "cns", "cpf", "record_number")
_CASE = (
    select(
        Case.state,
        Case.requester_id,
        Case.unit_id,
        Case.holder_id,
        Case.escalated_by_id,
        Case.specialty_id,
        Case.birth_date,
        IS_WITHHELD.label("withheld"),
        *(getattr(Case, name) for name in CLINICAL),
        *(getattr(PatientSnapshot, name) for name in _NAMES),
    )
    .outerjoin(PatientSnapshot, PatientSnapshot.case_id == Case.id)
    .where(Case.id == bindparam("case_id"))
)


def _said(words: Any, *, author: Any = None) -> Select[Any]:
    return select((cast(null(), Integer) if author is None else author).label("author_id"), words.label("words"))


def _coded(row: Any) -> Any:
    return row.code + literal(" ") + row.title


_HERE: BindParameter[int] = bindparam("case_id")


def _together(*texts: Any) -> Any:
    return reduce(lambda one, other: one + literal(" ") + other, texts)


_TEXTS = union_all(
    _said(CaseQuestion.text).where(CaseQuestion.case_id == _HERE),
    _said(_coded(CaseProblem)).where(CaseProblem.case_id == _HERE),
    _said(CaseEvent.said).where(CaseEvent.case_id == _HERE, CaseEvent.said != ""),
    _said(
        _together(Opinion.reasoning, Opinion.conduct, Opinion.red_flags, Opinion.when_to_refer, Opinion.sources),
        author=Opinion.author_id,
    ).where(Opinion.case_id == _HERE),
    _said(OpinionAnswer.text).join(Opinion, Opinion.id == OpinionAnswer.opinion_id).where(Opinion.case_id == _HERE),
    _said(_coded(OpinionDiagnosis))
    .join(Opinion, Opinion.id == OpinionDiagnosis.opinion_id)
    .where(Opinion.case_id == _HERE),
    _said(_together(InformationItem.text, InformationItem.answer, InformationItem.why_not))
    .join(InformationRequest, InformationRequest.id == InformationItem.request_id)
    .where(InformationRequest.case_id == _HERE),
    _said(Referral.justification + literal(" ") + Referral.diagnosis).where(Referral.case_id == _HERE),
    _said(_together(CounterReferral.diagnosis, CounterReferral.opinion, CounterReferral.conduct), author=SEEN_BY).where(
        CounterReferral.case_id == _HERE
    ),
)
