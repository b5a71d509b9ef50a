"""The screens over HTTP: the waiting list, booking, the agenda of the day, publishing."""

import re
from datetime import UTC, datetime, time, timedelta

import pytest

from teleconsult import clock
from teleconsult.bookings import clockwork, queries
from teleconsult.bookings.models_agenda import AgendaSession
from teleconsult.bookings.steps import State
from teleconsult.bookings.words import visit_time
from teleconsult.bookings.world import live_booking
from teleconsult.cases import actions as cases
from teleconsult.cases.lifecycle import State as CaseState
from teleconsult.extensions import db, transaction
from teleconsult.network.alternatives import NO_REFERENCE
from teleconsult.people.access import Role
from teleconsult.people.models import UserRole
from tests import world
from tests.bookings.conftest import fresh, text, today
from tests.counting import statements


@pytest.fixture(autouse=True)
def noon():
    """Let it be noon in Recife: what is booked for tonight is still to come, whatever the hour of the tests."""
    with clock.at(datetime.combine(today(), time(15), UTC)):
        yield


def test_the_requester_reads_position_age_and_expected_date_on_the_case(desk, sign_in):
    desk.publish(days=9)
    desk.escalated()
    request = desk.escalated()
    page = text(sign_in("marina").get(f"/cases/{request.case.ref}"))
    assert "2º" in page
    assert "Data prevista" in page
    assert "pela agenda publicada" in page
    assert f"/bookings/{request.ref}/book" in page


def test_without_an_agenda_it_says_so(desk, sign_in):
    request = desk.escalated()
    page = text(sign_in("marina").get(f"/cases/{request.case.ref}"))
    assert "ainda não há agenda publicada" in page


def test_a_unit_books_moves_and_cancels_on_screen(desk, sign_in):
    desk.allow()
    desk.publish()
    request = desk.escalated()
    browser, url = sign_in("marina"), f"/bookings/{request.ref}"
    assert "Formulários de referência que restam neste mês: 5 de 5" in text(browser.get("/bookings"))
    page = text(browser.get(f"{url}/book"))
    slot = re.search(r'name="slot"[^>]*value="(\d+)"', page).group(1)
    assert browser.post(f"{url}/book", data={"slot": slot, "version": request.version}).status_code == 302
    fresh()
    assert live_booking(request).channel == "screen"
    assert "Marcada" in text(browser.get(url))
    page = text(browser.get(f"{url}/move"))
    other = re.search(r'name="slot"[^>]*value="(\d+)"', page).group(1)
    assert "Escreva o motivo." in text(
        browser.post(f"{url}/move", data={"slot": other, "version": request.version}), 422
    )
    done = browser.post(f"{url}/move", data={"slot": other, "why": "Pediu outro dia", "version": request.version})
    assert done.status_code == 302
    fresh()
    data = {"why": "Viajou", "version": request.version}
    assert browser.post(f"{url}/cancel", data=data).status_code == 302
    fresh()
    assert request.state == State.CANCELLED
    assert browser.post(f"{url}/requeue", data={"version": request.version}).status_code == 302
    assert "Pediu outro dia" in text(browser.get(url))


def test_whoever_is_too_late_is_offered_the_next_slot(desk, sign_in):
    desk.allow()
    desk.publish(first=2)
    one, two = desk.escalated(), desk.escalated()
    slot = desk.slot(one)
    desk.book(one)
    data = {"slot": slot, "version": two.version}
    page = text(sign_in("marina").post(f"/bookings/{two.ref}/book", data=data), 422)
    assert "acabou de ser ocupada" in page
    assert re.search(r'name="slot"[^>]*value="\d+"', page)


def test_the_administrator_enters_a_booking_made_by_telephone(desk, sign_in):
    desk.allow()
    desk.publish()
    request = desk.escalated()
    data = {"slot": desk.slot(request), "version": request.version, "channel": "phone"}
    assert sign_in("rosangela").post(f"/bookings/{request.ref}/book", data=data).status_code == 302
    fresh()
    assert live_booking(request).channel == "phone"


