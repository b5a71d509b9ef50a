"""What the address of a calendar page asks for, and the choices above it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from teleconsult.extensions import db
from teleconsult.network.directory import by_name
from teleconsult.network.models import Specialty
from teleconsult.people.access import Role
from teleconsult.people.models import User, UserRole, UserSpecialty
from teleconsult.shifts.models import Room
from teleconsult.shifts.queries import open_rooms
from teleconsult.typed import fold
from teleconsult.web.messages import gettext as _
from teleconsult.web.words import in_language

FIRST_YEAR, LAST_YEAR = 2004, 2099
"""Years a calendar can be turned to."""


@dataclass(frozen=True)
class Asked:
    """The room, a day of the week or month, the specialty, and whether a phone shows the days that are past."""

    room: str
    day: date | None
    specialty: str
    past: bool

    @classmethod
    def of(cls, args: Mapping[str, str]) -> "Asked":
        """Read an address; what cannot be read is as if it were not there."""
        return cls(
            args.get("room", "")[:80], day_of(args.get("day", "")), args.get("specialty", "")[:80], "past" in args
        )


def day_of(text: str) -> date | None:
    """Return the day of an ISO date, or None."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def chosen(rooms: Sequence[Room], slug: str) -> Room | None:
    """Return the room of a slug, else the first one; None when there is none."""
    return next((room for room in rooms if room.slug == slug), rooms[0] if rooms else None)


def rooms_and_chosen(asked: Asked) -> tuple[list[Room], Room | None]:
    """Return the rooms in which shifts are held and the one that is asked for."""
    rooms = open_rooms("telehealth")
    return rooms, chosen(rooms, asked.room)


def consultants(first: str = "") -> list[Any]:
    """Return who can be on a shift, and for what: a row for each active consultant and specialty.

    By their names, but those of the specialty `first` (its slug) before the others.
    """
    statement = (
        select(User.ref, User.title, User.name, Specialty.slug, Specialty.name_pt, Specialty.name_en)
        .join(UserRole, UserRole.user_id == User.id)
        .join(UserSpecialty, UserSpecialty.user_id == User.id)
        .join(Specialty, Specialty.id == UserSpecialty.specialty_id)
        .where(UserRole.role == Role.CONSULTANT, User.switched_off_at.is_(None))
    )
    # A database puts Ênio behind Sílvia.
    rows = sorted(db.session.execute(statement), key=lambda row: (fold(row.name), row.ref, fold(row.name_pt)))
    return sorted(rows, key=lambda row: row.slug != first)


def specialty_choices() -> list[tuple[str, str]]:
    """Return the specialties that somebody answers for, as a filter offers them."""
    statement = (
        select(Specialty.slug, Specialty.name_pt, Specialty.name_en)
        .where(Specialty.id.in_(select(UserSpecialty.specialty_id)))
        .order_by(Specialty.id)
    )
    rows = by_name(db.session.execute(statement))
    return [("", _("Toda especialidade")), *((row.slug, in_language(row.name_pt, row.name_en)) for row in rows)]
