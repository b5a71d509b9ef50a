"""A request comes on the waiting list, goes back to it, or leaves it."""

from datetime import date

from sqlalchemy import select

from teleconsult import clock
from teleconsult.bookings.actions._step import step, write
from teleconsult.bookings.actions.booking import drop, offer_next
from teleconsult.bookings.actions.quota import give_form_back
from teleconsult.bookings.asking import asking
from teleconsult.bookings.models import Booking, BookingEvent, BookingRequest
from teleconsult.bookings.models_agenda import AgendaSession
from teleconsult.bookings.queueing import RANKS
from teleconsult.bookings.steps import Kind, State
from teleconsult.bookings.wanted import wanted_from
from teleconsult.cases.actions import UNSEEN_CAUSES
from teleconsult.cases.models_opinion import Referral
from teleconsult.errors import N_, Refused
from teleconsult.extensions import db
from teleconsult.people import queries as people
from teleconsult.people.access import Role
from teleconsult.people.models import User
from teleconsult.web.refs import new_ref


def make(referral: Referral, *, by: User) -> BookingRequest:
    """Put the first visit of a referral on the waiting list, with everything taken from the referral and its case."""
    return _make(referral, by, Kind.FIRST, "", None)


def make_return(referral: Referral, *, by: User, return_when: str, seen_on: date) -> BookingRequest:
    """Put a return on the waiting list as the specialist asked for it, in words, on the day of the visit."""
    return _make(referral, by, Kind.RETURN, return_when, wanted_from(return_when, seen_on))


def _make(referral: Referral, by: User, kind: Kind, return_when: str, from_day: date | None) -> BookingRequest:
    now = clock.now()
    request = BookingRequest(
        ref=new_ref("MA"),
        referral_id=referral.id,
        case_id=referral.case_id,
        specialty_id=referral.specialty_id,
        unit_id=referral.case.unit_id,
        kind=kind,
        priority=referral.priority,
        rank=RANKS[referral.priority],
        state=State.WAITING,
        since=now,
        made_at=now,
        return_when=return_when,
        wanted_from=from_day,
    )
    request.case, request.referral = referral.case, referral
    db.session.add(request)
    db.session.flush()
    write("make", request, by=by, source="", data={"kind": str(kind)})
    return request


def requeue(request: BookingRequest, *, by: User, said: str = "") -> BookingEvent:
    """Put a request back on the list after a visit that did not happen; it keeps its age."""
    return step("requeue", request, by=by, said=said)


def end(request: BookingRequest, how: str) -> None:
    """Take a request off the list for good because its referral ended; its slot is offered on, its form comes back."""
    step("end", request, by=None, carry={"why": how}, set={"ended_how": how}, data={"how": how})
    slot = drop(request)
    give_form_back(request)
    if slot is not None:
        offer_next(slot)


def close_unseen(request: BookingRequest, cause: str, *, by: User, note: str = "") -> BookingEvent:
    """End a return that is not wanted any more, with why; its slot is offered on, and the other side is told.

    Raises:
        Refused: the cause is not one of `UNSEEN_CAUSES`, which are those of a case that ends without a visit.
    """
    if cause and cause not in UNSEEN_CAUSES:
        raise Refused(N_("Escolha um dos motivos da lista."), field="cause")
    event = step(
        "close_unseen",
        request,
        by=by,
        carry={"cause": cause},
        set={"ended_how": cause},
        said=note,
        data={"how": cause},
        tell=_both_sides(request, by),
    )
    request.referral.unseen_cause = cause  # of a patient who died nothing is asked later
    slot = drop(request)
    if slot is not None:
        offer_next(slot)
    return event


def reopen(request: BookingRequest, why: str, *, by: User) -> BookingEvent:
    """Put a return back on the list that was ended by mistake, with a reason; it keeps its age, but not its slot."""
    tell = _both_sides(request, by)
    event = step("reopen", request, by=by, carry={"why": why}, set={"ended_how": ""}, said=why, tell=tell)
    request.referral.unseen_cause = ""
    return event


def _both_sides(request: BookingRequest, by: User) -> list[User]:
    """Return who waits for a return: the unit, who saw the patient and asked them back, and the desk unless it acts itself."""
    seen_by = (
        select(User)
        .join(AgendaSession, AgendaSession.specialist_id == User.id)
        .join(Booking, Booking.session_id == AgendaSession.id)
        .join(BookingRequest, BookingRequest.id == Booking.request_id)
        .where(
            BookingRequest.case_id == request.case_id,
            BookingRequest.referral_id == request.referral_id,
            BookingRequest.state == State.ATTENDED,
            Booking.ended_at.is_(None),
        )
    )
    desk = [] if by.has(Role.ADMINISTRATOR) else people.active_with_role(Role.ADMINISTRATOR)
    return [*asking(request), *db.session.scalars(seen_by), *desk]
