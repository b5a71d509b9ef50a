"""Cases given to the wrong person, taken from them in one step: those that their consultant has not opened.

The life cycle knows no way back to the queue for what a consultant holds who attends in the specialty, and needs none:
what was given in error goes on to somebody else. What was opened may be half read: that is settled on its own page.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, select

from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case, CaseEvent, CaseSeen
from teleconsult.cases.models_opinion import OpinionDraft
from teleconsult.cases.rows import Moment
from teleconsult.extensions import read
from teleconsult.people.models import User
from teleconsult.routing import batch, queries
from teleconsult.routing.actions import Order
from teleconsult.routing.suggest import NOBODY, load_words, shared_out
from teleconsult.web.messages import gettext as _

_LAST = (
    select(func.max(CaseEvent.number))
    .where(CaseEvent.case_id == Case.id, CaseEvent.verb == "assign")
    .correlate(Case)
    .scalar_subquery()
)
UNOPENED: ColumnElement[bool] = and_(
    Case.state == State.ASSIGNED,
    ~exists().where(CaseSeen.case_id == Case.id, CaseSeen.user_id == Case.holder_id, CaseSeen.number >= _LAST),
    ~exists().where(OpinionDraft.case_id == Case.id, OpinionDraft.author_id == Case.holder_id),
)
_HOLDERS = (
    select(Case.ref, Case.holder_id).where(Case.ref.in_(bindparam("refs", expanding=True))).where(UNOPENED)
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Line(batch.Marked):
    """One case to be passed on, with whom it is."""

    holder: str


@dataclass(frozen=True)
class Passing:
    """What will happen: a line a case, a sentence for each that was opened or moved meanwhile, and those that nobody else may have."""

    lines: Sequence[Line]
    left_out: Sequence[str]
    alone: Sequence[str]
    gone: Sequence[str] = ()
    """A sentence for each case whose consultant was chosen while they could still be given it."""


def plan(marks: dict[str, int], user: User, chosen: dict[str, str]) -> Passing:
    """Return what passing these cases on will do; `chosen` are references picked by hand, '' to leave one where it is."""
    refs, moment = list(marks)[: batch.MOST], Moment()
    rows = queries.marked(refs, user)
    holders = {row.ref: row.holder_id for row in read(_HOLDERS, {"refs": refs})}
    fresh = [row for row in rows if row.ref in holders and row.version == marks[row.ref]]
    able = queries.on_duty(row.specialty_id for row in fresh) if fresh else {}
    declined = queries.declines(row.id for row in fresh) if fresh else {}
    gone = {row.ref: declined.get(row.id, NOBODY) | {holders[row.ref]} for row in fresh}
    made = shared_out([(row.ref, row.specialty_id, row.requester_id) for row in fresh], able, gone)
    lines = [_line(row, made[row.ref].able, chosen, moment) for row in fresh if made[row.ref].able]
    alone = [row.ref for row in fresh if not made[row.ref].able]
    lost = batch.lost(lines, chosen)
    since = [_("%(ref)s: quem foi escolhido não pode mais receber o caso.", ref=ref) for ref in lost]
    return Passing(lines, [_left(row.ref, holders) for row in rows if row not in fresh], alone, since)


def _line(row: Any, able: Iterable[Any], chosen: dict[str, str], moment: Moment) -> Line:
    choices = [(one.ref, _("%(name)s, %(load)s", name=one.full_name, load=load_words(one.load))) for one in able]
    said = batch.marked(row, choices, chosen.get(row.ref, choices[0][0]), moment)
    return Line(**said, holder=f"{row.holder_title or ''} {row.holder_name or ''}".strip())


def _left(ref: str, holders: dict[str, int]) -> str:
    if ref in holders:
        return _("%(ref)s: o caso mudou há pouco. Confira e marque de novo.", ref=ref)
    return _("%(ref)s: quem recebeu já abriu o caso, ou ele já seguiu. Passe-o pela página dele.", ref=ref)


def stayed(passing: Passing) -> list[str]:
    """Return a sentence for each case that cannot be passed on any more as it was confirmed."""
    alone = [_("%(ref)s: ninguém mais pode receber o caso agora.", ref=ref) for ref in passing.alone]
    return [*passing.gone, *passing.left_out, *alone]


def orders_of(passing: Passing, marks: dict[str, int], why: str) -> list[Order]:
    """Return what is to be done; a case for which nobody was chosen stays where it is."""
    return [Order(line.ref, marks[line.ref], line.chosen, why) for line in passing.lines if line.chosen]
