"""How fast each consultant reads, from the record; what `pace` learns from.

The active time of one opinion is counted from the latest of three: when the case came to the consultant, when they
first opened it after that, and the last case they finished before this one. Nights and other work drop out by that, and
what is still too long to be reading is left out by `pace.learn`.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from teleconsult.audit import AuditEvent
from teleconsult.cases.lifecycle import COMES
from teleconsult.cases.models import Case, CaseEvent, CaseQuestion
from teleconsult.extensions import db
from teleconsult.routing.pace import Pace, learn, learn_kinds

SINCE = timedelta(days=180)
DONE = ("answer", "conclude", "escalate", "ask")


class Paces(NamedTuple):
    """How long an opinion takes each consultant, and how many times as long each kind of question takes."""

    of: Mapping[int, Pace]
    kinds: Mapping[str, float]


class Read(NamedTuple):
    """One case that was finished: by whom, its kind, and the active minutes."""

    user_id: int
    kind: str
    minutes: float


_came = aliased(CaseEvent)
_CAME = (
    select(func.max(_came.at))
    .where(_came.case_id == CaseEvent.case_id, _came.number < CaseEvent.number, _came.verb.in_(COMES))
    .correlate(CaseEvent)
    .scalar_subquery()
)
_OPENED = (
    select(func.min(AuditEvent.at))
    .where(
        AuditEvent.subject == Case.ref,
        AuditEvent.word == "case.view",
        AuditEvent.user_id == CaseEvent.by_id,
        AuditEvent.at >= _CAME,
        AuditEvent.at <= CaseEvent.at,
    )
    .correlate(Case, CaseEvent)
    .scalar_subquery()
)


def learnt(user_ids: Iterable[int], now: datetime) -> Paces:
    """Return the paces of these consultants; who has no record yet has the prior, and is not in it."""
    wanted = sorted(set(user_ids))
    rows = db.session.execute(
        select(
            CaseEvent.by_id,
            CaseEvent.at,
            CaseQuestion.kind,
            _CAME.label("came_at"),
            _OPENED.label("opened_at"),
        )
        .join(Case, Case.id == CaseEvent.case_id)
        .outerjoin(CaseQuestion, and_(CaseQuestion.case_id == CaseEvent.case_id, CaseQuestion.number == 1))
        .where(CaseEvent.by_id.in_(wanted), CaseEvent.verb.in_(DONE), CaseEvent.at > now - SINCE)
        .order_by(CaseEvent.by_id, CaseEvent.at, CaseEvent.id)
    ).all()
    read = active(rows)
    by_person: dict[int, list[float]] = {}
    for one in read:
        by_person.setdefault(one.user_id, []).append(one.minutes)
    of = {user_id: learn(minutes) for user_id, minutes in by_person.items()}
    return Paces(of, learn_kinds((one.kind, one.minutes, of[one.user_id].minutes) for one in read))


def active(rows: Iterable[Any]) -> list[Read]:
    """Return the active minutes of each finished case; `rows` are in the order of person and time."""
    made: list[Read] = []
    before: tuple[int, datetime] | None = None
    for row in rows:
        last = before[1] if before and before[0] == row.by_id else None
        begun = [at for at in (row.came_at, row.opened_at, last) if at is not None]
        if row.came_at is not None:
            made.append(Read(row.by_id, row.kind or "", (row.at - max(begun)).total_seconds() / 60))
        before = (row.by_id, row.at)
    return made
