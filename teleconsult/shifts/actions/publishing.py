"""One shift put on the calendar."""

from datetime import date

from teleconsult.network.models import Specialty
from teleconsult.people.models import User
from teleconsult.shifts.models import Room, Shift


def publish(
    *,
    room: Room,
    user: User,
    specialty: Specialty,
    day: date,
    starts: int,
    minutes: int,
    by: User,
    workstation: int | None = None,
) -> Shift:
    """Put a consultant at a workstation for a specialty; `starts` is the minute of the room's local day.

    Without a workstation the first one that is free is taken. The person is told.

    Raises:
        Refused: past, off the quarters of an hour, outside the room's hours, a holiday, a specialty the person does
            not hold, the person elsewhere or on leave, or no workstation free; the field is named.
    """
    raise NotImplementedError
