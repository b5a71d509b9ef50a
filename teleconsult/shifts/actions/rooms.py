"""Rooms: opened, changed and closed by the management."""

from collections.abc import Iterable

from teleconsult.network.models import HealthUnit
from teleconsult.people.models import User
from teleconsult.shifts.models import Room

Hours = Iterable[tuple[int, int, int]]
"""Weekday (0 is Monday), minute at which the room opens, minute at which it closes (past 1440 on the next day)."""


def open_room(*, name: str, kind: str, unit: HealthUnit, workstations: int, zone: str, hours: Hours, by: User) -> Room:
    """Add a room; its slug is made from its name and never changes. `kind` is 'telehealth' or 'support'.

    Raises:
        Refused: a value is not one of those allowed, or there is a room of this name.
    """
    raise NotImplementedError


def change_room(room: Room, *, name: str, workstations: int, zone: str, hours: Hours, by: User) -> None:
    """Change a room. In another zone its coming shifts stay at their time of day, so that their moments move.

    Raises:
        Refused: a value is not one of those allowed, or a coming shift would no longer fit.
    """
    raise NotImplementedError


def close_room(room: Room, *, by: User) -> None:
    """Close a room for good; what happened in it stays.

    Raises:
        Refused: it is closed already, or shifts are still to come in it.
    """
    raise NotImplementedError
