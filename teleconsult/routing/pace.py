"""How long a consultant takes for an opinion, learnt from the record. Pure: standard library only."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

PRIOR_MINUTES = 15.0
"""Minutes (median) that an opinion is taken to need before anything is known of a person: one turn of the calendar."""

PRIOR_CASES = 8
"""Cases that the prior weighs as much as: what a person shows takes over from here on."""

PRIOR_SPREAD = 0.5
"""Standard deviation of the logarithm of the minutes, until it is learnt."""

PRIOR_OF_KIND = 20
"""Cases that "this kind takes as long as any other" weighs as much as."""

LONGEST = 240.0
"""Minutes beyond which an interval was not reading: the page was left open."""

Z90 = 1.2815515655446004
"""The 90 % point of the standard normal distribution."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long one consultant takes for an opinion: minutes (median) and spread of their logarithm."""

    minutes: float = PRIOR_MINUTES
    spread: float = PRIOR_SPREAD

    @property
    def mean(self) -> float:
        """Return the mean minutes of an opinion; what a queue of them moves by."""
        return self.minutes * math.exp(self.spread**2 / 2)

    def after(self, turns: int) -> tuple[float, float]:
        """Return median and 90 % point, in minutes, of `turns` opinions one after another.

        The sum of independent log-normal times is taken as log-normal with its own mean and variance (L. F. Fenton, "The
        sum of log-normal probability distributions in scatter transmission systems", IRE Trans. Commun. Syst. 8, 1960).
        """
        return _after(self.minutes, self.spread, turns)

    def ends(self, turns: int) -> tuple[Sequence[int], Sequence[int]]:
        """Return the same for 1, 2, ... `turns` opinions, in whole seconds: all medians, and all 90 % points."""
        return _ends(self.minutes, self.spread, turns)


@lru_cache(maxsize=4096)
def _ends(minutes: float, spread: float, turns: int) -> tuple[Sequence[int], Sequence[int]]:
    each = [_after(minutes, spread, turn) for turn in range(1, turns + 1)]
    return tuple(int(median * 60) for median, _ in each), tuple(int(ninety * 60) for _, ninety in each)


def _after(minutes: float, spread: float, turns: int) -> tuple[float, float]:
    mean = minutes * math.exp(spread**2 / 2)
    spread2 = math.log(1 + (math.exp(spread**2) - 1) / turns)
    median = turns * mean / math.exp(spread2 / 2)
    return median, median * math.exp(Z90 * math.sqrt(spread2))


def learn(minutes: Sequence[float]) -> Pace:
    """Return the pace that the record shows, drawn towards the prior while there is little of it.

    The logarithms' mean and variance are weighted n to `PRIOR_CASES` with the prior's (a normal model's posterior mean).

    Args:
        minutes: active minutes of each opinion, in any order; nothing and what is longer than `LONGEST` are left out.
    """
    logs = [math.log(m) for m in minutes if 0 < m <= LONGEST]
    if not logs:
        return Pace()
    weight = len(logs) / (len(logs) + PRIOR_CASES)
    own = math.fsum(logs) / len(logs)
    centre = weight * own + (1 - weight) * math.log(PRIOR_MINUTES)
    variance = math.fsum((x - own) ** 2 for x in logs) / len(logs)
    spread = math.sqrt(weight * variance + (1 - weight) * PRIOR_SPREAD**2)
    return Pace(math.exp(centre), spread)


def learn_kinds(rows: Iterable[tuple[str, float, float]]) -> Mapping[str, float]:
    """Return how many times as long as any other each kind of question takes, drawn towards 1.

    Args:
        rows: kind, minutes of the opinion, and minutes that its author's pace says.
    """
    logs: dict[str, list[float]] = {}
    for kind, minutes, usual in rows:
        if kind and 0 < minutes <= LONGEST and usual > 0:
            logs.setdefault(kind, []).append(math.log(minutes / usual))
    return {kind: math.exp(math.fsum(x) / (len(x) + PRIOR_OF_KIND)) for kind, x in sorted(logs.items())}