def test_an_offer_is_accepted_by_a_press(desk, sign_in):
    desk.allow()
    desk.publish(first=1)
    one, two = desk.escalated(), desk.escalated()
    desk.book(one)
    desk.do("cancel", one, "Viajou.", by="marina")
    browser = sign_in("marina")
    page = text(browser.get(f"/cases/{two.case.ref}"))
    assert "Aceitar a vaga" in page
    fresh()
    assert browser.post(f"/bookings/{two.ref}/accept", data={"version": two.version}).status_code == 302
    fresh()
    assert two.state == State.BOOKED


def filled(page):
    """Return the words of every filled button of the page; that of the dialog is hidden until it is asked for."""
    here = page.split("<dialog")[0]
    return re.findall(r'class="btn btn-primary"[^>]*>(?:<svg.*?</svg>)?\s*([^<]+)', here, re.DOTALL)


def test_a_case_has_one_filled_button_and_it_brings_the_visit_on(desk, sign_in):
    """Whoever records counter-referrals from paper also books: until the visit is booked, that comes first."""
    desk.allow()
    desk.publish(first=1)
    one, two = desk.escalated(), desk.escalated()
    desk.book(one)
    browser = sign_in("rosangela")
    case = f"/cases/{two.case.ref}"
    assert filled(text(browser.get(case))) == ["Marcar a consulta"]
    desk.do("cancel", one, "Viajou.", by="marina")
    offered = text(browser.get(case))
    assert filled(offered) == ["Aceitar a vaga"]
    assert "Registrar a contrarreferência" in offered
    browser.post(f"/bookings/{two.ref}/accept", data={"version": two.version})
    fresh()
    assert filled(text(browser.get(case))) == ["Registrar a contrarreferência"]


def test_the_first_screen_says_of_each_visit_whether_it_is_booked(desk, sign_in):
    desk.allow()
    desk.publish()
    request = desk.escalated()
    browser = sign_in("marina")
    browser.get(f"/cases/{request.case.ref}")  # the decision waits on the first screen until it is seen
    assert "Consulta presencial · Na lista de espera" in text(browser.get("/mine"))
    desk.book(request, by="dora")
    page = text(browser.get("/mine"))
    assert "Consulta presencial · Marcada" in page
    assert "Na lista de espera" not in page


def test_a_second_window_is_led_to_what_was_booked_and_offers_no_slot_any_more(desk, sign_in):
    desk.allow()
    desk.publish()
    request = desk.escalated()
    browser, url = sign_in("marina"), f"/bookings/{request.ref}"
    other = re.findall(r'name="slot"[^>]*value="(\d+)"', text(browser.get(f"{url}/book")))[1]
    desk.book(request, by="dora")
    for step in (browser.get, lambda page: browser.post(page, data={"slot": other, "version": "1"})):
        assert step(f"{url}/book").location == url
        assert "já está marcada" in text(browser.get(url))
    for verb in ("move", "cancel"):
        waiting = desk.escalated()
        assert browser.get(f"/bookings/{waiting.ref}/{verb}").location == f"/bookings/{waiting.ref}"


@pytest.mark.parametrize(("other", "who"), [("dora", "Dora Siqueira"), ("marina", "Dra. Marina Alves")])
def test_the_reason_of_a_step_that_came_too_late_is_given_back_with_who_was_faster(desk, sign_in, other, who):
    desk.allow()
    desk.publish()
    request = desk.escalated()
    desk.book(request)
    browser, url = sign_in("marina"), f"/bookings/{request.ref}"
    slot = re.findall(r'name="slot"[^>]*value="(\d+)"', text(browser.get(f"{url}/move")))[1]
    version = request.version
    desk.do("cancel", request, "Chuva.", by=other)
    answer = browser.post(f"{url}/move", data={"slot": slot, "why": "Viagem da mãe.", "version": version})
    page = text(answer, 409)
    assert f"{who}: desmarcada (" in page
    assert ">Viagem da mãe.</textarea>" in page
    # What was recorded when it was sent first is not given back as if it was not.
    again = browser.post(f"{url}/cancel", data={"why": "Chuva.", "version": version})
    assert again.status_code == (302 if other == "marina" else 409)


