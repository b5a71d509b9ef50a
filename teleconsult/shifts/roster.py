"""Who is on duty for a specialty, who could be, and who comes.

On duty is who is in a live shift at the moment, has not checked out of it and is not on leave. A consultant in a shift serves every specialty that
they hold, the shift's own first: the shift says for what the place was planned, and no case waits for a specialist who
sits idle. A specialty for which no calendar was laid out (`has_calendar`) is served at all times by every active
consultant of it who is not on leave, so that a network begins to work before it keeps a calendar.

`able` are those to whom a case can be given also for later: the plan gives cases to shifts that are still to come.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, exists, or_, select

from teleconsult.columns import UTCDateTime
from teleconsult.extensions import db, read
from teleconsult.people.access import Role
from teleconsult.people.models import User, UserRole, UserSpecialty
from teleconsult.shifts import queries
from teleconsult.shifts.calendar import Span, without
from teleconsult.shifts.models import Leave, Shift

REMEMBERED = timedelta(days=28)
"""A specialty has a calendar for so long after its last shift."""

_AT: ColumnElement[datetime] = bindparam("at", type_=UTCDateTime())
_SINCE: ColumnElement[datetime] = bindparam("since", type_=UTCDateTime())
_LIVE = Shift.cancelled_at.is_(None)

_still = or_(Shift.checked_out_at.is_(None), Shift.checked_out_at > _AT)
_here = and_(Shift.user_id == User.id, Shift.starts_at <= _AT, Shift.ends_at > _AT, _LIVE, _still)
_IN_A_SHIFT = exists().where(_here).correlate(User)
_IN_ITS_SHIFT = exists().where(_here, Shift.specialty_id == UserSpecialty.specialty_id).correlate(User, UserSpecialty)
_AWAY = (
    exists()
    .where(Leave.user_id == User.id, Leave.from_at <= _AT, Leave.until_at > _AT, Leave.cancelled_at.is_(None))
    .correlate(User)
)
_HAS_CALENDAR = (
    exists()
    .where(Shift.specialty_id == UserSpecialty.specialty_id, Shift.ends_at > _SINCE, _LIVE)
    .correlate(UserSpecialty)
)
_ON_DUTY = and_(~_AWAY, or_(_IN_A_SHIFT, ~_HAS_CALENDAR))


def _consultants(*columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(User)
        .join(UserSpecialty, UserSpecialty.user_id == User.id)
        .join(UserRole, UserRole.user_id == User.id)
        .where(UserRole.role == Role.CONSULTANT, User.switched_off_at.is_(None))
    )


def served(specialty_id: ColumnElement[int] | Any) -> ColumnElement[bool]:
    """Tell in a query whether anybody answers in a specialty at all: an active consultant holds it."""
    return _consultants(UserSpecialty.user_id).where(UserSpecialty.specialty_id == specialty_id).exists()


_GIVEN = UserSpecialty.specialty_id == bindparam("specialty_id")
_AMONG = UserSpecialty.specialty_id.in_(bindparam("specialties", expanding=True))
_BY_NAME = (User.name, User.id)
_COLUMNS = (UserSpecialty.specialty_id, User.id, User.ref, User.title, User.name)
_OWN_FIRST = case((_IN_ITS_SHIFT, 0), else_=1)

_OF_SPECIALTY = _consultants(User).where(_GIVEN, _ON_DUTY).order_by(_OWN_FIRST, *_BY_NAME)
_IS = _consultants(User.id).where(_GIVEN, _ON_DUTY, User.id == bindparam("user_id"))
_DUTIES = _consultants(UserSpecialty.specialty_id).where(_ON_DUTY, User.id == bindparam("user_id"))
_HELD = _consultants(UserSpecialty.specialty_id).where(User.id == bindparam("user_id"))
_ABLE = _consultants(User).where(_GIVEN).order_by(*_BY_NAME)
_CALENDARS = select(Shift.specialty_id).where(_LIVE, Shift.ends_at > _SINCE).distinct()

ABLE_IN = _consultants(*_COLUMNS).where(_AMONG).order_by(*_BY_NAME)
"""The active consultants of the given `specialties`, by columns: specialty, person; a higher floor may add columns."""

_SERVED = _consultants(UserSpecialty.specialty_id).where(_AMONG).distinct()


def when(at: datetime) -> dict[str, datetime]:
    """Return the parameters that say for which moment it is asked who is on duty."""
    return {"at": at, "since": at - REMEMBERED}


def on_duty(specialty_id: int, at: datetime) -> list[User]:
    """Return the consultants on duty for a specialty at a moment: those in a shift of it first, then by name."""
    return list(db.session.scalars(_OF_SPECIALTY, {"specialty_id": specialty_id} | when(at)))


def is_on_duty(user_id: int, specialty_id: int, at: datetime) -> bool:
    """Tell whether one consultant is on duty for a specialty at a moment."""
    return bool(read(_IS, {"user_id": user_id, "specialty_id": specialty_id} | when(at)))


def duties_of(user_id: int, at: datetime) -> frozenset[int]:
    """Return the specialties for which one consultant is on duty at a moment."""
    return frozenset(row[0] for row in read(_DUTIES, {"user_id": user_id} | when(at)))


def held_by(user_id: int) -> frozenset[int]:
    """Return the specialties that an active consultant holds, on duty or not."""
    return frozenset(row[0] for row in read(_HELD, {"user_id": user_id}))


def able(specialty_id: int) -> list[User]:
    """Return the active consultants of a specialty, on duty or not, by name: a case can be given to each of them."""
    return list(db.session.scalars(_ABLE, {"specialty_id": specialty_id}))


def calendars(at: datetime) -> frozenset[int]:
    """Return the specialties that have a calendar: a live shift that is not long over, or is to come."""
    return frozenset(row[0] for row in read(_CALENDARS, {"since": at - REMEMBERED}))


def unserved(specialty_ids: Iterable[int]) -> frozenset[int]:
    """Return those of the specialties in which no active consultant answers."""
    wanted = sorted(set(specialty_ids))
    return frozenset(wanted) - {row[0] for row in db.session.execute(_SERVED, {"specialties": wanted})}


def has_calendar(specialty_id: int, at: datetime) -> bool:
    """Tell whether a specialty has a calendar; without one, every active consultant of it is on duty at all times."""
    return specialty_id in calendars(at)


class Coming(NamedTuple):
    """Time in which somebody sits at a workstation; a leave in the middle of a shift makes two of it.

    `specialty_id` is what the shift was planned for, `specialties` all that the person holds.
    """

    shift_id: int
    user_id: int
    specialty_id: int
    specialties: frozenset[int]
    starts_at: datetime
    ends_at: datetime


def coming(specialty_ids: Iterable[int] | None, from_: datetime, to: datetime) -> list[Coming]:
    """Return the time with somebody in a shift, cut to a stretch of time, in order.

    Only of people who hold one of the specialties; None: of all. Who is switched off or on leave is not there.
    """
    wanted = None if specialty_ids is None else frozenset(specialty_ids)
    holds = _holdings()
    rows = db.session.execute(
        select(Shift.id, Shift.user_id, Shift.specialty_id, Shift.starts_at, Shift.ends_at, Shift.checked_out_at)
        .where(_LIVE, Shift.ends_at > from_, Shift.starts_at < to)
        .order_by(Shift.starts_at, Shift.id)
    ).all()
    found = [row for row in rows if _serves(holds.get(row.user_id, frozenset()), wanted)]
    away = queries.away_between({row.user_id for row in found}, from_, to)
    made = [
        Coming(row.id, row.user_id, row.specialty_id, holds[row.user_id], begin, end)
        for row in found
        for begin, end in without(_inside(row, from_, to), away.get(row.user_id, ()))
        if begin < end
    ]
    return sorted(made, key=lambda one: (one.starts_at, one.shift_id))


def _inside(row: Any, from_: datetime, to: datetime) -> Span:
    """Return what of a shift lies in a stretch of time, until the person went."""
    return max(row.starts_at, from_), min(row.ends_at, to, row.checked_out_at or row.ends_at)


def _holdings() -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = {}
    for user_id, specialty_id in db.session.execute(_consultants(User.id, UserSpecialty.specialty_id)):
        found.setdefault(user_id, set()).add(specialty_id)
    return {user_id: frozenset(held) for user_id, held in found.items()}


def _serves(held: Collection[int], wanted: frozenset[int] | None) -> bool:
    return bool(held) if wanted is None else not wanted.isdisjoint(held)
