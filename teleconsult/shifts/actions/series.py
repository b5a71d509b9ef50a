"""Shifts that come again by a rule: looked at first, then published together."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from teleconsult.errors import Refused
from teleconsult.network.models import Specialty
from teleconsult.people.models import User
from teleconsult.shifts.models import Room, Shift, ShiftSeries


class LeftOut(NamedTuple):
    """A day of the rule without a shift, and why: a refusal, for `web.words.say`."""

    day: date
    why: Refused


@dataclass(frozen=True)
class Laid:
    """What a rule came to. A preview has no series, and shifts that are not on the calendar."""

    series: ShiftSeries | None
    shifts: list[Shift]
    left_out: list[LeftOut]


def preview_series(
    *,
    room: Room,
    user: User,
    specialty: Specialty,
    first_day: date,
    starts: int,
    minutes: int,
    rule: str,
    until: date | None,
    by: User,
    skip: Set[date] = frozenset(),
) -> Laid:
    """Return what publishing would lay, writing nothing: also what would be refused, each day with its reason.

    Raises:
        Refused: what holds for every occurrence, such as a rule without an end.
    """
    raise NotImplementedError


def publish_series(
    *,
    room: Room,
    user: User,
    specialty: Specialty,
    first_day: date,
    starts: int,
    minutes: int,
    rule: str,
    until: date | None,
    by: User,
    skip: Set[date] = frozenset(),
) -> Laid:
    """Publish every occurrence of an RFC 5545 rule, all or none; holidays and the days of `skip` are left out.

    The rule is the text after "RRULE:", such as 'FREQ=WEEKLY;BYDAY=MO,WE'; '' is the first day alone.

    Raises:
        Refused: an occurrence does not fit and its day is not among `skip` (`preview_series` names them all), the
            rule has no end or comes to more than 1,000 shifts, or nothing is left of it.
    """
    raise NotImplementedError
