"""Dates and numbers as people type them."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleconsult.errors import Refused
from teleconsult.typed import carried, read_birth_date, read_day, read_number, read_whole, show_day

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    "typed", ["14/03/1979", "14/3/1979", "14.03.1979", "14-3-1979", "14 3 1979", "14031979", "1979-03-14"]
)
def test_a_date_however_it_is_typed(typed):
    assert read_day(f" {typed} ") == date(1979, 3, 14)


@pytest.mark.parametrize(
    "typed", ["", "14/03", "31/02/1979", "14/13/1979", "março de 1979", "14/03/79", "00/00/0000", "1/1/0000"]
)
def test_what_is_no_date_is_refused_at_its_field(typed):
    with pytest.raises(Refused) as refused:
        read_day(typed, "taken_on")
    assert refused.value.field == "taken_on"


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
