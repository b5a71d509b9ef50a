"""The pure rules: allowances, the waiting list, days and hours of the agenda. Hypothesis looks for what nobody thought of."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleconsult.bookings import agenda, queueing
from teleconsult.bookings.allowance import Asked, check_balance, check_weekday, month_of, sheets_for
from teleconsult.errors import Refused

DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@given(DAYS)
def test_the_period_is_the_calendar_month(day):
    assert month_of(day) <= day < month_of(day + timedelta(days=31))
    assert month_of(day).day == 1


@given(st.integers(1, 2000))
def test_a_sheet_holds_six(lines):
    assert (sheets_for(lines) - 1) * 6 < lines <= sheets_for(lines) * 6


@given(
    DAYS, st.none() | st.integers(0, 6), st.sampled_from(["routine", "high", "urgent"]), st.booleans(), st.booleans()
)
def test_another_day_needs_priority_or_permission_and_a_reason(day, weekday, priority, may, why):
    asked = Asked(day, priority, day_why="Porque sim." if why else "", may_override=may)
    own = weekday is None or day.weekday() == weekday
    if own or (why and (priority != "routine" or may)):
        check_weekday(weekday, asked)
    else:
        with pytest.raises(Refused):
            check_weekday(weekday, asked)


@given(st.none() | st.integers(0, 9), st.integers(0, 12), st.booleans(), st.booleans())
def test_never_over_without_a_reason_of_somebody_who_may(given_, spent, may, why):
    asked = Asked(date(2026, 11, 22), "routine", over_why="Autorizado." if why else "", may_override=may)
    if given_ is not None and spent < given_:
        assert check_balance(given_, spent, asked) is False
    elif may and why:
        assert check_balance(given_, spent, asked) is True
    else:
        with pytest.raises(Refused):
            check_balance(given_, spent, asked)


@given(st.integers(1, 50), st.lists(DAYS, max_size=20).map(sorted), st.floats(0, 30), DAYS)
def test_the_expected_day_is_a_free_slot_or_after_the_agenda(position, free, per_week, today):
    last = free[-1] if free else None
    found = queueing.expected(position, free, per_week, last, today)
    if position <= len(free):
        assert (found.day, found.published) == (free[position - 1], True)
    elif per_week > 0 and found.day is not None:
        assert found.day >= max(last or today, today)
    else:
        assert found.day is None


@given(st.dictionaries(st.integers(0, 2), st.integers(0, 9)))
def test_only_a_higher_priority_keeps_slots(waiting):
    assert queueing.kept_for_others(0, waiting) == 0
    assert queueing.kept_for_others(2, waiting) == waiting.get(0, 0) + waiting.get(1, 0)


@given(
    st.sets(st.integers(0, 6), min_size=1),
    st.integers(1, 4),
    DAYS,
    st.integers(0, 120),
    st.sets(st.integers(0, 120), max_size=9),
)
def test_a_series_keeps_to_its_weekdays_and_leaves_its_exceptions_out(weekdays, every, first, length, off):
    until, without = first + timedelta(days=length), {first + timedelta(days=n) for n in off}
    days = agenda.days_of(agenda.weekly(sorted(weekdays), every), first, until, without)
    assert all(day.weekday() in weekdays and first <= day <= until and day not in without for day in days)
    assert days == sorted(set(days))
    if every == 1:
        every_day = [first + timedelta(days=n) for n in range(length + 1)]
        assert days == [day for day in every_day if day.weekday() in weekdays and day not in without]


@given(DAYS, st.integers(0, 1439), st.sampled_from(["America/Recife", "America/Havana", "America/Rio_Branco"]))
def test_an_hour_of_the_unit_stays_that_hour_over_clock_changes(day, minute, zone):
    try:
        moment = agenda.moment_of(day, minute, zone)
    except Refused:
        return
    here = moment.astimezone(ZoneInfo(zone))
    assert (here.date(), here.hour * 60 + here.minute) == (day, minute)


def test_an_hour_that_the_clocks_skip_is_said():
    with pytest.raises(Refused, match="relógio"):
        agenda.moment_of(date(2026, 3, 8), 30, "America/Havana")


@given(st.integers(5, 60), st.integers(0, 20), st.integers(0, 20))
def test_places_follow_one_another_first_visits_first(minutes, first, returns):
    starts = datetime(2026, 11, 23, 11, tzinfo=UTC)
    found = agenda.places(starts, minutes, first, returns)
    assert [place.number for place in found] == list(range(1, first + returns + 1))
    assert [place.kind for place in found] == ["first"] * first + ["return"] * returns
    assert all(b.at - a.at == timedelta(minutes=minutes) for a, b in pairwise(found))
