"""The one writer of entries: holds the person, reckons, finds the month, and writes each source once.

Entries come in the transaction of their cause. Two at once for one person wait for each other at the person's row of
`credit_accounts`; an entry and the closing of its month meet at the row of the month.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import Table, bindparam, insert, select, update

from teleconsult import clock
from teleconsult.credits import reckon, sources, versions
from teleconsult.credits import rules as r
from teleconsult.credits.models import CreditAccount, CreditEntry, CreditMonth, CreditRules
from teleconsult.credits.models_activities import CreditActivity
from teleconsult.credits.reckon import Book, Line, Work
from teleconsult.extensions import changed, db, dialect_name, read, upsert
from teleconsult.extensions import write as put
from teleconsult.people.models import User
from teleconsult.shifts.models import Shift
from teleconsult.statements import kept_upsert


def hold(person_id: int) -> None:
    """Let nobody else write entries of this person until the transaction ends."""
    put(_hold(dialect_name()), {"person_id": person_id, "turns": 1})


@cache
def _hold(dialect: str) -> Any:
    first = kept_upsert(cast(Table, CreditAccount.__table__), dialect)
    return first.on_conflict_do_update(index_elements=["person_id"], set_={"turns": CreditAccount.turns + 1})


def earn_work(person: User, work: Work) -> None:
    """Write what a piece of work earns, if anything, unless a check-out still to come will."""
    if not work.earns:
        return
    hold(person.id)
    inside = any(since <= work.at <= until for since, until in sources.open_shifts(person.id))
    if not inside and not is_known(work.source):
        book = book_of(person.id, [r.local_day(work.at, versions.zone())])
        rules = Rulebook()
        write(person, [reckon.work_line(work, rules.on(work.at), book)], rules)


def earn_shift(shift: Shift) -> None:
    """Write what a shift that was checked out earns, and the work done in it, which it names."""
    if shift.checked_in_at is None or shift.checked_out_at is None:
        return
    hold(shift.user_id)
    turn, zone = sources.turn_of(shift), versions.zone()
    book = book_of(shift.user_id, [r.local_day(turn.starts, zone), r.local_day(max(turn.ends, turn.left), zone)])
    if any(source.startswith(f"shift:{shift.ref}:") for source in book.sources):
        return
    found = sources.works_of(shift.user_id, turn.starts, turn.ends)
    works = [work for work in found if work.source not in book.sources and work.earns]
    rules = Rulebook()
    write(shift.user, reckon.shift_lines(turn, works, rules.on(turn.starts), book), rules)


def earn_activity(activity: CreditActivity) -> None:
    """Write what an activity earns its giver and those who were there."""
    people = {row.person_id for row in activity.attendance} | ({activity.giver_id} - {None})
    rules = Rulebook()
    for person_id in sorted(id_ for id_ in people if id_ is not None):
        hold(person_id)
        person = db.session.get_one(User, person_id)
        part = sources.part_in(activity, person)
        book = book_of(person_id, [r.local_day(part.since, versions.zone())])
        if part.source not in book.sources:
            write(person, [reckon.part_line(part, rules.on(part.since), book)], rules)


_RULES = select(
    CreditRules.id, CreditRules.number, CreditRules.begins_on, *(getattr(CreditRules, n) for n in versions.AMOUNTS)
)
_RULES = _RULES.order_by(CreditRules.begins_on)


class Rulebook:
    """The versions of the rules, read once for one writing."""

    def __init__(self) -> None:
        rows = read(_RULES, {})
        self.ids = {row.number: row.id for row in rows}
        self.all = [versions.rules_of(row) for row in rows]

    def on(self, at: datetime) -> r.Rules:
        """Return the version of the local day of a moment."""
        return r.in_force(self.all, r.local_day(at, versions.zone()))


E = CreditEntry
_BOOK = (
    select(E.source, E.kind, E.minutes, E.day, E.from_at, E.until_at, E.subject)
    .where(
        E.person_id == bindparam("of"), E.day >= bindparam("since"), E.day < bindparam("until"), E.corrects_id.is_(None)
    )
    .order_by(E.id)
)
_ID = select(E.id).where(E.source == bindparam("source"))


def is_known(source: str) -> bool:
    """Tell whether a source has its entry."""
    return bool(read(_ID, {"source": source}))


def book_of(person_id: int, days: Sequence[date]) -> Book:
    """Return what the rules must know of a person, for sources on these days: the months around them."""
    since, until = r.month_of(min(days)), r.next_month(r.month_of(max(days)))
    book = Book(versions.zone())
    for row in read(_BOOK, {"of": person_id, "since": since, "until": until}):
        book.put(Line(row.source, row.kind, row.minutes, row.day, row.from_at, row.until_at, row.subject, 0, ""))
    return book


_NEW = insert(cast(Table, CreditEntry.__table__)).inline()


def write(person: User, lines: Sequence[Line], rules: Rulebook) -> None:
    """Write lines as entries; each lands in its own month, or in the running one when that is closed."""
    for line in sorted(lines, key=lambda line: (bool(line.within), line.day)):
        month, now = _landing(r.month_of(line.day)), clock.now()
        place = {"month": month, "within_id": _id_of(line.within), "written_at": now, "why": ""}
        put(_NEW, _columns(person, line, rules) | place)


def _columns(person: User, line: Line, rules: Rulebook) -> dict[str, Any]:
    return {
        "person_id": person.id, "kind": line.kind, "source": line.source, "minutes": line.minutes, "day": line.day,
        "from_at": line.since, "until_at": line.until, "subject": line.subject, "rules_id": rules.ids[line.rules],
        "reason": line.reason, "data": line.data, "odd": line.odd, "unit_id": person.unit_id,
        "specialty_id": line.specialty_id,
    }  # fmt: skip


def write_many(person: User, lines: Sequence[Line], rules: Rulebook) -> None:
    """Write any number of lines at a few microseconds each: what a rebuilding found missing."""
    now = clock.now()
    counts = Counter(r.month_of(line.day) for line in lines)
    months = {month: _landing(month, count) for month, count in sorted(counts.items())}
    for inner in (False, True):
        part = [line for line in lines if bool(line.within) == inner]
        within = {source: _id_of(source) for source in {line.within for line in part}}
        rows = [
            _columns(person, line, rules)
            | {"month": months[r.month_of(line.day)], "within_id": within[line.within], "written_at": now}
            for line in part
        ]
        if rows:
            db.session.execute(insert(CreditEntry), rows)


def add(entry: CreditEntry) -> CreditEntry:
    """Write one entry into its month, or into the first open one from the running month on."""
    entry.month, entry.written_at = _landing(r.month_of(entry.day)), clock.now()
    db.session.add(entry)
    db.session.flush()
    return entry


def _landing(month: date, count: int = 1) -> date:
    """Return the month that takes entries of `month`: itself, or the first open one from the running month on."""
    if not enter(month, count):
        month = r.month_of(r.local_day(clock.now(), versions.zone()))
        while not enter(month, count):
            month = r.next_month(month)
    return month


_MONTHS = cast(Table, CreditMonth.__table__)
_ENTER = (
    update(_MONTHS)
    .where(_MONTHS.c.month == bindparam("to"), _MONTHS.c.closed_at.is_(None))
    .values(entries=_MONTHS.c.entries + bindparam("more"))
    .execution_options(preserve_rowcount=True)
)


def enter(month: date, count: int = 1) -> bool:
    """Count entries into a month, if it is open; whoever closes it waits for this transaction, or is seen here."""
    given = {"to": month, "more": count}
    if put(_ENTER, given):
        return True
    first = upsert(CreditMonth).values(month=month, entries=count).on_conflict_do_nothing()
    return bool(changed(first) or put(_ENTER, given))


def _id_of(source: str) -> int | None:
    rows = read(_ID, {"source": source}) if source else []
    return int(rows[0].id) if rows else None
