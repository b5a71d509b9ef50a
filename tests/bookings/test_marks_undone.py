"""Taking a mark back on the agenda of a day: offered for the visit that it takes back, while it can be."""

from datetime import timedelta

import pytest

from teleconsult import clock
from teleconsult.cases import actions as cases
from teleconsult.extensions import transaction
from tests import world
from tests.bookings.conftest import text


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
