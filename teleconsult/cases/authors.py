"""Who wrote an opinion on a case, and therefore sees it for ever: consultants, and the specialist who saw the patient."""

from sqlalchemy import ColumnElement, bindparam, case, exists

from teleconsult.cases.models import Case
from teleconsult.cases.models_opinion import CounterReferral, Opinion

WROTE: ColumnElement[bool] = (
    exists().where(Opinion.case_id == Case.id, Opinion.author_id == bindparam("user_id"))
) | exists().where(
    CounterReferral.case_id == Case.id,
    CounterReferral.recorded_by_id == bindparam("user_id"),
    CounterReferral.from_paper.is_(False),
)
"""Whether the person `user_id` wrote one, of a row of cases."""

SEEN_BY = case((CounterReferral.from_paper.is_(False), CounterReferral.recorded_by_id))
"""Who wrote a counter-referral; nobody of one that an administrator typed from paper."""
