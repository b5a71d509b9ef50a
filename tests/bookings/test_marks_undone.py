"""Taking a mark back on the agenda of a day: offered for the visit that it takes back, while it can be."""

from datetime import timedelta

import pytest

from teleconsult import clock
from teleconsult.bookings.models import BookingEvent
from teleconsult.bookings.steps import State
from teleconsult.cases import actions as cases
from teleconsult.extensions import db, transaction
from tests import world
from tests.bookings.conftest import fresh, text


def undoing(browser, request, session):
    """Return on which lines of a day a mark of this request can be taken back: how many times the step is offered."""
    page = text(browser.get(f"/bookings/agenda?day={session.day}"))
    return page.count(f'action="/bookings/agenda/visits/{request.ref}/correct"')


@pytest.mark.parametrize("then", ["attend", "miss"])
def test_an_absence_of_before_is_not_taken_back_in_place_of_the_visit_that_followed(desk, sign_in, then):
    desk.allow()
    first, second = desk.publish(days=2, first=1, returns=0), desk.publish(days=9, first=1, returns=0)
    request = desk.escalated()
    with clock.at(desk.book(request).at + timedelta(hours=1)):
        desk.do("miss", request, "forgot", by="rosangela")
        assert undoing(sign_in("rosangela"), request, first) == 1
        desk.do("requeue", request, by="marina")
        assert undoing(sign_in("rosangela"), request, first) == 0
        at = desk.book(request).at
    with clock.at(at + timedelta(hours=1)):
        desk.do(then, request, *(["ill"] if then == "miss" else []), by="rosangela")
        browser = sign_in("rosangela")
        assert [undoing(browser, request, day) for day in (first, second)] == [0, 1]
        assert "Faltou" in text(browser.get(f"/bookings/agenda?day={first.day}"))


def test_a_mark_is_not_taken_back_once_the_counter_referral_came(desk, sign_in):
    desk.allow()
    session = desk.publish(days=2, first=1, returns=0)
    request = desk.escalated()
    with clock.at(desk.book(request).at + timedelta(hours=1)):
        desk.do("attend", request, by="rosangela")
        assert undoing(sign_in("rosangela"), request, session) == 1
        with transaction(request.case):
            visit = cases.Visit(session.day, "Dra. Lia", "Psoríase", "Sim.", "Tratar.", False)
            cases.counter_refer(request.case, visit, by=world.person("lia"))
        browser = sign_in("rosangela")
        assert undoing(browser, request, session) == 0
        assert "Compareceu" in text(browser.get(f"/bookings/agenda?day={session.day}"))


def test_of_a_return_it_is_taken_back_though_its_case_is_over(desk, sign_in):
    session = desk.publish(days=2, first=0, returns=1)
    request = desk.to_return()
    with clock.at(desk.book(request).at + timedelta(hours=1)):
        desk.do("miss", request, "ill", by="rosangela")
        assert undoing(sign_in("rosangela"), request, session) == 1


def test_a_mark_is_taken_back_with_no_more_words_than_any_other_step_takes(desk, sign_in):
    """The page sends words of its own; of what was written in their place fifty thousand letters went into the history."""
    desk.allow()
    desk.publish(days=2, first=1, returns=0)
    request = desk.escalated()
    with clock.at(desk.book(request).at + timedelta(hours=1)):
        desk.do("miss", request, "ill", by="rosangela")
        browser, address = sign_in("rosangela"), f"/bookings/agenda/visits/{request.ref}/correct"
        for why, state in (("x" * 301, State.MISSED), ("", State.MISSED), ("x" * 300, State.BOOKED)):
            browser.post(address, data={"version": request.version, "why": why})
            fresh()
            assert request.state == state
        assert max(len(line.said) for line in db.session.scalars(db.select(BookingEvent))) == 300


def test_an_absence_is_not_taken_back_where_the_patient_has_another_visit_in_that_hour(desk, sign_in):
    desk.allow(forms=9)
    desk.publish(days=2, first=1, returns=0, slot_minutes=20)
    desk.publish(days=2, first=1, returns=0, slot_minutes=20, starts=8 * 60 + 30)
    one, other = desk.escalated(), desk.escalated()
    with transaction():
        other.case.patient_id = one.case.patient_id
    at = desk.book(one).at
    with clock.at(at + timedelta(minutes=5)):
        desk.do("miss", one, "unknown", by="rosangela")
        desk.book(other)
        answer = sign_in("rosangela").post(
            f"/bookings/agenda/visits/{one.ref}/correct", data={"version": one.version, "why": "Veio."}
        )
        assert answer.status_code == 302
        fresh()
        assert (one.state, other.state) == (State.MISSED, State.BOOKED)
