"""Notices as their screens show them: columns only, paged by key, newest first."""

from typing import Any

from sqlalchemy import Select, bindparam, func, literal_column, select

from teleconsult.extensions import db, read
from teleconsult.notices.models import DIGEST_HOUR, DigestHour, MailChoice, Notice
from teleconsult.people.models import User

COUNTED = 100
"""The bell shows no more than 99+, so that nobody's count ever grows slow."""

BY_AGE = ((Notice.id, True),)


def _of(user_id: int) -> Select[*tuple[Any, ...]]:
    columns = (Notice.id, Notice.kind, Notice.subject, Notice.at, Notice.seen_at)
    return (
        select(*columns, User.title.label("by_title"), User.name.label("by_name"))
        .outerjoin(User, User.id == Notice.by_id)
        .where(Notice.user_id == user_id)
    )


def unseen_of(user_id: int) -> Select[*tuple[Any, ...]]:
    """Return the query of what a person was told and has not seen."""
    return _of(user_id).where(Notice.seen_at.is_(None))


def seen_of(user_id: int) -> Select[*tuple[Any, ...]]:
    """Return the query of what a person was told and has seen."""
    return _of(user_id).where(Notice.seen_at.is_not(None))


_UNREAD = select(func.count()).select_from(
    select(Notice.id)
    .where(Notice.user_id == bindparam("user_id"), Notice.seen_at.is_(None))
    .limit(literal_column(str(COUNTED)))
    .subquery()
)


def unread(user_id: int) -> int:
    """Return how many notices a person has not seen, counted up to `COUNTED`."""
    number: int = read(_UNREAD, {"user_id": user_id})[0][0]
    return number


def has_unseen(user_id: int, subject: str) -> bool:
    """Tell whether a person was told something of a subject that they have not seen."""
    wanted = (Notice.user_id == user_id, Notice.subject == subject, Notice.seen_at.is_(None))
    return db.session.scalar(select(Notice.id).where(*wanted).limit(1)) is not None


def switched_off(user_id: int) -> set[str]:
    """Return the kinds of which a person wants no e-mail."""
    return set(db.session.scalars(select(MailChoice.kind).where(MailChoice.user_id == user_id)))


def digest_hour(user_id: int) -> int:
    """Return the hour at which a person wants the daily mail."""
    return db.session.scalar(select(DigestHour.hour).where(DigestHour.user_id == user_id)) or DIGEST_HOUR
