"""Several cases given out at once: what was marked, what will happen, and what did."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from teleconsult.cases.access import Sight
from teleconsult.cases.lifecycle import State
from teleconsult.cases.moving import faster
from teleconsult.cases.rows import Moment, called, specialty_words
from teleconsult.people.models import User
from teleconsult.routing import queries
from teleconsult.routing.actions import Order, Result
from teleconsult.routing.suggest import NOBODY, Ranked, Suggestion, load_words, shared_out
from teleconsult.web.messages import gettext as _
from teleconsult.web.messages import ngettext
from teleconsult.web.words import say

MOST = 50
_MARK = re.compile(r"([A-Z]{2}-[0-9A-Z]{4,9}):(\d{1,9})")


@dataclass(frozen=True)
class Line:
    """One marked case: whom it may go to (reference, words), whom it is suggested to, and why."""

    ref: str
    mark: str
    name: str
    topic: str
    suggestion: Suggestion
    choices: Sequence[tuple[str, str]]
    chosen: str


@dataclass(frozen=True)
class Batch:
    """What will happen: a line a case, who receives how many, and what was left out with why."""

    lines: Sequence[Line]
    sums: Sequence[str]
    left_out: Sequence[str]


def read_marks(values: Iterable[str]) -> dict[str, int]:
    """Return reference → version of what was marked, in its order; what is no mark of ours is left out."""
    found = (_MARK.fullmatch(value) for value in values)
    return {mark[1]: int(mark[2]) for mark in found if mark}


def plan(marks: dict[str, int], user: User, chosen: dict[str, str]) -> Batch:
    """Return what giving these cases out will do; `chosen` are references picked by hand, '' to leave one."""
    moment = Moment()
    rows = queries.marked(list(marks)[:MOST], user)
    fresh = [row for row in rows if row.state == State.SUBMITTED and row.version == marks[row.ref]]
    duty = queries.on_duty(row.specialty_id for row in fresh)
    gone = queries.declines(row.id for row in fresh)
    declined = {row.ref: gone.get(row.id, NOBODY) for row in fresh}
    made = shared_out([(row.ref, row.specialty_id) for row in fresh], duty, declined)
    lines = [_line(row, made[row.ref], duty[row.specialty_id], chosen, moment) for row in fresh]
    moved = [row for row in rows if row not in fresh]
    return Batch(lines, _sums(lines), [_moved(row.ref, row.id) for row in moved])


def _line(row: Any, suggestion: Suggestion, here: Ranked, chosen: dict[str, str], moment: Moment) -> Line:
    choices = []
    for who in sorted(here, key=lambda one: one.id in suggestion.gone):
        words = _("recusou") if who.id in suggestion.gone else load_words(who.load)
        choices.append((who.ref, _("%(name)s, %(load)s", name=who.full_name, load=words)))
    picked = chosen.get(row.ref, suggestion.who.ref if suggestion.who else "")
    return Line(
        ref=row.ref,
        mark=f"{row.ref}:{row.version}",
        name=called(row, Sight.ROUTING, moment),
        topic=specialty_words(row),
        suggestion=suggestion,
        choices=choices,
        chosen=picked if picked in dict(choices) else "",
    )


def _sums(lines: Sequence[Line]) -> list[str]:
    who = Counter(line.suggestion.who.full_name for line in lines if line.suggestion.who is not None)
    sums = [
        ngettext("%(name)s recebe %(num)d.", "%(name)s recebe %(num)d.", count, name=name)
        for name, count in who.most_common()
    ]
    left = len(lines) - sum(who.values())
    return [*sums, ngettext("%(num)d fica na fila.", "%(num)d ficam na fila.", left)] if left else sums


def _moved(ref: str, case_id: int) -> str:
    return str(_("%(ref)s: o caso já tinha mudado. %(what)s", ref=ref, what=faster(case_id)))


def orders_of(batch: Batch, marks: dict[str, int], why: str) -> list[Order]:
    """Return what is to be done; a case for which nobody was chosen stays in the queue."""
    made = []
    for line in batch.lines:
        suggested = line.suggestion.who is not None and line.suggestion.who.ref == line.chosen
        reason = why or (line.suggestion.reason if suggested else _("Escolha da triagem."))
        if line.chosen:
            made.append(Order(line.ref, marks[line.ref], line.chosen, str(reason)))
    return made


def told(results: Sequence[Result], left: Sequence[str]) -> tuple[str, list[str]]:
    """Return in words what was done, and a sentence for each case that was not."""
    who = Counter(result.to for result in results if result.done)
    count = sum(who.values())
    given = ngettext("%(num)d caso distribuído", "%(num)d casos distribuídos", count)
    names = ", ".join(_("%(name)s recebeu %(count)d", name=name, count=n) for name, n in who.most_common())
    done = _("%(given)s: %(names)s.", given=given, names=names) if count else ""
    others = list(left)
    for result in results:
        if result.refusal is not None:
            others.append(_("%(ref)s: %(why)s", ref=result.ref, why=say(result.refusal)))
        elif not result.done:
            others.append(_moved(result.ref, result.case_id))
    return str(done), others
