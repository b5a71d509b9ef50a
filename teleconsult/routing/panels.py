"""What the page of a case says of the answer that is awaited: when, how sure, or that nobody has a shift."""

from typing import Any

from sqlalchemy import and_, bindparam, literal, select

from teleconsult import clock, events
from teleconsult.cases.access import Sight
from teleconsult.cases.clocks import Priority
from teleconsult.cases.lifecycle import SERVICE
from teleconsult.cases.models import Case
from teleconsult.cases.needs import Facts
from teleconsult.cases.request import Request
from teleconsult.extensions import read
from teleconsult.people.access import Role
from teleconsult.people.models import User
from teleconsult.routing import telling
from teleconsult.routing.models import PlanLine, Promise
from teleconsult.routing.plan_lines import is_withheld
from teleconsult.routing.promises import expected_if_sent
from teleconsult.shifts import roster
from teleconsult.web.reasons import reasons_in_words

_here = select(literal(1).label("one")).subquery()
_AWAITED = (
    select(
        Promise.median_at,
        Promise.ninety_at,
        PlanLine.user_id,
        PlanLine.reads_at,
        PlanLine.reasons,
        User.title,
        User.name,
    )
    .select_from(_here)
    .outerjoin(
        Promise,
        and_(
            Promise.case_id == bindparam("case_id"),
            Promise.round == bindparam("round"),
            Promise.replaced_at.is_(None),
            Promise.answered_at.is_(None),
        ),
    )
    .outerjoin(PlanLine, PlanLine.case_id == bindparam("case_id"))
    .outerjoin(User, User.id == PlanLine.user_id)
)


@events.panel("case", order=5)
def case_promise(case: Case, user: User, sight: Sight, facts: Facts) -> dict[str, Any] | None:
    """Return what stands under the clock of a case whose answer is awaited; None when nothing is known yet."""
    del facts
    if case.state not in SERVICE or sight is Sight.CLOSED:
        return None
    row = read(_AWAITED, {"case_id": case.id, "round": case.round})[0]
    if is_withheld(row):
        return None
    # A plan may have left out what somebody took in the meantime: the line stays until the next one.
    lone = row.reasons and row.user_id is None and case.holder_id is None
    nobody = reasons_in_words(row.reasons) if lone and telling.is_told(case, row.reasons[0][0]) else []
    instead = _instead(case, user, row)
    if row.ninety_at is None and not nobody and not instead:
        return None
    return {
        "side": "routing/promise.html",
        "median_at": row.median_at,
        "ninety_at": row.ninety_at,
        "over": row.ninety_at is not None and row.ninety_at <= clock.now(),
        "nobody": nobody,
        "instead": instead,
        "mine": case.holder_id == user.id,
    }


def _instead(case: Case, user: User, row: Any) -> dict[str, Any] | None:
    """Return whom the plan would give a case on to whose consultant lost the shift for it; for the administrators."""
    if case.holder_id is None or row.user_id in (None, case.holder_id) or not user.has(Role.ADMINISTRATOR):
        return None
    return {"name": f"{row.title} {row.name}".strip(), "reads_at": row.reads_at}


@events.panel("review")
def review_promise(case: Case, request: Request) -> dict[str, Any] | None:
    """Return what whoever is about to send a request is told of its answer; None where no calendar says anything."""
    del case
    now = clock.now()
    if request.specialty_id is None or request.priority not in set(Priority):
        return None
    expected = expected_if_sent(request.specialty_id, request.priority, now)
    if expected is None and not roster.has_calendar(request.specialty_id, now):
        return None
    return {"template": "routing/review_promise.html", "expected": expected}
