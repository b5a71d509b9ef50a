"""Who is on duty for a specialty.

Until a calendar of shifts is kept, every active consultant of the specialty is on duty at all times; the
moment is already asked for so that no caller changes when it is.
"""

from datetime import datetime

from sqlalchemy import Select, bindparam, select

from teleconsult.extensions import db, read
from teleconsult.people.access import Role
from teleconsult.people.models import User, UserRole, UserSpecialty


def _of_specialty(specialty_id: int) -> Select[User]:
    return (
        select(User)
        .join(UserSpecialty, UserSpecialty.user_id == User.id)
        .join(UserRole, UserRole.user_id == User.id)
        .where(
            UserSpecialty.specialty_id == specialty_id,
            UserRole.role == Role.CONSULTANT,
            User.switched_off_at.is_(None),
        )
        .order_by(User.name, User.id)
    )


def on_duty(specialty_id: int, at: datetime) -> list[User]:
    """Return the consultants on duty for a specialty at a moment, by name."""
    del at
    return list(db.session.scalars(_of_specialty(specialty_id)))


ON_DUTY_IN = (
    select(UserSpecialty.specialty_id, User.id, User.ref, User.title, User.name)
    .join(User, User.id == UserSpecialty.user_id)
    .join(UserRole, UserRole.user_id == User.id)
    .where(
        UserSpecialty.specialty_id.in_(bindparam("specialties", expanding=True)),
        UserRole.role == Role.CONSULTANT,
        User.switched_off_at.is_(None),
    )
    .order_by(User.name, User.id)
)
"""Who is on duty for the given `specialties`, by columns: specialty, person; a higher floor may add columns."""

_DUTIES = (
    select(UserSpecialty.specialty_id)
    .join(User, User.id == UserSpecialty.user_id)
    .join(UserRole, UserRole.user_id == User.id)
    .where(User.id == bindparam("user_id"), UserRole.role == Role.CONSULTANT, User.switched_off_at.is_(None))
)


def is_on_duty(user_id: int, specialty_id: int, at: datetime) -> bool:
    """Tell whether one consultant is on duty for a specialty at a moment."""
    del at
    return db.session.scalar(_of_specialty(specialty_id).where(User.id == user_id)) is not None


def duties_of(user_id: int, at: datetime) -> frozenset[int]:
    """Return the specialties for which one consultant is on duty at a moment."""
    del at
    return frozenset(row[0] for row in read(_DUTIES, {"user_id": user_id}))
