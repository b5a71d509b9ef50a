"""What the worker learns from the record for the next plan: how promises went, and what usually comes.

The margins of the promises are also kept among the settings, so that the request which sends a case can promise
without reading the record.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from teleconsult import clock
from teleconsult.audit import AuditEvent
from teleconsult.cases.lifecycle import SERVICE
from teleconsult.cases.models import Case
from teleconsult.extensions import db
from teleconsult.network import settings
from teleconsult.network.models import NetworkSetting
from teleconsult.routing.forecast import Expected, Rates, expected, learn_rates
from teleconsult.routing.margins import Margins, Past, ShiftTime, learn_margins
from teleconsult.routing.models import Promise
from teleconsult.routing.promising import Row, waits
from teleconsult.routing.slots import Seat

RECORD = timedelta(days=60)
"""How far back promises are learnt from."""

NEWEST = 5_000
"""Promises that are learnt from at most, told anew or not: the margins remember a few hundred of each priority."""

WEEKS = 8
"""Weeks of submissions from which it is learnt what usually comes."""

KEPT_AS = "promise_margins"


def clocks(seats: Iterable[Seat]) -> dict[int, ShiftTime]:
    """Return for each specialty the clock that runs while somebody who holds it is on shift."""
    return {number: ShiftTime(found) for number, found in _by_specialty(seats).items()}


def _by_specialty(seats: Iterable[Seat]) -> dict[int, list[Seat]]:
    made: dict[int, list[Seat]] = {}
    for seat in seats:
        for number in seat.specialties:
            made.setdefault(number, []).append(seat)
    return made


def promised(since: datetime, most: int = 1_000_000) -> list[tuple[Row, str]]:
    """Return the promises of the record with the priorities of their cases, in the order of case, round and row.

    Args:
        since: made after it.
        most: of the newest ones; they are found by their row numbers.
    """
    newest = select(func.max(Promise.id) - most).scalar_subquery()
    rows = db.session.execute(
        select(
            Promise.case_id,
            Promise.round,
            Case.specialty_id,
            Promise.made_at,
            Promise.median_at,
            Promise.ninety_at,
            Promise.replaced_at,
            Promise.answered_at,
            Case.state,
            Case.round.label("now_round"),
            Case.priority,
        )
        .join(Case, Case.id == Promise.case_id)
        .where(Promise.id > newest, Promise.made_at > since)
        .order_by(Promise.case_id, Promise.round, Promise.id)
    )
    return [(_row(row), row.priority) for row in rows]


def _row(row: Any) -> Row:
    awaited: bool = row.state in SERVICE and row.now_round == row.round
    return Row._make((*row[:8], awaited))


def margins(now: datetime, seats: Sequence[Seat]) -> Margins:
    """Return by how much promises must lie beyond the expected answer to be kept nine times in ten.

    Args:
        now: the moment of planning.
        seats: of the time since `RECORD` before now, and to come.
    """
    rows = promised(now - RECORD, NEWEST)
    priority = {row.case_id: word for row, word in rows}
    record = []
    for wait in waits(row for row, _ in rows):
        first, last = wait.first, wait.last
        came = last.answered_at or (
            now if last.replaced_at is None and last.awaited and now > first.median_at else None
        )
        if came is not None:
            record.append(Past(first.specialty_id, priority[first.case_id], first.made_at, first.median_at, came))
    # Of what was promised before the calendar began nobody knows how much shift time it took.
    began = {number: min(seat.starts_at for seat in found) for number, found in _by_specialty(seats).items()}
    record = [past for past in record if past.made_at >= began.get(past.specialty_id, past.answered_at)]
    record.sort(key=lambda past: past.answered_at)
    return learn_margins(record, clocks(seats))


def keep(learnt: Margins) -> None:
    """Keep the margins for those who promise at once. The caller holds the transaction."""
    words = json.dumps({name: round(value, 3) for name, value in sorted(learnt.by_priority.items())})
    row = db.session.get(NetworkSetting, KEPT_AS)
    if (row.value if row else "{}") != words:
        db.session.merge(NetworkSetting(name=KEPT_AS, value=words))


def kept() -> Margins:
    """Return the margins that the worker learnt last."""
    row = db.session.get(NetworkSetting, KEPT_AS)
    return Margins(json.loads(row.value) if row else {})


def coming(now: datetime) -> list[Expected]:
    """Return the cases that are expected in the next hours, by what came in the last weeks."""
    return expected(_rates(now), now, timedelta(hours=settings.target_hours()["routine"]))


def _rates(now: datetime) -> Rates:
    rows = db.session.execute(
        select(Case.specialty_id, AuditEvent.at)
        .join(Case, Case.ref == AuditEvent.subject)
        .where(AuditEvent.word == "case.submit", AuditEvent.at > now - timedelta(weeks=WEEKS), AuditEvent.at <= now)
        .order_by(AuditEvent.at, AuditEvent.id)
    )
    came = [(row.specialty_id, row.at) for row in rows if row.specialty_id is not None]
    return learn_rates(came, WEEKS, clock.home())
