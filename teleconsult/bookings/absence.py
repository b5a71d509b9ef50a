"""How often booked patients do not come, with how sure that is. Pure: standard library only."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from teleconsult.errors import N_

Z95 = 1.959963984540054
"""The 97.5 % point of the standard normal distribution: an interval of 95 %."""

PRIOR_RATE = 0.25
"""Share of missed visits taken to be so before anything is known: an assumption of ours, not of a source.

The thesis tells of absence and gives no figure (forms.md §7); the management sees that it is assumed.
"""

PRIOR_VISITS = 20
"""Visits that the prior weighs as much as."""

LEAD_BANDS = (
    (7, N_("até 7 dias")),
    (14, N_("8 a 14 dias")),
    (30, N_("15 a 30 dias")),
    (60, N_("31 a 60 dias")),
    (90, N_("61 a 90 dias")),
    (None, N_("mais de 90 dias")),
)
"""Days from the booking to the visit, upper end included, and how they are called."""


@dataclass(frozen=True)
class Rate:
    """A share of missed visits: how many of how many, and the interval in which the true share lies, 95 times in 100."""

    missed: int
    visits: int

    @property
    def share(self) -> float | None:
        """Return the observed share; None when there was no visit."""
        return self.missed / self.visits if self.visits else None

    @property
    def interval(self) -> tuple[float, float]:
        """Return the Wilson score interval (Wilson 1927, JASA 22:209): honest with few visits, never outside 0 to 1."""
        return wilson(self.missed, self.visits)

    @property
    def expected(self) -> float:
        """Return the share to plan with: drawn towards the prior while there are few visits (mean of the beta posterior)."""
        return (self.missed + PRIOR_RATE * PRIOR_VISITS) / (self.visits + PRIOR_VISITS)

    def __add__(self, other: "Rate") -> "Rate":
        """Put two groups together."""
        return Rate(self.missed + other.missed, self.visits + other.visits)


def wilson(hits: int, of: int) -> tuple[float, float]:
    """Return the 95 % interval of a share; the whole line when nothing was seen.

    Raises:
        ValueError: more hits than tries, or less than none.
    """
    if not 0 <= hits <= of:
        raise ValueError(f"{hits} of {of}")
    if of == 0:
        return 0.0, 1.0
    share, square = hits / of, Z95**2
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = Z95 * math.sqrt(share * (1 - share) / of + square / (4 * of**2)) / (1 + square / of)
    return max(0.0, middle - half), min(1.0, middle + half)


def pooled(rates: Iterable[Rate]) -> Rate:
    """Return all groups as one."""
    return sum(rates, Rate(0, 0))
