"""What the worker does for bookings by the clock. Each job finds what is due, bounded, and does one thing in a transaction.

A reminder reads its request before it asks whether the reminder is due: what another worker adds in between is seen by
the one or refused by the other (`remember`).
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select, update

from teleconsult import clock
from teleconsult.bookings import queries, queries_quota, settings, shelves
from teleconsult.bookings.actions._step import remember
from teleconsult.bookings.actions.booking import expire
from teleconsult.bookings.asking import asking
from teleconsult.bookings.models import Booking, BookingEvent, BookingOffer, BookingRequest
from teleconsult.bookings.settings import REMIND_DAYS
from teleconsult.bookings.steps import Kind, State
from teleconsult.cases.models_opinion import Referral
from teleconsult.extensions import changed, db
from teleconsult.notices import actions as notices
from teleconsult.people import queries as people
from teleconsult.people.access import Role
from teleconsult.shifts.calendar import local_day

AT_ONCE = 100
AGAIN = timedelta(days=7)
"""Whoever owes a counter-referral, the word on who came, or a booking, is reminded once in this time."""

A_DAY = timedelta(days=1)
"""So long after a visit nobody is asked who came: the day's list is marked at its end."""


def offers_over() -> Sequence[int]:
    """Return the offers whose time to accept is over."""
    query = select(BookingOffer.id).where(BookingOffer.closed_at.is_(None), BookingOffer.expires_at <= clock.now())
    return db.session.scalars(query.order_by(BookingOffer.expires_at).limit(AT_ONCE)).all()


def expire_offer(offer_id: int) -> int:
    """Take one offer back; return 0 when it was answered meanwhile."""
    row = db.session.get_one(BookingOffer, offer_id)
    if row.closed_at is not None:
        return 0
    expire(row)
    return 1


def reminders() -> Sequence[tuple[int, int]]:
    """Return the bookings of which the unit is to be reminded, with how many days before."""
    now = clock.now()
    found: list[tuple[int, int]] = []
    for days in sorted(REMIND_DAYS):
        query = select(Booking.id).where(
            Booking.ended_at.is_(None),
            Booking.mark == "",
            Booking.at > now,
            Booking.at <= now + timedelta(days=days),
            Booking.reminded > days,
        )
        taken = {booking_id for booking_id, _ in found}
        found += [(i, days) for i in db.session.scalars(query.order_by(Booking.at).limit(AT_ONCE)) if i not in taken]
    return found


def remind(due: tuple[int, int]) -> int:
    """Remind the unit of one visit, once for each of the days."""
    booking_id, days = due
    once = update(Booking).where(Booking.id == booking_id, Booking.ended_at.is_(None), Booking.reminded > days)
    if changed(once.values(reminded=days)) == 0:
        return 0
    booking = db.session.get_one(Booking, booking_id, populate_existing=True)
    request = booking.request
    remember("remind", request, {"days": days, "at": booking.at.isoformat()})
    notices.tell(asking(request), "booking.remind", subject=request.case.ref)
    return 1


def unmarked() -> Sequence[int]:
    """Return the bookings that were yesterday or before, of which nobody said who came, nor was asked to of late."""
    now = clock.now()
    asked = (
        select(func.max(BookingEvent.at))
        .where(
            BookingEvent.request_id == Booking.request_id, BookingEvent.verb == "mark_due", BookingEvent.at > Booking.at
        )
        .scalar_subquery()
    )
    query = select(Booking.id).where(
        shelves.TO_COME, Booking.at <= now - A_DAY, (asked.is_(None)) | (asked <= now - AGAIN)
    )
    return db.session.scalars(query.order_by(Booking.at).limit(AT_ONCE)).all()


def ask_for_mark(booking_id: int) -> int:
    """Ask the administrators who came to one visit: until it is said, the patient is on no list and nothing is owed."""
    request = db.session.get_one(Booking, booking_id).request
    if booking_id not in unmarked():
        return 0
    remember("mark_due", request)
    notices.tell(people.active_with_role(Role.ADMINISTRATOR), "booking.mark_due", subject=request.case.ref)
    return 1


def idle(*of: ColumnElement[bool]) -> Sequence[int]:
    """Return the requests with which a unit could go on, and nothing has happened for so long; not even a reminder.

    Where no slot is free, or all that are free are kept for a higher priority or fell on a holiday, there is nothing to
    book: the waiting list says it, and no mail presses; of no slot at all the desk is told (`lacking`). Nor is a unit
    pressed on a day that is not its own, or whose month is used up: the page would only refuse it. A return is pressed
    for from the day on which it is wanted; where the specialist's words say none, not at all.
    """
    last = and_(BookingEvent.request_id == BookingRequest.id, BookingEvent.number == BookingRequest.steps)
    now, today = clock.now(), local_day(clock.now(), clock.home().key)
    free = select(func.count()).where(*queries.free(BookingRequest.specialty_id, BookingRequest.kind, now))
    wanted = or_(BookingRequest.kind == Kind.FIRST, BookingRequest.wanted_from <= today - AGAIN)
    query = select(BookingRequest.id).join(BookingEvent, last).where(wanted, BookingEvent.at <= now - AGAIN, *of)
    order = BookingRequest.rank, BookingRequest.since
    kept = queries.kept_beside(today, *of)
    bookable = query.join(BookingRequest.unit).where(free.scalar_subquery() > kept, queries_quota.may_book_today())
    waiting = bookable.where(shelves.LISTED, BookingRequest.state == State.WAITING).order_by(*order)
    undecided = query.where(shelves.UNDECIDED).order_by(*order)
    return [number for part in (undecided, waiting) for number in db.session.scalars(part.limit(AT_ONCE))]


def ask_to_book(request_id: int) -> int:
    """Ask a unit to go on with one visit: once its case was opened, a request that nobody books is on no list that presses."""
    request = db.session.get_one(BookingRequest, request_id)
    if not idle(BookingRequest.id == request_id):
        return 0
    remember("book_due", request)
    notices.tell(asking(request), "booking.book_due", subject=request.case.ref)
    return 1


def owing() -> Sequence[int]:
    """Return the requests whose patient was seen long enough ago, without a counter-referral or a reminder since."""
    now = clock.now()
    until = now - timedelta(days=settings.number("counter_referral_days"))
    urged = (
        select(func.max(BookingEvent.at))
        .where(BookingEvent.request_id == BookingRequest.id, BookingEvent.verb == "counter_due")
        .scalar_subquery()
    )
    query = (
        select(BookingRequest.id)
        .join(Referral, Referral.id == BookingRequest.referral_id)
        .join(Booking, Booking.request_id == BookingRequest.id)
        .where(
            shelves.REFERRED,
            Referral.ended_at.is_(None),
            BookingRequest.kind == Kind.FIRST,
            BookingRequest.state == State.ATTENDED,
            Booking.ended_at.is_(None),
            Booking.at <= until,
            (urged.is_(None)) | (urged <= now - AGAIN),
        )
    )
    return db.session.scalars(query.order_by(Booking.at).limit(AT_ONCE)).all()


def urge(request_id: int) -> int:
    """Ask for one overdue counter-referral: the specialist of the session, or the administrators when there is no account."""
    request = db.session.get_one(BookingRequest, request_id)
    if request_id not in owing():
        return 0
    booking = db.session.scalars(
        select(Booking).where(Booking.request_id == request_id, Booking.ended_at.is_(None))
    ).one()
    remember("counter_due", request)
    specialist = booking.session.specialist
    told = [specialist] if specialist is not None else people.active_with_role(Role.ADMINISTRATOR)
    notices.tell(told, "booking.counter_due", subject=request.case.ref)
    return 1
