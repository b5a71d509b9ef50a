"""The rules of credit hours as tables: what is paid of a shift, rounding, grace, days, months, caps, versions."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from teleconsult.credits import reckon
from teleconsult.credits import rules as r
from teleconsult.credits.reckon import Book, Part, Turn, Work
from teleconsult.credits.rules import Kind, Rules
from teleconsult.errors import Refused

RECIFE = ZoneInfo("America/Recife")
SAO_PAULO = ZoneInfo("America/Sao_Paulo")
RULES = Rules(1, date(2000, 1, 1), cap_shift=0, cap_day=0, cap_month=0)


def at(text, zone=RECIFE):
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def turn(came, left, starts="2026-11-17T08:00", ends="2026-11-17T12:00", zone=RECIFE, **more):
    return Turn("SH-1", at(starts, zone), at(ends, zone), at(came, zone), at(left, zone), **more)


def work(moment, kind=Kind.OPINION, source="opinion:TC-1:1", zone=RECIFE):
    return Work(source, kind, at(moment, zone), "TC-1")


def earned(*turns, rules=RULES, works=(), zone=RECIFE, book=None):
    book = book or Book(zone)
    return [line for one in turns for line in reckon.shift_lines(one, works, rules, book)]


@pytest.mark.parametrize(
    ("came", "left", "minutes"),
    [
        ("08:00", "12:00", 240),
        ("07:58", "12:00", 240),  # what lies before the shift is not paid
        ("08:10", "12:00", 240),  # the grace at the beginning
        ("08:11", "12:00", 230),  # past it, presence counts: 229 minutes, to the nearest five
        ("08:00", "11:50", 240),  # the grace at the end
        ("08:00", "11:30", 210),
        ("07:00", "13:00", 240),
        ("08:58", "10:00", 60),  # 62 minutes
        ("08:57", "10:00", 65),  # 63 minutes
        ("12:00", "12:30", 0),
        ("07:00", "07:55", 0),
        ("08:05", "08:05", 0),
    ],
)
def test_a_shift_pays_presence_within_what_was_scheduled(came, left, minutes):
    (line,) = earned(turn(f"2026-11-17T{came}", f"2026-11-17T{left}"))
    assert line.minutes == minutes
    assert line.day == date(2026, 11, 17)
    assert line.data["scheduled"] == 240


def test_rounding_never_pays_more_than_was_scheduled():
    (line,) = earned(turn("2026-11-17T08:00", "2026-11-17T08:58", ends="2026-11-17T08:58"))
    assert line.minutes == 58


def test_a_shift_across_midnight_has_a_line_for_each_day():
    lines = earned(turn("2026-11-17T22:00", "2026-11-18T02:00", "2026-11-17T22:00", "2026-11-18T02:00"))
    assert [(x.day, x.minutes) for x in lines] == [(date(2026, 11, 17), 120), (date(2026, 11, 18), 120)]


def test_a_shift_across_the_months_end_is_shared_by_both_months():
    lines = earned(turn("2026-11-30T23:07", "2026-12-01T01:00", "2026-11-30T23:07", "2026-12-01T01:00"))
    assert [(x.day.month, x.minutes) for x in lines] == [(11, 53), (12, 60)]
    assert sum(x.minutes for x in lines) == 113


def test_the_29th_of_february_is_a_day():
    lines = earned(turn("2028-02-29T22:00", "2028-03-01T02:00", "2028-02-29T22:00", "2028-03-01T02:00"))
    assert [x.day for x in lines] == [date(2028, 2, 29), date(2028, 3, 1)]
    assert r.next_month(date(2028, 2, 1)) == date(2028, 3, 1)
    assert r.previous_month(date(2028, 3, 31)) == date(2028, 2, 1)


@pytest.mark.parametrize(
    ("starts", "ends", "parts"),
    [
        # São Paulo, October 2018: midnight does not exist, the clocks go from 00:00 to 01:00.
        ("2018-11-03T22:00", "2018-11-04T03:00", [(date(2018, 11, 3), 120), (date(2018, 11, 4), 120)]),
        # February 2018: at midnight the clocks go back to 23:00, and Saturday has an hour more.
        ("2018-02-17T22:00", "2018-02-18T01:00", [(date(2018, 2, 17), 180), (date(2018, 2, 18), 60)]),
    ],
)
def test_a_shift_across_a_clock_change_pays_the_time_that_passed(starts, ends, parts):
    lines = earned(turn(starts, ends, starts, ends, zone=SAO_PAULO), zone=SAO_PAULO)
    assert [(x.day, x.minutes) for x in lines] == parts


def test_overlapping_shifts_pay_each_minute_once():
    first = turn("2026-11-17T08:00", "2026-11-17T12:00")
    second = Turn(
        "SH-2", at("2026-11-17T11:00"), at("2026-11-17T14:00"), at("2026-11-17T11:00"), at("2026-11-17T14:00")
    )
    assert [x.minutes for x in earned(first, second)] == [240, 120]
    third = Turn("SH-3", at("2026-11-17T09:00"), at("2026-11-17T10:00"), at("2026-11-17T09:00"), at("2026-11-17T10:00"))
    assert [x.minutes for x in earned(first, third)] == [240, 0]


def test_work_inside_a_shift_is_named_and_paid_by_the_shift():
    shift, opinion = earned(turn("2026-11-17T08:00", "2026-11-17T12:00"), works=[work("2026-11-17T09:00")])
    assert (shift.minutes, opinion.minutes) == (240, 0)
    assert shift.data["covers"] == ["opinion:TC-1:1"]
    assert (opinion.within, opinion.reason) == (shift.source, "covered")


def test_work_inside_a_shift_is_paid_by_the_work_when_the_rule_says_so():
    rules = Rules(1, date(2000, 1, 1), inside="work")
    shift, opinion = earned(turn("2026-11-17T08:00", "2026-11-17T12:00"), rules=rules, works=[work("2026-11-17T09:00")])
    assert (shift.minutes, opinion.minutes) == (222, 18)
    assert opinion.within == shift.source


@pytest.mark.parametrize("inside", ["shift", "work"])
def test_work_in_the_grace_that_was_paid_with_its_event_is_not_paid_again(inside):
    book, rules = Book(RECIFE), Rules(1, date(2000, 1, 1), inside=inside)
    assert reckon.work_line(work("2026-11-17T08:02"), rules, book).minutes == 18
    assert earned(turn("2026-11-17T08:05", "2026-11-17T12:00"), rules=rules, book=book)[0].minutes == 222


def test_work_that_comes_to_light_after_the_check_out_is_covered():
    book = Book(RECIFE)
    earned(turn("2026-11-17T08:00", "2026-11-17T11:55"), book=book)
    assert reckon.work_line(work("2026-11-17T11:57"), RULES, book).minutes == 0
    assert reckon.work_line(work("2026-11-17T12:03", source="opinion:TC-2:1"), RULES, book).minutes == 18


def test_a_forgotten_check_out_and_a_long_presence_are_looked_at():
    assert earned(turn("2026-11-17T08:00", "2026-11-17T12:00", forgotten=True))[0].odd == "forgotten"
    assert earned(turn("2026-11-17T07:00", "2026-11-17T12:00"))[0].odd == "longer"
    assert earned(turn("2026-11-17T07:50", "2026-11-17T12:10"))[0].odd == ""


@pytest.mark.parametrize(
    ("cap", "value", "minutes"), [("cap_shift", 200, 200), ("cap_day", 180, 180), ("cap_month", 100, 100)]
)
def test_a_cap_cuts_and_is_named(cap, value, minutes):
    rules = Rules(1, date(2000, 1, 1), **({"cap_shift": 0, "cap_day": 0, "cap_month": 0} | {cap: value}))
    (line,) = earned(turn("2026-11-17T08:00", "2026-11-17T12:00"), rules=rules)
    assert (line.minutes, line.data["cut"]) == (minutes, cap.removeprefix("cap_"))


def test_caps_count_what_was_paid_before():
    book, rules = Book(RECIFE), Rules(1, date(2000, 1, 1), cap_day=30, cap_month=50)
    paid = [
        reckon.work_line(work(f"2026-11-{day}T10:0{i}", source=f"opinion:{day}:{i}"), rules, book).minutes
        for day in (17, 18)
        for i in range(3)
    ]
    assert paid == [18, 12, 0, 18, 2, 0]


def test_an_activity_pays_its_share_and_no_minute_of_a_shift():
    book = Book(RECIFE)
    earned(turn("2026-11-17T08:00", "2026-11-17T12:00"), book=book)
    part = Part("given:AC-1:PE-1", Kind.GIVEN, at("2026-11-17T11:30"), at("2026-11-17T13:00"), "AC-1")
    line = reckon.part_line(part, Rules(1, date(2000, 1, 1), given=50), book)
    assert (line.minutes, line.data) == (30, {"whole": 90, "percent": 50, "paid_already": 30})


def test_the_version_of_the_day_counts():
    old, new = Rules(1, date(2000, 1, 1)), Rules(2, date(2026, 12, 1))
    assert r.in_force([old, new], date(2026, 11, 30)) is old
    assert r.in_force([old, new], date(2026, 12, 1)) is new
    assert r.in_force([old, new], date(1999, 1, 1)) is old


@pytest.mark.parametrize(
    ("name", "value"),
    [("opinion", -1), ("opinion", 241), ("ask", None), ("grace", 61), ("round_to", 0), ("cap_day", 1441), ("given", 301),
     ("cap_month", 44641), ("inside", "both"), ("inside", None)],
)  # fmt: skip
def test_negative_and_absurd_amounts_are_refused_by_name(name, value):
    with pytest.raises(Refused) as refusal:
        r.amounts_checked(RULES.amounts() | {name: value})
    assert refusal.value.field == name


@pytest.mark.parametrize("day", [date(2026, 11, 16), date(2026, 11, 17), date(2026, 11, 20)])
def test_a_version_begins_in_the_future_after_the_one_before(day):
    with pytest.raises(Refused) as refusal:
        r.check_begin(day, date(2026, 11, 17), date(2026, 11, 20))
    assert refusal.value.field == "begins_on"
    r.check_begin(date(2026, 11, 21), date(2026, 11, 17), date(2026, 11, 20))


def test_days_of_every_length_of_shift_add_up():
    for hours in range(1, 60):
        span = (at("2026-11-17T21:30"), at("2026-11-17T21:30") + timedelta(hours=hours))
        parts = r.days_of(span, RECIFE)
        assert r.whole_minutes(part for _, part in parts) == hours * 60
        assert [day for day, _ in parts] == sorted({day for day, _ in parts})
