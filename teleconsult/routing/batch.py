"""Several cases given out at once: what was marked, what will happen, and what did."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from teleconsult import clock
from teleconsult.cases.access import Sight
from teleconsult.cases.lifecycle import State
from teleconsult.cases.moving import faster
from teleconsult.cases.rows import Moment, called, specialty_words
from teleconsult.errors import N_
from teleconsult.people.models import User
from teleconsult.routing import queries
from teleconsult.routing.actions import Order, Result
from teleconsult.routing.hints import Hint, hints_for, shared, sums_of
from teleconsult.routing.suggest import load_words
from teleconsult.web.messages import gettext as _
from teleconsult.web.messages import ngettext
from teleconsult.web.reasons import kept_reasons
from teleconsult.web.words import say

ABLE = N_("Atende nesta especialidade.")

MOST = 50
FEW = 4
"""As many cases that stayed are told of one by one; more would cover the page, and outgrow the cookie they travel in."""

_MARK = re.compile(r"([A-Z]{2}-[0-9A-Z]{4,9}):(\d{1,9})")
_GIVE = re.compile(rf"{_MARK.pattern}:([A-Z]{{2}}-[0-9A-Z]{{2,13}})")


@dataclass(frozen=True, kw_only=True)
class Marked:
    """One marked case: whom it may go to (reference, words), and whom it would; '' for nobody."""

    ref: str
    mark: str
    name: str
    topic: str
    choices: Sequence[tuple[str, str]]
    chosen: str


def marked(row: Any, choices: Sequence[tuple[str, str]], picked: str, moment: Moment) -> dict[str, Any]:
    """Return what a line says of a case wherever it is given to somebody: who cannot be given it is not chosen."""
    return {
        "ref": row.ref,
        "mark": f"{row.ref}:{row.version}",
        "name": called(row, Sight.ROUTING, moment),
        "topic": specialty_words(row),
        "choices": choices,
        "chosen": picked if picked in dict(choices) else "",
    }


def lost(lines: Iterable[Marked], chosen: Mapping[str, str]) -> list[str]:
    """Return the cases whose consultant was chosen while they could still be given it."""
    return [line.ref for line in lines if chosen.get(line.ref) and not line.chosen]


@dataclass(frozen=True, kw_only=True)
class Line(Marked):
    """One marked case of the queue: whom it is suggested to, and why."""

    hint: Hint
    words: tuple[str, str]


@dataclass(frozen=True)
class Batch:
    """What will happen: a line a case, who receives how many, and what was left out with why."""

    lines: Sequence[Line]
    sums: Sequence[str]
    left_out: Sequence[str]
    gone: Sequence[str] = ()
    """A sentence for each case whose consultant was chosen while they could still be given it."""


def read_marks(values: Iterable[str]) -> dict[str, int]:
    """Return reference → version of what was marked, in its order; what is no mark of ours is left out."""
    found = (_MARK.fullmatch(value) for value in values)
    return {mark[1]: int(mark[2]) for mark in found if mark}


def plan(marks: dict[str, int], user: User, chosen: dict[str, str]) -> Batch:
    """Return what giving these cases out will do; `chosen` are references picked by hand, '' to leave one."""
    moment = Moment()
    rows = queries.marked(list(marks)[:MOST], user)
    fresh = [row for row in rows if row.state == State.SUBMITTED and row.version == marks[row.ref]]
    hints = shared(fresh, hints_for(fresh, moment.now, everybody=True))
    lines = [_line(row, hints[row.id], chosen, moment) for row in fresh]
    moved = [row for row in rows if row not in fresh]
    given = Counter(line.hint.name for line in lines if line.hint.name)
    sums = sums_of(given, len(lines) - given.total())
    gone = [_("%(ref)s: quem foi escolhido já não atende nesta especialidade.", ref=ref) for ref in lost(lines, chosen)]
    return Batch(lines, sums, [_moved(row.ref, row.id) for row in moved], gone)


def _line(row: Any, hint: Hint, chosen: dict[str, str], moment: Moment) -> Line:
    choices = []
    gone, asker = hint.suggestion.gone, hint.suggestion.asker
    for who in sorted((one for one in hint.suggestion.ranked if one.id != asker), key=lambda one: one.id in gone):
        words = _("recusou") if who.id in gone else load_words(who.load)
        choices.append((who.ref, _("%(name)s, %(load)s", name=who.full_name, load=words)))
    said = marked(row, choices, chosen.get(row.ref, hint.ref), moment)
    return Line(**said, hint=hint, words=hint.words(moment.now))


def others_than_proposed(batch: Batch) -> list[str]:
    """Return the names of the cases that go to somebody else than is proposed: they want a reason."""
    return [line.name for line in batch.lines if line.chosen and line.chosen != line.hint.ref]


def _moved(ref: str, case_id: int) -> str:
    return str(_("%(ref)s: o caso já tinha mudado. %(what)s", ref=ref, what=faster(case_id)))


def orders_of(batch: Batch, marks: dict[str, int], why: str) -> list[Order]:
    """Return what is to be done; a case for which nobody was chosen stays in the queue."""
    return [
        Order(line.ref, marks[line.ref], line.chosen, reasons=line.hint.reasons)
        if line.chosen == line.hint.ref
        else Order(line.ref, marks[line.ref], line.chosen, why)
        for line in batch.lines
        if line.chosen
    ]


def read_gives(values: Iterable[str]) -> dict[str, tuple[int, str]]:
    """Return reference → version and consultant of what was proposed and is confirmed, in its order."""
    found = (_GIVE.fullmatch(value) for value in values)
    return {give[1]: (int(give[2]), give[3]) for give in found if give}


def confirmed(gives: dict[str, tuple[int, str]], user: User) -> tuple[list[Order], list[str]]:
    """Return the orders of what is still proposed as it was seen, and a sentence for each case that moved."""
    now = clock.now()
    rows = queries.marked(list(gives)[:MOST], user)
    fresh = [row for row in rows if row.state == State.SUBMITTED and row.version == gives[row.ref][0]]
    hints = shared(fresh, hints_for(fresh, now))
    orders, left = [], [_moved(row.ref, row.id) for row in rows if row not in fresh]
    for row in fresh:
        hint, to = hints[row.id], gives[row.ref][1]
        if hint.ref == to:
            orders.append(Order(row.ref, row.version, to, reasons=hint.reasons))
        elif hint.simple and any(one.ref == to for one in hint.suggestion.able):
            # Alone it is suggested to whoever has least; among others it was shared out.
            orders.append(Order(row.ref, row.version, to, reasons=kept_reasons([(ABLE, {})])))
        else:
            left.append(_changed(row.ref, hint, now))
    return orders, left


def _changed(ref: str, hint: Hint, now: datetime) -> str:
    if not hint.ref:
        return _("%(ref)s: quem estava sugerido já não pode receber o caso, e ninguém mais pode agora.", ref=ref)
    return _("%(ref)s: a sugestão mudou e agora é %(name)s. Confira na fila.", ref=ref, name=hint.words(now)[0])


def told(results: Sequence[Result], left: Sequence[str]) -> tuple[str, list[str]]:
    """Return in words what was done, and a sentence for each case that was not; of many, for the first ones only."""
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
    return str(done), others if len(others) <= FEW else [*others[: FEW - 1], _rest(others[FEW - 1 :])]


def _rest(sentences: Sequence[str]) -> str:
    """Return one sentence for several; each of them begins with the reference of its case."""
    refs = ", ".join(sentence.partition(":")[0] for sentence in sentences)
    return _("Outros %(num)d casos também não foram distribuídos: %(refs)s.", num=len(sentences), refs=refs)
