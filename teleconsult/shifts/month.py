"""A month of a room as its screen shows it: whole weeks, each day with its shifts one under the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from teleconsult.shifts.models import Room
from teleconsult.shifts.queries import holidays_between
from teleconsult.shifts.showing import Shown, days, in_room, today_in
from teleconsult.shifts.week import WHOLE, monday_of


@dataclass(frozen=True)
class MonthDay:
    """One day; of the weeks at either end some belong to the months beside it."""

    day: date
    holiday: str
    inside: bool
    is_open: bool
    is_today: bool
    is_past: bool
    opens: int
    shifts: Sequence[Shown]


@dataclass(frozen=True)
class Month:
    """The weeks of a month, and the first days of the months beside it."""

    first: date
    before: date
    after: date
    weeks: Sequence[Sequence[MonthDay]]


def month_of(room: Room, day: date, specialty: str = "") -> Month:
    """Return the month of a day in whole weeks; with a specialty only its shifts."""
    first = day.replace(day=1)
    after = (first + timedelta(days=31)).replace(day=1)
    start = monday_of(first)
    count = -(-(after - start).days // WHOLE) * WHOLE
    last, today = start + timedelta(days=count - 1), today_in(room)
    holidays = holidays_between(start, last)
    opens = {row.weekday: row.opens for row in reversed(room.hours)}
    by_day: dict[date, list[Shown]] = {}
    for shift in in_room(room, start, last):
        if specialty in ("", shift.slug):
            by_day.setdefault(shift.day, []).append(shift)
    made = [
        MonthDay(
            day=each,
            holiday=holidays.get(each, ""),
            inside=each.month == first.month,
            is_open=each.weekday() in opens and each not in holidays,
            is_today=each == today,
            is_past=each < today,
            opens=opens.get(each.weekday(), 0),
            shifts=by_day.get(each, ()),
        )
        for each in days(start, count)
    ]
    weeks = [made[at : at + WHOLE] for at in range(0, count, WHOLE)]
    return Month(first, (first - timedelta(days=1)).replace(day=1), after, weeks)
