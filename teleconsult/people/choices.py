"""Units and specialties as the people screens need them; the network floor, which owns them, provides both.

People stands below the network, so it asks: a floor above registers `@panel("people.units")` and
`@panel("people.specialties")`, each returning a list of `Choice` in the order of their names.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from teleconsult import events
from teleconsult.typed import fold


@dataclass(frozen=True)
class Choice:
    """One unit or specialty: its number, its name in the reader's language, and how else a file may call it.

    What is not `offered` (a closed unit, a specialty without second opinion) stays with who has it.
    """

    id: int
    name: str
    words: tuple[str, ...] = ()
    offered: bool = True


def units() -> list[Choice]:
    """Return every unit, by name."""
    return [choice for part in events.panels("people.units") for choice in part]


def specialties() -> list[Choice]:
    """Return every specialty, by name."""
    return [choice for part in events.panels("people.specialties") for choice in part]


def to_choose(choices: Iterable[Choice], held: Iterable[int | None] = ()) -> list[tuple[int, str]]:
    """Return what a form shows: what is offered, and what the person has already."""
    kept = set(held)
    return [(choice.id, choice.name) for choice in choices if choice.offered or choice.id in kept]


def by_word(choices: Iterable[Choice]) -> dict[str, int]:
    """Return folded word -> number, for every way in which what is offered can be called.

    A name goes before the other words, and what two are called stands for neither: nobody is put into one of them unseen.
    """
    names, others = defaultdict[str, set[int]](set), defaultdict[str, set[int]](set)
    for choice in choices:
        if choice.offered:
            names[fold(choice.name)].add(choice.id)
            for word in choice.words:
                others[fold(word)].add(choice.id)
    return {word: min(ids) for word, ids in (others | names).items() if word and len(ids) == 1}
