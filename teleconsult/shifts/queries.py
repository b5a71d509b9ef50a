"""Rooms, shifts and holidays as the other rooms ask for them."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import select

from teleconsult import clock
from teleconsult.audit import AuditEvent
from teleconsult.errors import NotFound
from teleconsult.extensions import db
from teleconsult.people.models import User
from teleconsult.shifts.models import Holiday, Leave, Room, Shift, ShiftSeries, Swap

T = TypeVar("T", Room, Shift, ShiftSeries, Leave, Swap)


def _one(model: type[T], **which: str) -> T:
    found = db.session.scalars(select(model).filter_by(**which)).one_or_none()
    if found is None:
        raise NotFound
    return found


def room_by_slug(slug: str) -> Room:
    """Return a room.

    Raises:
        NotFound: there is none.
    """
    return _one(Room, slug=slug)


def shift_by_ref(ref: str) -> Shift:
    """Return a shift.

    Raises:
        NotFound: there is none.
    """
    return _one(Shift, ref=ref)


def leave_by_ref(ref: str) -> Leave:
    """Return a leave.

    Raises:
        NotFound: there is none.
    """
    return _one(Leave, ref=ref)


def swap_by_ref(ref: str) -> Swap:
    """Return a swap.

    Raises:
        NotFound: there is none.
    """
    return _one(Swap, ref=ref)


def open_rooms(kind: str = "") -> list[Room]:
    """Return the rooms that are not closed, by name; those of one kind if it is given."""
    query = select(Room).where(Room.closed_at.is_(None)).order_by(Room.name, Room.id)
    return list(db.session.scalars(query.where(Room.kind == kind) if kind else query))


def holidays_between(first: date, last: date) -> dict[date, str]:
    """Return the holidays from a day to another, both included, with their names; without those struck out."""
    rows = db.session.execute(
        select(Holiday.day, Holiday.name)
        .where(Holiday.day.between(first, last), Holiday.removed_at.is_(None))
        .order_by(Holiday.day)
    )
    return {row.day: row.name for row in rows}


def away_between(user_ids: Iterable[int], from_: datetime, to: datetime) -> dict[int, list[tuple[datetime, datetime]]]:
    """Return when each of the people is on leave within a time, in order; who never is, is not in it."""
    rows = db.session.execute(
        select(Leave.user_id, Leave.from_at, Leave.until_at)
        .where(
            Leave.user_id.in_(sorted(set(user_ids))),
            Leave.until_at > from_,
            Leave.from_at < to,
            Leave.cancelled_at.is_(None),
        )
        .order_by(Leave.from_at)
    )
    found: dict[int, list[tuple[datetime, datetime]]] = {}
    for row in rows:
        found.setdefault(row.user_id, []).append((row.from_at, row.until_at))
    return found


def shifts_between(from_: datetime, to: datetime, *, room: Room | None = None, user: User | None = None) -> list[Shift]:
    """Return the shifts that are not cancelled and touch a time, in order; of one room or one person if given."""
    query = select(Shift).where(Shift.ends_at > from_, Shift.starts_at < to, Shift.cancelled_at.is_(None))
    if room is not None:
        query = query.where(Shift.room_id == room.id)
    if user is not None:
        query = query.where(Shift.user_id == user.id)
    return list(db.session.scalars(query.order_by(Shift.starts_at, Shift.workstation, Shift.id)))


MOST_TOGETHER = 200
"""Shifts of one person that one page names: of a daily series the better part of a year. One more says that there are others."""


def cancelled_with(shift: Shift) -> Sequence[Shift]:
    """Return the other shifts of its person that one act cancelled with this one, in their order; `MOST_TOGETHER` and one.

    Of a shift that was put back on, those that are still cancelled and would not be over: who was told of several is
    led to the first of them, also when it came back alone.
    """
    at, by_id, more = shift.cancelled_at, shift.cancelled_by_id, [Shift.id != shift.id]
    if at is None:
        at, by_id = _cancelled_before(shift)
        more.append(Shift.ends_at > clock.now())
    if at is None:
        return []
    same = (Shift.user_id == shift.user_id, Shift.cancelled_at == at, Shift.cancelled_by_id == by_id, *more)
    return db.session.scalars(
        select(Shift).where(*same).order_by(Shift.starts_at, Shift.id).limit(MOST_TOGETHER + 1)
    ).all()


def _cancelled_before(shift: Shift) -> tuple[datetime | None, int | None]:
    """Return when a shift that came back was cancelled, and by whom, as its record has it."""
    found = db.session.execute(
        select(AuditEvent.data, AuditEvent.user_id)
        .where(AuditEvent.stream == f"shift:{shift.ref}", AuditEvent.word == "shift.cancel")
        .order_by(AuditEvent.number.desc())
        .limit(1)
    ).first()
    at = found.data.get("at") if found else None
    return (datetime.fromisoformat(at), found.user_id) if found and at else (None, None)


def open_swap_of(shift: Shift) -> Swap | None:
    """Return the open offer of a shift."""
    return db.session.scalar(
        select(Swap).where(Swap.shift_id == shift.id, Swap.accepted_at.is_(None), Swap.withdrawn_at.is_(None))
    )
