"""The world as the engine is given it: what waits, who sits where, and what they have already.

Everything is read by columns, from the indexes of open work; nothing here depends on how much was ever concluded.
`basis` is a digest of it: the same basis has the same plan, so that nobody plans twice. How fast people read is not
part of it: that changes slowly, and is read only when there is something to plan.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select, true, union_all
from sqlalchemy.orm import aliased

from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case, CaseQuestion
from teleconsult.cases.models_opinion import Decline, Opinion
from teleconsult.cases.shelves import in_state
from teleconsult.cases.withheld import IS_WITHHELD
from teleconsult.extensions import db
from teleconsult.routing import seating
from teleconsult.routing.modes import Mode, every_mode
from teleconsult.routing.slots import Limits, Seat, Waiting
from teleconsult.routing.stranded import stranded

GRAIN = 300
"""Seconds after which the same world is planned anew while shifts run: their turns have moved on."""

CALM = 3600
"""The same while no shift runs, or nothing waits."""


NOBODY: frozenset[int] = frozenset()
Only = frozenset[int] | None


class Held(NamedTuple):
    """A case that a consultant has in hand."""

    case_id: int
    version: int
    round: int
    holder_id: int
    specialty_id: int
    priority: str
    due_at: datetime
    since: datetime


@dataclass(frozen=True)
class World:
    """What a plan is made of.

    `versions` and `rounds` are those of the waiting cases, by their ids; `stranded` are those of them that somebody
    (`holders`) has in hand who lost the shift for it.
    """

    now: datetime
    waiting: Sequence[Waiting]
    versions: Mapping[int, int]
    rounds: Mapping[int, int]
    holders: Mapping[int, int]
    held: Sequence[Held]
    seats: Sequence[Seat]
    limits: Limits
    modes: Mapping[int, Mode]
    stranded: frozenset[int] = frozenset()
    withheld: frozenset[int] = frozenset()
    """Of the cases in the queue, none of which are among the waiting, those that nobody else may be given."""

    def basis(self) -> str:
        """Return the digest of everything that the plan depends on."""
        # A shift that runs begins now, whenever that is: only its end tells it from another.
        hour = self.now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        runs = bool(self.waiting or self.held) and any(seat.starts_at <= self.now for seat in self.seats)
        parts: list[Any] = [
            int(self.now.timestamp()) // (GRAIN if runs else CALM),
            sorted(_settled(case, self.versions[case.case_id]) for case in self.waiting),
            sorted(self.held),
            sorted(self.withheld),
            sorted(
                (s.shift_id, s.user_id, sorted(s.specialties), max(s.starts_at, hour), s.ends_at) for s in self.seats
            ),
            sorted((number, mode.how, mode.most_open) for number, mode in self.modes.items()),
        ]
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    def mode_of(self, specialty_id: int) -> Mode:
        """Return how a specialty is distributed."""
        return self.modes.get(specialty_id, Mode())


def _settled(case: Waiting, version: int) -> tuple[Any, ...]:
    """Return a case with its sets in order: the digest must not depend on how they are laid out."""
    return (case.case_id, version, case.specialty_id, sorted(case.declined), sorted(case.knows))


def gather(now: datetime, around: int | None = None) -> World:
    """Return the world at a moment.

    `around` reads only what competes with the cases of one specialty, and of that only what says when a case is read:
    it is asked for inside the request that sends a case.
    """
    now = now.replace(microsecond=0)  # the engine counts in seconds
    seats, only = seating.seats(now), None
    if around is not None:
        only = seating.sharing(around, seats)
        seats = [seat for seat in seats if not only.isdisjoint(seat.specialties)]
    stuck = stranded(seats, now) if only is None else NOBODY
    rows = db.session.execute(_open(only).where(in_state(State.SUBMITTED))).all()
    taken = db.session.execute(_open(only).where(in_state(State.ASSIGNED))).all()
    kept_back = _withheld() if only is None else NOBODY
    stuck -= kept_back
    withheld = kept_back.intersection(row.id for row in rows)
    rows = [row for row in rows if row.id not in withheld]
    rows = sorted([*rows, *(row for row in taken if row.id in stuck)], key=lambda row: (row.due_at, row.id))
    which = or_(in_state(State.SUBMITTED), Case.id.in_(sorted(stuck))) if stuck else in_state(State.SUBMITTED)
    declined, knows = _declined(which, only), _knows(which) if only is None else {}
    modes, users = every_mode(), {seat.user_id for seat in seats}
    return World(
        now=now,
        waiting=[_case(row, declined.get(row.id, NOBODY), knows.get(row.id, NOBODY), users) for row in rows],
        versions={row.id: row.version for row in rows},
        rounds={row.id: row.round for row in rows},
        holders={row.id: row.holder_id for row in rows if row.holder_id},
        held=[Held._make(row[:8]) for row in taken if row.id not in stuck],
        seats=seats,
        limits=Limits(
            most_open=max(mode.most_open for mode in (Mode(), *modes.values())),
            open_now=_open_now(users),
            worked=seating.worked(users, now) if only is None else {},
            most_in={number: modes.get(number, Mode()).most_open for seat in seats for number in seat.specialties},
        ),
        modes=modes,
        stranded=stuck,
        withheld=withheld,
    )


def _case(row: Any, declined: frozenset[int], knows: frozenset[int], users: set[int]) -> Waiting:
    """Return a case as the engine is given it; whoever holds it without a shift is as good as one who declined.

    So is whoever asks on it, if they are among the `users` who have shifts.
    """
    asker = row.requester_id if row.requester_id in users else 0
    return Waiting(
        case_id=row.id,
        specialty_id=row.specialty_id,
        priority=row.priority,
        due_at=row.due_at,
        since=row.submitted_at,
        declined=declined.union(number for number in (row.holder_id, asker) if number),
        knows=knows,
        kind=row.kind or "",
        asker=asker,
    )


def _of(only: Only) -> ColumnElement[bool]:
    return true() if only is None else Case.specialty_id.in_(sorted(only))


def _open(only: Only) -> Any:
    """Return the query of open cases; its first columns are those of `Held`."""
    return (
        select(
            Case.id,
            Case.version,
            Case.round,
            Case.holder_id,
            Case.specialty_id,
            Case.priority,
            Case.due_at,
            Case.submitted_at,
            CaseQuestion.kind,
            Case.requester_id,
        )
        .outerjoin(CaseQuestion, and_(CaseQuestion.case_id == Case.id, CaseQuestion.number == 1))
        .where(_of(only))
        .order_by(Case.due_at, Case.id)
    )


def _open_now(user_ids: Iterable[int]) -> dict[int, int]:
    """Return how many cases each of the people has in hand, of whatever specialty."""
    query = (
        select(Case.holder_id, func.count())
        .where(in_state(State.ASSIGNED), Case.holder_id.in_(sorted(user_ids)))
        .group_by(Case.holder_id)
    )
    return {holder: count for holder, count in db.session.execute(query) if holder is not None}


def _withheld() -> frozenset[int]:
    """Return the open cases that nobody else may be given: their patient took the consent back."""
    taken = or_(in_state(State.SUBMITTED), in_state(State.ASSIGNED))
    query = select(Case.id).where(taken, IS_WITHHELD)
    return frozenset(db.session.scalars(query))


def _declined(which: ColumnElement[bool], only: Only) -> dict[int, frozenset[int]]:
    query = select(Decline.case_id, Decline.consultant_id).join(Case, Case.id == Decline.case_id)
    return _by_case(db.session.execute(query.where(which, _of(only))))


def _knows(which: ColumnElement[bool]) -> dict[int, frozenset[int]]:
    """Return who wrote an opinion on the linked case, or on another case of the same patient."""
    other = aliased(Case)
    linked = select(Case.id, Opinion.author_id).join(Opinion, Opinion.case_id == Case.linked_case_id)
    same = (
        select(Case.id, Opinion.author_id)
        .join(other, and_(other.patient_id == Case.patient_id, other.id != Case.id))
        .join(Opinion, Opinion.case_id == other.id)
    )
    both = (query.where(which) for query in (linked, same))
    return _by_case(db.session.execute(union_all(*both)))


def _by_case(rows: Iterable[Any]) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = {}
    for case_id, user_id in rows:
        found.setdefault(case_id, set()).add(user_id)
    return {case_id: frozenset(people) for case_id, people in found.items()}
