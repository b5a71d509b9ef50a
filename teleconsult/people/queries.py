"""People as the screens and the other floors ask for them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, select

from teleconsult.audit import AuditEvent
from teleconsult.errors import NotFound
from teleconsult.extensions import db, read
from teleconsult.loading import columns_of, known, taken
from teleconsult.people.access import Role
from teleconsult.people.models import User, UserRole, UserSpecialty
from teleconsult.people.sign_in import stream_of


def active_with_role(role: Role) -> list[User]:
    """Return the people with a role who are not switched off, by name: as much of them as it takes to tell them."""
    return told_by(_ACTIVE, {"role": role})


def to_tell(which: ColumnElement[bool]) -> Select[Any]:
    """Return the statement that finds people: as much of them as it takes to tell them. Built once; `told_by` runs it."""
    return select(*(getattr(User, name) for name in _COLUMNS)).where(which)


def told_by(statement: Select[Any], given: Mapping[str, Any]) -> list[User]:
    """Return the people whom a statement of `to_tell` finds."""
    db.session.flush()
    return [known(User, taken(_COLUMNS, iter(row))) for row in read(statement, given)]


_UNTOLD = frozenset({"cpf", "cns", "search_key", "password_hash", "previous_hash", "password_set_at", "created_by_id"})
_COLUMNS = columns_of(User, _UNTOLD)
_ACTIVE = (
    select(*(getattr(User, name) for name in _COLUMNS))
    .join(UserRole, UserRole.user_id == User.id)
    .where(UserRole.role == bindparam("role"), User.switched_off_at.is_(None))
    .order_by(User.search_key, User.id)
)


def consultants_of(specialty_id: int) -> list[User]:
    """Return the active consultants of a specialty, by name."""
    return list(
        db.session.scalars(
            select(User)
            .join(UserSpecialty, UserSpecialty.user_id == User.id)
            .join(UserRole, UserRole.user_id == User.id)
            .where(
                UserSpecialty.specialty_id == specialty_id,
                UserRole.role == Role.CONSULTANT,
                User.switched_off_at.is_(None),
            )
            .order_by(User.search_key, User.id)
        )
    )


_CHANGES = ("person.change", "person.switch_off", "person.switch_on")


def last_change_of(user: User) -> tuple[User, datetime] | None:
    """Return who changed an account last as those do who manage people, and when; None when nobody has."""
    return last_change_in(stream_of(user), _CHANGES)


def last_change_in(stream: str, words: Sequence[str]) -> tuple[User, datetime] | None:
    """Return by whom the last of these words was recorded in a stream, and when; None when it has none of them."""
    row = db.session.execute(
        select(User, AuditEvent.at)
        .join(AuditEvent, AuditEvent.user_id == User.id)
        .where(AuditEvent.stream == stream, AuditEvent.word.in_(words))
        .order_by(AuditEvent.number.desc())
        .limit(1)
    ).first()
    return (row[0], row[1]) if row else None


def person_by_ref(ref: str) -> User:
    """Return a person by their public reference.

    Raises:
        NotFound: there is none.
    """
    user = db.session.scalar(select(User).where(User.ref == ref))
    if user is None:
        raise NotFound
    return user
