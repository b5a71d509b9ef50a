"""The agenda of a day and a session, by columns: the same few statements for one session and for fifty."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from teleconsult.bookings.models import Booking, BookingRequest
from teleconsult.bookings.models_agenda import AgendaSession, AgendaSlot
from teleconsult.bookings.reading import MAY_READ
from teleconsult.bookings.steps import Kind
from teleconsult.cases.lifecycle import State as CaseState
from teleconsult.cases.models import Case
from teleconsult.cases.models_opinion import Referral
from teleconsult.errors import NotFound
from teleconsult.extensions import db
from teleconsult.network.models import HealthUnit, Specialty
from teleconsult.people.access import Role
from teleconsult.people.models import User, UserRole

MOST_SESSIONS = 60
"""Sessions of one day on one screen."""


@dataclass(frozen=True)
class DaySession:
    """One session with its slots."""

    row: Any
    slots: Sequence[Any]

    @property
    def booked(self) -> int:
        """Return how many slots are booked."""
        return sum(1 for slot in self.slots if slot.booking_id is not None)

    @property
    def offered(self) -> int:
        """Return how many slots are kept for somebody who has not answered yet."""
        return sum(1 for slot in self.slots if slot.booking_id is None and slot.request_ref is not None)


_SESSION = select(
    AgendaSession.id,
    AgendaSession.ref,
    AgendaSession.version,
    AgendaSession.day,
    AgendaSession.starts_at,
    AgendaSession.ends_at,
    AgendaSession.room,
    AgendaSession.zone,
    AgendaSession.specialist_name,
    AgendaSession.specialist_id,
    AgendaSession.specialty_id,
    AgendaSession.cancelled_at,
    AgendaSession.cancelled_why,
    Specialty.name_pt,
    Specialty.name_en,
    HealthUnit.name.label("unit_name"),
)
_later = aliased(Booking, name="later")
_LAST = ~exists().where(_later.request_id == Booking.request_id, _later.id > Booking.id)
"""No other visit of the request was booked after this one: a mark is taken back of the last alone."""

_OPEN = or_(BookingRequest.kind == Kind.RETURN, and_(Case.state == CaseState.IN_PERSON, Referral.ended_at.is_(None)))
"""`world.still_open`, beside many requests."""

_SLOT = select(
    AgendaSlot.id,
    AgendaSlot.session_id,
    AgendaSlot.number,
    AgendaSlot.at,
    AgendaSlot.kind,
    AgendaSlot.extra,
    AgendaSlot.blocked_at,
    AgendaSlot.blocked_why,
    Booking.id.label("booking_id"),
    Booking.channel,
    Booking.mark,
    Booking.cause,
    and_(_LAST, _OPEN).label("to_correct"),
    BookingRequest.ref.label("request_ref"),
    BookingRequest.version,
    BookingRequest.state,
    BookingRequest.priority,
    Case.ref.label("case_ref"),
    MAY_READ.label("may_read"),
    Case.initials,
    Case.birth_date,
    Case.age_years,
    HealthUnit.name.label("unit_name"),
)


def _joined(query: Any) -> Any:
    return query.join(Specialty, Specialty.id == AgendaSession.specialty_id).join(
        HealthUnit, HealthUnit.id == AgendaSession.unit_id
    )


def sessions_on(day: date, user: User) -> list[DaySession]:
    """Return the sessions of a day in their order: a consultant's own, everybody's for the desk and the management."""
    query = _joined(_SESSION).where(AgendaSession.day == day)
    if not (user.has(Role.ADMINISTRATOR) or user.has(Role.MANAGER)):
        query = query.where(AgendaSession.specialist_id == user.id)
    return _with_slots(
        db.session.execute(query.order_by(AgendaSession.starts_at, AgendaSession.id).limit(MOST_SESSIONS)).all()
    )


def session_by(ref: str) -> DaySession:
    """Return one session.

    Raises:
        NotFound: there is none.
    """
    row = db.session.execute(_joined(_SESSION).where(AgendaSession.ref == ref.upper())).one_or_none()
    if row is None:
        raise NotFound
    return _with_slots([row])[0]


def _with_slots(rows: Sequence[Any]) -> list[DaySession]:
    # The session says nothing new, but there is an index by it.
    live = and_(
        Booking.session_id == AgendaSlot.session_id,
        Booking.slot_id == AgendaSlot.id,
        (Booking.ended_at.is_(None)) | (Booking.ended_how == "missed"),
    )
    query = (
        _SLOT.outerjoin(Booking, live)
        # A slot that is offered has no booking, but is kept for somebody.
        .outerjoin(BookingRequest, BookingRequest.id == func.coalesce(Booking.request_id, AgendaSlot.request_id))
        .outerjoin(Referral, Referral.id == BookingRequest.referral_id)
        .outerjoin(Case, Case.id == BookingRequest.case_id)
        .outerjoin(HealthUnit, HealthUnit.id == BookingRequest.unit_id)
        .where(AgendaSlot.session_id.in_([row.id for row in rows]))
        .order_by(AgendaSlot.session_id, AgendaSlot.at, AgendaSlot.number, Booking.id)
    )
    slots: dict[int, list[Any]] = defaultdict(list)
    for slot in db.session.execute(query) if rows else ():
        slots[slot.session_id].append(slot)
    return [DaySession(row, slots[row.id]) for row in rows]


def coming(user: User, first: date, last: date) -> Sequence[Any]:
    """Return the live sessions from one day to another, for a feed or a list."""
    query = _joined(_SESSION).where(
        AgendaSession.day >= first, AgendaSession.day <= last, AgendaSession.cancelled_at.is_(None)
    )
    if not user.has(Role.ADMINISTRATOR):
        query = query.where(AgendaSession.specialist_id == user.id)
    return db.session.execute(query.order_by(AgendaSession.day, AgendaSession.starts_at).limit(500)).all()


def days_with_sessions(first: date, last: date, user: User) -> Sequence[Any]:
    """Return the days that have sessions, with how many."""
    query = select(AgendaSession.day, func.count().label("sessions")).where(
        AgendaSession.day >= first, AgendaSession.day <= last, AgendaSession.cancelled_at.is_(None)
    )
    if not (user.has(Role.ADMINISTRATOR) or user.has(Role.MANAGER)):
        query = query.where(AgendaSession.specialist_id == user.id)
    return db.session.execute(query.group_by(AgendaSession.day).order_by(AgendaSession.day)).all()


def consultants() -> Sequence[Any]:
    """Return the active consultants, by name."""
    query = (
        select(User.id, User.ref, User.title, User.name)
        .join(UserRole, UserRole.user_id == User.id)
        .where(UserRole.role == Role.CONSULTANT, User.switched_off_at.is_(None))
    )
    return db.session.execute(query.order_by(User.search_key, User.id).limit(500)).all()


def session_row(ref: str) -> AgendaSession:
    """Return one session as a row to change.

    Raises:
        NotFound: there is none.
    """
    found = db.session.scalar(select(AgendaSession).where(AgendaSession.ref == ref.upper()))
    if found is None:
        raise NotFound
    return found


def slot_row(ref: str, number: int) -> AgendaSlot:
    """Return one slot of a session.

    Raises:
        NotFound: there is none.
    """
    query = select(AgendaSlot).join(AgendaSession, AgendaSession.id == AgendaSlot.session_id)
    found = db.session.scalar(query.where(AgendaSession.ref == ref.upper(), AgendaSlot.number == number))
    if found is None:
        raise NotFound
    return found
