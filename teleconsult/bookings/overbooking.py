"""How many patients more than places to book, with what it risks. Pure: standard library only.

Of `n` booked patients each comes with the chance `p`, by itself; how many come is then binomial:
P(X = k) = C(n, k) p^k (1 - p)^(n - k). The risk is the chance that more come than there are places, P(X > places).
The suggestion is the largest number of further bookings whose risk stays within the limit that the manager set, and
never over the cap. Patients who come together (a family, a lift, rain) are not by themselves: the limit is set with
room for that. Where it comes from: LaGanga and Lawrence 2007, Decision Sciences 38:251; the law itself is of any textbook.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Outlook:
    """What is expected when so many are booked for so many places. Chances are 0 to 1; `chances[k]`: exactly k come."""

    places: int
    booked: int
    comes: float
    chances: Sequence[float]

    @property
    def expected(self) -> float:
        """Return how many come on average."""
        return self.booked * self.comes

    @property
    def risk(self) -> float:
        """Return the chance that more come than there are places."""
        return math.fsum(self.chances[self.places + 1 :])

    @property
    def idle(self) -> float:
        """Return how many places stay empty on average."""
        return math.fsum((self.places - k) * chance for k, chance in enumerate(self.chances[: self.places]))

    @property
    def waiting(self) -> float:
        """Return how many more than the places come on average, who wait or are seen late."""
        return math.fsum((k - self.places) * chance for k, chance in enumerate(self.chances) if k > self.places)


@dataclass(frozen=True)
class Suggestion:
    """How many to book beyond the places, what that brings, and what one more would; `held_by` says what stopped it."""

    extra: int
    outlook: Outlook
    plain: Outlook
    next_one: Outlook
    held_by: str


def outlook(places: int, booked: int, comes: float) -> Outlook:
    """Return what is expected of `booked` patients for `places`, each coming with the chance `comes`.

    Raises:
        ValueError: no place, less than none booked, or a chance outside 0 to 1.
    """
    if places < 1 or booked < 0 or not 0 <= comes <= 1:
        raise ValueError(f"{booked} for {places} at {comes}")
    return Outlook(places, booked, comes, [_chance(booked, k, comes) for k in range(booked + 1)])


def suggest(places: int, comes: float, *, limit: float, cap: int) -> Suggestion:
    """Return how many further bookings keep the risk within `limit`, at most `cap` of them.

    Args:
        places: slots of the session, 1 or more.
        comes: the chance that a booked patient comes.
        limit: largest chance (0 to 1) of more patients than places that the manager accepts.
        cap: largest number of further bookings, whatever the model says.
    """
    extra = 0
    while extra < cap and outlook(places, places + extra + 1, comes).risk <= limit:
        extra += 1
    held_by = "cap" if extra == cap else "limit"
    return Suggestion(
        extra,
        outlook(places, places + extra, comes),
        outlook(places, places, comes),
        outlook(places, places + extra + 1, comes),
        held_by,
    )


def _chance(n: int, k: int, p: float) -> float:
    return math.comb(n, k) * p**k * (1 - p) ** (n - k)