def test_who_was_faster_is_known_by_the_account_and_not_by_the_name(desk, sign_in):
    """A namesake's step was taken for one's own, and what one had written was not given back."""
    desk.allow()
    desk.publish()
    request = desk.escalated()
    desk.book(request)
    with transaction():
        marina, dora = world.person("marina"), world.person("dora")
        dora.title, dora.name = marina.title, marina.name
    version = request.version
    desk.do("cancel", request, "Chuva.", by="dora")
    data = {"why": "Chuva.", "version": version}
    page = text(sign_in("marina").post(f"/bookings/{request.ref}/cancel", data=data), 409)
    assert "Alguém foi mais rápido" in page


@pytest.mark.parametrize(("other", "heading"), [("dora", "Alguém foi mais rápido"), ("marina", "Isto já tinha mudado")])
def test_a_step_that_is_still_open_says_whether_it_was_somebody_else(desk, sign_in, other, heading):
    desk.allow()
    desk.publish()
    request = desk.escalated()
    desk.book(request)
    version = request.version
    desk.do("move", request, desk.slot(request, 1), "Pediu outro dia.", by=other)
    data = {"why": "Viagem da mãe.", "version": version}
    page = text(sign_in("marina").post(f"/bookings/{request.ref}/cancel", data=data), 409)
    assert heading in page
    assert "Viagem da mãe.</textarea>" in page


def test_nobody_was_faster_where_the_clock_took_an_offer_back(desk, sign_in):
    desk.allow()
    desk.publish(first=2)
    first, second = desk.escalated(), desk.escalated()
    desk.book(first)
    desk.do("cancel", first, "Não pode vir.", by="marina")
    with clock.at(clock.now() + timedelta(hours=25)):
        version = second.version
        with transaction():
            clockwork.expire_offer(clockwork.offers_over()[0])
        data = {"slot": desk.slot(second), "version": version}
        page = text(sign_in("marina").post(f"/bookings/{second.ref}/book", data=data), 409)
        assert "Isto já tinha mudado" in page
        assert "Alguém foi mais rápido" not in page


def test_a_booking_with_two_reasons_keeps_both_and_sent_twice_blames_nobody(desk, sign_in):
    desk.allow()
    desk.publish()
    request = desk.escalated()
    browser, url = sign_in("rosangela"), f"/bookings/{request.ref}"
    slot = re.findall(r'name="slot"[^>]*value="(\d+)"', text(browser.get(f"{url}/book")))[0]
    reasons = {"day_why": "A unidade ligou hoje.", "over_why": "Caso de risco."}
    data = {"slot": slot, "channel": "phone", "version": request.version} | reasons
    for _press in range(2):
        assert browser.post(f"{url}/book", data=data).status_code == 302
    assert "Caso de risco. · A unidade ligou hoje." in text(browser.get(url))


@pytest.mark.parametrize("key", ["bia", "paulo", "teresa"])
def test_strangers_find_nothing(desk, sign_in, key):
    request = desk.escalated()
    browser = sign_in(key)
    for path in ("", "/book", "/move", "/cancel"):
        assert browser.get(f"/bookings/{request.ref}{path}").status_code in (403, 404)


def test_no_name_of_a_patient_on_any_list(desk, sign_in):
    desk.allow()
    desk.publish(days=0, starts=23 * 60, slot_minutes=10)
    request = desk.escalated()
    desk.book(request, by="rosangela")
    for key, paths in {
        "rosangela": ("/bookings", "/bookings?show=booked", "/bookings/agenda", f"/bookings/{request.ref}"),
        "marina": ("/bookings", f"/bookings/{request.ref}"),
        "lia": ("/bookings/agenda",),
        "teresa": ("/bookings/agenda",),
    }.items():
        browser = sign_in(key)
        for path in paths:
            assert world.SECRET_NAME not in text(browser.get(path)), (key, path)


