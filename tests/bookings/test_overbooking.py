"""The overbooking model against counting by hand, against a simulation, and on what it may never do."""

import random
from math import fsum, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleconsult.bookings.overbooking import outlook, suggest

chances = st.floats(0, 1)


def test_two_coins_for_one_place():
    look = outlook(1, 2, 0.5)
    assert list(look.chances) == [0.25, 0.5, 0.25]
    assert (look.expected, look.risk, look.idle, look.waiting) == (1, 0.25, 0.25, 0.25)


@given(st.integers(1, 40), st.integers(0, 60), chances)
def test_chances_are_chances_and_what_comes_fits(places, booked, comes):
    look = outlook(places, booked, comes)
    assert fsum(look.chances) == pytest.approx(1)
    assert 0 <= look.risk <= 1 + 1e-9
    # Those who come are seen in a place or wait; places are filled or idle.
    assert look.expected == pytest.approx(places - look.idle + look.waiting)


@given(st.integers(1, 40), chances, st.floats(0, 1), st.integers(0, 10))
def test_the_suggestion_keeps_the_limit_and_the_cap_and_no_larger_one_would(places, comes, limit, cap):
    made = suggest(places, comes, limit=limit, cap=cap)
    assert 0 <= made.extra <= cap
    assert made.extra == 0 or made.outlook.risk <= limit
    if made.held_by == "limit":
        assert made.next_one.risk > limit
    assert made.plain.risk == pytest.approx(0)


@given(st.integers(1, 30), st.floats(0, 0.3), st.integers(0, 8), st.tuples(chances, chances))
def test_who_comes_more_surely_is_overbooked_less(places, limit, cap, shares):
    surer, less_sure = max(shares), min(shares)
    assert suggest(places, surer, limit=limit, cap=cap).extra <= suggest(places, less_sure, limit=limit, cap=cap).extra


@pytest.mark.parametrize(("places", "comes", "extra"), [(12, 0.75, 2), (16, 0.7, 4), (6, 0.9, 1)])
def test_the_model_agrees_with_a_simulation(places, comes, extra):
    look, draw, days = outlook(places, places + extra, comes), random.Random(20030611), 40_000
    came = [sum(draw.random() < comes for _ in range(places + extra)) for _ in range(days)]
    error = 4 * sqrt(look.risk * (1 - look.risk) / days)
    assert sum(count > places for count in came) / days == pytest.approx(look.risk, abs=error)
    assert sum(max(0, places - count) for count in came) / days == pytest.approx(look.idle, abs=0.05)


def test_what_makes_no_sense_is_refused():
    for places, booked, comes in ((0, 1, 0.5), (1, -1, 0.5), (1, 1, 1.1)):
        with pytest.raises(ValueError, match="for"):
            outlook(places, booked, comes)
