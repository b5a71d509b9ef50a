"""Time that counts: written examples, and what holds for every week, holiday and zone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from teleconsult.cases.hours import MIDNIGHT, Hours, after, open_seconds

RECIFE = ZoneInfo("America/Recife")
HOUR = 3600
OFFICE = Hours(tuple((day, 8 * 60, 17 * 60) for day in range(5)))
FINADOS = Hours(OFFICE.week, frozenset({date(2026, 11, 2)}))
ZONES = ("America/Recife", "America/Sao_Paulo", "America/Manaus", "America/Rio_Branco", "America/Noronha",
         "Europe/Lisbon", "America/New_York", "Australia/Lord_Howe")  # fmt: skip


def at(text: str, zone: ZoneInfo = RECIFE) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def test_round_the_clock_every_second_counts():
    start = at("2026-11-20T18:00")
    assert after(start, 72 * HOUR, None) == at("2026-11-23T18:00")
    assert open_seconds(start, at("2026-11-23T18:00"), None) == 72 * HOUR


@pytest.mark.parametrize(
    ("start", "hours_left", "due"),
    [
        ("2026-11-20T18:00", 9, "2026-11-23T17:00"),  # Friday evening: the whole of Monday
        ("2026-11-20T16:00", 1, "2026-11-20T17:00"),
        ("2026-11-20T16:00", 2, "2026-11-23T09:00"),
        ("2026-11-21T03:00", 1, "2026-11-23T09:00"),  # a Saturday
        ("2026-11-20T16:00", 0, "2026-11-20T16:00"),
        ("2026-11-23T09:00", -2, "2026-11-20T16:00"),
    ],
)
def test_the_weekend_does_not_count(start, hours_left, due):
    assert after(at(start), hours_left * HOUR, OFFICE) == at(due)


def test_a_holiday_does_not_count():
    friday = at("2026-10-30T18:00")
    assert after(friday, HOUR, OFFICE) == at("2026-11-02T09:00")
    assert after(friday, HOUR, FINADOS) == at("2026-11-03T09:00")
    assert open_seconds(at("2026-11-02T00:00"), at("2026-11-03T00:00"), FINADOS) == 0


def test_two_spans_of_a_day_and_one_until_midnight():
    hours = Hours(((0, 8 * 60, 12 * 60), (0, 13 * 60, MIDNIGHT), (1, 0, 60)))
    assert open_seconds(at("2026-11-23T00:00"), at("2026-11-25T00:00"), hours) == 16 * HOUR
    assert after(at("2026-11-23T11:00"), 2 * HOUR, hours) == at("2026-11-23T14:00")
    assert after(at("2026-11-23T23:00"), 2 * HOUR, hours) == at("2026-11-24T01:00")


def test_a_day_of_23_and_one_of_25_hours_count_what_they_have():
    paulo = ZoneInfo("America/Sao_Paulo")
    hours = Hours(((6, 0, MIDNIGHT), (5, 0, MIDNIGHT)), zone="America/Sao_Paulo")
    # Summer time began on Sunday, 4 November 2018, at midnight, and ended in the night to 17 February 2019.
    assert open_seconds(at("2018-11-04T01:00", paulo), at("2018-11-05T00:00", paulo), hours) == 23 * HOUR
    assert open_seconds(at("2019-02-16T00:00", paulo), at("2019-02-17T00:00", paulo), hours) == 25 * HOUR


def test_of_an_hour_that_the_clock_left_out_no_span_counts_twice():
    """In São Paulo the day of 4 November 2018 began at 1:00: what lies before it falls on what follows."""
    day, zone = date(2018, 11, 4), ZoneInfo("America/Sao_Paulo")
    spans = Hours(((6, 0, 30), (6, 30, 60), (6, 60, 120)), zone=zone.key)
    midnight = datetime(day.year, day.month, day.day, 3, tzinfo=UTC)  # both 0:00 and 1:00
    assert open_seconds(midnight, midnight + timedelta(hours=5), spans) == HOUR
    assert after(midnight, HOUR, spans) == midnight + timedelta(hours=1)
    assert after(midnight + timedelta(hours=5), -HOUR, spans) == midnight


@st.composite
def weeks(draw) -> Hours:
    spans = []
    for weekday in draw(st.sets(st.integers(0, 6), min_size=1)):
        edges = sorted(draw(st.sets(st.integers(0, MIDNIGHT), min_size=2, max_size=4)))
        spans += [(weekday, *pair) for pair in zip(edges[::2], edges[1::2], strict=False)]
    days = st.dates(date(2017, 1, 1), date(2027, 12, 31))
    return Hours(tuple(spans), draw(st.frozensets(days, max_size=12)), draw(st.sampled_from(ZONES)))


moments = st.datetimes(datetime(2017, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 (Hypothesis adds it)
lengths = st.integers(0, 120 * HOUR)
few = st.integers(-20 * HOUR, 20 * HOUR)


@given(moments, few, weeks())
def test_one_is_the_inverse_of_the_other(start, seconds, hours):
    assert open_seconds(start, after(start, seconds, hours), hours) == seconds


@given(moments, lengths, weeks())
def test_the_moment_is_the_nearest(start, seconds, hours):
    end = after(start, seconds, hours)
    assume(end > start)
    assert open_seconds(start, end - timedelta(microseconds=1), hours) < seconds


@given(moments, few, few, weeks())
def test_more_seconds_end_later(start, one, other, hours):
    less, more = sorted((one, other))
    assert after(start, less, hours) <= after(start, more, hours)


spells = st.timedeltas(timedelta(), timedelta(days=60))


@given(moments, spells, spells, weeks())
def test_parts_add_up_and_never_exceed_the_clock(first, one, other, hours):
    second, third = first + one, first + one + other
    whole = open_seconds(first, third, hours)
    assert whole == pytest.approx(open_seconds(first, second, hours) + open_seconds(second, third, hours))
    assert 0 <= whole <= (third - first).total_seconds()
    assert open_seconds(third, first, hours) == -whole


@given(moments, lengths, weeks())
def test_a_target_used_in_two_parts_ends_when_it_would_in_one(start, seconds, hours):
    half = after(start, seconds // 2, hours)
    assert after(half, seconds - seconds // 2, hours) == after(start, seconds, hours)
