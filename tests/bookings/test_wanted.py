"""A return is wanted from a day on: it is offered nothing before it, stands in nobody's way, and its booking begins there."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleconsult import clock
from teleconsult.bookings import actions, clockwork, lacking, queries, wanted
from teleconsult.bookings.actions import Terms
from teleconsult.bookings.steps import Kind, State
from teleconsult.bookings.world import open_offer
from teleconsult.extensions import db, transaction
from teleconsult.notices.models import Notice
from tests import world
from tests.bookings.conftest import text, today

ASKED = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("60 dias", 46), ("em 6 meses", 166), ("três meses", 76), ("um mês", 23), ("1 ano", 351), ("8 semanas", 42),
        ("7 dias", 6), ("3 dias", 3), ("30 a 60 dias", 23), ("30-60 dias", 23), ("30 – 60 dias", 23), ("90d", 76), ("30-60d", 23),
        ("retorno após 30 dias, com exames", 23), ("in two weeks", 11), ("6 months", 166), ("15/03/2027", 98),
        ("quarenta e cinco dias", 34), ("Em 2 MESES", 46),
        ("60 (sessenta) dias", 46), ("entre 30 e 60 dias", 23), ("between 2 and 3 months", 46), ("cento e vinte dias", 106),
        ("vinte e cinco dias", 15), ("por volta de 60 dias", 46), ("a cada 3 meses", 76),
        ("daqui há 60 dias", 46), ("aos 60 dias", 46), ("15/03/27", 98), ("em 15/03/27, com exames", 98),
    ],
)  # fmt: skip
def test_from_which_day_the_words_want_a_return(words, days):
    assert wanted.wanted_from(words, ASKED) == ASKED + timedelta(days=days)


@pytest.mark.parametrize(
    "words",
    [
        "", "se necessário", "semestral", "6m", "até 60 dias", "dentro de 30 dias", "no máximo 60 dias", "within 30 days",
        "2,5 meses", "1.5 meses", "30 dias com exames de 15 dias", "2 meses/30 dias", "0 dias", "9999 dias", "31/02/2027", "01/01/2020",
        "1/2 ano", "½ mês", "3/4 meses", "2,5 a 3 meses", "máximo 60 dias", "máx. 60 dias", "em menos de 30 dias",
        "no prazo de 30 dias", "o mais tardar em 60 dias", "não passar de 60 dias", "no later than 60 days",
        "by 15/03/2027", "urgente, 15 dias", "mensal por 6 meses", "1 vez ao mês, 6 meses", "for 6 months",
        "aos 2 anos", "com 2 anos de idade", "quando completar 5 anos", "há 2 anos sem consulta", "faz 2 anos", "when 2 years old",
        "30/60/90 dias", "1/2/30 dias", "15/03/26", "31/12/99", "15/03/027", "3/2", "٣ dias", "30 DD", "-", "1" * 60,
    ],
)  # fmt: skip
def test_words_that_say_no_day_or_could_mean_another_hold_nothing_back(words):
    assert wanted.wanted_from(words, ASKED) is None


@given(st.text(max_size=60), st.dates(date(2004, 1, 1), date(2099, 12, 31)))
def test_whatever_is_written_the_day_is_none_or_ahead(words, asked_on):
    found = wanted.wanted_from(words, asked_on)
    assert found is None or asked_on < found <= asked_on + timedelta(days=wanted.FARTHEST)


def test_a_released_slot_passes_by_a_return_that_is_wanted_later(desk):
    desk.publish(returns=1)
    held, later, soon = desk.to_return(), desk.to_return("6 meses"), desk.to_return()
    slot = desk.slot(held)
    desk.book(held)
    assert queries.ahead_of(soon).listed == 0  # though the other was asked for first
    desk.do("cancel", held, "Chuva.", by="marina")
    assert (later.state, soon.state) == (State.WAITING, State.OFFERED)
    assert open_offer(soon).slot_id == slot
    desk.do("refuse", soon, by="marina")
    assert later.state == State.WAITING


def test_a_return_that_is_wanted_later_keeps_no_slot_from_others(desk):
    desk.publish(first=0, returns=2)
    soon, later = desk.to_return(), desk.to_return("6 meses")
    with transaction():
        later.rank, later.priority = 0, "urgent"
    assert queries.kept_for_others(soon) == 0
    desk.book(soon)
    with transaction():
        later.wanted_from = today()
    other = desk.to_return()
    assert queries.kept_for_others(other) == 1


def shown(page):
    """Return the slots that a page offers, as their numbers, and its links to other pages."""
    doors = [link.replace("&amp;", "&") for link in re.findall(r'href="([^"]*[?&;]from=[^"]*)"', page)]
    return [int(number) for number in re.findall(r'name="slot"[^>]*value="(\d+)"', page)], doors


@pytest.mark.parametrize("who", ["marina", "rosangela"])
def test_the_page_of_a_booking_begins_where_a_return_is_wanted_and_reaches_every_slot(desk, sign_in, who):
    for days in (7, 40, 50, 60, 70):
        desk.publish(days=days, first=0, returns=5)
    asked = desk.to_return("60 dias")
    everything = [row.id for row in queries.free_slots(asked.specialty_id, "return", limit=100)]
    browser, url = sign_in(who), f"/bookings/{asked.ref}/book"
    page = text(browser.get(url))
    assert "O retorno foi pedido para 60 dias. Abaixo, os horários a partir de" in page
    first, (back,) = shown(page)
    assert first == everything[10:]
    early, (on,) = shown(text(browser.get(back)))
    assert early == everything[:15]  # whole days: twelve, and the rest of the third
    assert shown(text(browser.get(on)))[0] == everything[15:]
    desk.book(asked, number=11)
    assert len(shown(text(browser.get(f"/bookings/{asked.ref}/move")))[0]) == 14


def test_the_slot_that_a_return_is_offered_stands_on_the_page_of_its_day(desk, sign_in):
    """The page said that no slot was published from that day on, and showed the offered one below."""
    session = desk.publish(days=50, first=0, returns=1)
    day = session.day
    held, asked = desk.to_return(), desk.to_return("60 dias")
    slot = desk.slot(held)
    desk.book(held)
    desk.do("cancel", held, "Chuva.", by="marina")
    browser, url = sign_in("marina"), f"/bookings/{asked.ref}/book"
    page = text(browser.get(url))
    assert shown(page)[0] == [slot]
    assert "O retorno foi pedido para 60 dias. Abaixo" in page
    page = text(browser.get(f"{url}?from={day + timedelta(days=1)}"))
    assert shown(page)[0] == []
    assert "Não há vaga livre publicada a partir de" in page
    with transaction(session):
        actions.move_session(session, today() + timedelta(days=20), 600, "Férias.", by=world.person("rosangela"))
    assert open_offer(asked).slot_id == slot  # moved before the day from which it is wanted: it may still be taken
    assert shown(text(browser.get(url)))[0] == [slot]


def test_a_first_visit_reaches_the_later_slots_too_and_comes_back_to_its_list(desk, sign_in):
    desk.allow()
    for days in (7, 8, 9, 10):
        desk.publish(days=days, first=5)
    asked = desk.escalated()
    browser, day = sign_in("rosangela"), today().isoformat()
    page = text(browser.get(f"/bookings/{asked.ref}/book?day={day}"))
    first, (on,) = shown(page)
    assert len(first) == 15
    assert f"day={day}" in on
    page = text(browser.get(on))
    last, (back,) = shown(page)
    assert len(last) == 5
    assert "Abaixo, os horários a partir de" in page
    version = re.search(r'name="version"[^>]*value="(\d+)"', page)
    sent = browser.post(on, data={"slot": last[0], "channel": "phone", "version": version[1]})
    assert sent.location == f"/bookings/agenda?day={day}"
    assert f"day={day}" in back


def test_slots_kept_for_a_higher_priority_are_the_next_ones_on_later_pages_too(desk, sign_in):
    desk.allow()
    for days in (7, 8, 9, 10):
        desk.publish(days=days, first=5)
    routine = desk.escalated()
    for _number in range(3):
        desk.escalated(priority="urgent")
    browser, url = sign_in("marina"), f"/bookings/{routine.ref}/book"
    first, (on,) = shown(text(browser.get(url)))
    everything = [row.id for row in queries.free_slots(routine.specialty_id, "first", limit=100)]
    assert first == everything[3:15]
    assert shown(text(browser.get(on)))[0] == everything[15:]
    second_day = (today() + timedelta(days=8)).isoformat()
    assert shown(text(browser.get(f"{url}?from={second_day}")))[0] == everything[5:20]


@pytest.mark.parametrize("asked", ["", "x", "2026-13-40", "0001-01-01", "9999-12-31", "2099-01-01", "2020-01-01"])
def test_a_day_that_is_none_or_far_off_is_a_page_too(desk, sign_in, asked):
    desk.allow()
    desk.publish()
    request = desk.escalated()
    page = text(sign_in("marina").get(f"/bookings/{request.ref}/book?from={asked}&_scheme=x&_external=1&_anchor=y"))
    if asked == "2099-01-01":
        assert "Nenhuma vaga livre na agenda publicada" not in page  # there are some, before that day
        assert "Nenhuma vaga livre a partir deste dia" in page
        assert "Não há vaga livre publicada a partir de" in page
        assert ">Primeiros horários</a>" in page
    else:
        assert len(shown(page)[0]) == 4


def test_the_lists_and_the_request_say_from_which_day(desk, sign_in):
    asked = desk.to_return("60 dias")
    browser = sign_in("marina")
    assert "retorno a partir de" in text(browser.get("/bookings"))
    page = text(browser.get(f"/bookings/{asked.ref}"))
    assert "60 dias: a partir de" in page
    with clock.at(clock.now() + timedelta(days=50)):
        assert "na lista há" in text(sign_in("marina").get("/bookings"))


def test_a_unit_is_asked_to_book_a_return_a_week_after_the_day_from_which_it_is_wanted(desk):
    asked, whenever = desk.to_return("60 dias"), desk.to_return("se necessário")
    desk.publish(days=70, returns=3)

    def pressed(days):
        with clock.at(clock.now() + timedelta(days=days)):
            found = clockwork.idle()
            for number in found:
                with transaction():
                    clockwork.ask_to_book(number)
        return found

    assert pressed(30) == []
    assert pressed(52) == []
    assert pressed(53.1) == [asked.id]
    assert pressed(53.2) == []
    assert whenever.wanted_from is None
    told = db.session.scalars(db.select(Notice.user_id).where(Notice.kind == "booking.book_due")).all()
    assert told == [world.person("marina").id]


def test_of_a_return_that_is_wanted_in_half_a_year_the_desk_is_not_told_that_no_agenda_is_published(desk):
    asked = desk.to_return("6 meses")
    lack = (asked.specialty_id, Kind.RETURN)
    assert lack not in lacking.without_agenda()
    with clock.at(clock.now() + timedelta(days=137)):
        assert lack in lacking.without_agenda()


def test_a_booked_return_says_no_day_from_which_it_was_wanted(desk, sign_in):
    desk.publish(returns=1)
    asked = desk.to_return()
    desk.do("book", asked, desk.slot(asked), Terms(), by="marina")
    page = text(sign_in("marina").get(f"/bookings/{asked.ref}"))
    assert "Retorno pedido para" in page
    assert "a partir de" not in page
