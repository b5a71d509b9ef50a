"""Two at once: exactly one has the slot, nobody goes over an allowance, on both databases."""

from collections import Counter
from datetime import datetime, timedelta
from threading import Barrier, Event, Thread
from zoneinfo import ZoneInfo

import pytest

from teleconsult.bookings import actions, queries, queries_agenda
from teleconsult.bookings.models import Booking, BookingRequest
from teleconsult.bookings.models_agenda import AgendaSlot
from teleconsult.bookings.models_quota import AllowanceMonth
from teleconsult.bookings.world import live_booking, open_offer
from teleconsult.errors import Overtaken, Refused
from teleconsult.extensions import db, transaction
from teleconsult.people import actions as people
from teleconsult.people.facts import PersonFacts
from teleconsult.shifts import actions as calendar
from tests import world
from tests.bookings.conftest import today
from tests.racing import uncommitted


def race(application, jobs):
    """Run every job at once, each in a context of its own; return what became of them."""
    start, ends = Barrier(len(jobs)), []

    def run(job):
        with application.app_context():
            start.wait()
            try:
                job()
            except (Refused, Overtaken) as refusal:
                ends.append(type(refusal).__name__)
            except Exception as error:  # noqa: BLE001 (it is what the test looks for)
                ends.append(repr(error))
            else:
                ends.append("done")

    threads = [Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(ends)


def booking_of(ref, slot_id):
    def job():
        request = queries.request_by(ref)
        with transaction(request):
            actions.book(request, slot_id, actions.Terms(), by=world.person("marina"))

    return job


def test_the_last_slot_has_one_booking(application, desk):
    desk.allow(forms=50)
    desk.publish(first=1)
    refs = [desk.escalated().ref for _ in range(5)]
    slot_id = db.session.scalar(db.select(AgendaSlot.id).where(AgendaSlot.kind == "first"))
    db.session.remove()
    ends = race(application, [booking_of(ref, slot_id) for ref in refs])
    assert ends["done"] == 1
    assert ends["done"] + ends["Refused"] + ends["Overtaken"] == 5, ends
    assert db.session.scalar(db.select(db.func.count()).select_from(Booking)) == 1
    held = db.session.get_one(AgendaSlot, slot_id).request_id
    assert db.session.get_one(BookingRequest, held).state == "booked"


def test_the_last_form_is_spent_once(application, desk):
    desk.allow(forms=1)
    desk.publish(first=3)
    refs = [desk.escalated().ref for _ in range(3)]
    slots = db.session.scalars(db.select(AgendaSlot.id).where(AgendaSlot.kind == "first")).all()
    db.session.remove()
    ends = race(application, [booking_of(ref, slot) for ref, slot in zip(refs, slots, strict=True)])
    assert ends["done"] == 1, ends
    row = db.session.scalars(db.select(AllowanceMonth)).one()
    assert (row.forms, row.forms_spent) == (1, 1)


def test_one_request_is_booked_once(application, desk):
    desk.allow(forms=50)
    desk.publish(first=3)
    ref = desk.escalated().ref
    slots = db.session.scalars(db.select(AgendaSlot.id).where(AgendaSlot.kind == "first")).all()
    db.session.remove()
    ends = race(application, [booking_of(ref, slot) for slot in slots])
    assert ends["done"] == 1, ends
    assert ends["done"] + ends["Refused"] + ends["Overtaken"] == 3, ends


@pytest.mark.parametrize("state", ["waiting", "offered"])
def test_a_return_that_is_ended_while_it_is_booked_holds_no_slot(application, desk, state):
    desk.publish(first=1, returns=1)
    before, asked = desk.to_return(), desk.to_return()
    if state == "offered":
        desk.book(before)
        desk.do("cancel", before, "Viajou.", by="marina")
    ref, version = asked.ref, str(asked.version)
    slot_id = db.session.scalar(db.select(AgendaSlot.id).where(AgendaSlot.kind == "return"))
    assert asked.state == state
    db.session.remove()

    def shown(act, key):
        def job():
            request = queries.request_by(ref)
            with transaction(request, version):
                act(request, world.person(key))

        return job

    book = shown(lambda request, by: actions.book(request, slot_id, actions.Terms(), by=by), "marina")
    end = shown(lambda request, by: actions.close_unseen(request, "died", by=by), "rosangela")
    ends = race(application, [book, end])
    assert ends["done"] == 1, ends
    assert ends["done"] + ends["Refused"] + ends["Overtaken"] == 2, ends
    found = queries.request_by(ref)
    booked = live_booking(found)
    held = db.session.scalar(db.select(AgendaSlot.id).where(AgendaSlot.request_id == found.id))
    assert (found.state, booked is not None, held) in (("booked", True, slot_id), ("ended", False, None))
    assert open_offer(found) is None


def test_an_agenda_and_the_loss_of_its_specialty_at_the_same_moment_see_each_other(application, desk):
    """The specialty is taken away and that is not committed yet when the agenda is laid: nobody would be told of it."""
    db.session.remove()

    def lose():
        lia, known = world.person("lia"), {}
        known = {name: getattr(lia, name) for name in people.PLAIN} | {"roles": lia.roles, "unit_id": lia.unit_id}
        only = frozenset({world.specialty("neurologia").id})
        people.change(lia, PersonFacts(**known, specialty_ids=only), by=world.person("teresa"))

    with uncommitted(application, lose), application.app_context(), pytest.raises((Refused, Overtaken)):
        desk.publish(days=7)


@pytest.mark.parametrize("how", ["laid", "moved"])
def test_an_agenda_and_a_leave_at_the_same_moment_see_each_other(application, desk, how):
    """The leave is written and not committed yet when the agenda is laid into it: nobody was told of either."""
    day = today() + timedelta(days=7)
    other = desk.publish(days=8).ref if how == "moved" else ""
    begin = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo("America/Recife"))
    taken, laid, said = Event(), Event(), []
    db.session.remove()

    def leave():
        with application.app_context(), transaction():
            calendar.take_leave(
                user=world.person("lia"), kind="leave", from_at=begin, until_at=begin + timedelta(days=1), why="",
                by=world.person("lia"),
            )  # fmt: skip
            taken.set()
            laid.wait(1)  # whoever is lined up behind it cannot come first

    def lay():
        with application.app_context():
            taken.wait(5)
            try:
                if how == "laid":
                    desk.publish(days=7)
                else:
                    session = queries_agenda.session_row(other)
                    with transaction(session):
                        actions.move_session(session, day, 8 * 60, "Reforma.", by=world.person("rosangela"))
            except (Refused, Overtaken) as refusal:
                said.append(type(refusal).__name__)
            laid.set()

    threads = [Thread(target=leave), Thread(target=lay)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said == ["Refused"]
