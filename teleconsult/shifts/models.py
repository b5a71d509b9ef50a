"""Rooms, holidays, shifts and what happens to them: leave, swaps, check-in; and the calendar feeds."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from teleconsult import clock
from teleconsult.columns import UTCDateTime
from teleconsult.extensions import Model
from teleconsult.network.models import Specialty
from teleconsult.people.models import User

PERSONAL = {"personal": True}


class Room(Model):
    """A room with workstations: the telehealth room of the consultants, or the computers of a support unit."""

    __tablename__ = "rooms"
    __table_args__ = (
        CheckConstraint("kind IN ('telehealth','support')", name="known_kind"),
        CheckConstraint("workstations BETWEEN 1 AND 99", name="some_workstations"),
        Index("uq_rooms_name_digest", "name_digest", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    name_digest: Mapped[str | None] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(12))
    unit_id: Mapped[int] = mapped_column(ForeignKey("health_units.id"))
    workstations: Mapped[int]
    zone: Mapped[str] = mapped_column(String(40), default=lambda: clock.home().key)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    hours: Mapped[list["RoomHours"]] = relationship(
        order_by="RoomHours.weekday, RoomHours.opens", cascade="all, delete-orphan", lazy="selectin"
    )
    unit = relationship("HealthUnit")

    __mapper_args__ = {"version_id_col": version}


class RoomHours(Model):
    """When a room is open on a weekday: minutes of the local day; past 1440 it is open across midnight."""

    __tablename__ = "room_hours"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="known_weekday"),
        CheckConstraint("opens BETWEEN 0 AND 1439 AND closes > opens AND closes <= opens + 1440", name="in_order"),
    )

    room_id: Mapped[int] = mapped_column(ForeignKey("rooms.id"), primary_key=True)
    weekday: Mapped[int] = mapped_column(primary_key=True)
    opens: Mapped[int] = mapped_column(primary_key=True)
    closes: Mapped[int]


class Holiday(Model):
    """A day on which rooms are closed and business hours stand still.

    A day of the library that the management struck out keeps its row, so that loading the year again does not bring it back.
    """

    __tablename__ = "holidays"
    __table_args__ = (
        CheckConstraint("scope IN ('national','state','municipal')", name="known_scope"),
        CheckConstraint("source IN ('library','own')", name="known_source"),
        CheckConstraint("(removed_at IS NULL) = (removed_by_id IS NULL)", name="removed_pair"),
    )

    day: Mapped[date] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    name: Mapped[str] = mapped_column(String(120))
    scope: Mapped[str] = mapped_column(String(12))
    source: Mapped[str] = mapped_column(String(8))
    removed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    removed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    __mapper_args__ = {"version_id_col": version}


class ShiftSeries(Model):
    """A shift that comes again by an RFC 5545 rule; its occurrences are written as shifts when it is published."""

    __tablename__ = "shift_series"
    __table_args__ = (
        CheckConstraint("starts BETWEEN 0 AND 1439", name="starts_in_a_day"),
        CheckConstraint("minutes BETWEEN 15 AND 1440", name="some_minutes"),
        CheckConstraint("until >= first_day", name="in_order"),
        CheckConstraint("(ended_at IS NULL) = (ended_by_id IS NULL)", name="ended_pair"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    ref: Mapped[str] = mapped_column(String(16), unique=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("rooms.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    specialty_id: Mapped[int] = mapped_column(ForeignKey("specialties.id"))
    first_day: Mapped[date]
    starts: Mapped[int]
    minutes: Mapped[int]
    rule: Mapped[str] = mapped_column(String(200))
    until: Mapped[date]
    zone: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    __mapper_args__ = {"version_id_col": version}


class Shift(Model):
    """One consultant at one workstation for one specialty, from a moment to another. Also by hand checked in and out.

    `closed_how` says who ended the attendance: the person, or the clock because a check-out was forgotten.
    """

    __tablename__ = "shifts"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="in_order"),
        CheckConstraint("workstation >= 1", name="a_workstation"),
        CheckConstraint("(cancelled_at IS NULL) = (cancelled_by_id IS NULL)", name="cancelled_pair"),
        CheckConstraint("checked_out_at IS NULL OR checked_in_at IS NOT NULL", name="in_before_out"),
        CheckConstraint("checked_out_at IS NULL OR checked_out_at >= checked_in_at", name="out_after_in"),
        CheckConstraint("closed_how IN ('','person','forgotten')", name="known_end"),
        CheckConstraint("(checked_out_at IS NULL) = (closed_how = '')", name="closed_pair"),
        Index("ix_shifts_room_id", "room_id", "starts_at"),
        Index("ix_shifts_user_id", "user_id", "starts_at"),
        Index("ix_shifts_specialty_id", "specialty_id", "ends_at", sqlite_where=text("cancelled_at IS NULL"),
              postgresql_where=text("cancelled_at IS NULL")),
        Index("ix_shifts_present", "ends_at", sqlite_where=text("checked_in_at IS NOT NULL AND checked_out_at IS NULL"),
              postgresql_where=text("checked_in_at IS NOT NULL AND checked_out_at IS NULL")),
        Index("ix_shifts_series_id", "series_id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    ref: Mapped[str] = mapped_column(String(16), unique=True)
    series_id: Mapped[int | None] = mapped_column(ForeignKey("shift_series.id"))
    room_id: Mapped[int] = mapped_column(ForeignKey("rooms.id"))
    workstation: Mapped[int]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    specialty_id: Mapped[int] = mapped_column(ForeignKey("specialties.id"))
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    cancelled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    cancelled_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    cancelled_why: Mapped[str] = mapped_column(String(300), default="", info=PERSONAL)
    checked_in_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    checked_out_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_how: Mapped[str] = mapped_column(String(12), default="")

    room: Mapped[Room] = relationship()
    user: Mapped[User] = relationship(foreign_keys=[user_id])
    specialty: Mapped[Specialty] = relationship()

    __mapper_args__ = {"version_id_col": version}


class ShiftSlot(Model):
    """One quarter of an hour of a live shift: what holds "one person in one place, one person at a workstation".

    The rows leave when the shift is cancelled; two keys of the database refuse what two people do at once.
    """

    __tablename__ = "shift_slots"
    __table_args__ = (
        Index("uq_shift_slots_user_id", "user_id", "at", unique=True),
        Index("ix_shift_slots_shift_id", "shift_id"),
    )

    room_id: Mapped[int] = mapped_column(ForeignKey("rooms.id"), primary_key=True)
    workstation: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    shift_id: Mapped[int] = mapped_column(ForeignKey("shifts.id"))


class Leave(Model):
    """That a consultant is away, with an end. Shifts inside it have nobody."""

    __tablename__ = "leaves"
    __table_args__ = (
        CheckConstraint("until_at > from_at", name="in_order"),
        CheckConstraint("kind IN ('leave','unavailable')", name="known_kind"),
        CheckConstraint("(cancelled_at IS NULL) = (cancelled_by_id IS NULL)", name="cancelled_pair"),
        Index("ix_leaves_user_id", "user_id", "until_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    ref: Mapped[str] = mapped_column(String(16), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(String(12))
    from_at: Mapped[datetime] = mapped_column(UTCDateTime)
    until_at: Mapped[datetime] = mapped_column(UTCDateTime)
    why: Mapped[str] = mapped_column(String(300), default="", info=PERSONAL)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    cancelled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    cancelled_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    user: Mapped[User] = relationship(foreign_keys=[user_id])

    __mapper_args__ = {"version_id_col": version}


class Swap(Model):
    """A shift that its consultant offers to the others of the specialty, or to one of them; one open offer a shift."""

    __tablename__ = "swaps"
    __table_args__ = (
        CheckConstraint("(accepted_at IS NULL) = (accepted_by_id IS NULL)", name="accepted_pair"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL)", name="withdrawn_pair"),
        CheckConstraint("accepted_at IS NULL OR withdrawn_at IS NULL", name="one_end"),
        Index("uq_swaps_open", "shift_id", unique=True, sqlite_where=text("accepted_at IS NULL AND withdrawn_at IS NULL"),
              postgresql_where=text("accepted_at IS NULL AND withdrawn_at IS NULL")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    ref: Mapped[str] = mapped_column(String(16), unique=True)
    shift_id: Mapped[int] = mapped_column(ForeignKey("shifts.id"))
    offered_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    offered_at: Mapped[datetime] = mapped_column(UTCDateTime)
    to_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    why: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)
    accepted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    accepted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    shift: Mapped[Shift] = relationship()

    __mapper_args__ = {"version_id_col": version}


class Feed(Model):
    """The secret address under which a person's shifts are subscribed to; only its hash is kept."""

    __tablename__ = "feeds"
    __table_args__ = (
        Index("uq_feeds_live", "user_id", unique=True, sqlite_where=text("revoked_at IS NULL"),
              postgresql_where=text("revoked_at IS NULL")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
