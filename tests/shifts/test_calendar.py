"""The arithmetic of the calendar, by table and by Hypothesis."""

import time as clocks
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleconsult.errors import Refused
from teleconsult.shifts import calendar as c
from teleconsult.shifts.attendance import left_at

MONDAY = date(2026, 11, 23)
ZONES = ["America/Recife", "America/Sao_Paulo", "Europe/Lisbon", "America/Noronha", "Asia/Kathmandu", "Pacific/Apia"]

quarters = st.integers(0, 95).map(lambda n: n * 15)
lengths = st.integers(1, 96).map(lambda n: n * 15)
days = st.dates(date(2000, 1, 1), date(2040, 12, 31))


def test_a_rule_gives_its_days():
    assert c.days_of("FREQ=WEEKLY;BYDAY=MO,WE", MONDAY, date(2026, 12, 2)) == [
        MONDAY, date(2026, 11, 25), date(2026, 11, 30), date(2026, 12, 2),
    ]  # fmt: skip
    assert c.days_of("RRULE:freq=monthly; byday=1MO", MONDAY, date(2027, 1, 31)) == [
        date(2026, 12, 7), date(2027, 1, 4),
    ]  # fmt: skip
    assert c.days_of("FREQ=DAILY;UNTIL=20261125T235959Z", MONDAY, date(2027, 1, 1))[-1] == date(2026, 11, 25)
    assert len(c.days_of("FREQ=DAILY;COUNT=3", MONDAY, date(2027, 1, 1))) == 3
    assert c.days_of("FREQ=YEARLY", MONDAY, date(2027, 12, 1)) == [MONDAY, date(2027, 11, 23)]
    assert c.days_of("", MONDAY, None) == [MONDAY]


