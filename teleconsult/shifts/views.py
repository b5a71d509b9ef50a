"""The calendar's screens: each module hangs its pages on the one blueprint."""

from teleconsult.shifts import (
    nav,
    views_calendar,
    views_copy,
    views_feed,
    views_leaves,
    views_mine,
    views_rooms,
    views_roster,
    views_shift,
)
from teleconsult.shifts.blueprint import bp

__all__ = [
    "bp",
    "nav",
    "views_calendar",
    "views_copy",
    "views_feed",
    "views_leaves",
    "views_mine",
    "views_rooms",
    "views_roster",
    "views_shift",
]
