"""A slot that is offered is kept for somebody: no screen of the agenda calls it free."""

import re
from datetime import timedelta

from teleconsult import clock
from teleconsult.bookings import actions
from teleconsult.bookings.models import BookingOffer
from teleconsult.cases.models import Case
from teleconsult.extensions import db, transaction
from teleconsult.people.models import UserRole
from teleconsult.web.words import localday, localtime
from tests import world
from tests.bookings.conftest import text, today


def day() -> str:
    """Return the address of the day on which the session is."""
    return f"/bookings/agenda?day={today() + timedelta(days=7)}"


def row(page: str, hour: str) -> str:
    """Return the row of an hour."""
    return next(part for part in re.findall(r"<li class=\"tc-row.*?</li>", page, re.DOTALL) if f">{hour}</b>" in part)


def offered(desk):
    """Let a slot be given back, and return its session and the request that it is offered to."""
    desk.allow()
    session = desk.publish()
    first, second = desk.escalated(), desk.escalated()
    desk.book(first)
    desk.do("cancel", first, "Chuva.", by="marina")
    assert second.state == "offered"
    return session, second


def test_the_desk_sees_to_whom_a_slot_is_offered(desk, sign_in):
    session, request = offered(desk)
    ref, about = session.ref, request.ref
    browser = sign_in("rosangela")
    for address in (day(), f"/bookings/agenda/sessions/{ref}"):
        page = text(browser.get(address))
        assert "Vaga oferecida" in row(page, "8:00")
        assert "USF Vietnã" in row(page, "8:00")
        assert ">livre<" not in re.sub(r"\s", "", row(page, "8:00"))
        assert "Vaga oferecida" not in row(page, "8:30")
    assert f"/bookings/{about}" in row(text(browser.get(day())), "8:00")
    assert "Compareceu" not in row(text(browser.get(day())), "8:00")
    page = text(browser.get(f"/bookings/agenda/sessions/{ref}"))
    assert "0 marcadas, 1 vaga oferecida" in page
    assert "perde este horário e volta à lista de espera" in row(page, "8:00")  # as for one who is booked


def test_the_specialist_learns_nothing_of_who_may_yet_say_no(desk, sign_in):
    _session, request = offered(desk)
    case = request.case.ref
    page = row(text(sign_in("lia").get(day())), "8:00")
    assert "Vaga oferecida" in page
    assert case not in page
    assert "tc-row__name" not in page


def test_a_slot_that_was_blocked_by_mistake_is_offered_again_to_whom_it_was(desk):
    session, first = offered(desk)
    second = desk.escalated()
    slot = session.slots[0]
    with transaction():
        actions.block(slot, "Reunião.", by=world.person("rosangela"))
    assert (first.state, second.state) == ("waiting", "waiting")
    with transaction():
        actions.unblock(slot, by=world.person("rosangela"))
    assert (first.state, second.state) == ("offered", "waiting")
    desk.do("refuse", first, by="marina")
    assert (first.state, second.state) == ("waiting", "offered")


def test_an_hour_that_has_passed_is_free_no_more(desk, sign_in):
    session = desk.publish()
    ref, late = session.ref, session.slots[0].at + timedelta(minutes=1)
    with clock.at(late):
        browser = sign_in("rosangela")
        for address in (f"/bookings/agenda?day={session.day}", f"/bookings/agenda/sessions/{ref}"):
            page = text(browser.get(address))
            assert "ninguém marcado" in row(page, "8:00")
            assert "livre" not in row(page, "8:00")
            assert "livre" in row(page, "8:30")


