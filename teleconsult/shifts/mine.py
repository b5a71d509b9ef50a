"""A consultant's own page: the shift of now, those to come, what colleagues offer, and when they are away."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, bindparam, case, exists, or_, select
from sqlalchemy.orm import aliased

from teleconsult import clock
from teleconsult.extensions import db, read
from teleconsult.network.models import Specialty
from teleconsult.people.models import User, UserSpecialty
from teleconsult.shifts.attendance import EARLY
from teleconsult.shifts.keeping import leaves_from
from teleconsult.shifts.models import Leave, Room, Shift, Swap
from teleconsult.shifts.showing import AWAY, AWAY_WHOLE, minutes_of
from teleconsult.shifts.words import ahead_words, day_inside, day_words, on_clock, span_words, why_cancelled
from teleconsult.typed import show_clock
from teleconsult.web.words import in_language

COMING = 40
"""Shifts on the page: the next two months of most; the calendar program has them all."""

OVERRUN = timedelta(hours=12)
"""How long after its end a shift stays on the page while nobody checked out of it."""


@dataclass(frozen=True)
class Mine:
    """One shift on its person's page."""

    ref: str
    version: int
    day: str
    day_inside: str
    span: str
    specialty: str
    room: str
    workstation: int
    ahead: str
    arrived: str
    away: str
    away_whole: bool
    offer: str
    offered_to: str
    can_check_in: bool
    can_check_out: bool
    leaves_early: bool
    can_offer: bool


@dataclass(frozen=True)
class Offered:
    """A shift that a colleague offers."""

    ref: str
    version: int
    day: str
    span: str
    specialty: str
    room: str
    who: str
    why: str
    to_me: bool


@dataclass(frozen=True)
class Gone:
    """A shift that was cancelled and is not over: its person is told of it, and must see which it was."""

    ref: str
    day: str
    span: str
    specialty: str
    room: str
    who: str
    why: str


@dataclass(frozen=True)
class MyPage:
    """What the page shows."""

    now: Sequence[Mine]
    coming: Sequence[Mine]
    gone: Sequence[Gone]
    offers: Sequence[Offered]
    leaves: Sequence[Any]


@dataclass(frozen=True)
class Awaited:
    """A shift that runs and whose person is not noted as come: without that nothing of it is credited."""

    ref: str
    version: int
    span: str


_NOW: ColumnElement[datetime] = bindparam("now", type_=Shift.starts_at.type)
_ON_LEAVE = exists().where(Leave.user_id == Shift.user_id, Leave.cancelled_at.is_(None)).correlate(Shift)
_STANDING = case((Shift.starts_at > _NOW, Shift.starts_at), else_=_NOW)

AWAY_NOW = _ON_LEAVE.where(Leave.from_at <= _STANDING, Leave.until_at > _STANDING)
"""Whether a leave holds at this moment, or at the shift's start as long as it has not begun: not whether one touches it.

Who is away for the first half of a shift comes for the second.
"""

_AWAITED = (
    select(Shift.ref, Shift.version, Shift.starts_at, Shift.ends_at, Room.zone)
    .join(Room, Room.id == Shift.room_id)
    .where(
        Shift.user_id == bindparam("user_id"),
        Shift.starts_at <= _NOW,
        Shift.ends_at > _NOW,
        Shift.cancelled_at.is_(None),
        Shift.checked_in_at.is_(None),
        ~AWAY_NOW,
    )
    .order_by(Shift.starts_at)
    .limit(1)
)


def awaited(user_id: int, now: datetime) -> Awaited | None:
    """Return the shift to which somebody should say that they have come, if there is one."""
    for row in read(_AWAITED, {"user_id": user_id, "now": now}):
        return Awaited(row.ref, row.version, _when(row, ZoneInfo(row.zone))["span"])
    return None


def my_page(user: User) -> MyPage:
    """Return what a consultant's page shows at this moment."""
    now = clock.now()
    shifts = [_mine(row, now) for row in db.session.execute(_my_shifts(user, now), {"now": now})]
    present = [shift for shift in shifts if shift.can_check_in or shift.can_check_out]
    coming = [shift for shift in shifts if shift not in present]
    return MyPage(present, coming, gone(user, now), offers_to(user), leaves_from(now, user))


def gone(user: User, now: datetime) -> list[Gone]:
    """Return the shifts of a person that were cancelled and would not be over yet, in their order."""
    statement = (
        select(
            Shift.ref, Shift.starts_at, Shift.ends_at, Shift.cancelled_why, Room.name.label("room"), Room.zone,
            Specialty.name_pt, Specialty.name_en, User.title, User.name,
        )
        .join(Room, Room.id == Shift.room_id)
        .join(Specialty, Specialty.id == Shift.specialty_id)
        .join(User, User.id == Shift.cancelled_by_id)
        .where(
            Shift.user_id == user.id,
            Shift.cancelled_at.is_not(None),
            Shift.starts_at > now - timedelta(days=1),
            Shift.ends_at > now,
        )
        .order_by(Shift.starts_at, Shift.id)
        .limit(COMING)
    )  # fmt: skip
    return [
        Gone(
            ref=row.ref,
            **_when(row, ZoneInfo(row.zone)),
            specialty=in_language(row.name_pt, row.name_en),
            room=row.room,
            who=f"{row.title} {row.name}".strip(),
            why=why_cancelled(row.cancelled_why),
        )
        for row in db.session.execute(statement)
    ]


