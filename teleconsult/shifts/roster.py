"""Who is on duty for a specialty.

Until a calendar of shifts is kept, every active consultant of the specialty is on duty at all times; the
moment is already asked for so that no caller changes when it is.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, bindparam, select

from teleconsult.extensions import db
from teleconsult.people.access import Role
from teleconsult.people.models import User, UserRole, UserSpecialty


class OnDuty(NamedTuple):
    """A consultant as lists show one."""

    id: int
    ref: str
    title: str
    name: str

    @property
    def full_name(self) -> str:
        """Return the name with its form of address."""
        return f"{self.title} {self.name}".strip()


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


_ON_DUTY_IN = (
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
_DUTIES = (
    select(UserSpecialty.specialty_id)
    .join(User, User.id == UserSpecialty.user_id)
    .join(UserRole, UserRole.user_id == User.id)
    .where(User.id == bindparam("user_id"), UserRole.role == Role.CONSULTANT, User.switched_off_at.is_(None))
)


def on_duty_in(specialty_ids: Iterable[int], at: datetime) -> dict[int, list[OnDuty]]:
    """Return the same for many specialties at once, by columns and in one statement."""
    del at
    wanted = sorted(set(specialty_ids))
    found: dict[int, list[OnDuty]] = {number: [] for number in wanted}
    for specialty_id, number, ref, title, name in db.session.execute(_ON_DUTY_IN, {"specialties": wanted}):
        found[specialty_id].append(OnDuty(number, ref, title, name))
    return found


def is_on_duty(user_id: int, specialty_id: int, at: datetime) -> bool:
    """Tell whether one consultant is on duty for a specialty at a moment."""
    del at
    return db.session.scalar(_of_specialty(specialty_id).where(User.id == user_id)) is not None


def duties_of(user_id: int, at: datetime) -> frozenset[int]:
    """Return the specialties for which one consultant is on duty at a moment."""
    del at
    return frozenset(db.session.scalars(_DUTIES, {"user_id": user_id}))
