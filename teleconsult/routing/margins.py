"""How far beyond the expected answer a promise must lie to be kept nine times in ten, learnt from promises. Pure.

What delays an answer beyond the engine's own spread (declines, urgent cases that come later and go first, people who
stay away) is not modelled: it is measured. Each past promise has a score: the consultants' minutes on shift in the
specialty that lay between the expected and the real answer, by those that lay before the expected one (and `FLOOR`, so
that a short wait has a scale). The next promise is the expected answer moved on by the 90 % quantile of the scores, in
the same minutes: it falls into a shift, never into a night or a holiday. If what comes is like what came, it is kept
nine times in ten, whatever the distribution: split conformal prediction (V. Vovk, A. Gammerman and G. Shafer,
"Algorithmic Learning in a Random World", 2005; normalised scores: H. Papadopoulos et al., ECML 2002).
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil, log
from typing import NamedTuple

from teleconsult.routing.slots import Seat

SHARE = 0.9
"""The share of promises that is to be kept."""

FLOOR = 120.0
"""Consultants' minutes added to what lies before an expected answer: what a promise may err by at least."""

PRIOR = tuple(-log(1 - (i + 0.5) / 20) * 0.45 for i in range(20))
"""Scores that stand in until the record has its own: an exponential whose 90 % point is about 1."""

LAST = 400
"""Scores of a priority that are remembered: the recent ones, as habits and seasons change."""


class ShiftTime:
    """The minutes on shift of all consultants of one specialty together, as a clock that stands still when nobody is."""

    def __init__(self, seats: Iterable[Seat]) -> None:
        steps: dict[datetime, int] = {}
        for seat in seats:
            steps[seat.starts_at] = steps.get(seat.starts_at, 0) + 1
            steps[seat.ends_at] = steps.get(seat.ends_at, 0) - 1
        self._at = sorted(steps)
        self._on, self._sum = [], []
        on, total = 0, 0.0
        for number, at in enumerate(self._at):
            if number:
                total += on * (at - self._at[number - 1]).total_seconds() / 60
            on += steps[at]
            self._on.append(on)
            self._sum.append(total)

    def minutes(self, at: datetime) -> float:
        """Return the consultants' minutes from the first shift to a moment."""
        number = bisect_right(self._at, at) - 1
        if number < 0:
            return 0.0
        return self._sum[number] + self._on[number] * (at - self._at[number]).total_seconds() / 60

    def after(self, at: datetime, minutes: float) -> datetime:
        """Return the moment by which so many consultants' minutes have passed; beyond the last shift, as fast as till then."""
        if not self._at:
            return at + timedelta(minutes=minutes)
        wanted = self.minutes(at) + minutes
        if wanted > self._sum[-1]:
            rate = max(0.1, self._sum[-1] / ((self._at[-1] - self._at[0]).total_seconds() / 60))
            return max(at, self._at[-1]) + timedelta(minutes=(wanted - self._sum[-1]) / rate)
        number = bisect_right(self._sum, wanted) - 1
        while number and self._sum[number] == wanted:
            number -= 1  # at the end of a shift, not at the beginning of the next
        if not self._on[number]:
            return max(at, self._at[number])
        return max(at, self._at[number] + timedelta(minutes=(wanted - self._sum[number]) / self._on[number]))


class Past(NamedTuple):
    """A promise of the record: when it was made, the answer expected then, and when it came (or the present, if not)."""

    specialty_id: int
    priority: str
    made_at: datetime
    median_at: datetime
    answered_at: datetime


@dataclass(frozen=True)
class Margins:
    """The 90 % quantile of the scores by priority; a priority without a record has the prior's."""

    by_priority: Mapping[str, float] = field(default_factory=dict)

    def ninety(self, clock: ShiftTime, priority: str, now: datetime, median_at: datetime) -> datetime:
        """Return by when an answer is to be promised that is expected at `median_at`."""
        lead = clock.minutes(median_at) - clock.minutes(now)
        return clock.after(median_at, max(0.0, self.by_priority.get(priority, quantile(()))) * (lead + FLOOR))


def score(clock: ShiftTime, past: Past) -> float:
    """Return by how much a promise was missed, in units of what lay before it; below nothing when it came earlier."""
    expected = clock.minutes(past.median_at)
    return (clock.minutes(past.answered_at) - expected) / (expected - clock.minutes(past.made_at) + FLOOR)


def quantile(scores: Sequence[float]) -> float:
    """Return the 90 % point of the last scores and the prior's: the one whose rank is the next whole number above it."""
    ordered = sorted([*scores[-LAST:], *PRIOR])
    return ordered[min(len(ordered) - 1, ceil(SHARE * (len(ordered) + 1)) - 1)]


def learn_margins(record: Iterable[Past], clocks: Mapping[int, ShiftTime]) -> Margins:
    """Return the margins that the record shows; it is in the order of the answers.

    A promise still open is in it when it is already later than expected, with the time it has taken so far: what stays
    open must not make the margins smaller.
    """
    scores: dict[str, list[float]] = {}
    for past in record:
        if past.specialty_id in clocks:
            scores.setdefault(past.priority, []).append(score(clocks[past.specialty_id], past))
    return Margins({priority: quantile(found) for priority, found in scores.items()})