@pytest.mark.parametrize(
    ("rule", "until", "field"),
    [
        ("FREQ=WEEKLY", None, "until"),
        ("FREQ=WEEKLY", date(2026, 11, 22), "until"),
        ("FREQ=DAILY", date(2056, 1, 1), "until"),  # ten thousand occurrences
        ("FREQ=HOURLY", date(2026, 12, 1), "rule"),
        ("FREQ=DAILY;BYHOUR=8,9", date(2026, 12, 1), "rule"),
        ("FREQ=DAILY;INTERVAL=0", date(2026, 12, 1), "rule"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", date(2026, 12, 1), "rule"),  # would look until the year 9999
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", date(2046, 12, 1), "rule"),
        ("FREQ=WEEKLY;BYDAY=XX", date(2026, 12, 1), "rule"),
        ("FREQ=WEEKLY;FREQ=DAILY", date(2026, 12, 1), "rule"),
        ("FREQ=DAILY;COUNT=3;UNTIL=20261231", date(2026, 12, 1), "rule"),  # RFC 5545: not both
        ("toda segunda", date(2026, 12, 1), "rule"),
        ("FREQ=WEEKLY;" + "BYDAY=MO," * 40, date(2026, 12, 1), "rule"),
    ],
)
def test_a_rule_that_is_none_is_refused(rule, until, field):
    with pytest.raises(Refused) as refused:
        c.days_of(rule, MONDAY, until)
    assert refused.value.field == field


def test_a_rule_of_too_many_days_names_how_many_there_may_be():
    last = MONDAY + timedelta(days=c.MOST - 1)
    assert len(c.days_of("FREQ=DAILY", MONDAY, last)) == c.MOST
    with pytest.raises(Refused, match=str(c.MOST)):
        c.days_of("FREQ=DAILY", MONDAY, last + timedelta(days=1))


def occurrences(rule, first_day, starts, minutes, zone, until):
    """Return the moments of a rule as a series lays them: each day of it, at its hour."""
    return [c.span_of(day, starts, minutes, zone) for day in c.days_of(rule, first_day, until)]


def hours(span):
    return (span[1] - span[0]) / timedelta(hours=1)


def test_a_night_is_as_long_as_the_clock_makes_it():
    plain = c.span_of(MONDAY, 22 * 60, 480, "America/Recife")
    assert plain == (datetime(2026, 11, 24, 1, tzinfo=UTC), datetime(2026, 11, 24, 9, tzinfo=UTC))
    assert hours(c.span_of(date(2026, 3, 28), 22 * 60, 480, "Europe/Lisbon")) == 7
    assert hours(c.span_of(date(2026, 10, 24), 22 * 60, 480, "Europe/Lisbon")) == 9
    # The last summer times of Brazil: the hour after midnight was left out, the one before it came twice.
    assert hours(c.span_of(date(2018, 11, 3), 22 * 60, 480, "America/Sao_Paulo")) == 7
    assert hours(c.span_of(date(2018, 2, 17), 22 * 60, 480, "America/Sao_Paulo")) == 9
    assert c.span_of(date(2018, 11, 4), 0, 60, "America/Sao_Paulo") == (
        datetime(2018, 11, 4, 3, tzinfo=UTC), datetime(2018, 11, 4, 4, tzinfo=UTC),
    )  # fmt: skip
    assert hours(c.span_of(date(2018, 11, 4), 30, 45, "America/Sao_Paulo")) == 0.75


@given(days, quarters, lengths, st.sampled_from(ZONES))
def test_a_shift_begins_by_the_wall_and_ends_after_it_began(day, starts, minutes, zone):
    begin, end = c.span_of(day, starts, minutes, zone)
    assert timedelta(0) < end - begin <= timedelta(hours=26)
    assert begin.tzinfo is UTC
    wall = datetime.combine(day, time.min) + timedelta(minutes=starts)
    here = begin.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    if wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wall:
        assert here == wall
        assert (c.local_day(begin, zone), c.local_minute(begin, zone)) == (day, starts)


@given(days, quarters, lengths, st.sampled_from(ZONES))
def test_quarters_cover_a_shift_once_and_wholly(day, starts, minutes, zone):
    span = c.span_of(day, starts, minutes, zone)
    found = c.slots(span)
    assert found[0] == span[0]
    assert found[-1] + c.SLOT == span[1]
    assert len(set(found)) == len(found) == (span[1] - span[0]) // c.SLOT


moments = st.integers(0, 96).map(lambda n: datetime(2026, 1, 1, tzinfo=UTC) + n * timedelta(minutes=10))
spans = st.tuples(moments, moments).filter(lambda pair: pair[0] < pair[1])


@given(spans, st.lists(spans, max_size=4), moments)
def test_what_is_left_is_what_no_leave_covers(span, away, at):
    left = c.without(span, away)
    inside = span[0] <= at < span[1] and not any(gap[0] <= at < gap[1] for gap in away)
    assert any(piece[0] <= at < piece[1] for piece in left) == inside
    assert all(piece[0] < piece[1] for piece in left)
    assert not any(c.overlaps(one, other) for i, one in enumerate(left) for other in left[:i])


@given(st.lists(spans, max_size=4), moments, moments)
def test_minutes_left_are_never_negative_and_grow_with_the_time(given_spans, one, other):
    early, late = sorted((one, other))
    assert 0 <= c.minutes_left(given_spans, early, late) <= c.minutes_left(given_spans, early, late + timedelta(days=1))


def test_minutes_left_are_those_between_two_moments():
    def at(hour, minute=0):
        return datetime(2026, 11, 23, hour, minute, tzinfo=UTC)

    day = [(at(8), at(12)), (at(13), at(17))]
    for begin, end, minutes in (
        (at(0), at(23), 480), (at(9), at(11), 120), (at(11), at(14, 30), 150), (at(17), at(23), 0), (at(0), at(8), 0),
    ):  # fmt: skip
        assert c.minutes_left(day, begin, end) == minutes


def test_who_goes_when_the_other_comes_does_not_meet_them():
    early, noon, late = (datetime(2026, 11, 23, hour, tzinfo=UTC) for hour in (8, 12, 17))
    for one, other, meet in (
        ((early, noon), (noon, late), False), ((early, late), (noon, late), True), ((early, noon), (early, noon), True),
    ):  # fmt: skip
        assert c.overlaps(one, other) is c.overlaps(other, one) is meet


@pytest.mark.parametrize(
    ("day", "starts", "minutes", "zone"),
    [
        (MONDAY, 480, 240, "America/Recife"),
        (date(2026, 3, 28), 22 * 60, 480, "Europe/Lisbon"),  # seven hours
        (date(2026, 10, 24), 22 * 60, 480, "Europe/Lisbon"),  # nine
    ],
)
def test_a_shift_is_as_long_on_the_wall_as_it_was_laid(day, starts, minutes, zone):
    assert c.wall_minutes(c.span_of(day, starts, minutes, zone), zone) == minutes


def test_a_shift_of_which_the_wall_shows_nothing_is_a_quarter_long():
    begin = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 1:30 in Lisbon, and an hour later once more
    assert c.wall_minutes((begin, begin + timedelta(hours=1)), "Europe/Lisbon") == c.SLOT_MINUTES


def test_a_room_is_open_across_midnight_and_without_a_break():
    night = [c.Opening(day, 0, 1440) for day in range(7)]
    assert c.is_open(night, MONDAY, 22 * 60, 480)
    assert c.is_open([c.Opening(0, 18 * 60, 30 * 60)], MONDAY, 22 * 60, 480)
    assert c.is_open([c.Opening(0, 18 * 60, 30 * 60)], MONDAY + timedelta(days=1), 0, 360)
    assert not c.is_open([c.Opening(0, 18 * 60, 30 * 60)], MONDAY + timedelta(days=1), 0, 375)
    lunch = [c.Opening(0, 480, 720), c.Opening(0, 780, 1080)]
    assert c.is_open(lunch, MONDAY, 480, 240)
    assert not c.is_open(lunch, MONDAY, 660, 240)
    assert not c.is_open([], MONDAY, 480, 15)


@pytest.mark.parametrize(
    "openings",
    [[], [c.Opening(-1, 480, 500)], [c.Opening(0, -15, 60)], [c.Opening(0, 1440, 1500)], [c.Opening(0, 480, 1921)],
     [c.Opening(0, 480, 480)], [c.Opening(7, 480, 500)], [c.Opening(0, 480, 2000)],
     [c.Opening(0, 480, 600), c.Opening(0, 590, 700)]],
)  # fmt: skip
def test_hours_that_are_none_are_refused(openings):
    with pytest.raises(Refused) as refused:
        c.check_openings(openings)
    assert refused.value.field == "hours"


def test_hours_come_in_their_order_and_may_follow_each_other():
    noon, morning, night = c.Opening(0, 720, 1020), c.Opening(0, 480, 720), c.Opening(6, 1439, 1439 + 1440)
    assert c.check_openings([night, noon, morning]) == [morning, noon, night]


@pytest.mark.parametrize(("starts", "minutes"), [(481, 60), (480, 0), (480, -60), (480, 50), (1440, 60), (0, 1455)])
def test_times_that_are_none_are_refused(starts, minutes):
    with pytest.raises(Refused):
        c.span_of(MONDAY, starts, minutes, "America/Recife")


def test_nobody_leaves_before_they_came():
    came, earlier = datetime(2026, 1, 1, 9, tzinfo=UTC), datetime(2026, 1, 1, 8, tzinfo=UTC)
    assert left_at(came, earlier) == came


rules = st.builds(
    lambda freq, interval, on: f"FREQ={freq};INTERVAL={interval}" + (f";BYDAY={','.join(sorted(on))}" if on else ""),
    st.sampled_from(["DAILY", "WEEKLY", "MONTHLY"]),
    st.integers(1, 4),
    st.sets(st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"])),
)
first_days = st.dates(date(2015, 1, 1), date(2030, 12, 31))


@given(rules, first_days, st.integers(0, 400), quarters, lengths, st.sampled_from(ZONES))
def test_occurrences_come_in_order_at_their_time_of_day(rule, first, length, starts, minutes, zone):
    until = first + timedelta(days=length)
    try:
        spans = occurrences(rule, first, starts, minutes, zone, until)
    except Refused:  # no day of the rule lies between
        return
    assert len(spans) <= c.MOST
    assert spans == sorted(spans)
    assert len({span[0] for span in spans}) == len(spans)
    for begin, _end in spans:
        day = (datetime.combine(first, time.min) + (begin - c.moment_of(first, starts, zone))).date()
        around = {day - timedelta(days=1), day, day + timedelta(days=1)}
        assert around & {first + timedelta(days=n) for n in range(length + 1)}


@pytest.mark.parametrize("server", ["Asia/Tokyo", "America/Los_Angeles"])
def test_the_servers_own_zone_changes_nothing(server, monkeypatch):
    here = occurrences("FREQ=WEEKLY", MONDAY, 480, 240, "America/Recife", date(2026, 12, 31))
    monkeypatch.setenv("TZ", server)
    clocks.tzset()
    try:
        assert occurrences("FREQ=WEEKLY", MONDAY, 480, 240, "America/Recife", date(2026, 12, 31)) == here
    finally:
        monkeypatch.undo()
        clocks.tzset()