def test_a_visit_whose_day_is_over_is_marked_and_put_off_no_more(desk, sign_in):
    desk.allow()
    desk.publish(days=0, starts=23 * 60 + 40, slot_minutes=5, first=1, returns=0)
    request = desk.escalated()
    desk.book(request, by="rosangela")
    day = today().isoformat()
    for later, steps in ((timedelta(), True), (timedelta(days=1), False)):
        with clock.at(live_booking(request).at + later):
            page = text(sign_in("rosangela").get(f"/bookings/agenda?day={day}"))
        assert "Compareceu" in page
        assert ("Desmarcar" in page, "Mudar o horário" in page) == (steps, steps)


def test_a_list_that_is_empty_says_of_which_specialty_it_is(desk, sign_in):
    desk.escalated()
    page = text(sign_in("rosangela").get("/bookings?specialty=neurologia"))
    assert '<option value="neurologia" selected>' in page


def test_attendance_on_one_screen_and_marked_twice_is_said(desk, sign_in):
    desk.allow()
    desk.publish(days=0, starts=23 * 60 + 40, slot_minutes=5, first=2, returns=0)
    one, two = desk.escalated(), desk.escalated()
    for request in (one, two):
        with clock.at(clock.now()):
            desk.book(request, by="rosangela")
    browser, day = sign_in("rosangela"), today().isoformat()
    page = text(browser.get("/bookings/agenda"))
    assert page.count("Compareceu") == 2
    seen = {"version": one.version, "day": day}
    assert browser.post(f"/bookings/agenda/visits/{one.ref}/attend", data=seen).status_code == 302
    browser.post(f"/bookings/agenda/visits/{one.ref}/attend", data=seen)
    assert "Esta consulta já tinha mudado" in text(browser.get("/bookings/agenda"))
    fresh()
    with transaction():
        lia = world.person("lia")
        lia.role_rows.append(UserRole(Role.ADMINISTRATOR))
    desk.do("correct", one, "Era outro.", by="lia")
    browser.post(f"/bookings/agenda/visits/{one.ref}/attend", data=seen)
    assert "Outra pessoa anotou esta consulta" in text(browser.get("/bookings/agenda"))
    fresh()
    browser.post(f"/bookings/agenda/visits/{one.ref}/attend", data=seen | {"version": one.version})
    assert ">Faltou<" not in page, "it is noon, and the visit is at night"
    missed = {"version": two.version, "day": day, "cause": "ill"}
    browser.post(f"/bookings/agenda/visits/{two.ref}/miss", data=missed)
    assert "A hora da consulta ainda não chegou" in text(browser.get("/bookings/agenda"))
    with clock.at(live_booking(two).at):
        browser = sign_in("rosangela")
        assert ">Faltou<" in text(browser.get("/bookings/agenda"))
        browser.post(f"/bookings/agenda/visits/{two.ref}/miss", data=missed)
    fresh()
    assert (one.state, two.state) == (State.ATTENDED, State.MISSED)
    page = text(browser.get(f"/bookings/agenda?day={day}"))
    assert "Faltou" in page
    assert "Compareceu" in page


def test_moved_and_cancelled_from_the_screen_of_the_day_and_back_to_it(desk, sign_in):
    desk.allow()
    desk.publish(days=0, starts=23 * 60, slot_minutes=5, first=2, returns=0)
    desk.publish(days=7)
    one, two = desk.escalated(), desk.escalated()
    for request in (one, two):
        desk.book(request, by="rosangela")
    browser, day = sign_in("rosangela"), today().isoformat()
    page = text(browser.get("/bookings/agenda"))
    for request, verb, why in ((one, "move", "Ligou: hoje não pode"), (two, "cancel", "Desistiu")):
        address = f"/bookings/{request.ref}/{verb}?day={day}"
        assert address in page
        form = text(browser.get(address))
        assert f'href="/bookings/agenda?day={day}"' in form
        assert browser.post(address, data={"version": request.version, "why": "", "slot": ""}).status_code == 422
        data = {"version": request.version, "why": why, "slot": desk.slot(request)}
        answer = browser.post(address, data=data)
        assert (answer.status_code, answer.location) == (302, f"/bookings/agenda?day={day}")
    fresh()
    assert (one.state, two.state) == (State.BOOKED, State.CANCELLED)
    moved = live_booking(one)
    assert moved is not None
    assert moved.session.day == today() + timedelta(days=7)
    page = text(browser.get("/bookings/agenda"))
    assert page.count("livre") == 2
    assert "/move" not in text(sign_in("lia").get("/bookings/agenda"))


