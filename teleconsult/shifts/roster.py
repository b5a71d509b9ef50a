"""Who is on duty for a specialty."""

from datetime import datetime

from sqlalchemy import Select, select

from teleconsult.extensions import db
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
    """Return the consultants on duty for a specialty at a moment, by name.

    Until a calendar of shifts is kept, every active consultant of the specialty is on duty at all
    times; `at` is already asked for so that no caller changes when it is.
    """
    del at
    return list(db.session.scalars(_of_specialty(specialty_id)))


def is_on_duty(user_id: int, specialty_id: int, at: datetime) -> bool:
    """Tell whether one consultant is on duty for a specialty at a moment."""
    del at
    return db.session.scalar(_of_specialty(specialty_id).where(User.id == user_id)) is not None
