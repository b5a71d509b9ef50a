"""What the rules of booking must know of the world, read for one request and one person."""

from datetime import date

from sqlalchemy import select

from teleconsult import clock
from teleconsult.bookings.models import Booking, BookingOffer, BookingRequest
from teleconsult.bookings.steps import Facts, Kind, State
from teleconsult.cases.lifecycle import State as CaseState
from teleconsult.cases.world import own_district
from teleconsult.extensions import db
from teleconsult.people.models import User
from teleconsult.shifts.calendar import local_day
from teleconsult.shifts.models import Holiday


def facts_for(request: BookingRequest, user: User | None) -> Facts:
    """Return what is so at this moment, for the rules; only what the state can ask for is read."""
    now = clock.now()
    booking = live_booking(request) if request.state == State.BOOKED else None
    offer = standing_offer(request)
    return Facts(
        own_district=user is not None and own_district(request, user),
        open=still_open(request),
        begun=booking is not None and local_day(now, booking.session.zone) >= booking.session.day,
        due=booking is not None and booking.at <= now,
        over=booking is not None and local_day(now, booking.session.zone) > booking.session.day,
        expired=offer is not None and offer.expires_at <= now,
    )


def still_open(request: BookingRequest) -> bool:
    """Tell whether a visit can still come of the request: the first while the case waits for it, a return always.

    A return was asked for by who saw the patient. A case that is reopened, and then cancelled or left to lapse, does not
    undo that; and one that could not be booked, first on its list, would hold up all who stand behind it.
    """
    if request.kind == Kind.RETURN:
        return True
    return request.case.state == CaseState.IN_PERSON and request.referral.ended_at is None


def live_booking(request: BookingRequest) -> Booking | None:
    """Return the booking of a request that stands, if any."""
    return db.session.scalars(
        select(Booking).where(Booking.request_id == request.id, Booking.ended_at.is_(None))
    ).one_or_none()


def last_booking(request: BookingRequest) -> Booking | None:
    """Return the newest booking of a request, also one that ended."""
    return db.session.scalars(
        select(Booking).where(Booking.request_id == request.id).order_by(Booking.id.desc()).limit(1)
    ).one_or_none()


def open_offer(request: BookingRequest) -> BookingOffer | None:
    """Return the offer that waits for an answer, if any."""
    return db.session.scalars(
        select(BookingOffer).where(BookingOffer.request_id == request.id, BookingOffer.closed_at.is_(None))
    ).one_or_none()


def standing_offer(request: BookingRequest) -> BookingOffer | None:
    """Return the offer that a request may take; nothing is read for one that is offered none."""
    return open_offer(request) if request.state == State.OFFERED else None


def holidays(first: date, last: date) -> dict[date, str]:
    """Return the holidays from one day to another, with their names."""
    query = select(Holiday.day, Holiday.name).where(
        Holiday.day >= first, Holiday.day <= last, Holiday.removed_at.is_(None)
    )
    return {row.day: row.name for row in db.session.execute(query)}
