"""What the first screen says of a visit: how far it is, also where nobody has opened the case since it was asked for."""

import re

import pytest

from tests.bookings.conftest import text

NOT_BOOKED = "Veja o que falta para marcar."


@pytest.fixture
def unopened(desk):
    """Return a request whose case its unit has not opened since the consultant asked for the visit."""
    desk.allow()
    desk.publish(days=1)
    return desk.escalated()


def test_a_case_that_nobody_opened_says_how_far_its_visit_is(desk, unopened, sign_in, at):
    browser = sign_in("marina")
    assert NOT_BOOKED in text(browser.get("/mine"))
    visit = desk.book(unopened)
    page = text(browser.get("/mine"))
    assert "A consulta foi marcada." in page
    assert NOT_BOOKED not in page
    with at(visit.at):
        desk.do("miss", unopened, "", by="rosangela")
    page = text(browser.get("/mine"))
    assert "O paciente faltou: diga se o pedido volta à lista de espera." in page
    assert NOT_BOOKED not in page


def test_a_visit_that_was_cancelled_or_is_offered_says_so(desk, unopened, sign_in):
    other = desk.escalated()
    browser = sign_in("marina")
    desk.book(unopened)
    desk.do("cancel", unopened, "Chuva.", by="marina")
    page = text(browser.get("/mine?show=waiting"))
    assert "A consulta foi desmarcada: diga se o pedido volta à lista de espera." in page
    assert other.state == "offered"
    assert "Há uma vaga oferecida: aceite ou recuse." in page
    assert NOT_BOOKED not in page


def test_two_patients_of_one_name_have_buttons_of_two_names(desk, sign_in):
    """Initials and age band of both are the same: what tells them apart is the reference."""
    both = desk.escalated(), desk.escalated()
    page = text(sign_in("marina").get("/bookings"))
    for request in both:
        button = re.search(rf'href="/bookings/{request.ref}/book">(.*?)</a>', page).group(1)
        link = re.search(rf'href="/bookings/{request.ref}">(.*?)</a>', page).group(1)
        assert button.endswith(f", {request.ref}</span>")
        assert link.endswith(f", {request.ref}</span>")
