"""The shifts that are to come, as seats of the distribution; and how much each consultant worked lately."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select

from teleconsult.extensions import db, read
from teleconsult.people.models import UserSpecialty
from teleconsult.routing.slots import Seat
from teleconsult.shifts import roster
from teleconsult.shifts.models import Shift

AHEAD = timedelta(days=14)
"""How far ahead shifts are looked at."""

LATELY = timedelta(days=28)
"""Over how long minutes of shift count for evenness."""


def seats(now: datetime, behind: timedelta = timedelta()) -> list[Seat]:
    """Return the time in which somebody sits in a shift, from `behind` before now on; whoever checked out has left."""
    gone = frozenset(db.session.scalars(select(Shift.id).where(Shift.checked_out_at.is_not(None), Shift.ends_at > now)))
    return [
        Seat(one.shift_id, one.user_id, one.specialties, one.starts_at, one.ends_at)
        for one in roster.coming(None, now - behind, now + AHEAD)
        if one.shift_id not in gone
    ]


def sharing(specialty_id: int, found: Iterable[Seat]) -> frozenset[int]:
    """Return the specialties whose cases compete for the time of the same people, one leading to the next."""
    rest = {seat.specialties for seat in found}
    made = {specialty_id}
    while near := {one for one in rest if not made.isdisjoint(one)}:
        rest -= near
        made = made.union(*near)
    return frozenset(made)


def any_seat(specialty_id: int, now: datetime) -> bool:
    """Tell whether anybody who holds a specialty has a present or coming shift."""
    return bool(read(_SEAT, {"specialty": specialty_id, "now": now, "until": now + AHEAD}))


_SEAT = (
    select(Shift.id)
    .join(UserSpecialty, UserSpecialty.user_id == Shift.user_id)
    .where(
        UserSpecialty.specialty_id == bindparam("specialty"),
        Shift.ends_at > bindparam("now", type_=Shift.ends_at.type),
        Shift.starts_at < bindparam("until", type_=Shift.starts_at.type),
        Shift.cancelled_at.is_(None),
    )
    .limit(1)
)


def worked(user_ids: Collection[int], now: datetime) -> dict[int, int]:
    """Return the minutes of shift that each of the people had lately."""
    rows = db.session.execute(
        select(Shift.user_id, Shift.starts_at, Shift.ends_at).where(
            Shift.user_id.in_(sorted(user_ids)),
            Shift.starts_at > now - LATELY,
            Shift.starts_at < now,
            Shift.cancelled_at.is_(None),
        )
    )
    minutes: dict[int, int] = {}
    for row in rows:
        done = min(row.ends_at, now) - row.starts_at
        minutes[row.user_id] = minutes.get(row.user_id, 0) + int(done.total_seconds() // 60)
    return minutes
