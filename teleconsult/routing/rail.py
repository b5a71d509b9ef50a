"""The specialties beside the queue: what waits in each, what is late and due today, and how much shift is left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, select

from teleconsult.cases.lifecycle import CLOSED, State
from teleconsult.cases.rows import Moment, specialty_words
from teleconsult.extensions import read
from teleconsult.network.directory import by_name
from teleconsult.people.models import User
from teleconsult.routing import queries
from teleconsult.routing.modes import HOW_WORDS, How
from teleconsult.shifts.calendar import minutes_left, without
from teleconsult.shifts.models import Leave, Shift
from teleconsult.web.messages import gettext as _
from teleconsult.web.messages import ngettext
from teleconsult.web.words import hours_said

DAY = timedelta(days=1)
_MOMENT = Shift.starts_at.type

_SHIFTS = (
    select(Shift.id, Shift.specialty_id, Shift.starts_at, Shift.ends_at, Leave.from_at, Leave.until_at)
    .join(User, User.id == Shift.user_id)
    .outerjoin(
        Leave,
        and_(
            Leave.user_id == Shift.user_id,
            Leave.cancelled_at.is_(None),
            Leave.from_at < Shift.ends_at,
            Leave.until_at > Shift.starts_at,
        ),
    )
    .where(
        Shift.cancelled_at.is_(None),
        Shift.ends_at > bindparam("now", type_=_MOMENT),
        Shift.starts_at < bindparam("until", type_=_MOMENT),
        Shift.checked_out_at.is_(None),
        User.switched_off_at.is_(None),
    )
    .order_by(Shift.id, Leave.from_at)
)


@dataclass(frozen=True, slots=True)
class RailRow:
    """One specialty; `count` is None where nothing is counted.

    `more` says what is due today and how it is distributed, `shift` the time of shift that is left; '' for nothing.
    """

    slug: str
    name: str
    count: int | None
    late: int
    more: str = ""
    shift: str = ""


def rail_for(show: State, moment: Moment) -> list[RailRow]:
    """Return the specialties with something in a state; of what waits, also what is due today and the shifts."""
    here = moment.here.replace(hour=0, minute=0, second=0, microsecond=0)
    night = here + DAY
    rows = by_name(queries.rail(show, moment.now, night))
    if show in CLOSED:
        return [RailRow(row.slug, specialty_words(row), None, 0) for row in rows]
    if show != State.SUBMITTED or not rows:
        return [RailRow(row.slug, specialty_words(row), row.count, row.late) for row in rows]
    left = shift_minutes(moment.now, night, here + 2 * DAY)
    return [
        RailRow(row.slug, specialty_words(row), row.count, row.late, _more(row), _shift(left.get(row.id, (0, 0))))
        for row in rows
    ]


def shift_minutes(now: datetime, night: datetime, until: datetime) -> Mapping[int, tuple[int, int]]:
    """Return for each specialty the minutes of its shifts that are left until `night`, and from then to `until`."""
    shifts: dict[int, tuple[int, datetime, datetime]] = {}
    away: dict[int, list[tuple[datetime, datetime]]] = {}
    for number, specialty_id, starts, ends, gone, back in read(_SHIFTS, {"now": now, "until": until}):
        shifts[number] = (specialty_id, starts, ends)
        if gone is not None:
            away.setdefault(number, []).append((gone, back))
    found: dict[int, tuple[int, int]] = {}
    for number, (specialty_id, starts, ends) in shifts.items():
        spans = without((starts, ends), away.get(number, ()))
        today, tomorrow = found.get(specialty_id, (0, 0))
        found[specialty_id] = (today + minutes_left(spans, now, night), tomorrow + minutes_left(spans, night, until))
    return found


def _more(row: Any) -> str:
    words = [ngettext("%(num)d vence hoje", "%(num)d vencem hoje", row.today)] if row.today else []
    if row.mode and row.mode != How.SUGGEST:
        words.append(_(HOW_WORDS[How(row.mode)]).lower())
    return " · ".join(words)


def _shift(left: tuple[int, int]) -> str:
    if not any(left):
        return _("sem turno até amanhã")
    today, tomorrow = (hours_said(minutes) if minutes else "" for minutes in left)
    if not tomorrow:
        return _("%(hours)s hoje, nada amanhã", hours=today)
    if not today:
        return _("nada hoje, %(hours)s amanhã", hours=tomorrow)
    return _("%(today)s hoje, %(tomorrow)s amanhã", today=today, tomorrow=tomorrow)


def total_of(rail: Sequence[RailRow]) -> tuple[int, int]:
    """Return how many cases all the rows have, and how many of them are late."""
    return sum(row.count or 0 for row in rail), sum(row.late for row in rail)
