"""Check-in and check-out, by the person, by who keeps the attendance, or by the clock."""

from collections.abc import Sequence

from teleconsult.people.models import User
from teleconsult.shifts.models import Shift


def check_in(shift: Shift, *, by: User) -> None:
    """Note that the person has come: from half an hour before the shift begins until it ends.

    Raises:
        Refused: too early, too late, cancelled, on leave, checked in already, or somebody else's shift.
    """
    raise NotImplementedError


def check_out(shift: Shift, *, by: User) -> None:
    """Note that the person has gone; never before they came, also when the clock was set back.

    Raises:
        Refused: not checked in, checked out already, or somebody else's shift.
    """
    raise NotImplementedError


def forgotten(limit: int = 100) -> Sequence[int]:
    """Return the shifts that ended half an hour ago or more and where somebody is still checked in."""
    raise NotImplementedError


def close_forgotten(shift_id: int) -> bool:
    """Check out at the shift's end who forgot to, and tell them; tell whether it was still so."""
    raise NotImplementedError
