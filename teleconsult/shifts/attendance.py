"""What attendance counts as. Pure.

A person may check in from half an hour before the shift until its end. Who is still in half an hour after the end has
forgotten to leave: the clock checks them out, at the shift's end. Nobody leaves before they came: where the clock was
set back in between, both are one moment.
"""

from datetime import datetime, timedelta

EARLY = timedelta(minutes=30)
FORGOTTEN_AFTER = timedelta(minutes=30)
LATE = timedelta(days=60)
"""So long after a shift it can be noted who was there: the month after the one of a statement that one reads.

Whoever closes the months may until that of the shift is closed."""


def left_at(came_at: datetime, now: datetime) -> datetime:
    """Return when a person left who came at one moment and leaves at another."""
    return max(came_at, now)
