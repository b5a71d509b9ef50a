"""What the first screen says of a visit: how far it is, also where nobody has opened the case since it was asked for."""

import re
from datetime import timedelta

import pytest

from teleconsult.bookings import actions
from teleconsult.bookings.words import visit_time
from teleconsult.extensions import transaction
from teleconsult.shifts.actions import take_leave
from tests import world
from tests.bookings.conftest import text

NOT_BOOKED = "Veja o que falta para marcar."
TAKEN_AWAY = "A agenda mudou e a consulta que estava marcada não vai acontecer: avise o paciente."


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


def test_a_visit_that_a_changed_agenda_took_away_is_to_be_told_to_its_patient_until_its_hour(desk, sign_in, at):
    """The patient has a paper with the day on it: on the list alone, nobody would think of stopping them."""
    desk.allow()
    session, request = desk.publish(), desk.escalated()
    visit = desk.book(request)
    with transaction(session):
        actions.cancel_session(session, "Especialista doente.", by=world.person("rosangela"))
    browser = sign_in("marina")
    for where in ("/mine", f"/bookings/{request.ref}", f"/cases/{request.case.ref}"):
        assert TAKEN_AWAY in text(browser.get(where)), where
    gone = text(browser.get(f"/bookings/{request.ref}")).partition('<dd class="tc-gone">')[2]
    assert visit_time(visit.at, session.zone) in gone
    assert "Marcar a consulta" in gone
    with at(visit.at + timedelta(minutes=1)):
        browser = sign_in("marina")
        for where in (f"/bookings/{request.ref}", f"/cases/{request.case.ref}"):
            page = text(browser.get(where))
            assert TAKEN_AWAY not in page
            assert "tc-gone" not in page


def test_who_was_booked_anew_and_waits_again_was_told_of_the_earlier_visit(desk, sign_in):
    desk.allow()
    session, request = desk.publish(), desk.escalated()
    desk.publish(days=8)
    desk.book(request)
    with transaction(session):
        actions.cancel_session(session, "Especialista doente.", by=world.person("rosangela"))
    desk.book(request)
    desk.do("cancel", request, "Viajou.", by="marina")
    desk.do("requeue", request, by="marina")
    browser = sign_in("marina")
    for where in ("/mine", f"/bookings/{request.ref}"):
        assert TAKEN_AWAY not in text(browser.get(where))


def test_an_offered_slot_says_that_its_specialist_will_be_away(desk, sign_in):
    desk.allow()
    session, first, second = desk.publish(first=1), desk.escalated(), desk.escalated()
    desk.book(first)
    desk.do("cancel", first, "Viajou.", by="marina")
    assert second.state == "offered"
    away = "tem um afastamento neste horário."
    assert away not in text(sign_in("marina").get(f"/bookings/{second.ref}"))
    with transaction():
        take_leave(
            user=world.person("lia"), kind="leave", from_at=session.starts_at, until_at=session.ends_at, why="",
            by=world.person("teresa"),
        )  # fmt: skip
    assert f"Dra. Lia Cordeiro {away}" in text(sign_in("marina").get(f"/bookings/{second.ref}"))
