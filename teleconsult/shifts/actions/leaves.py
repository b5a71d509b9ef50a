"""Leave and unavailability: somebody is away, with an end."""

from datetime import datetime

from teleconsult.people.models import User
from teleconsult.shifts.models import Leave, Shift


def take_leave(*, user: User, kind: str, from_at: datetime, until_at: datetime | None, why: str, by: User) -> Leave:
    """Note that a consultant is away; `kind` is 'leave' or 'unavailable'. Only the time inside frees its workstations.

    Their shifts stay on the calendar, without anybody for as long as the leave lasts (`queries.uncovered`). By the
    person or the management; the other side is told, and the administrators when a shift loses its consultant.

    Raises:
        Refused: there is no end, it is past, it overlaps another leave, or the person is checked in inside it.
    """
    raise NotImplementedError


def cancel_leave(leave: Leave, *, by: User) -> list[Shift]:
    """End a leave before its time: what is still to come of its shifts is taken up again.

    Returns:
        Those shifts that could not be: all workstations were given away meanwhile; they are cancelled.

    Raises:
        Refused: it is over or cancelled, or it is somebody else's.
    """
    raise NotImplementedError
