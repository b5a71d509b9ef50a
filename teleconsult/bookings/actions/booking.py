"""Booking, moving, cancelling; offering a released slot to the next on the list."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from teleconsult import clock
from teleconsult.bookings import queries, settings
from teleconsult.bookings.actions._step import step
from teleconsult.bookings.actions.quota import spend_form
from teleconsult.bookings.actions.slots import claim, fitting, free, hold_to_priority
from teleconsult.bookings.allowance import Asked, check_weekday
from teleconsult.bookings.asking import asking
from teleconsult.bookings.models import Booking, BookingEvent, BookingOffer, BookingRequest
from teleconsult.bookings.models_agenda import AgendaSlot
from teleconsult.bookings.queries_quota import allowance_of
from teleconsult.bookings.settings import REMIND_DAYS
from teleconsult.bookings.steps import Channel, Kind, State
from teleconsult.bookings.unattended import reasons
from teleconsult.bookings.world import live_booking, open_offer
from teleconsult.errors import N_, Refused
from teleconsult.extensions import db
from teleconsult.network.models import HealthUnit
from teleconsult.people.access import Permission
from teleconsult.people.models import User
from teleconsult.shifts.calendar import local_day

NOTICE = timedelta(hours=4)
"""A slot nearer than this is offered to nobody: no patient would hear of it."""


@dataclass(frozen=True)
class Terms:
    """How a booking came in, and the reasons that let it pass a rule."""

    channel: str = Channel.SCREEN
    day_why: str = ""
    over_why: str = ""


def book(request: BookingRequest, slot_id: int, terms: Terms, *, by: User) -> Booking:
    """Book a request in a free slot; a first visit spends one form of its unit.

    Raises:
        Refused: the slot was taken a moment ago or does not fit; it is not the unit's day; the allowance is used up;
            the patient is booked in that hour.
    """
    offer = open_offer(request)
    slot = fitting(slot_id, request)
    accepts = offer is not None and offer.slot_id == slot.id
    may_override = Permission.OVERRIDE_BOOKINGS in by.permissions
    asked = Asked(
        local_day(clock.now(), request.unit.zone), request.priority, terms.day_why, terms.over_why, may_override
    )
    if not accepts and terms.channel != Channel.SHEET:
        check_weekday(_weekday(request.unit), asked)
    if not accepts and not (may_override and terms.over_why):
        hold_to_priority(slot, request)
    released = _close_offer(offer, "taken" if accepts else "refused") if offer is not None else None
    step(
        "book",
        request,
        by=by,
        carry={"slot": slot.id, "channel": terms.channel},
        said=" · ".join(dict.fromkeys(filter(None, (terms.over_why, terms.day_why)))),
        data={"at": slot.at.isoformat(), "channel": str(terms.channel)},
        tell=asking(request),
    )
    if request.kind == Kind.FIRST:
        spend_form(request, asked)
    booking = _put(request, slot, terms, by)
    if released is not None and released.id != slot.id:
        offer_next(released)
    return booking


def _weekday(unit: HealthUnit) -> int | None:
    own = allowance_of(unit, 0)
    return own.weekday if own is not None else None


def _put(request: BookingRequest, slot: AgendaSlot, terms: Terms, by: User) -> Booking:
    now, patient_id = clock.now(), request.case.patient_id
    hour = slot.at.replace(minute=0, second=0, microsecond=0)
    other = select(Booking.id).where(Booking.patient_id == patient_id, Booking.hour == hour, Booking.ended_at.is_(None))
    if db.session.scalar(other) is not None:
        raise Refused(N_("O paciente já tem uma consulta marcada nessa hora. Escolha outro horário."), field="slot")
    claim(slot, request)
    booking = Booking(
        request_id=request.id,
        slot_id=slot.id,
        session_id=slot.session_id,
        patient_id=patient_id,
        unit_id=request.unit_id,
        at=slot.at,
        hour=hour,
        channel=terms.channel,
        day_why=terms.day_why,
        over_why=terms.over_why,
        booked_at=now,
        booked_by_id=by.id,
        reminded=reminders_left(slot.at),
    )
    db.session.add(booking)
    db.session.flush()
    return booking


def reminders_left(at: datetime) -> int:
    """Return for how many days before a visit the unit counts as reminded: of what is nearer, nobody is reminded late."""
    now = clock.now()
    return next((days for days in reversed(REMIND_DAYS) if at <= now + timedelta(days=days)), 9)


def move(request: BookingRequest, slot_id: int, why: str, *, by: User) -> Booking:
    """Move a booking to another free slot, with a reason; the old slot goes to the next on the list.

    Raises:
        Refused: as for `book`, but that a moved booking spends nothing again.
    """
    old = live_booking(request)
    slot = fitting(slot_id, request)
    if old is not None and old.slot_id == slot.id:
        raise Refused(N_("A consulta já está marcada neste horário."), field="slot")
    if Permission.OVERRIDE_BOOKINGS not in by.permissions:
        hold_to_priority(slot, request)
    step(
        "move",
        request,
        by=by,
        carry={"slot": slot.id, "why": why},
        said=why,
        data={"at": slot.at.isoformat(), "from": old.at.isoformat() if old else ""},
        tell=asking(request),
    )
    channel = old.channel if old else str(Channel.SCREEN)
    released = _end_booking(old, "moved", why)
    booking = _put(request, slot, Terms(channel), by)
    if released is not None:
        offer_next(released)
    return booking


def cancel(request: BookingRequest, why: str, *, by: User) -> BookingEvent:
    """Cancel a booking, with a reason; the slot is offered to the next on the list."""
    old = live_booking(request)
    event = step(
        "cancel",
        request,
        by=by,
        carry={"why": why},
        said=why,
        data={"from": old.at.isoformat() if old else ""},
        tell=asking(request),
    )
    released = _end_booking(old, "cancelled", why)
    if released is not None:
        offer_next(released)
    return event


def release(request: BookingRequest, why: str, *, by: User | None) -> BookingEvent:
    """Put a request back on the list because the agenda changed under it; it keeps its age."""
    old, offer = live_booking(request), open_offer(request)
    event = step(
        "release",
        request,
        by=by,
        carry={"why": why},
        said=why,
        data={"from": old.at.isoformat() if old else ""},
        tell=asking(request),
    )
    _end_booking(old, "released", why)
    if offer is not None:
        _close_offer(offer, "withdrawn")
    return event


def offer(request: BookingRequest, slot: AgendaSlot, *, by: User | None) -> BookingOffer:
    """Keep a slot for a request until its unit accepts, or the time to accept is over."""
    now = clock.now()
    expires_at = min(now + timedelta(hours=settings.number("offer_hours")), slot.at - NOTICE / 2)
    step(
        "offer",
        request,
        by=by,
        carry={"slot": slot.id},
        data={"at": slot.at.isoformat(), "until": expires_at.isoformat()},
        tell=asking(request),
    )
    claim(slot, request)
    row = BookingOffer(request_id=request.id, slot_id=slot.id, offered_at=now, expires_at=expires_at)
    db.session.add(row)
    db.session.flush()
    return row


def offer_next(slot: AgendaSlot) -> BookingOffer | None:
    """Offer a released slot to the first on its list, if there is anybody and there is time to accept."""
    request = next_for(slot)
    return offer(request, slot, by=None) if request is not None else None


def next_for(slot: AgendaSlot) -> BookingRequest | None:
    """Return to whom a slot is offered when it is given back now; None: to nobody."""
    if slot.at <= clock.now() + NOTICE or slot.blocked_at is not None or slot.session.cancelled_at is not None:
        return None
    if reasons([slot.session]):  # the desk was told of it, and settles it first
        return None
    return queries.next_in_line(slot)


def refuse(request: BookingRequest, *, by: User) -> BookingEvent:
    """Say no to an offered slot; the request keeps its place, and the slot goes on to the next."""
    row = open_offer(request)
    event = step("refuse", request, by=by)
    if row is not None:
        offer_next(_close_offer(row, "refused"))
    return event


def expire(row: BookingOffer) -> None:
    """Take back an offer that nobody answered in time; the slot goes on to the next."""
    request = row.request
    step("expire", request, by=None, tell=asking(request))
    offer_next(_close_offer(row, "expired"))


def _close_offer(row: BookingOffer, how: str) -> AgendaSlot:
    """Close an offer; but for one that is taken, its slot is free again."""
    row.closed_at, row.closed_how = clock.now(), how
    if how != "taken":
        free(row.request)
    db.session.flush()
    return row.slot


def _end_booking(booking: Booking | None, how: str, why: str = "") -> AgendaSlot | None:
    """End a booking and give its slot back."""
    if booking is None:
        return None
    booking.ended_at, booking.ended_how, booking.ended_why = clock.now(), how, why
    free(booking.request)
    db.session.flush()
    return booking.slot


def drop(request: BookingRequest) -> AgendaSlot | None:
    """Give back whatever a request that ends holds; return the slot, to be offered on."""
    booking, row = live_booking(request), open_offer(request)
    if row is not None:
        return _close_offer(row, "withdrawn")
    return _end_booking(booking, "ended") if request.state == State.ENDED else None