def test_a_year_that_is_a_slip_of_the_hand_is_said_where_an_agenda_is_published_or_moved(desk, sign_in):
    """Of a year that the agenda cannot be turned to nobody would see it again, and the last one broke the page."""
    browser, session = sign_in("rosangela"), desk.publish()
    data = {
        "specialty": "dermatologia", "specialist": world.person("lia").ref, "unit": "policlinica-lessa-de-andrade",
        "starts": "23:00", "slot_minutes": 30, "first": 3, "returns": 0,
    }  # fmt: skip
    for day in ("9999-12-31", "31/12/2206"):
        page = text(browser.post("/bookings/agenda/new", data=data | {"first_day": day}), 422)
        assert "Confira o ano" in page
        moved = {"day": day, "starts": "23:00", "why": "Congresso."}
        assert "Confira o ano" in text(browser.post(f"/bookings/agenda/sessions/{session.ref}/move", data=moved), 422)


def test_publishing_a_weekly_agenda_and_cancelling_one_day(desk, sign_in):
    browser = sign_in("rosangela")
    text(browser.get("/bookings/agenda/new"))
    first = today() + timedelta(days=1)
    data = {
        "specialty": "dermatologia", "specialist": world.person("lia").ref, "unit": "policlinica-lessa-de-andrade",
        "first_day": first.isoformat(), "starts": "08:00", "slot_minutes": 30, "first": 3, "returns": 1, "repeats": "y",
        "weekdays": [0, 1, 2, 3, 4], "until": (first + timedelta(days=13)).isoformat(), "without": "",
    }  # fmt: skip
    assert "Marque ao menos um dia" in text(browser.post("/bookings/agenda/new", data=data | {"weekdays": []}), 422)
    answer = browser.post("/bookings/agenda/new", data=data)
    assert answer.status_code == 302, answer.get_data(as_text=True)[:3000]
    request = desk.escalated()
    slots = queries.free_slots(request.specialty_id, "first", limit=100)
    assert len(slots) == 30
    ref = slots[0].ref
    text(browser.get(f"/bookings/agenda/sessions/{ref}"))
    block = f"/bookings/agenda/sessions/{ref}/1/block"
    assert "Escreva o motivo." in text(browser.post(block, data={"why": " "}, follow_redirects=True))
    browser.post(block, data={"why": "Reunião"})
    browser.post(f"/bookings/agenda/sessions/{ref}/2/add", data={})
    assert "Reunião" in text(browser.get(f"/bookings/agenda/sessions/{ref}"))
    text(browser.get(f"/bookings/agenda/sessions/{ref}/cancel"))
    assert browser.post(f"/bookings/agenda/sessions/{ref}/cancel", data={"why": "Doente"}).status_code == 302
    fresh()
    assert len(queries.free_slots(request.specialty_id, "first", limit=100)) == 27


def test_blocking_a_booked_hour_says_that_the_patient_is_back_on_the_list(desk, sign_in):
    desk.allow()
    session = desk.publish()
    booking = desk.book(desk.escalated())
    browser = sign_in("rosangela")
    page = text(browser.get(f"/bookings/agenda/sessions/{session.ref}"))
    assert page.count("perde este horário") == 1
    block = f"/bookings/agenda/sessions/{session.ref}/{booking.slot.number}/block"
    assert "voltou à lista de espera" in text(browser.post(block, data={"why": "Reunião"}, follow_redirects=True))
    other = f"/bookings/agenda/sessions/{session.ref}/{booking.slot.number + 1}/block"
    assert "voltou à lista" not in text(browser.post(other, data={"why": "Reunião"}, follow_redirects=True))


