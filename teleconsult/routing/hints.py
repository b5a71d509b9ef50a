"""Whom each waiting case is best given to and why, in words: what the plan says and, until it says something, who has least."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from teleconsult.cases.due import weekday_when
from teleconsult.routing import queries
from teleconsult.routing.modes import How
from teleconsult.routing.plan_lines import Planned, Proposed, planned
from teleconsult.routing.suggest import NOBODY, Suggestion, shared_out
from teleconsult.shifts import roster
from teleconsult.web.messages import gettext as _
from teleconsult.web.messages import ngettext
from teleconsult.web.reasons import Kept


@dataclass(frozen=True, slots=True)
class Hint:
    """What is proposed for one case: a line of the plan, or the simple suggestion of who has least.

    It proposes nobody where the plan has nobody (`nobody` says why; `withheld`: nobody else may have it) and where the
    consultants choose (`claim`).
    """

    suggestion: Suggestion
    line: Proposed | None = None
    nobody: Sequence[str] = ()
    claim: bool = False
    overdue: bool = False
    withheld: bool = False

    @property
    def simple(self) -> bool:
        """Tell whether nothing but the simple suggestion is known."""
        return self.line is None and not self.nobody and not self.claim

    @property
    def ref(self) -> str:
        """Return the reference of the consultant who is proposed, '' for nobody."""
        if self.line is not None:
            return self.line.ref
        return self.suggestion.who.ref if self.simple and self.suggestion.who is not None else ""

    @property
    def name(self) -> str:
        """Return the name of the consultant who is proposed, '' for nobody."""
        if self.line is not None:
            return self.line.full_name
        return self.suggestion.who.full_name if self.simple and self.suggestion.who is not None else ""

    @property
    def reasons(self) -> Kept:
        """Return why, as it is kept with the case when the proposal is taken."""
        return self.line.reasons if self.line is not None else self.suggestion.reasons

    def words(self, now: datetime) -> tuple[str, str]:
        """Return who is proposed and why, in a few words each."""
        if self.line is not None:
            return self.line.full_name, self.turn(now)
        if self.withheld:
            return _("Consentimento retirado"), _("devolva à unidade")
        if self.nobody:
            return _("Ninguém em turno"), self.nobody[0]
        if self.claim:
            return _("Os consultores escolhem"), _("cada um assume o que atende")
        return self.suggestion.words()

    def turn(self, now: datetime) -> str:
        """Return in which shift the plan has the case read, in a few words; '' without a line of the plan."""
        return turn_words(self.line, now, late=self.line.late and not self.overdue) if self.line is not None else ""


def turn_words(line: Proposed, now: datetime, *, late: bool = False) -> str:
    """Return in which shift a case is read, in a few words; `late`: it will be late by then."""
    if line.starts_at <= now:
        words = _("em turno agora")
    else:
        words = _("em turno %(when)s", when=weekday_when(line.starts_at, now))
    return _("%(turn)s, depois do prazo", turn=words) if late else words


def hints_for(rows: Sequence[Any], now: datetime, *, everybody: bool = False) -> dict[int, Hint]:
    """Return the hint of each waiting case (rows with id, specialty_id, requester_id and mode), in four statements at most.

    `everybody`: the suggestions hold who could take the case also where the plan has somebody.
    """
    plan = planned(row.id for row in rows)
    plan = Planned() if plan.stale else plan
    asked = [row for row in rows if everybody or row.id not in plan.lines]
    kept = roster.calendars(now) if plan.unplaced else frozenset()
    able = queries.on_duty(row.specialty_id for row in asked) if asked else {}
    declined = queries.declines(row.id for row in asked) if asked else {}
    return {
        row.id: Hint(
            Suggestion(able.get(row.specialty_id, ()), declined.get(row.id, NOBODY), row.requester_id),
            plan.lines.get(row.id),
            # Without a calendar the plan has nobody, and everybody of the specialty answers at all times.
            plan.unplaced.get(row.id, ()) if row.specialty_id in kept or row.id in plan.withheld else (),
            claim=row.mode == How.CLAIM,
            overdue=row.due_at <= now,
            withheld=row.id in plan.withheld,
        )
        for row in rows
    }


def shared(rows: Sequence[Any], hints: dict[int, Hint]) -> dict[int, Hint]:
    """Share out evenly what is only suggested, in the order of the rows; what the plan places stays where it is."""
    simple = [row for row in rows if hints[row.id].simple]
    if not simple:
        return hints
    able = {row.specialty_id: hints[row.id].suggestion.ranked for row in simple}
    declined = {row.ref: hints[row.id].suggestion.gone for row in simple}
    made = shared_out([(row.ref, row.specialty_id, row.requester_id) for row in simple], able, declined)
    return hints | {row.id: replace(hints[row.id], suggestion=made[row.ref]) for row in simple}


def sums_of(names: Mapping[str, int], left: int, most: int = 1_000) -> list[str]:
    """Return who receives how many, the most first, and how many stay in the queue, a sentence each.

    Beyond `most` people the others are told in one.
    """
    ordered = sorted(names.items(), key=lambda item: (-item[1], item[0]))
    sums = [_("%(name)s recebe %(num)d.", name=name, num=count) for name, count in ordered[:most]]
    others = sum(count for _name, count in ordered[most:])
    if others:
        people = len(ordered) - most
        sums.append(ngettext("Outra pessoa recebe %(cases)d.", "Outras %(num)d pessoas recebem %(cases)d.", people,
                             cases=others))  # fmt: skip
    if not left:
        return sums
    return [*sums, _("1 fica na fila.") if left == 1 else _("%(num)d ficam na fila.", num=left)]
