"""Time that counts: every minute, or only the hours in which the service works. Pure: standard library only.

Hours are kept in local time, and moments are UTC: each day's spans are put into UTC by the zone, so that a day of 23
or of 25 hours counts what it really has. `after` is the inverse of `open_seconds`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
MIDNIGHT = 1440
"""Minutes of the day at which a span may end at the latest: the beginning of the next day."""

Span = tuple[int, int, int]
"""Weekday (Monday is 0), and from which to which minute of the local day."""


@dataclass(frozen=True)
class Hours:
    """When the service works: spans of the week, days without any, and the zone in which they are meant.

    There is at least one span: whoever makes one of these sees to it, or no target would ever end.
    """

    week: tuple[Span, ...]
    holidays: frozenset[date] = field(default_factory=frozenset)
    zone: str = "America/Recife"


def open_seconds(from_: datetime, to: datetime, hours: Hours | None) -> float:
    """Return the seconds that count between two moments; negative when `to` is the earlier one. None counts them all."""
    if hours is None:
        return (to - from_).total_seconds()
    if to < from_:
        return -open_seconds(to, from_, hours)
    total = timedelta()
    for opens, closes in _forward(from_, hours):
        if opens >= to:
            break
        total += max(timedelta(), min(closes, to) - max(opens, from_))
    return total.total_seconds()


def after(from_: datetime, seconds: float, hours: Hours | None) -> datetime:
    """Return the moment until which so many seconds count from `from_` on; before it, when they are negative.

    Of several such moments (from closing time on, nothing counts) it is the one nearest to `from_`.
    """
    if hours is None or not seconds:
        return from_ + timedelta(seconds=seconds)
    left = timedelta(seconds=abs(seconds))
    if seconds < 0:
        return _before(from_, left, hours)
    for opens, closes in _forward(from_, hours):
        begins = max(opens, from_)
        if closes - begins >= left:
            return begins + left
        left -= max(timedelta(), closes - begins)
    raise AssertionError("a week without hours")


def _before(from_: datetime, left: timedelta, hours: Hours) -> datetime:
    day = from_.astimezone(ZoneInfo(hours.zone)).date()
    while True:
        for opens, closes in reversed(_spans(day, hours)):
            ends = min(closes, from_)
            if ends - opens >= left:
                return ends - left
            left -= max(timedelta(), ends - opens)
        day -= DAY


def _forward(from_: datetime, hours: Hours) -> Iterator[tuple[datetime, datetime]]:
    day = from_.astimezone(ZoneInfo(hours.zone)).date()
    while True:
        yield from _spans(day, hours)
        day += DAY


def _spans(day: date, hours: Hours) -> tuple[tuple[datetime, datetime], ...]:
    return () if day in hours.holidays else _of_day(day, hours.week, hours.zone)


@lru_cache(maxsize=1024)
def _of_day(day: date, week: tuple[Span, ...], zone: str) -> tuple[tuple[datetime, datetime], ...]:
    """Return the spans of a day in UTC, in their order, none over another."""
    made: list[tuple[datetime, datetime]] = []
    for opens, closes in sorted(span[1:] for span in week if span[0] == day.weekday()):
        begins, ends = _moment(day, opens, zone), _moment(day, closes, zone)
        # Where the clock is put forward, a time that does not exist lies beside the one that follows it.
        begins = max(begins, made[-1][1]) if made else begins
        if ends > begins:
            made.append((begins, ends))
    return tuple(made)


def _moment(day: date, minute: int, zone: str) -> datetime:
    if minute >= MIDNIGHT:
        return _moment(day + DAY, minute - MIDNIGHT, zone)
    return datetime.combine(day, time(minute // 60, minute % 60), ZoneInfo(zone)).astimezone(UTC)
