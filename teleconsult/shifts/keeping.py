"""What the screens of rooms, holidays and leaves list."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from teleconsult.errors import NotFound
from teleconsult.extensions import db
from teleconsult.network.models import HealthUnit
from teleconsult.people.models import User
from teleconsult.shifts.models import Holiday, Leave, Room

MOST_LEAVES = 200
"""On a page: more people than a network has are not away at once."""


def every_room() -> Sequence[Room]:
    """Return the rooms, those that are open first, each with its unit."""
    statement = select(Room).options(joinedload(Room.unit)).order_by(Room.closed_at.is_not(None), Room.name, Room.id)
    return db.session.scalars(statement).all()


def every_holiday(year: int) -> Sequence[Holiday]:
    """Return the holidays of a year, those that were struck out too."""
    statement = select(Holiday).where(Holiday.day.between(date(year, 1, 1), date(year, 12, 31)))
    return db.session.scalars(statement.order_by(Holiday.day)).all()


def holiday_on(day: date | None) -> Holiday:
    """Return the holiday of a day.

    Raises:
        NotFound: there is none.
    """
    found = db.session.get(Holiday, day) if day else None
    if found is None:
        raise NotFound
    return found


def leaves_from(now: datetime, user: User | None = None) -> Sequence[Any]:
    """Return the leaves that are not over, the nearest first; of everybody unless a person is given."""
    statement = (
        select(
            Leave.ref, Leave.version, Leave.kind, Leave.from_at, Leave.until_at, Leave.why, User.title, User.name,
            HealthUnit.zone,
        )
        .join(User, User.id == Leave.user_id)
        .outerjoin(HealthUnit, HealthUnit.id == User.unit_id)
        .where(Leave.until_at > now, Leave.cancelled_at.is_(None))
        .order_by(Leave.from_at, Leave.id)
        .limit(MOST_LEAVES)
    )  # fmt: skip
    if user is not None:
        statement = statement.where(Leave.user_id == user.id)
    return db.session.execute(statement).all()