def weekly(first, **changes):
    """Return a form of sessions on each weekday of a week and a half, by somebody without an account."""
    return {
        "specialty": "dermatologia", "specialist_name": "Dr. Caio Prado", "unit": "policlinica-lessa-de-andrade",
        "first_day": first.isoformat(), "starts": "8h30", "slot_minutes": "30", "first": "1", "returns": "0",
        "repeats": "y", "weekdays": [0, 1, 2, 3, 4, 5, 6], "until": (first + timedelta(days=9)).isoformat(),
    } | changes  # fmt: skip


def test_an_agenda_that_is_sent_twice_is_published_once_also_of_who_has_no_account(desk, sign_in):
    """A press that a bad line sends twice laid every slot of the series twice, and two patients came for each."""
    browser, first = sign_in("rosangela"), today() + timedelta(days=20)
    assert browser.post("/bookings/agenda/new", data=weekly(first)).status_code == 302
    fresh()
    count = db.session.scalar(db.select(db.func.count()).select_from(AgendaSession))
    page = text(browser.post("/bookings/agenda/new", data=weekly(first)), 422)
    assert "Dr. Caio Prado já tem agenda neste horário" in page
    fresh()
    assert db.session.scalar(db.select(db.func.count()).select_from(AgendaSession)) == count
    later = weekly(first, starts="9h00")
    assert browser.post("/bookings/agenda/new", data=later).status_code == 302  # it begins where the other ends
    fresh()
    at_nine = db.session.scalars(db.select(AgendaSession).order_by(AgendaSession.starts_at)).all()[1]
    move = f"/bookings/agenda/sessions/{at_nine.ref}/move"
    page = text(browser.post(move, data={"day": first.isoformat(), "starts": "8h40", "why": "Chega antes."}), 422)
    assert "Dr. Caio Prado já tem agenda neste horário" in page


@pytest.mark.parametrize("pattern", ["%d/%m, %d/%m/%y", "%d/%m e %d.%m.%Y", "%d/%m %d/%m/%Y", "%d/%m;%d%m%Y"])
def test_days_are_left_out_as_they_are_typed(desk, sign_in, pattern):
    first = today() + timedelta(days=20)
    one, other = first + timedelta(days=2), first + timedelta(days=5)
    half = pattern.find("%d", 1)
    typed = one.strftime(pattern[:half]) + other.strftime(pattern[half:])
    page = sign_in("rosangela").post("/bookings/agenda/new", data=weekly(first, without=typed))
    assert page.status_code == 302
    fresh()
    days = set(db.session.scalars(db.select(AgendaSession.day)))
    assert {one, other}.isdisjoint(days)
    assert first in days


def test_a_day_left_out_that_was_never_in_is_said(desk, sign_in):
    first = today() + timedelta(days=20)
    typed = (first + timedelta(days=40)).strftime("%d/%m/%Y")
    page = text(sign_in("rosangela").post("/bookings/agenda/new", data=weekly(first, without=typed)), 422)
    assert f"{typed} não é um dia desta repetição" in page
    fresh()
    assert db.session.scalar(db.select(AgendaSession.id).limit(1)) is None


def test_a_visit_that_was_called_off_does_not_look_as_if_it_were_to_come(desk, sign_in):
    desk.allow()
    desk.publish()
    request = desk.escalated()
    booking = desk.book(request)
    with transaction(request.case):
        cases.call_off(request.case, "Melhorou.", by=world.person("rosangela"))
    fresh()
    when = visit_time(booking.at, booking.session.zone)
    for where in (f"/cases/{request.case.ref}", f"/bookings/{request.ref}"):
        page = text(sign_in("marina").get(where))
        assert "Cancelada" in page
        assert "A consulta presencial foi suspensa" in page
        shown, _, gone = page.partition('<dd class="tc-gone">')
        assert when not in shown
        assert when in gone
    assert "encerrada: A consulta presencial foi suspensa" in page


def test_a_visit_that_was_missed_keeps_its_day(desk, sign_in):
    desk.allow()
    desk.publish(days=0, starts=23 * 60)
    request = desk.escalated()
    desk.book(request, by="rosangela")
    with clock.at(live_booking(request).at):
        desk.do("miss", request, "", by="rosangela")
    page = text(sign_in("marina").get(f"/bookings/{request.ref}"))
    assert "Faltou" in page
    assert "Estava marcada para" not in page


