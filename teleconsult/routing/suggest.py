"""Whom a waiting case is best given to, and why, in words.

Honest and simple until shifts are kept: on duty for the specialty, has not declined the case, fewest
open cases.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from teleconsult.shifts.roster import OnDuty
from teleconsult.web.messages import gettext as _
from teleconsult.web.messages import ngettext


@dataclass(frozen=True)
class Suggestion:
    """Who, with how many open cases each; nobody when all have declined or none is there."""

    who: OnDuty | None
    load: int
    others: Sequence[tuple[OnDuty, int]]
    declined: Sequence[OnDuty]

    @property
    def name(self) -> str:
        """Return who is suggested, in words."""
        return self.who.full_name if self.who else str(_("Ninguém disponível"))

    @property
    def why(self) -> str:
        """Return the reason in a few words."""
        if self.who is not None:
            return load_words(self.load)
        if self.declined:
            return str(_("recusaram: %(names)s", names=", ".join(person.full_name for person in self.declined)))
        return str(_("sem consultor na especialidade"))

    @property
    def reason(self) -> str:
        """Return the reason as it stands on the timeline of the case."""
        if not self.others:
            return str(_("É quem atende nesta especialidade."))
        return str(_("Atende nesta especialidade e é quem tem menos casos em aberto (%(count)d).", count=self.load))


def load_words(load: int) -> str:
    """Return how much somebody has, in words."""
    if not load:
        return str(_("nenhum caso em aberto"))
    return str(ngettext("%(num)d caso em aberto", "%(num)d casos em aberto", load))


def suggest(on_duty: Iterable[OnDuty], loads: Mapping[int, int], declined: frozenset[int]) -> Suggestion:
    """Return whom to give one case to, among those on duty in the order of their names."""
    here = list(on_duty)
    able = sorted(
        ((person, loads.get(person.id, 0)) for person in here if person.id not in declined), key=lambda pair: pair[1]
    )
    gone = [person for person in here if person.id in declined]
    if not able:
        return Suggestion(None, 0, [], gone)
    (who, load), *others = able
    return Suggestion(who, load, others, gone)


def shared_out(
    cases: Iterable[tuple[str, int]],
    on_duty: Mapping[int, Sequence[OnDuty]],
    loads: Mapping[int, int],
    declined: Mapping[str, frozenset[int]],
) -> dict[str, Suggestion]:
    """Return whom each of several cases (reference, specialty) goes to when all are given out at once.

    What one case adds to somebody's load counts for the next, so that the batch is shared evenly.
    """
    carried = dict(loads)
    made = {}
    for ref, specialty_id in cases:
        made[ref] = suggest(on_duty.get(specialty_id, ()), carried, declined.get(ref, frozenset()))
        who = made[ref].who
        if who is not None:
            carried[who.id] = carried.get(who.id, 0) + 1
    return made
