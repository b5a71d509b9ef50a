"""The zones of a calendar feed, written out for programs that know none by name.

Of each zone only the stretch that the feed touches, one observance a change of the clock: short, and read alike by
programs that disagree on long lists of dates.
"""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from icalendar import Timezone

MARGIN = timedelta(days=366)
NONE = timedelta(0)


def zone_component(name: str, first: datetime, last: datetime) -> "Timezone":
    """Return the VTIMEZONE of a zone, good between two moments and a year around them."""
    from icalendar import Timezone, TimezoneDaylight, TimezoneStandard  # noqa: PLC0415 (only the feed needs it)

    zone = ZoneInfo(name)
    component = Timezone()
    component.add("tzid", name)
    changes = _changes(zone, first - MARGIN, last + MARGIN)
    offset = _offset(zone, first - MARGIN)
    for moment in (first - MARGIN, *changes):
        now = moment.astimezone(zone)
        part = TimezoneDaylight() if now.dst() else TimezoneStandard()
        part.add("dtstart", (moment + offset).replace(tzinfo=None, microsecond=0))
        part.add("tzoffsetfrom", offset)
        part.add("tzoffsetto", _offset(zone, moment))
        part.add("tzname", now.tzname() or name)
        component.add_component(part)
        offset = _offset(zone, moment)
    return component


def _changes(zone: ZoneInfo, first: datetime, last: datetime) -> list[datetime]:
    """Return the moments, to the minute, at which the clock of a zone changes between two others."""
    found = []
    day = first
    while day < last:
        after = day + timedelta(days=1)
        if _offset(zone, day) != _offset(zone, after):
            found.append(_change(zone, day, after))
        day = after
    return found


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    low, high = (int(moment.timestamp()) // 60 for moment in (before, after))
    old = _offset(zone, before)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, datetime.fromtimestamp(middle * 60, UTC)) == old:
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high * 60, UTC)


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or NONE
