"""The shifts that are to come, as seats of the distribution; and how much each consultant worked lately."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select

from teleconsult.extensions import db
from teleconsult.people.access import Role
from teleconsult.people.models import User, UserRole, UserSpecialty
from teleconsult.routing.slots import Seat
from teleconsult.shifts.models import Shift
from teleconsult.shifts.queries import away_between

AHEAD = timedelta(days=14)
"""How far ahead shifts are looked at."""

LATELY = timedelta(days=28)
"""Over how long minutes of shift count for evenness."""

Span = tuple[datetime, datetime]


def seats(now: datetime, only: int | None = None) -> list[Seat]:
    """Return the present and coming shifts of people who can answer in them, less their leaves; of one specialty or all."""
    until = now + AHEAD
    query = (
        select(Shift.id, Shift.user_id, Shift.specialty_id, Shift.starts_at, Shift.ends_at)
        .join(User, User.id == Shift.user_id)
        .join(UserRole, (UserRole.user_id == Shift.user_id) & (UserRole.role == Role.CONSULTANT))
        .join(
            UserSpecialty,
            (UserSpecialty.user_id == Shift.user_id) & (UserSpecialty.specialty_id == Shift.specialty_id),
        )
        .where(
            Shift.ends_at > now,
            Shift.starts_at < until,
            Shift.cancelled_at.is_(None),
            Shift.checked_out_at.is_(None),
            User.switched_off_at.is_(None),
        )
        .order_by(Shift.starts_at, Shift.id)
    )
    rows = db.session.execute(query if only is None else query.where(Shift.specialty_id == only)).all()
    away = away_between({row.user_id for row in rows}, now, until)
    return [
        Seat(row.id, row.user_id, frozenset({row.specialty_id}), starts, ends)
        for row in rows
        for starts, ends in left_of((row.starts_at, row.ends_at), away.get(row.user_id, []))
        if ends > now
    ]


def any_seat(specialty_id: int, now: datetime) -> bool:
    """Tell whether anybody has a present or coming shift in a specialty."""
    query = select(Shift.id).where(
        Shift.specialty_id == specialty_id,
        Shift.ends_at > now,
        Shift.starts_at < now + AHEAD,
        Shift.cancelled_at.is_(None),
    )
    return db.session.scalar(query.limit(1)) is not None


def with_calendar(specialty_ids: Iterable[int], now: datetime) -> frozenset[int]:
    """Return those of the specialties for which shifts are kept: one came lately, or is to come."""
    wanted = Shift.specialty_id.in_(sorted(specialty_ids))
    query = select(Shift.specialty_id).where(wanted, Shift.ends_at > now - LATELY, Shift.cancelled_at.is_(None))
    return frozenset(db.session.scalars(query.distinct()))


def left_of(span: Span, away: Iterable[Span]) -> list[Span]:
    """Return what is left of a time when others are cut out of it; `away` is in order."""
    begin, end = span
    made: list[Span] = []
    for from_, until in away:
        if from_ >= end:
            break
        if from_ > begin:
            made.append((begin, from_))
        begin = max(begin, until)
    return [*made, (begin, end)] if begin < end else made


def worked(user_ids: Iterable[int], now: datetime) -> dict[int, int]:
    """Return the minutes of shift that each of the people had lately."""
    rows = db.session.execute(
        select(Shift.user_id, Shift.starts_at, Shift.ends_at).where(
            Shift.user_id.in_(sorted(user_ids)),
            Shift.starts_at > now - LATELY,
            Shift.starts_at < now,
            Shift.cancelled_at.is_(None),
        )
    )
    minutes: dict[int, int] = {}
    for row in rows:
        done = min(row.ends_at, now) - row.starts_at
        minutes[row.user_id] = minutes.get(row.user_id, 0) + int(done.total_seconds() // 60)
    return minutes
