"""A random life of a few requests on a small agenda: never two in a slot, never over the allowance, nobody lost."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from teleconsult.bookings import actions
from teleconsult.bookings.models import Booking, BookingOffer, BookingRequest
from teleconsult.bookings.models_agenda import AgendaSlot
from teleconsult.bookings.models_quota import AllowanceMonth, FormSpent
from teleconsult.bookings.steps import State
from teleconsult.bookings.world import live_booking, open_offer
from teleconsult.errors import Overtaken, Refused
from teleconsult.extensions import db, transaction
from tests import world

REQUESTS, SLOTS, FORMS = 4, 3, 3
STEPS = st.tuples(
    st.sampled_from(
        [
            "book",
            "over",
            "move",
            "cancel",
            "requeue",
            "refuse",
            "accept",
            "block",
            "unblock",
            "close_unseen",
            "reopen",
        ]
    ),
    st.integers(0, REQUESTS - 1),
    st.integers(0, SLOTS - 1),
)


def take(desk, verb, request, slot):
    by = world.person("rosangela")
    with transaction(request):
        if verb in ("book", "over"):
            why = "Autorizado pelo distrito." if verb == "over" else ""
            actions.book(request, slot.id, actions.Terms(over_why=why), by=by if why else world.person("marina"))
        elif verb == "accept":
            offer = open_offer(request)
            actions.book(request, offer.slot_id if offer else 0, actions.Terms(), by=world.person("marina"))
        elif verb == "move":
            actions.move(request, slot.id, "Pediu outro dia.", by=by)
        elif verb == "cancel":
            actions.cancel(request, "Viajou.", by=by)
        elif verb == "close_unseen":
            actions.close_unseen(request, "moved", by=by)
        elif verb == "reopen":
            actions.reopen(request, "Voltou.", by=by)
        elif verb in ("block", "unblock"):
            getattr(actions, verb)(slot, *(("Reunião.",) if verb == "block" else ()), by=by)
        else:
            getattr(actions, verb)(request, by=by)


def hold(requests):
    """Hold the whole to what must always be so."""
    db.session.rollback()
    db.session.expire_all()
    live = db.session.scalars(select(Booking).where(Booking.ended_at.is_(None))).all()
    assert len({booking.slot_id for booking in live}) == len(live)
    held = {slot.request_id: slot.id for slot in db.session.scalars(select(AgendaSlot)) if slot.request_id}
    for request in requests:
        booking, offer = live_booking(request), open_offer(request)
        assert (booking is not None) == (request.state == State.BOOKED)
        assert (offer is not None) == (request.state == State.OFFERED)
        assert held.get(request.id) == (booking.slot_id if booking else offer.slot_id if offer else None)
    assert db.session.scalar(
        select(func.count()).select_from(BookingOffer).where(BookingOffer.closed_at.is_(None))
    ) == sum(request.state == State.OFFERED for request in requests)
    spent = db.session.scalar(select(func.count()).select_from(FormSpent).where(FormSpent.returned_at.is_(None)))
    row = db.session.scalars(select(AllowanceMonth)).one_or_none()
    if row is not None:
        assert row.forms_spent == spent
        assert row.forms_spent <= row.forms + row.forms_over


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=4, max_size=14))
def walk(desk, requests, slots, steps):
    """Take some steps from wherever the last walk ended."""
    for verb, which, number in steps:
        request = db.session.get_one(BookingRequest, requests[which])
        slot = db.session.get_one(AgendaSlot, slots[number])
        try:
            take(desk, verb, request, slot)
        except (Refused, Overtaken):
            db.session.rollback()
        hold([db.session.get_one(BookingRequest, one) for one in requests])


@pytest.mark.parametrize("forms", [1, FORMS])
def test_a_random_life(desk, forms):
    desk.allow(forms=forms)
    session = desk.publish(first=SLOTS, returns=0)
    slots = [slot.id for slot in session.slots]
    requests = [desk.escalated().id for _n in range(REQUESTS)]
    walk(desk, requests, slots)
    assert db.session.scalar(select(func.count()).select_from(Booking)) >= 1


def test_a_random_life_of_returns(desk):
    session = desk.publish(first=0, returns=SLOTS)
    slots = [slot.id for slot in session.slots]
    requests = [desk.to_return().id for _n in range(REQUESTS)]
    walk(desk, requests, slots)
