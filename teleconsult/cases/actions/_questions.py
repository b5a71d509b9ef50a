"""Which questions of a case nobody has answered yet."""

from sqlalchemy import bindparam, func, select

from teleconsult.cases.models import Case, CaseQuestion
from teleconsult.cases.models_opinion import Opinion, OpinionAnswer
from teleconsult.extensions import db, read
from teleconsult.loading import columns_of, known, taken

_OF_QUESTION = columns_of(CaseQuestion)
_ANSWERED = (
    select(OpinionAnswer.question_id)
    .join(Opinion, Opinion.id == OpinionAnswer.opinion_id)
    .where(
        Opinion.id.in_(
            select(func.max(Opinion.id)).where(Opinion.case_id == bindparam("case_id")).group_by(Opinion.round)
        ),
        Opinion.withdrawn_at.is_(None),
    )
)


_OPEN = (
    select(*(getattr(CaseQuestion, name) for name in _OF_QUESTION))
    .where(CaseQuestion.case_id == bindparam("case_id"), CaseQuestion.id.not_in(_ANSWERED))
    .order_by(CaseQuestion.number)
)


def open_questions(case: Case) -> list[CaseQuestion]:
    """Return the questions that the last edition of no standing opinion has answered yet, by number."""
    db.session.flush()
    return [known(CaseQuestion, taken(_OF_QUESTION, iter(row))) for row in read(_OPEN, {"case_id": case.id})]
