"""The shifts of some days as a screen shows them: whose, when in the room's own time, and how they stand."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, exists, select

from teleconsult import clock
from teleconsult.columns import UTCDateTime
from teleconsult.extensions import read
from teleconsult.network.models import Specialty
from teleconsult.people.models import User
from teleconsult.shifts.calendar import local_day, moment_of
from teleconsult.shifts.models import Leave, Room, Shift, Swap
from teleconsult.shifts.words import span_words
from teleconsult.typed import show_clock
from teleconsult.web.messages import gettext as _
from teleconsult.web.words import in_language

LONGEST = timedelta(days=1)
"""No shift is longer: who wants those of a day need not look further back."""

_FROM, _UNTIL = bindparam("from_", type_=UTCDateTime()), bindparam("until", type_=UTCDateTime())

AWAY = (
    select(Leave.kind)
    .where(
        Leave.user_id == Shift.user_id,
        Leave.cancelled_at.is_(None),
        Leave.from_at < Shift.ends_at,
        Leave.until_at > Shift.starts_at,
    )
    .order_by(Leave.from_at)
    .limit(1)
    .correlate(Shift)
    .scalar_subquery()
)
"""What kind of leave touches a shift, if one does: for a statement that reads shifts."""

AWAY_WHOLE = (
    exists()
    .where(
        Leave.user_id == Shift.user_id,
        Leave.cancelled_at.is_(None),
        Leave.from_at <= Shift.starts_at,
        Leave.until_at >= Shift.ends_at,
    )
    .correlate(Shift)
)
"""Whether one leave takes all of a shift: of one that only touches it, something is left."""

_OFFERED = exists().where(Swap.shift_id == Shift.id, Swap.accepted_at.is_(None), Swap.withdrawn_at.is_(None))

_IN_ROOM = (
    select(
        Shift.ref, Shift.version, Shift.starts_at, Shift.ends_at, Shift.workstation, Shift.series_id,
        Shift.checked_in_at, Shift.checked_out_at, Shift.closed_how, User.title, User.name,
        Specialty.slug, Specialty.name_pt, Specialty.name_en, AWAY.label("away"), AWAY_WHOLE.label("away_whole"), _OFFERED.label("offered"),
    )
    .join(User, User.id == Shift.user_id)
    .join(Specialty, Specialty.id == Shift.specialty_id)
    .where(
        Shift.room_id == bindparam("room_id"),
        Shift.cancelled_at.is_(None),
        Shift.starts_at >= bindparam("early", type_=UTCDateTime()),
        Shift.starts_at < _UNTIL,
        Shift.ends_at > _FROM,
    )
    .order_by(Shift.starts_at, Shift.workstation)
)  # fmt: skip


@dataclass(frozen=True)
class Tag:
    """What is particular about a shift, in a word with its icon and tone."""

    word: str
    icon: str
    tone: str = ""


@dataclass(frozen=True)
class Shown:
    """One shift on a screen; `starts` and `ends` are minutes of its local day, past 1440 when it crosses midnight."""

    ref: str
    version: int
    day: date
    starts: int
    ends: int
    workstation: int
    who: str
    slug: str
    specialty: str
    tone: str
    tag: Tag | None
    over: bool

    @property
    def span(self) -> str:
        """Return from when to when: '8:00–12:00'."""
        return span_words(self.starts, self.ends)


def today_in(room: Room) -> date:
    """Return which day it is where the room stands."""
    return local_day(clock.now(), room.zone)


def minutes_of(moment: datetime, day: date, zone: ZoneInfo) -> int:
    """Return a moment as minutes of a local day, by the clock on the wall."""
    wall = moment.astimezone(zone).replace(tzinfo=None)
    return int((wall - datetime.combine(day, time())).total_seconds() // 60)


def in_room(room: Room, first: date, last: date) -> list[Shown]:
    """Return the shifts of a room from one day to another, both included, the earliest first."""
    zone = ZoneInfo(room.zone)
    from_ = moment_of(first, 0, room.zone)
    given = {
        "room_id": room.id,
        "early": from_ - LONGEST,
        "from_": from_,
        "until": moment_of(last + timedelta(days=1), 0, room.zone),
    }
    now = clock.now()
    return [_shown(row, zone, now) for row in read(_IN_ROOM, given)]


def days(first: date, count: int) -> Iterator[date]:
    """Return some days one after the other."""
    return (first + timedelta(days=step) for step in range(count))


def _shown(row: Any, zone: ZoneInfo, now: datetime) -> Shown:
    day = row.starts_at.astimezone(zone).date()
    tone, tag = _standing(row, zone, now)
    return Shown(
        ref=row.ref,
        version=row.version,
        day=day,
        starts=minutes_of(row.starts_at, day, zone),
        ends=minutes_of(row.ends_at, day, zone),
        workstation=row.workstation,
        who=f"{row.title} {row.name}".strip(),
        slug=row.slug,
        specialty=in_language(row.name_pt, row.name_en),
        tone=tone,
        tag=tag,
        over=row.ends_at <= now,
    )


def _standing(row: Any, zone: ZoneInfo, now: datetime) -> tuple[str, Tag | None]:
    """Return the look of a shift and what is said of it: the one thing that matters most, if anything does."""
    if row.checked_in_at is not None:
        return _attended(row, zone, now)
    if row.away and not row.away_whole:
        return "", Tag(_("afastamento em parte"), "cancelled", "is-cancelled")
    if row.away:
        return "off", Tag(_("licença") if row.away == "leave" else _("indisponível"), "cancelled", "is-cancelled")
    if row.starts_at > now:
        return "", Tag(_("pede troca"), "swap", "is-awaiting") if row.offered else None
    if row.ends_at > now:
        return "", Tag(_("ainda não chegou"), "late", "is-red")
    return "", Tag(_("sem registro de presença"), "warn", "is-awaiting")


def _attended(row: Any, zone: ZoneInfo, now: datetime) -> tuple[str, Tag | None]:
    if row.closed_how == "forgotten":
        return "", Tag(_("saída não marcada"), "warn", "is-awaiting")
    if row.ends_at <= now:
        return "", None
    wall = row.checked_in_at.astimezone(zone)
    arrived = Tag(_("chegou às %(time)s", time=show_clock(wall.hour, wall.minute)), "check")
    return "now" if row.checked_out_at is None else "", arrived
