"""Dates and numbers as people type them."""

from contextlib import suppress
from datetime import date, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleconsult.errors import Refused
from teleconsult.typed import (
    carried,
    read_age,
    read_birth_date,
    read_clock,
    read_day,
    read_day_near,
    read_minutes,
    read_number,
    read_whole,
    show_day,
)

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    "typed",
    [
        "14/03/1979",
        "14/3/1979",
        "14.03.1979",
        "14-3-1979",
        "14 3 1979",
        "14031979",
        "1979-03-14",
        "14\u201303\u20131979",
        "14\u201103\u20111979\u200b",
        "14/mar/1979",
        "14 de março de 1979",
        "14 mar. 1979",
        "14-MAR-1979",
        "14 de Marco de 1979",
    ],
)
def test_a_date_however_it_is_typed(typed):
    assert read_day(f" {typed} ") == date(1979, 3, 14)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "14/03",
        "31/02/1979",
        "14/13/1979",
        "março de 1979",
        "14/03/79",
        "140379",
        "14 março",
        "14/março/79",
        "00/00/0000",
        "1/1/0000",
    ],
)
def test_what_is_no_date_is_refused_at_its_field(typed):
    with pytest.raises(Refused) as refused:
        read_day(typed, "taken_on")
    assert refused.value.field == "taken_on"


@pytest.mark.parametrize("typed", ["14/3/79", "14.3.79", "14-03-79", "140379", "14/mar/79"])
def test_a_year_of_two_numbers_is_taken_where_one_alone_is_possible(typed):
    assert read_birth_date(typed, TODAY) == date(1979, 3, 14)


@pytest.mark.parametrize("typed", ["14/3/20", "140326", "14/3/00", "31/02/79"])
def test_and_asked_for_where_two_are(typed):
    with pytest.raises(Refused):
        read_birth_date(typed, TODAY)


@pytest.mark.parametrize(("typed", "years"), [("47", 47), ("47 anos", 47), ("47a", 47), ("1 ANO", 1), ("0\xa0", 0)])
def test_an_age_as_people_say_it(typed, years):
    assert read_age(typed) == years


@pytest.mark.parametrize("typed", ["8 meses", "2a3m", "2 anos e 3 meses", "RN 12 dias", "1 mês", "3 semanas"])
def test_months_are_asked_for_as_a_date_and_not_dropped(typed):
    with pytest.raises(Refused) as refused:
        read_age(typed)
    assert "data de nascimento" in str(refused.value)
    assert refused.value.field == "age"


@pytest.mark.parametrize("typed", ["", "131", "-1", "quarenta", "47 e meio", "4,5"])
def test_what_is_no_age_is_refused(typed):
    with pytest.raises(Refused) as refused:
        read_age(typed)
    assert refused.value.field == "age"


@pytest.mark.parametrize("typed", ["22/11/2026", "01/01/1880"])
def test_nobody_is_born_tomorrow_or_too_long_ago(typed):
    with pytest.raises(Refused):
        read_birth_date(typed, TODAY)


@given(st.dates(min_value=date(1000, 1, 1)))
def test_a_date_shown_is_read_back(day):
    assert read_day(show_day(day)) == day
    assert read_day(day.isoformat()) == day


@given(st.text(max_size=30))
def test_any_text_is_a_date_or_refused(text):
    try:
        assert isinstance(read_day(text), date)
    except Refused:
        return


def test_numbers_with_a_comma_or_a_point():
    assert read_number("36,5", "t") == read_number("36.5", "t") == Decimal("36.5")
    for typed in ("", "abc", "1.000,5", "-1", "1e3", "1" * 50):
        with pytest.raises(Refused):
            read_number(typed, "t")


def test_whole_numbers_within_their_limits():
    assert read_whole("46", 0, 130, "age") == 46
    for typed in ("", "-1", "131", "4,5", "9" * 30):
        with pytest.raises(Refused):
            read_whole(typed, 0, 130, "age")


@pytest.mark.parametrize("posted", ["", "-1", "1.0", "²", "٣", "9" * 10, "9" * 5000, "1\x00", None])
def test_a_version_that_no_page_carried_is_none(posted):
    assert carried(posted) is None


def test_a_version_as_a_page_carries_it():
    assert carried("12") == carried(12) == 12


@pytest.mark.parametrize(
    "typed",
    ["3/12", "03.12.26", "3-12-2026", "031226", "3 de dezembro", "3 dez", "3 de dez. de 26", "2026-12-03", "3/12/"],
)
def test_a_day_of_the_calendar_needs_no_year(typed):
    assert read_day_near(f" {typed} ", TODAY) == date(2026, 12, 3)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("hoje", TODAY),
        ("Amanhã", date(2026, 11, 22)),
        ("amanha", date(2026, 11, 22)),
        ("20/11", date(2026, 11, 20)),
        ("15/1", date(2027, 1, 15)),
        ("10/6", date(2026, 6, 10)),
        ("1/3/2026", date(2026, 3, 1)),
    ],
)
def test_a_day_without_a_year_is_the_nearest(typed, day):
    assert read_day_near(typed, TODAY) == day


@pytest.mark.parametrize("typed", ["31/2", "29/2", "15", "3 12", "segunda", "3/13"])
def test_what_is_no_day_of_the_calendar_is_refused(typed):
    with pytest.raises(Refused):
        read_day_near(typed, TODAY)


@pytest.mark.parametrize(
    "typed",
    ["8:30", "08:30", "8h30", "8 h 30", "8h30min", "0830", "830", "8.30", "8:30 h", "8:30hs", "8:30:00", "8:30 am"],
)
def test_a_time_however_it_is_typed(typed):
    assert read_clock(f" {typed} ") == time(8, 30)


@pytest.mark.parametrize(
    ("typed", "at"), [("8", 8), ("8h", 8), ("14 horas", 14), ("2 pm", 14), ("12 am", 0), ("0:00", 0)]
)
def test_whole_hours(typed, at):
    assert read_clock(typed) == time(at)


@pytest.mark.parametrize("typed", ["25", "24:00", "8:3", "8:60", "8h-12h", "cedo", "14 pm", ""])
def test_what_is_no_time_is_refused(typed):
    with pytest.raises(Refused):
        read_clock(typed)


@given(st.text(max_size=12))
def test_any_text_is_a_time_or_refused(text):
    with suppress(Refused):
        assert isinstance(read_clock(text), time)


@pytest.mark.parametrize(
    "typed", ["210", "210 min", "3h30", "3:30", "3 h 30 min", "3,5 h", "3 horas e 30 minutos", " 3.5h "]
)
def test_a_length_of_time_however_it_is_typed(typed):
    assert read_minutes(typed) == 210


@pytest.mark.parametrize("typed", ["", "h", "3,5", "3:5", "3h75", "muito", "0,01h"])
def test_what_is_no_length_of_time_is_refused(typed):
    with pytest.raises(Refused):
        read_minutes(typed)


def test_what_is_too_long_or_less_than_nothing_is_left_to_the_rule():
    assert [read_minutes(text) for text in ("-5", "25h", "9999999")] == [-5, 1500, 9999999]
