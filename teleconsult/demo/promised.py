"""The promises of the demonstration: what was told before its calendar began, and the first plan of what waits now.

The stories are older than the calendar, so nothing was promised when they were sent. For them a time is told as a
network would from its habit, a share of the target, and scored by what happened in the story; what waits at the end is
planned and promised by the engine itself.
"""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from teleconsult.cases.models import Case, CaseEvent
from teleconsult.extensions import db, transaction
from teleconsult.network import settings
from teleconsult.routing import planning
from teleconsult.routing.models import Promise
from teleconsult.routing.promising import told

ANSWERS = ("answer", "conclude", "escalate", "ask")
HALF, MOST = 0.55, 0.85
"""Shares of the target by which half of the answers, and nine in ten, were said to come."""


def tell() -> None:
    """Promise what was answered in the stories, and plan what waits; opens its own transactions."""
    with transaction():
        _tell_the_past()
    planning.replan()


def _tell_the_past() -> None:
    hours = settings.target_hours()
    answered = (
        select(CaseEvent.case_id, func.min(CaseEvent.at).label("at"))
        .where(CaseEvent.verb.in_(ANSWERS), CaseEvent.round == 1)
        .group_by(CaseEvent.case_id)
        .subquery()
    )
    rows = db.session.execute(
        select(Case.id, Case.priority, Case.submitted_at, answered.c.at)
        .join(answered, answered.c.case_id == Case.id)
        .where(Case.submitted_at.is_not(None))
        .order_by(Case.submitted_at, Case.id)
    )
    for row in rows:
        db.session.add(_promise(row.id, row.submitted_at, row.at, timedelta(hours=hours[row.priority])))


def _promise(case_id: int, sent_at: datetime, answered_at: datetime, target: timedelta) -> Promise:
    expected = told(sent_at + target * HALF, sent_at + target * MOST)
    return Promise(
        case_id=case_id,
        round=1,
        made_at=sent_at,
        median_at=expected.median_at,
        ninety_at=expected.ninety_at,
        replaced_at=answered_at,
        answered_at=answered_at,
    )