def test_an_offer_waits_on_the_first_screen_until_it_is_answered(desk, sign_in):
    """It is kept for a day, and a case that was opened once waits there for nothing else."""
    _session, request = offered(desk)
    browser, address = sign_in("marina"), f"/bookings/{request.ref}"
    for case in db.session.scalars(db.select(Case)):
        text(browser.get(f"/cases/{case.ref}"))
    page = text(browser.get("/mine"))
    assert "Nada espera por você" not in page
    assert "Também: 1 vaga oferecida" in page
    until = localtime(db.session.scalars(db.select(BookingOffer)).one().expires_at)
    waits = page[page.index('id="esperam"') : page.index('id="andamento"')]
    assert f'href="{address}"' in waits
    assert f"aceite até {until}" in waits
    assert "8:00" in waits
    assert world.SECRET_NAME in waits
    assert address not in text(sign_in("jonas").get("/mine"))
    desk.do("refuse", request, by="marina")
    assert f'href="{address}"' not in text(browser.get("/mine"))


def test_an_offer_for_a_case_that_support_filed_waits_for_support_too(desk, sign_in):
    _session, request = offered(desk)
    with transaction():
        request.case.filed_by_id = world.person("dora").id
    browser, address = sign_in("dora"), f"/bookings/{request.ref}"
    assert f'href="{address}"' in text(browser.get("/district"))
    assert f'href="{address}"' not in text(browser.get("/district?show=in_person"))
    with transaction():
        request.case.unit.district = "DS II"
    assert f'href="{address}"' not in text(browser.get("/district"))


def test_the_waiting_list_says_until_when_an_offer_can_be_accepted(desk, sign_in):
    offered(desk)
    until = localtime(db.session.scalars(db.select(BookingOffer)).one().expires_at)
    for person in ("marina", "rosangela"):
        assert f"aceite até {until}" in text(sign_in(person).get("/bookings"))


def test_beside_an_offered_slot_no_other_day_is_expected(desk, sign_in):
    _session, request = offered(desk)
    browser = sign_in("marina")
    for address in (f"/bookings/{request.ref}", f"/cases/{request.case.ref}"):
        page = text(browser.get(address))
        assert "Lugar na lista" in page
        assert "Data prevista" not in page
    desk.do("refuse", request, by="marina")
    assert "Data prevista" in text(browser.get(f"/bookings/{request.ref}"))


def test_who_stands_behind_an_offered_slot_expects_the_next_free_one(desk, sign_in):
    """The offered slot was counted twice: it was not free, and who holds it took a free one before."""
    desk.allow()
    near = desk.publish(days=7, first=2, returns=0)
    desk.publish(days=40, first=2, returns=0)
    first, second, third = desk.escalated(), desk.escalated(), desk.escalated()
    desk.book(first)
    desk.do("cancel", first, "Chuva.", by="marina")
    assert (second.state, third.state) == ("offered", "waiting")
    page = text(sign_in("marina").get(f"/bookings/{third.ref}"))
    assert "<dd>2º" in page
    assert f"{localday(near.day)}, pela agenda publicada" in page


def test_an_offer_for_what_was_filed_as_support_is_not_shown_once_one_is_support_no_more(desk, sign_in):
    _session, request = offered(desk)
    with transaction():
        request.case.filed_by_id = world.person("dora").id
        world.person("dora").role_rows = [UserRole("requester")]
    browser = sign_in("dora")
    assert browser.get(f"/bookings/{request.ref}").status_code == 404
    page = text(browser.get("/mine"))
    assert world.SECRET_NAME not in page
    assert "Vaga" not in page


def test_an_offer_for_what_one_asked_before_is_not_shown_to_support_of_another_district(desk, sign_in):
    _session, request = offered(desk)
    with transaction():
        request.case.requester_id = request.case.filed_by_id = world.person("dora").id
    browser, address = sign_in("dora"), f"/bookings/{request.ref}"
    assert f'href="{address}"' in text(browser.get("/district"))
    with transaction():
        request.case.unit.district = "DS II"
    assert browser.get(address).status_code == 404
    page = text(browser.get("/district"))
    assert world.SECRET_NAME not in page
    assert f'href="{address}"' not in page
