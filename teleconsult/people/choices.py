"""Units and specialties as the people screens need them; the network floor, which owns them, provides both.

People stands below the network, so it asks: a floor above registers `@panel("people.units")` and
`@panel("people.specialties")`, each returning a list of `Choice` in the order of their names.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from teleconsult import events
from teleconsult.typed import fold


@dataclass(frozen=True)
class Choice:
    """One unit or specialty: its number, its name in the reader's language, and how else a file may call it."""

    id: int
    name: str
    words: tuple[str, ...] = ()


def units() -> list[Choice]:
    """Return the units that a person can belong to."""
    return [choice for part in events.panels("people.units") for choice in part]


def specialties() -> list[Choice]:
    """Return the specialties in which a consultant can answer."""
    return [choice for part in events.panels("people.specialties") for choice in part]


def by_word(choices: Iterable[Choice]) -> dict[str, int]:
    """Return folded word -> number, for every way in which a choice can be called."""
    return {fold(word): choice.id for choice in choices for word in (choice.name, *choice.words) if word}
