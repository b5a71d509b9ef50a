"""A request comes on the waiting list, goes back to it, or leaves it."""

from teleconsult import clock
from teleconsult.bookings.actions._step import step, write
from teleconsult.bookings.actions.booking import drop, offer_next
from teleconsult.bookings.actions.quota import give_form_back
from teleconsult.bookings.models import BookingEvent, BookingRequest
from teleconsult.bookings.queueing import RANKS
from teleconsult.bookings.steps import Kind, State
from teleconsult.cases.models_opinion import Referral
from teleconsult.extensions import db
from teleconsult.people.models import User
from teleconsult.web.refs import new_ref


def make(referral: Referral, *, by: User, kind: Kind = Kind.FIRST, return_when: str = "") -> BookingRequest:
    """Put a visit of a referral on the waiting list, with everything taken from the referral and its case."""
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
