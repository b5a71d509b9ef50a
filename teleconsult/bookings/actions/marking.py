"""Attendance: who came, who did not, and putting right what was marked wrongly."""

from teleconsult.bookings.actions._step import step
from teleconsult.bookings.actions.agenda import hold_to_reason
from teleconsult.bookings.actions.slots import claim, free
from teleconsult.bookings.asking import asking
from teleconsult.bookings.models import BookingEvent, BookingRequest
from teleconsult.bookings.steps import ABSENCES
from teleconsult.bookings.world import last_booking, live_booking
from teleconsult.errors import N_, Refused
from teleconsult.extensions import db
from teleconsult.people.models import User


def attend(request: BookingRequest, *, by: User | None) -> BookingEvent:
    """Say that the patient came. The slot stays used."""
    booking = live_booking(request)
    event = step("attend", request, by=by)
    if booking is not None:
        booking.mark, booking.marked_at, booking.marked_by_id = "attended", event.at, by.id if by else None
        db.session.flush()
    return event


def miss(request: BookingRequest, cause: str, *, by: User) -> BookingEvent:
    """Say that the patient did not come, and why as far as anybody knows; the unit is told and decides what follows.

    Raises:
        Refused: the cause is not one of `ABSENCES`.
    """
    cause = cause or "unknown"
    if cause not in ABSENCES:
        raise Refused(N_("Escolha um dos motivos da lista."), field="cause")
    booking = live_booking(request)
    event = step("miss", request, by=by, data={"cause": cause}, tell=asking(request))
    if booking is not None:
        booking.mark, booking.marked_at, booking.marked_by_id = "missed", event.at, by.id
        booking.cause, booking.ended_at, booking.ended_how = cause, event.at, "missed"
        free(request)
        db.session.flush()
    return event


def correct(request: BookingRequest, why: str, *, by: User) -> BookingEvent:
    """Take back what was marked, with a reason, so that it can be marked rightly.

    Raises:
        Refused: there is no reason, or one longer than the page takes; or the slot is somebody else's by now.
    """
    hold_to_reason(why)
    booking = last_booking(request)
    event = step("correct", request, by=by, carry={"why": why}, said=why)
    if booking is not None:
        booking.mark, booking.marked_at, booking.marked_by_id, booking.cause = "", None, None, ""
        booking.ended_at, booking.ended_how = None, ""
        db.session.flush()
        claim(booking.slot, request)
    return event
