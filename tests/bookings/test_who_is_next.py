"""That a slot goes to the next on the list is said where somebody there can take it, and nowhere else."""

import pytest

from teleconsult.extensions import db
from tests.bookings.conftest import fresh, text

NEXT = "próximo da lista"


@pytest.fixture
def alone(desk):
    """Return a request that is booked, while nobody waits."""
    desk.allow()
    desk.publish(days=1)
    request = desk.escalated()
    desk.book(request)
    return request


def cancel(sign_in, request):
    """Cancel by the page, and return what it said before and after."""
    browser, address = sign_in("marina"), f"/bookings/{request.ref}/cancel"
    before = text(browser.get(address))
    answer = browser.post(address, data={"version": request.version, "why": "Chuva."}, follow_redirects=True)
    return before, text(answer)


def test_where_nobody_waits_the_slot_goes_to_nobody(alone, sign_in):
    assert NEXT not in text(sign_in("marina").get(f"/bookings/{alone.ref}/move"))
    before, after = cancel(sign_in, alone)
    assert "Depois você diz se o pedido volta à lista de espera." in before
    assert "Consulta desmarcada." in after
    assert NEXT not in before + after


def test_where_the_next_can_take_it_the_page_says_that_it_is_offered(desk, alone, sign_in):
    other = desk.escalated()
    assert f"A vaga de agora vai para o {NEXT}." in text(sign_in("marina").get(f"/bookings/{alone.ref}/move"))
    before, after = cancel(sign_in, alone)
    assert f"A vaga vai para o {NEXT}" in before
    assert f"A vaga foi oferecida ao {NEXT}." in after
    fresh()
    db.session.refresh(other)
    assert other.state == "offered"


def test_who_waits_without_a_form_left_does_not_count(desk, sign_in):
    desk.allow(forms=1)
    desk.publish(days=1)
    request = desk.escalated()
    desk.book(request)
    other = desk.escalated()
    before, after = cancel(sign_in, request)
    assert NEXT not in before + after
    fresh()
    db.session.refresh(other)
    assert other.state == "waiting"


def test_the_end_of_a_return_says_the_same(desk, sign_in):
    desk.publish(days=1)
    request = desk.to_return("1 dia")
    desk.book(request)
    address = f"/bookings/{request.ref}/close_unseen"
    assert NEXT not in text(sign_in("marina").get(address))
    desk.to_return("1 dia")
    assert f"a vaga vai para o {NEXT}" in text(sign_in("marina").get(address))
