"""What is expected to come, learnt from what came. Pure: standard library only.

The rate of a specialty at an hour of the week is its share of all cases times the network's cases in that hour: two
margins are learnt, not their hundreds of cells. The expected cases are laid where the sum of the rates passes each half
number, counted from Monday 00:00, so that they stay where they are from one plan to the next.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import accumulate
from typing import NamedTuple

AHEAD = timedelta(hours=24)
"""How far ahead cases are expected; further ones change what is done now too little to be worth the time."""

HOURS = 7 * 24


class Expected(NamedTuple):
    """A case that has not come yet but will, by what the record shows; it holds a turn free and is in no plan."""

    specialty_id: int
    at: datetime
    due_at: datetime


@dataclass(frozen=True)
class Rates:
    """Cases an hour of the week (Monday 00:00 is 0), and the share of each specialty."""

    by_hour: tuple[float, ...] = (0.0,) * HOURS
    shares: Mapping[int, float] = field(default_factory=dict)
    zone: tzinfo = UTC


def learn_rates(came: Iterable[tuple[int, datetime]], weeks: float, zone: tzinfo = UTC) -> Rates:
    """Return the rates that the record shows.

    Args:
        came: specialty and moment of each submission of the last weeks.
        weeks: how many weeks that record spans.
        zone: in whose hours people work.
    """
    hours = [0] * HOURS
    by_specialty: dict[int, int] = {}
    for specialty_id, at in came:
        local = at.astimezone(zone)
        hours[local.weekday() * 24 + local.hour] += 1
        by_specialty[specialty_id] = by_specialty.get(specialty_id, 0) + 1
    total = sum(by_specialty.values())
    if not total or weeks <= 0:
        return Rates(zone=zone)
    shares = {specialty_id: count / total for specialty_id, count in sorted(by_specialty.items())}
    return Rates(tuple(count / weeks for count in hours), shares, zone)


def expected(rates: Rates, now: datetime, target: timedelta, ahead: timedelta = AHEAD) -> list[Expected]:
    """Return the cases expected between now and `ahead`, each due after `target`.

    A day of summer time is an hour off in it, which a forecast bears.
    """
    local = now.astimezone(rates.zone)
    monday = (local - timedelta(days=local.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
    sums = [0.0, *accumulate(rates.by_hour * 2)]
    first = int((now - monday) / timedelta(hours=1))
    last = min(2 * HOURS, first + int(ahead / timedelta(hours=1)) + 1)
    made = []
    for specialty_id, share in rates.shares.items():
        for hour in range(first, last):
            before, total = 0.5 + share * sums[hour], 0.5 + share * sums[hour + 1]
            for number in range(int(before) + 1, int(total) + 1):
                at = monday + timedelta(hours=hour + (number - before) / (total - before))
                if now < at < now + ahead:
                    made.append(Expected(specialty_id, at, at + target))
    return sorted(made, key=lambda one: (one.at, one.specialty_id))
