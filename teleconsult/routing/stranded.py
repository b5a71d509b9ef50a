"""Cases whose consultant has no shift any more: the only ones that the machine takes up again from somebody.

The rule. What a consultant has opened, claimed or begun to answer stays with them, whatever the calendar says. What was
given to them and not opened stays too, unless the shift that they had is gone since (cancelled, on leave, or swapped
away) and no other shift of theirs in the specialty begins before the case is due. Such a case is planned anew without
them: proposed to the administrators, who are told, or given on where the specialty is distributed automatically.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select

from teleconsult.cases.lifecycle import COMES, State
from teleconsult.cases.models import Case, CaseEvent, CaseSeen
from teleconsult.cases.models_opinion import OpinionDraft
from teleconsult.cases.shelves import in_state
from teleconsult.extensions import db
from teleconsult.routing.slots import Seat
from teleconsult.shifts.models import Leave, Shift, Swap

_given = (
    select(func.max(CaseEvent.number))
    .where(CaseEvent.case_id == Case.id, CaseEvent.verb.in_(COMES))
    .correlate(Case)
    .scalar_subquery()
)


def stranded(seats: Sequence[Seat], now: datetime) -> frozenset[int]:
    """Return the cases in hand that nobody will read where they are; `seats` are the coming shifts."""
    query = (
        select(Case.id, Case.holder_id, Case.specialty_id, Case.due_at)
        .join(CaseEvent, and_(CaseEvent.case_id == Case.id, CaseEvent.number == _given))
        .where(
            in_state(State.ASSIGNED),
            CaseEvent.verb == "assign",
            ~exists().where(
                CaseSeen.case_id == Case.id, CaseSeen.user_id == Case.holder_id, CaseSeen.number >= CaseEvent.number
            ),
            ~exists().where(OpinionDraft.case_id == Case.id, OpinionDraft.author_id == Case.holder_id),
            or_(false(), *_gone(now)),
        )
    )
    rows = db.session.execute(query)
    return frozenset(row.id for row in rows if not _still_read(row, seats, now))


def _gone(now: datetime) -> list[ColumnElement[bool]]:
    """Return the ways in which a shift that the holder had when the case came is gone since."""
    to_come = Shift.ends_at > now
    mine = and_(to_come, Shift.user_id == Case.holder_id)
    cancelled = exists().where(mine, Shift.cancelled_at >= CaseEvent.at)
    away = exists().where(
        mine,
        Leave.user_id == Shift.user_id,
        Leave.created_at >= CaseEvent.at,
        Leave.cancelled_at.is_(None),
        Leave.from_at < Shift.ends_at,
        Leave.until_at > Shift.starts_at,
    )
    swapped = exists().where(
        to_come, Swap.shift_id == Shift.id, Swap.offered_by_id == Case.holder_id, Swap.accepted_at >= CaseEvent.at
    )
    return [cancelled, away, swapped]


def _still_read(row: Any, seats: Sequence[Seat], now: datetime) -> bool:
    """Tell whether the holder has a shift left before the case is due, or any at all once it is late."""
    own = [s.starts_at for s in seats if s.user_id == row.holder_id and row.specialty_id in s.specialties]
    return any(row.due_at <= now or starts < row.due_at for starts in own)
