"""The record of a replay: what was sent, due and answered, and who sat when. Numbers and moments, nothing of a patient."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from teleconsult import clock
from teleconsult.cases import counting
from teleconsult.cases.hours import after
from teleconsult.cases.models import Case
from teleconsult.extensions import changed, db
from teleconsult.network import settings
from teleconsult.routing.models_replay import Replay
from teleconsult.routing.replay_record import Record, Row, Sat, Sent
from teleconsult.shifts.models import Shift

BEFORE = timedelta(weeks=4)
"""What came in these weeks before the record is known to a policy that looks ahead."""

KEPT = 20
"""Replays that are remembered."""


def record(since: datetime, until: datetime) -> Record:
    """Return what was recorded between two moments."""
    hours, clocks = settings.target_hours(), counting.load()
    sent = db.session.execute(
        select(Case.specialty_id, Case.priority, Case.submitted_at, Case.first_opinion_at)
        .where(Case.submitted_at >= since, Case.submitted_at < until, Case.state != "cancelled")
        .order_by(Case.submitted_at, Case.id)
    ).all()
    sat = db.session.execute(
        select(Shift.user_id, Shift.specialty_id, Shift.starts_at, Shift.ends_at)
        .where(Shift.starts_at >= since, Shift.starts_at < until, Shift.cancelled_at.is_(None))
        .order_by(Shift.starts_at, Shift.id)
    ).all()
    before = db.session.execute(
        select(Case.specialty_id, Case.submitted_at).where(
            Case.submitted_at >= since - BEFORE, Case.submitted_at < since
        )
    ).all()
    return Record(
        since,
        until,
        clock.home(),
        [
            Sent(
                row.specialty_id,
                row.priority,
                row.submitted_at,
                after(row.submitted_at, hours[row.priority] * 3600, clocks.of(row.priority)),
                row.first_opinion_at,
            )
            for row in sent
        ],
        [Sat(*row) for row in sat],
        [(number, at) for number, at in before if number is not None and at is not None],
    )


def keep(over: str, detail: str, rows: Sequence[Row], left_out: int, at: datetime) -> None:
    """Keep what a replay found; the caller holds the transaction."""
    kept = Replay(made_at=at, over=over, detail=detail, left_out=left_out, rows=[list(row) for row in rows])
    db.session.add(kept)
    db.session.flush()
    changed(delete(Replay).where(Replay.id <= kept.id - KEPT))


def last() -> Replay | None:
    """Return the last replay, if there was one."""
    return db.session.scalar(select(Replay).order_by(Replay.id.desc()).limit(1))