def test_the_specialist_of_the_session_sees_the_case_and_writes_the_counter_referral(desk, sign_in):
    desk.allow()
    desk.publish()
    request = desk.escalated()
    browser, case = sign_in("lia"), f"/cases/{request.case.ref}"
    assert browser.get(case).status_code == 404
    desk.book(request)
    assert "Registrar a contrarreferência" in text(browser.get(case))
    form = text(browser.get(f"{case}/counter_refer"))
    values = dict(re.findall(r'name="(version|seen)"[^>]*value="([^"]*)"', form))
    data = {
        **values, "attended_on": today().isoformat(), "attended_by": "Dra. Lia", "diagnosis": "Psoríase",
        "opinion": "Sim.", "conduct": "Tratar.", "returns": "no",
    }  # fmt: skip
    answer = browser.post(f"{case}/counter_refer", data=data)
    assert answer.status_code == 302, answer.get_data(as_text=True)[:2000]
    fresh()
    assert (request.case.state, request.state) == ("concluded", "ended")
    assert "Psoríase" in text(sign_in("marina").get(case))
    text(browser.get(case))


def test_the_lists_cost_the_same_for_one_and_for_many(application, desk, sign_in):
    desk.allow(forms=90)
    desk.publish(days=0, starts=23 * 60, slot_minutes=5, first=8, returns=0)
    browser, costs = sign_in("rosangela"), []
    for many in (1, 6):
        while len(queries.free_slots(world.specialty().id, "first", limit=9)) > 8 - many:
            desk.book(desk.escalated(), by="rosangela")
        desk.escalated()
        for path in ("/bookings", "/bookings?show=booked", "/bookings/agenda"):
            browser.get(path)
            with statements(application) as seen:
                text(browser.get(path))
            costs.append((path, len(seen)))
    assert costs[:3] == costs[3:]


def test_a_specialty_that_the_municipality_does_not_offer_says_so_before_and_after(desk, sign_in):
    with transaction():
        row = world.specialty("neurologia")
        row.municipal_reference, row.alternative = "0", "A vaga é pedida à central de regulação."
    walk = world.walk_to(CaseState.ASSIGNED)
    assert "Neurologia (sem referência no município)" in text(sign_in("paulo").get(f"/cases/{walk.case.ref}/escalate"))
    request = desk.escalated(specialty="neurologia")
    for path in (f"/cases/{request.case.ref}", f"/bookings/{request.ref}"):
        assert "central de regulação" in text(sign_in("marina").get(path))


def test_where_to_turn_is_said_in_the_readers_language(desk, sign_in):
    with transaction():
        row = world.specialty("neurologia")
        row.municipal_reference, row.alternative = "0", NO_REFERENCE
        world.person("marina").language = "en"
    request = desk.escalated(specialty="neurologia")
    for path in (f"/cases/{request.case.ref}", f"/bookings/{request.ref}"):
        page = text(sign_in("marina").get(path))
        assert "the place is asked of the State network" in page
        assert NO_REFERENCE not in page


def test_english(desk, sign_in):
    desk.publish()
    request = desk.escalated()
    with transaction():
        world.person("marina").language = "en"
    text(sign_in("marina").get(f"/bookings/{request.ref}/book"))


def ended(case, how):
    with transaction(case):
        if how == "called_off":
            cases.call_off(case, "Já não é preciso.", by=world.person("rosangela"))
        elif how == "unseen":
            cases.close_unseen(case, "refused", by=world.person("marina"))
        else:
            visit = cases.Visit(today(), "Dr. Olavo Sá", "Hanseníase.", "Confirmo.", "Tratar.", returns=False)
            cases.counter_refer(case, visit, by=world.person("rosangela"), from_paper=True)
    fresh()


WHY_ENDED = {
    "called_off": "A consulta presencial foi suspensa",
    "unseen": "O caso foi encerrado sem consulta",
    "counter_referred": "A contrarreferência foi registrada sem a consulta marcada",
}


