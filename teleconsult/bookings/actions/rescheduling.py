"""Moving a whole session: everybody booked in it moves along, and whoever cannot goes back to the list with their age."""

from datetime import date, datetime

from sqlalchemy import select

from teleconsult import audit, clock
from teleconsult.bookings.actions._step import step
from teleconsult.bookings.actions.agenda import hold_to_reason, holding
from teleconsult.bookings.actions.booking import NOTICE, release, reminders_left
from teleconsult.bookings.actions.one_place import hold_to_one_place, queue_up
from teleconsult.bookings.agenda import moment_of
from teleconsult.bookings.asking import asking
from teleconsult.bookings.models import Booking, BookingRequest
from teleconsult.bookings.models_agenda import AgendaSession
from teleconsult.bookings.steps import State
from teleconsult.bookings.unattended import hold_to_presence
from teleconsult.bookings.world import holidays, live_booking, open_offer
from teleconsult.errors import N_, Refused
from teleconsult.extensions import db
from teleconsult.notices import actions as notices
from teleconsult.people.models import User
from teleconsult.shifts.calendar import local_day


def move_session(session: AgendaSession, day: date, minute: int, why: str, *, by: User) -> tuple[int, int]:
    """Move a session to another day or hour; the units of everybody in it are told.

    Args:
        session: the session.
        day: its new local day.
        minute: the minute of that day at which it begins.
        why: the reason.
        by: who does it.

    Returns:
        How many moved along, and how many went back to the list because the patient is booked elsewhere in that hour.

    Raises:
        Refused: it was cancelled or has begun, the new time is past, on a holiday or skipped by the clocks, the specialist
            is in another session then, or there is no reason.
    """
    hold_to_reason(why)
    if session.cancelled_at is not None:
        raise Refused(N_("Esta agenda já foi cancelada."))
    if session.starts_at <= clock.now():
        raise Refused(N_("Esta agenda já começou: anote a presença de cada um."))
    name = holidays(day, day).get(day)
    if name:
        raise Refused(N_("Este dia é feriado (%(name)s). Escolha outro."), field="day", name=name)
    starts_at = moment_of(day, minute, session.zone)
    if starts_at <= clock.now() or day < local_day(clock.now(), session.zone):
        raise Refused(N_("Este horário já passou. Escolha outro."), field="day")
    _shift(session, day, starts_at)
    moved = [_bring(request, why, by) for request in holding(session)]
    audit.record(
        "system", "agenda.move", by_id=by.id, subject=session.ref, moved=sum(moved), released=len(moved) - sum(moved)
    )
    return sum(moved), len(moved) - sum(moved)


def _shift(session: AgendaSession, day: date, starts_at: datetime) -> None:
    span = starts_at - session.starts_at
    ends_at = session.ends_at + span
    queue_up(session.specialist, session.unit)
    hold_to_one_place(
        session.specialist, session.specialist_name, session.unit, day, (starts_at, ends_at), but=session.id
    )
    if session.specialist is not None:
        hold_to_presence(session.specialist, day, starts_at, ends_at, "day")
    session.day, session.starts_at, session.ends_at = day, starts_at, ends_at
    for slot in session.slots:
        slot.at += span
    db.session.flush()


def _bring(request: BookingRequest, why: str, by: User) -> bool:
    """Bring whoever holds a slot along to its new time; tell whether they could come."""
    booking = live_booking(request)
    if request.state == State.OFFERED:
        return _offer_again(request)
    if booking is None or _elsewhere(booking):
        release(request, why, by=by)
        return False
    old, booking.at = booking.at, booking.slot.at
    booking.hour = booking.at.replace(minute=0, second=0, microsecond=0)
    booking.reminded = reminders_left(booking.at)
    step(
        "move",
        request,
        by=by,
        carry={"slot": booking.slot_id, "why": why},
        said=why,
        data={"at": booking.at.isoformat(), "from": old.isoformat()},
        tell=asking(request),
    )
    return True


def _offer_again(request: BookingRequest) -> bool:
    """Tell the unit that the slot it was offered has another time now."""
    offer = open_offer(request)
    if offer is not None:
        offer.expires_at = min(offer.expires_at, offer.slot.at - NOTICE / 2)
        db.session.flush()
    notices.tell(asking(request), "booking.offer", subject=request.case.ref)
    return True


def _elsewhere(booking: Booking) -> bool:
    """Tell whether the patient has another visit in the hour to which this one moves."""
    hour = booking.slot.at.replace(minute=0, second=0, microsecond=0)
    other = select(Booking.id).where(
        Booking.patient_id == booking.patient_id,
        Booking.hour == hour,
        Booking.ended_at.is_(None),
        Booking.id != booking.id,
    )
    return db.session.scalar(other.limit(1)) is not None
