"""Where a request stands on the waiting list, and when its turn may come. Pure: standard library only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

RANKS = {"urgent": 0, "high": 1, "routine": 2}
"""The list is by priority, then by age."""

FARTHEST_WEEKS = 260
"""What lies farther than five years is not a date that helps anybody."""


@dataclass(frozen=True)
class Expected:
    """When a visit may be expected: a day, and whether it is read from free slots or from the pace of the agenda."""

    day: date | None
    published: bool


def expected(position: int, free: Sequence[date], per_week: float, last: date | None, today: date) -> Expected:
    """Return when the turn of whoever stands at `position` (1 is next) may come.

    Args:
        position: the place on the list.
        free: the days of the free slots ahead, in their order; as many as anybody asks for.
        per_week: slots a week that the agenda has been giving to this kind of visit.
        last: the last day of the agenda as published, if there is one.
        today: the local day, or a later one from which the visit is wanted.

    While there are as many free slots as people, it is the day of one's own slot. Beyond the published agenda it is
    counted on from its end at its own pace; without any pace nobody can say.
    """
    if position <= len(free):
        return Expected(free[position - 1], published=True)
    if per_week <= 0:
        return Expected(None, published=False)
    weeks = (position - len(free)) / per_week
    if weeks > FARTHEST_WEEKS:
        return Expected(None, published=False)
    return Expected(max(last or today, today) + timedelta(days=round(weeks * 7)), published=False)


def kept_for_others(rank: int, waiting: dict[int, int]) -> int:
    """Return how many of the next free slots are left for requests of a higher priority that wait."""
    return sum(count for other, count in waiting.items() if other < rank)