def _my_shifts(user: User, now: datetime) -> Any:
    open_swap = aliased(Swap)
    colleague = aliased(User)
    return (
        select(
            Shift.ref, Shift.version, Shift.starts_at, Shift.ends_at, Shift.workstation, Shift.checked_in_at,
            Room.name.label("room"), Room.zone, Specialty.name_pt, Specialty.name_en,
            AWAY.label("away"), AWAY_NOW.label("away_now"), AWAY_WHOLE.label("away_whole"), open_swap.ref.label("offer"), colleague.title, colleague.name,
        )
        .join(Room, Room.id == Shift.room_id)
        .join(Specialty, Specialty.id == Shift.specialty_id)
        .outerjoin(
            open_swap,
            (open_swap.shift_id == Shift.id) & open_swap.accepted_at.is_(None) & open_swap.withdrawn_at.is_(None),
        )
        .outerjoin(colleague, colleague.id == open_swap.to_id)
        .where(
            Shift.user_id == user.id,
            Shift.cancelled_at.is_(None),
            Shift.checked_out_at.is_(None),
            Shift.starts_at > now - OVERRUN - timedelta(days=1),
            or_(
                Shift.ends_at > now,
                (Shift.ends_at > now - OVERRUN) & Shift.checked_in_at.is_not(None),
            ),
        )
        .order_by(Shift.starts_at)
        .limit(COMING)
    )  # fmt: skip


def _mine(row: Any, now: datetime) -> Mine:
    zone = ZoneInfo(row.zone)
    arrived = row.checked_in_at.astimezone(zone) if row.checked_in_at else None
    return Mine(
        ref=row.ref,
        version=row.version,
        **_when(row, zone),
        day_inside=day_inside(row.starts_at.astimezone(zone).date()),
        specialty=in_language(row.name_pt, row.name_en),
        room=row.room,
        workstation=row.workstation,
        ahead=ahead_words(row.starts_at, zone),
        arrived=show_clock(arrived.hour, arrived.minute) if arrived else "",
        away=row.away or "",
        away_whole=bool(row.away_whole),
        offer=row.offer or "",
        offered_to=f"{row.title or ''} {row.name or ''}".strip(),
        can_check_in=not arrived and not row.away_now and row.starts_at - EARLY <= now < row.ends_at,
        can_check_out=bool(arrived),
        leaves_early=row.ends_at - EARLY > now,
        can_offer=not row.away and row.starts_at > now,
    )


def _when(row: Any, zone: ZoneInfo) -> dict[str, str]:
    day = row.starts_at.astimezone(zone).date()
    span = span_words(minutes_of(row.starts_at, day, zone), minutes_of(row.ends_at, day, zone))
    return {"day": day_words(day), "span": on_clock(span, zone.key)}


def offers_to(user: User) -> list[Offered]:
    """Return the shifts that colleagues of one's specialties offer to everybody or to this person."""
    statement = (
        select(
            Swap.ref, Swap.version, Swap.to_id, Swap.why, Shift.starts_at, Shift.ends_at, Room.name.label("room"),
            Room.zone, Specialty.name_pt, Specialty.name_en, User.title, User.name,
        )
        .join(Shift, Shift.id == Swap.shift_id)
        .join(Room, Room.id == Shift.room_id)
        .join(Specialty, Specialty.id == Shift.specialty_id)
        .join(User, User.id == Swap.offered_by_id)
        .where(
            Swap.accepted_at.is_(None),
            Swap.withdrawn_at.is_(None),
            Swap.offered_by_id != user.id,
            or_(Swap.to_id.is_(None), Swap.to_id == user.id),
            Shift.starts_at > clock.now(),
            Shift.cancelled_at.is_(None),
            Shift.specialty_id.in_(select(UserSpecialty.specialty_id).where(UserSpecialty.user_id == user.id)),
        )
        .order_by(Shift.starts_at)
        .limit(COMING)
    )  # fmt: skip
    return [
        Offered(
            ref=row.ref,
            version=row.version,
            **_when(row, ZoneInfo(row.zone)),
            specialty=in_language(row.name_pt, row.name_en),
            room=row.room,
            who=f"{row.title} {row.name}".strip(),
            why=row.why,
            to_me=row.to_id == user.id,
        )
        for row in db.session.execute(statement)
    ]
