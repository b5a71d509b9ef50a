"""What the management looks at once a day: how much is open and late, and whether everything runs."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case
from teleconsult.cases.shelves import LIVE, in_state
from teleconsult.extensions import db
from teleconsult.network.models import HealthUnit, Specialty
from teleconsult.outbox import OPEN, OutboxMessage
from teleconsult.people.models import User

PATIENCE = timedelta(minutes=30)
"""A mail server may be away for so long before the management is told: it is tried again by itself."""

_MAIL = OutboxMessage.kind == "email"
"""The worker's other messages are pictures to be made of files: one that cannot be made keeps nobody from knowing anything."""


@dataclass(frozen=True)
class Overview:
    """Figures of this moment."""

    by_state: dict[str, int]
    late: int
    people: int
    invited: int
    units: int
    specialties: int
    mails_waiting: int
    mails_given_up: int
    mails_stand_since: datetime | None
    """When the oldest mail was written that has been tried in vain for a while: the mail server is away, or refuses us."""

    @property
    def open(self) -> int:
        """Return how many cases are open."""
        return sum(self.by_state.values())


def look(now: datetime) -> Overview:
    """Return the figures; history is never counted."""
    states = select(Case.state, func.count().label("number")).where(LIVE).group_by(Case.state)
    active = select(func.count()).select_from(User).where(User.switched_off_at.is_(None))
    return Overview(
        by_state={row.state: row.number for row in db.session.execute(states)},
        late=sum(_count(in_state(state), Case.due_at < now) for state in (State.SUBMITTED, State.ASSIGNED)),
        people=db.session.scalar(active) or 0,
        invited=db.session.scalar(active.where(User.password_hash.is_(None))) or 0,
        units=_rows(HealthUnit, HealthUnit.closed_at.is_(None)),
        specialties=_rows(Specialty, Specialty.teleconsult),
        mails_waiting=_rows(OutboxMessage, *OPEN, _MAIL),
        mails_given_up=_rows(OutboxMessage, OutboxMessage.gave_up_at.is_not(None), _MAIL),
        mails_stand_since=_stand_since(now),
    )


def _stand_since(now: datetime) -> datetime | None:
    row = OutboxMessage
    # One mailbox that is full for days stops nobody else's mail: what went out since says that the server takes them.
    went = select(row.created_at).where(row.kind == "email", row.done_at.is_not(None)).order_by(row.id.desc()).limit(1)
    tried = row.kind == "email", row.last_error != "", row.created_at < now - PATIENCE
    since = db.session.scalar(went)
    later = [row.created_at > since] if since else []
    return db.session.scalar(select(func.min(row.created_at)).where(*OPEN, *tried, *later))


def _count(*where: Any) -> int:
    return _rows(Case, *where)


def _rows(model: Any, *where: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*where)) or 0
