"""Holidays: loaded from a kept library, added and struck out by the management."""

from datetime import date

from teleconsult.people.models import User
from teleconsult.shifts.models import Holiday


def load_holidays(year: int, *, by: User | None = None) -> int:
    """Write the holidays of a year that are not there yet, and return how many; what was struck out stays so."""
    raise NotImplementedError


def add_holiday(*, day: date, name: str, by: User) -> Holiday:
    """Add a holiday of one's own. Shifts that stand on the day stay, for the management to cancel.

    Raises:
        Refused: the day is one already, it is past, or it has no name.
    """
    raise NotImplementedError


def remove_holiday(holiday: Holiday, *, by: User) -> None:
    """Strike a holiday out: rooms are open on it.

    Raises:
        Refused: it is struck out already.
    """
    raise NotImplementedError


def restore_holiday(holiday: Holiday, *, by: User) -> None:
    """Take a struck-out holiday up again.

    Raises:
        Refused: it is not struck out.
    """
    raise NotImplementedError
