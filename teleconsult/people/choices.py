"""Units and specialties as the people screens need them; the network floor, which owns them, provides both.

People stands below the network, so it asks: a floor above registers `@panel("people.units")` and
`@panel("people.specialties")`, each returning a list of `Choice` in the order of their names.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from teleconsult import events
from teleconsult.people.models import User
from teleconsult.typed import fold
from teleconsult.web.messages import ngettext


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


def with_work(choices: Iterable[tuple[int, str]], person: User) -> list[tuple[int, str]]:
    """Return choices of specialties that also say what the person has in each: it goes back when the specialty is taken away."""
    counts = {number: count for part in events.panels("people.work", person=person) for number, count in part.items()}
    return [(number, _with_count(name, counts.get(number, 0))) for number, name in choices]


def _with_count(name: str, count: int) -> str:
    if not count:
        return name
    return ngettext("%(name)s (%(num)d caso com a pessoa)", "%(name)s (%(num)d casos com a pessoa)", count, name=name)


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
