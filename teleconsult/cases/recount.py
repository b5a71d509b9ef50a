"""When how time counts is changed: the deadlines of the open cases are counted anew, and what that will do is said before.

What a clock had used until now stays used; what was left of the target is left, and counts by the new hours. What is
late stays late since the same moment.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select, update

from teleconsult import clock, events
from teleconsult.cases import counting
from teleconsult.cases import hours as times
from teleconsult.cases.clocks import PRIORITY_WORDS, Priority
from teleconsult.cases.counting import Clocks
from teleconsult.cases.hours import Hours, open_seconds
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case
from teleconsult.cases.shelves import in_state
from teleconsult.errors import Overtaken
from teleconsult.extensions import changed, db
from teleconsult.network import settings
from teleconsult.network.settings import BUSINESS, Counting
from teleconsult.web.messages import gettext as _
from teleconsult.web.messages import ngettext
from teleconsult.web.words import local, localtime

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Anew:
    """One case counted anew: what its row says after, and when it was due before."""

    case_id: int
    version: int
    was_due: datetime
    due_at: datetime
    used: float


@dataclass(frozen=True)
class Effect:
    """What the change will do: how many deadlines are counted anew, how many come sooner and later; an example a priority."""

    cases: int
    sooner: int
    later: int
    examples: list[str]


def _anew(before: Clocks, now_on: Clocks, now: datetime) -> Iterator[Anew]:
    columns = (Case.id, Case.version, Case.priority, Case.due_at, Case.clock_since, Case.service_seconds)
    # Both states in one reading: between two of them a case could go from the one to the other, and be in neither.
    running = or_(in_state(State.SUBMITTED), in_state(State.ASSIGNED))
    for row in db.session.execute(select(*columns).where(running).order_by(Case.id)).all():
        old, new = before.of(row.priority), now_on.of(row.priority)
        if old == new:
            continue
        target = row.service_seconds + open_seconds(row.clock_since, row.due_at, old)
        if row.due_at <= now:
            yield Anew(row.id, row.version, row.due_at, row.due_at, target + open_seconds(row.due_at, now, new))
        else:
            used = row.service_seconds + max(0.0, open_seconds(row.clock_since, now, old))
            yield Anew(row.id, row.version, row.due_at, times.after(now, target - used, new), used)


@events.on("network.counting")
def recount(before: Counting, after: Counting) -> None:
    """Count the deadlines of open cases anew, in the transaction of the change.

    Raises:
        Overtaken: a case moved at this moment; the change is made again.
    """
    days = counting.holidays()
    write(counting.clocks_of(before, days), counting.clocks_of(after, days))


@events.on("holiday.change")
def recount_days(days: Iterable[date], by: object = None) -> None:
    """Count anew after these days have become holidays, or working days again.

    Raises:
        Overtaken: as above.
    """
    del by
    settings.hold_counting(to_change=True)
    counted, holidays = settings.counting(), counting.holidays()
    write(counting.clocks_of(counted, holidays ^ frozenset(days)), counting.clocks_of(counted, holidays))


def write(before: Clocks, now_on: Clocks) -> None:
    """Write the deadlines of open cases as they are by the new hours."""
    now = clock.now()
    for one in _anew(before, now_on, now):
        row = update(Case).where(Case.id == one.case_id, Case.version == one.version)
        given = {"due_at": one.due_at, "clock_since": now, "service_seconds": one.used, "version": one.version + 1}
        if not changed(row.values(**given)):
            raise Overtaken
    db.session.expire_all()


@events.panel("network.counting")
def effect(before: Counting, after: Counting, hours: Mapping[str, int]) -> Effect:
    """Return what a change of how time counts will do, with these targets."""
    days, now = counting.holidays(), clock.now()
    now_on = counting.clocks_of(after, days)
    found = list(_anew(counting.clocks_of(before, days), now_on, now))
    return Effect(
        cases=len(found),
        sooner=sum(one.due_at < one.was_due for one in found),
        later=sum(one.due_at > one.was_due for one in found),
        examples=_examples(now_on, after, hours, now),
    )


def _examples(clocks: Clocks, counted: Counting, targets: Mapping[str, int], now: datetime) -> list[str]:
    """Return for each priority when a case sent on Friday at 18:00 is due."""
    here = local(now)
    friday = here.replace(hour=18, minute=0, second=0, microsecond=0)
    friday = (friday.replace(tzinfo=None) + _DAY * ((4 - here.weekday()) % 7)).replace(tzinfo=here.tzinfo)
    return [_example(priority, friday, targets[priority], clocks.of(priority), counted) for priority in Priority]


def _example(priority: Priority, sent: datetime, target: int, hours: Hours | None, counted: Counting) -> str:
    due = localtime(times.after(sent, target * 3600, hours))
    named = str(_(PRIORITY_WORDS[priority])).lower()
    if counted.runs.get(priority) == BUSINESS:
        words = ngettext(
            "Um caso de prioridade %(name)s enviado %(sent)s vence %(due)s: %(num)d hora de atendimento.",
            "Um caso de prioridade %(name)s enviado %(sent)s vence %(due)s: %(num)d horas de atendimento.",
            target, name=named, sent=localtime(sent), due=due,
        )  # fmt: skip
    else:
        words = ngettext(
            "Um caso de prioridade %(name)s enviado %(sent)s vence %(due)s: %(num)d hora corrida.",
            "Um caso de prioridade %(name)s enviado %(sent)s vence %(due)s: %(num)d horas corridas.",
            target, name=named, sent=localtime(sent), due=due,
        )  # fmt: skip
    return str(words)
