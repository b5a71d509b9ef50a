"""What the engine learns from: paces, kinds, what comes, and how promises were kept."""

import math
import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teleconsult.routing.forecast import Rates, expected, learn_rates
from teleconsult.routing.margins import Margins, Past, ShiftTime, learn_margins, quantile
from teleconsult.routing.pace import PRIOR_MINUTES, Pace, learn, learn_kinds
from teleconsult.routing.slots import Seat

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


def hours(number):
    return MONDAY + timedelta(hours=number)


def test_without_a_record_the_prior_stands_in():
    assert learn([]) == Pace()
    assert learn([0, -3, 10_000]) == Pace()


def test_a_pace_is_drawn_from_the_prior_to_what_is_shown():
    few, many = learn([60.0] * 2), learn([60.0] * 500)
    assert PRIOR_MINUTES < few.minutes < 25
    assert many.minutes == pytest.approx(60, rel=0.05)
    assert many.spread < few.spread < 0.5


def test_a_kind_is_drawn_towards_any_other():
    kinds = learn_kinds([("referral", 30.0, 15.0)] * 5 + [("exams", 30.0, 15.0)] * 2000 + [("", 99.0, 1.0)])
    assert 1.1 < kinds["referral"] < 1.2
    assert kinds["exams"] == pytest.approx(2, rel=0.02)
    assert set(kinds) == {"referral", "exams"}


@pytest.mark.parametrize("turns", [1, 4, 16])
def test_the_sum_of_log_normal_times_is_what_dice_say(turns):
    dice = random.Random(4)
    sums = sorted(sum(dice.lognormvariate(math.log(15), 0.5) for _ in range(turns)) for _ in range(4000))
    median, ninety = Pace(15, 0.5).after(turns)
    assert median == pytest.approx(sums[2000], rel=0.03)
    assert ninety == pytest.approx(sums[3600], rel=0.04)


def test_rates_are_the_hours_of_the_week_and_the_shares_of_specialties():
    came = [(1, hours(9)), (1, hours(9.5)), (2, hours(9.9)), (1, hours(24 * 7 + 9))]
    rates = learn_rates(came, 2)
    assert rates.by_hour[9] == 2
    assert sum(rates.by_hour) == 2
    assert rates.shares == {1: 0.75, 2: 0.25}
    assert learn_rates([], 4) == Rates(zone=UTC)


def test_rates_are_kept_in_the_hours_of_the_people():
    rates = learn_rates([(1, hours(1))], 1, ZoneInfo("America/Recife"))
    assert rates.by_hour[6 * 24 + 22] == 1


def test_expected_cases_stay_where_they_are_while_time_goes_on():
    rates = Rates((4.0,) * 168, {1: 0.5, 2: 0.5})
    early = expected(rates, hours(30), timedelta(hours=72), timedelta(hours=4))
    later = expected(rates, hours(31), timedelta(hours=72), timedelta(hours=3))
    assert [one for one in early if one.at > hours(31)] == later
    assert len(early) == pytest.approx(16, abs=2)
    assert all(one.due_at - one.at == timedelta(hours=72) for one in early)


SEATS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 6)).map(
        lambda x: Seat(1, 1, frozenset({1}), hours(x[0]), hours(x[0] + x[1]))
    ),
    max_size=6,
)


@settings(max_examples=200, deadline=None)
@given(SEATS, st.integers(-2, 50), st.floats(0, 900))
def test_the_clock_of_shifts_goes_forth_and_back(seats, hour, minutes):
    clock = ShiftTime(seats)
    then = clock.after(hours(hour), minutes)
    assert then >= hours(hour)
    if then <= hours(46) and clock.minutes(hours(100)) >= clock.minutes(hours(hour)) + minutes:
        assert clock.minutes(then) == pytest.approx(clock.minutes(hours(hour)) + minutes, abs=0.01)


def test_a_promise_falls_into_a_shift_not_into_the_night():
    seats = [Seat(n, 1, frozenset({1}), hours(24 * n + 8), hours(24 * n + 12)) for n in range(3)]
    ninety = Margins({"routine": 0.5}).ninety(ShiftTime(seats), "routine", hours(8), hours(11.5))
    assert ninety == hours(24 + 8) + timedelta(minutes=135)


def test_a_clock_without_shifts_goes_on():
    assert ShiftTime([]).after(hours(1), 30) == hours(1.5)
    beyond = ShiftTime([Seat(1, 1, frozenset({1}), hours(0), hours(4))]).after(hours(3), 120)
    assert beyond == hours(5)


def test_margins_grow_with_what_was_missed_and_shrink_with_what_was_kept():
    clock = ShiftTime([Seat(1, 1, frozenset({1}), hours(0), hours(500))])
    well = [Past(1, "routine", hours(n), hours(n + 2), hours(n + 2)) for n in range(300)]
    badly = [Past(1, "urgent", hours(n), hours(n + 2), hours(n + 12)) for n in range(300)]
    margins = learn_margins([*well, *badly, Past(9, "high", *[hours(1)] * 3)], {1: clock})
    assert margins.by_priority["routine"] < 0.1
    assert margins.by_priority["urgent"] == pytest.approx(2.5)
    assert set(margins.by_priority) == {"routine", "urgent"}
    assert 0.8 < quantile(()) < 1.3
