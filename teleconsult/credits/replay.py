"""The ledger reckoned again from what happened, and held against what is written.

Sources are taken in the order in which their entries were written; what has no entry yet comes at its own moment.
Corrections are acts of people and are left as they are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from teleconsult.cases.models import CaseEvent
from teleconsult.credits import ledger, reckon, sources, versions
from teleconsult.credits import rules as r
from teleconsult.credits.models import CreditEntry, CreditMonth, CreditRules
from teleconsult.credits.models_activities import CreditActivity, CreditAttendance
from teleconsult.credits.reckon import Book, Line, Part, Turn, Work
from teleconsult.credits.rules import Kind
from teleconsult.extensions import db
from teleconsult.people.access import Role
from teleconsult.people.models import User
from teleconsult.shifts.models import Shift

Source = Work | Turn | Part
LAST = float("inf")


@dataclass(frozen=True)
class Difference:
    """One source of which the ledger and what happened do not agree."""

    person: str
    source: str
    what: str


@dataclass
class Found:
    """What one replay found: how many entries agree, what does not, and the lines that are missing."""

    same: int
    differences: list[Difference]
    missing: list[Line]


def replay_person(person: User, rules: ledger.Rulebook) -> Found:
    """Reckon everything one person earned, and compare it with their entries."""
    stored = _stored(person.id)
    lines = {line.source: line for line in lines_of(person, rules, stored)}
    differences = [
        Difference(person.ref, source, what)
        for source, what in (
            *((source, "missing") for source in lines if source not in stored),
            *((source, "not earned") for source in stored if source not in lines),
            *((source, "different") for source in lines if source in stored and not _agree(lines[source], stored[source])),
        )
    ]  # fmt: skip
    missing = [line for line in lines.values() if line.source not in stored]
    return Found(len(stored) - sum(d.what != "missing" for d in differences), differences, missing)


def _stored(person_id: int) -> dict[str, Any]:
    e = CreditEntry
    rows = db.session.execute(
        select(e.source, e.id, e.kind, e.minutes, e.day, e.month, e.written_at, e.within_id, CreditRules.number)
        .join(CreditRules, CreditRules.id == e.rules_id)
        .where(e.person_id == person_id, e.corrects_id.is_(None))
    )
    return {row.source: row for row in rows}


def _agree(line: Line, row: Any) -> bool:
    told = (line.kind, line.minutes, line.day, line.rules)
    return told == (row.kind, row.minutes, row.day, row.number) and bool(row.month >= r.month_of(row.day))


def lines_of(
    person: User, rulebook: ledger.Rulebook, stored: dict[str, Any], month: date | None = None
) -> Iterator[Line]:
    """Yield the lines that everything a person did earns; of one month, and its neighbours' edges, when one is given.

    `stored` gives the order of writing; without it, sources come in their own.
    """
    zone = versions.zone()
    span = _around(month) if month else None
    turns = [
        turn for turn in sources.turns_of(person.id) if not span or (span[0] <= turn.ends and turn.starts <= span[1])
    ]
    works = sources.works_of(person.id, *(span or (None, None)))
    pending = sources.open_shifts(person.id)
    sees = person.has(Role.CONSULTANT)
    works = [w for w in works if w.source in stored or (w.earns and (sees or w.kind != Kind.COUNTER_REFERRAL))]
    book = Book(zone)
    order: list[tuple[tuple[Any, ...], Source]] = [
        *((_when(stored, work.source, work.at), work) for work in works),
        *((_when(stored, reckon.first_source(turn, rulebook.on(turn.starts), zone), turn.left), turn) for turn in turns),
        *((_when(stored, part.source, at), part) for part, at in sources.parts_of(person) if not span or span[0] <= part.since <= span[1]),
    ]  # fmt: skip
    # What was paid with its event stays so: the check-in that holds its moment was recorded later.
    alone = {source for source, row in stored.items() if row.within_id is None}
    inside = _Presence(turns, pending, alone)
    for _, source in sorted(order, key=lambda pair: pair[0]):
        yield from _reckoned(source, rulebook, book, works, inside)


def _around(month: date) -> r.Span:
    """Return a month with the two days beside it, from which a shift can reach into it."""
    zone, day = versions.zone(), timedelta(days=1)
    return r.begin_of(month, zone) - day, r.begin_of(r.next_month(month), zone) + day


def _when(stored: dict[str, Any], source: str, at: datetime) -> tuple[Any, ...]:
    """Return the place of a source in the order of writing."""
    row = stored.get(source)
    return (row.written_at, row.id) if row else (at, LAST)


class _Presence:
    """Where a person was checked in: work at such a moment waits for the check-out."""

    def __init__(self, turns: Sequence[Turn], pending: Sequence[r.Span], alone: set[str]) -> None:
        self._turns = [(max(t.starts, t.came), min(t.ends, t.left), t.ref) for t in turns]
        self._pending, self._alone = pending, alone
        self.done: set[str] = set()

    def waits(self, work: Work) -> bool:
        at = work.at
        return work.source not in self._alone and (
            any(since <= at <= until for since, until in self._pending)
            or any(since <= at <= until and ref not in self.done for since, until, ref in self._turns)
        )


def _reckoned(
    source: Source, rulebook: ledger.Rulebook, book: Book, works: Sequence[Work], inside: _Presence
) -> list[Line]:
    if isinstance(source, Turn):
        inside.done.add(source.ref)
        mine = [w for w in works if source.starts <= w.at <= source.ends and w.source not in book.sources]
        return reckon.shift_lines(source, mine, rulebook.on(source.starts), book)
    if source.source in book.sources:
        return []
    if isinstance(source, Part):
        return [reckon.part_line(source, rulebook.on(source.since), book)]
    return [] if inside.waits(source) else [reckon.work_line(source, rulebook.on(source.at), book)]


def everybody() -> list[int]:
    """Return the people who earned, or could have: those with entries, shifts, work or a part in an activity."""
    found: set[int] = set()
    for query in (
        select(CreditEntry.person_id).distinct(),
        select(Shift.user_id).where(Shift.checked_out_at.is_not(None)).distinct(),
        select(CaseEvent.by_id).where(CaseEvent.verb.in_(r.VERBS)).distinct(),
        select(CreditActivity.giver_id).where(CreditActivity.recorded_at.is_not(None)).distinct(),
        select(CreditAttendance.person_id).distinct(),
    ):
        found |= {person_id for person_id in db.session.scalars(query) if person_id is not None}
    return sorted(found)


def miscounted_months() -> list[str]:
    """Return the months whose row does not count the entries that are in them."""
    rows = db.session.execute(select(CreditEntry.month, func.count()).group_by(CreditEntry.month))
    entries = {row[0]: row[1] for row in rows}
    months = db.session.execute(select(CreditMonth.month, CreditMonth.entries)).all()
    return [row.month.isoformat()[:7] for row in months if entries.get(row.month, 0) != row.entries]
