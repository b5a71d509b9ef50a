"""What happens to shifts that stand on the calendar: moved, cancelled, restored, a series ended."""

from datetime import date

from teleconsult.people.models import User
from teleconsult.shifts.models import Room, Shift, ShiftSeries


def move_shift(
    shift: Shift, *, room: Room, day: date, starts: int, minutes: int, by: User, workstation: int | None = None
) -> None:
    """Move a shift to another time, length, room or workstation; an open offer of it ends. The person is told.

    Raises:
        Refused: it began or was cancelled, or it does not fit there, as in `publish`.
    """
    raise NotImplementedError


def cancel_shift(shift: Shift, *, why: str, by: User) -> None:
    """Take a shift off the calendar with a reason; the person is told, an open offer of it ends.

    Raises:
        Refused: it is over, was cancelled, somebody is checked in, or there is no reason.
    """
    raise NotImplementedError


def restore_shift(shift: Shift, *, by: User) -> None:
    """Undo the cancelling of a shift that is still to come; it keeps its workstation if that is still free.

    Raises:
        Refused: it was not cancelled, it is past, or its place or its person is taken meanwhile.
    """
    raise NotImplementedError


def end_series(series: ShiftSeries, *, from_day: date, why: str, by: User) -> int:
    """Cancel the shifts of a series from a day on and return how many; the person is told once.

    Raises:
        Refused: it ended already, nothing of it is left from that day on, or there is no reason.
    """
    raise NotImplementedError
