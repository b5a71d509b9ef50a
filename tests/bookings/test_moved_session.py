"""A session is moved with bookings in it: they move along, and nobody is lost."""

from datetime import timedelta

import pytest

from teleconsult.bookings import actions, queries
from teleconsult.bookings.steps import State
from teleconsult.bookings.world import live_booking
from teleconsult.errors import Refused
from teleconsult.extensions import db, transaction
from tests import world
from tests.bookings.conftest import today
from tests.bookings.test_life import told
from tests.bookings.test_pages import fresh, text


def moved(session, days=9, minute=10 * 60, why="Especialista em congresso."):
    with transaction(session):
        return actions.move_session(session, today() + timedelta(days=days), minute, why, by=world.person("rosangela"))


def test_bookings_move_along_and_the_units_are_told(desk):
    desk.allow()
    session = desk.publish()
    one, two = desk.escalated(), desk.escalated()
    desk.book(one)
    desk.book(two)
    assert moved(session) == (2, 0)
    first, second = live_booking(one), live_booking(two)
    assert (first.at, second.at) == (session.starts_at, session.starts_at + timedelta(minutes=30))
    assert first.at == first.slot.at
    assert first.hour == first.at.replace(minute=0)
    assert session.day == today() + timedelta(days=9)
    assert told("booking.move", "marina") == 2


def test_who_is_booked_elsewhere_in_that_hour_goes_back_to_the_list(desk):
    desk.allow()
    session = desk.publish()
    other = desk.publish(days=9, starts=10 * 60, specialist=None)
    one, two = desk.escalated(), desk.escalated()
    with transaction():
        two.case.patient_id = one.case.patient_id
    desk.book(one)
    desk.do("book", two, other.slots[0].id, actions.Terms(), by="marina")
    since = one.since
    assert moved(session) == (0, 1)
    assert (one.state, one.since, two.state) == (State.WAITING, since, State.BOOKED)


def test_an_offered_slot_keeps_its_offer(desk):
    desk.allow()
    session = desk.publish(first=1)
    one, two = desk.escalated(), desk.escalated()
    desk.book(one)
    desk.do("cancel", one, "Viajou.", by="marina")
    assert moved(session) == (1, 0)
    assert two.state == State.OFFERED
    desk.do("book", two, session.slots[0].id, actions.Terms(), by="marina")
    assert live_booking(two).at == session.starts_at


@pytest.mark.parametrize(
    ("change", "words"),
    [({"days": -1}, "já passou"), ({"why": ""}, "motivo"), ({"days": 8, "minute": 9 * 60}, "já tem agenda")],
)
def test_what_is_refused_changes_nothing(desk, change, words):
    session = desk.publish()
    desk.publish(days=8)
    before = session.starts_at
    with pytest.raises(Refused, match=words):
        moved(session, **change)
    db.session.rollback()
    assert session.starts_at == before


def test_over_http(desk, sign_in):
    desk.allow()
    session = desk.publish()
    request = desk.escalated()
    desk.book(request)
    browser, url = sign_in("rosangela"), f"/bookings/agenda/sessions/{session.ref}/move"
    assert "muda junto" in text(browser.get(url))
    day = (today() + timedelta(days=10)).isoformat()
    assert "Escreva o motivo." in text(browser.post(url, data={"day": day, "starts": "14:00", "why": ""}), 422)
    text(browser.post(url, data={}), 422)  # the complaints stand in the order of the page
    answer = browser.post(url, data={"day": day, "starts": "14:00", "why": "Congresso"})
    assert answer.status_code == 302, answer.get_data(as_text=True)[:2000]
    fresh()
    assert live_booking(request).at.hour == 17
    assert queries.request_by(request.ref).state == State.BOOKED


def test_the_district_that_booked_for_a_unit_is_told_of_what_becomes_of_the_visit(desk):
    desk.allow()
    session, request = desk.publish(), desk.escalated()
    desk.book(request, by="dora")
    assert told("booking.book", "marina") == 1
    assert moved(session) == (1, 0)
    assert told("booking.move", "dora") == 1
    with transaction(session):
        actions.cancel_session(session, "Doente.", by=world.person("rosangela"))
    assert told("booking.release", "dora") == told("booking.release", "marina") == 1


def test_who_supports_another_district_now_is_told_of_no_visit_they_booked(desk):
    desk.allow()
    session, request = desk.publish(), desk.escalated()
    desk.book(request, by="dora")
    with transaction():
        world.person("dora").unit.district = "DS V"
    moved(session)
    assert (told("booking.move", "dora"), told("booking.move", "marina")) == (0, 1)


def test_the_desk_that_booked_for_a_unit_is_told_of_no_visit_by_that(desk):
    desk.allow()
    desk.publish()
    request = desk.escalated()
    desk.book(request, by="rosangela")
    desk.do("cancel", request, "Viajou.", by="marina")
    assert told("booking.cancel", "rosangela") == 0