@pytest.mark.parametrize(
    ("how", "booked"),
    [
        ("called_off", False),
        ("called_off", True),
        ("unseen", False),
        ("unseen", True),
        ("counter_referred", False),
        ("counter_referred", True),
    ],
)
def test_an_ended_request_says_why_and_offers_nothing(desk, sign_in, how, booked):
    desk.allow()
    desk.publish()
    request = desk.escalated()
    if booked:
        desk.book(request)
    ended(request.case, how)
    assert request.state == State.ENDED
    for key in ("marina", "rosangela"):
        browser = sign_in(key)
        page = text(browser.get(f"/bookings/{request.ref}"))
        for shown in (page, text(browser.get(f"/cases/{request.case.ref}"))):
            assert ("Cancelada" if how == "called_off" else "Encerrada") in shown
            assert WHY_ENDED[how] in shown
            assert ("Estava marcada para" in shown) is booked
            for gone in ("Lugar na lista", "Data prevista", "Papel para o paciente"):
                assert gone not in shown
            assert f'action="/bookings/{request.ref}' not in shown
            for verb in ("book", "move", "cancel", "accept", "refuse", "requeue"):
                assert f"/bookings/{request.ref}/{verb}" not in shown
        history = page.split('id="historico"')[1]
        assert "encerrada" in history
        assert how not in history
        assert "Já não é preciso" not in history


def test_each_page_of_a_request_says_whose_it_is(desk, sign_in):
    """The desk has several of them open, of several units: a slot must not go to another's patient."""
    desk.allow()
    desk.publish()
    waiting, booked = desk.escalated(), desk.escalated()
    desk.book(booked)
    back, ended = desk.to_return(), desk.to_return()
    desk.do("close_unseen", ended, "moved", by="marina")
    browser = sign_in("rosangela")
    for where in (waiting.ref, f"{waiting.ref}/book", booked.ref, f"{booked.ref}/move", f"{booked.ref}/cancel",
                  f"{back.ref}/close_unseen", f"{ended.ref}/reopen"):  # fmt: skip
        page = text(browser.get(f"/bookings/{where}"))
        assert "S. C. A., de 40 a 59 anos · USF Vietnã" in page, where
        assert world.SECRET_NAME not in page
        assert "S. C. A." not in page.partition("</title>")[0]


def test_marking_leads_back_to_the_visit_that_was_marked(desk, sign_in):
    """On a telephone a day is ten windows long: after each mark the desk was at its top again."""
    desk.allow()
    desk.publish(days=0, starts=20 * 60)
    request = desk.escalated()
    desk.book(request, by="rosangela")
    browser, page_of = sign_in("rosangela"), f"/bookings/agenda?day={today().isoformat()}"
    for verb in ("attend", "correct"):
        fresh()
        sent = {"version": request.version, "day": today().isoformat(), "why": "Engano."}
        answer = browser.post(f"/bookings/agenda/visits/{request.ref}/{verb}", data=sent)
        address, _, place = answer.location.partition("#")
        assert address == page_of
        at_place = re.search(rf'<li [^>]*id="{place}">(.*?)</li>', text(browser.get(address)), re.DOTALL)
        assert at_place is not None
        assert request.ref in at_place.group(1)


def test_no_specialty_is_published_that_nobody_chose(desk, sign_in):
    """For whom has no account nothing else would tell: the first of the alphabet stood there chosen."""
    browser = sign_in("rosangela")
    page = text(browser.get("/bookings/agenda/new"))
    assert re.search(r'<select[^>]* name="specialty"[^>]*>\s*<option value="">Escolha</option>', page)
    form = {"specialist_name": "Dr. Visitante", "unit": "policlinica-lessa-de-andrade", "starts": "08:00",
            "first_day": (today() + timedelta(days=7)).isoformat(), "slot_minutes": "30", "first": "4", "returns": "1"}  # fmt: skip
    assert "Escolha a especialidade." in text(browser.post("/bookings/agenda/new", data=form | {"specialty": ""}), 422)
    fresh()
    assert db.session.scalar(db.select(AgendaSession.id).limit(1)) is None
