"""Whom a waiting case is best given to, and why, in words.

Honest and simple until shifts are kept: on duty for the specialty, has not declined the case, fewest
open cases.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from teleconsult.errors import N_
from teleconsult.web.messages import gettext as _
from teleconsult.web.messages import ngettext
from teleconsult.web.reasons import Kept, kept_reasons


class Able(NamedTuple):
    """A consultant on duty, with how many open cases they hold."""

    id: int
    ref: str
    title: str
    name: str
    load: int

    @property
    def full_name(self) -> str:
        """Return the name with its form of address."""
        return f"{self.title} {self.name}".strip()


Ranked = Sequence[Able]
"""Those on duty for one specialty: who has least first, and of equals in the order of their names."""

ONLY = N_("É quem atende nesta especialidade.")
LEAST = N_("Atende nesta especialidade e é quem tem menos casos em aberto (%(count)d).")

NOBODY: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Whom one case goes to: the first of the ranked who has not declined it, if there is one.

    `asker` is who asks on the case: of the ranked, they are never who answers it.
    """

    ranked: Ranked
    gone: frozenset[int] = NOBODY
    asker: int = 0

    @property
    def able(self) -> list[Able]:
        """Return who could take the case, the suggested one first."""
        return [one for one in self.ranked if one.id not in self.gone and one.id != self.asker]

    @property
    def who(self) -> Able | None:
        """Return the suggested one; None when all have declined or nobody is there."""
        return next((one for one in self.ranked if one.id not in self.gone and one.id != self.asker), None)

    @property
    def declined(self) -> list[Able]:
        """Return who of those on duty has declined the case."""
        return [one for one in self.ranked if one.id in self.gone] if self.gone else []

    def words(self) -> tuple[str, str]:
        """Return who is suggested and why, in a few words each."""
        who = self.who
        if who is not None:
            return who.full_name, load_words(who.load)
        if self.declined:
            names = ", ".join(person.full_name for person in self.declined)
            return _("Ninguém disponível"), _("fora deste caso: %(names)s", names=names)
        if self.ranked:
            return _("Ninguém disponível"), _("só quem fez o pedido atende na especialidade")
        return _("Ninguém disponível"), _("sem consultor na especialidade")

    @property
    def reasons(self) -> Kept:
        """Return why, as it is kept with the case."""
        able = self.able
        if len(able) < 2:
            return kept_reasons([(ONLY, {})])
        return kept_reasons([(LEAST, {"count": able[0].load})])


def load_words(load: int) -> str:
    """Return how much somebody has, in words."""
    if not load:
        return _("nenhum caso em aberto")
    return ngettext("%(num)d caso em aberto", "%(num)d casos em aberto", load)


def ranked(found: Iterable[Able]) -> Ranked:
    """Return those on duty, who has least first; those of one load keep their order."""
    return sorted(found, key=lambda one: one.load)


def shared_out(
    cases: Iterable[tuple[str, int, int]],
    on_duty: Mapping[int, Ranked],
    declined: Mapping[str, frozenset[int]],
) -> dict[str, Suggestion]:
    """Return whom each of several cases (reference, specialty, who asks) goes to when all are given out at once.

    What one case adds to somebody's load counts for the next, in each of their specialties, so that the
    batch is shared evenly.
    """
    more: dict[int, int] = {}
    made = {}
    for ref, specialty_id, asker in cases:
        here = on_duty.get(specialty_id, ())
        if not more.keys().isdisjoint([one.id for one in here]):
            here = ranked(one._replace(load=one.load + more.get(one.id, 0)) for one in here)
        made[ref] = Suggestion(here, declined.get(ref, NOBODY), asker)
        who = made[ref].who
        if who is not None:
            more[who.id] = more.get(who.id, 0) + 1
    return made
