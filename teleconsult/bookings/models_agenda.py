"""The agenda of in-person visits: sessions of specialists at the consultant unit, and their slots."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from teleconsult.columns import UTCDateTime
from teleconsult.extensions import Model
from teleconsult.network.models import HealthUnit, Specialty
from teleconsult.people.models import User

PERSONAL = {"personal": True}


class AgendaSeries(Model):
    """Sessions that come again by an RFC 5545 rule; its days are written as sessions when it is published."""

    __tablename__ = "agenda_series"
    __table_args__ = (
        CheckConstraint("until >= first_day", name="in_order"),
        CheckConstraint("(ended_at IS NULL) = (ended_by_id IS NULL)", name="ended_pair"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    ref: Mapped[str] = mapped_column(String(12), unique=True)
    first_day: Mapped[date]
    until: Mapped[date]
    rule: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    __mapper_args__ = {"version_id_col": version}


class AgendaSession(Model):
    """A specialist in a room on one day, with slots. The specialist may have no account: then only the name is kept."""

    __tablename__ = "agenda_sessions"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="in_order"),
        CheckConstraint("slot_minutes BETWEEN 5 AND 240", name="some_minutes"),
        CheckConstraint("(cancelled_at IS NULL) = (cancelled_by_id IS NULL)", name="cancelled_pair"),
        Index("ix_agenda_sessions_day", "day", "starts_at", "id"),
        Index("ix_agenda_sessions_specialty_id", "specialty_id", "day"),
        Index("ix_agenda_sessions_specialist_id", "specialist_id", "day"),
        Index("ix_agenda_sessions_series_id", "series_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    ref: Mapped[str] = mapped_column(String(12), unique=True)
    series_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_series.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("health_units.id"))
    specialty_id: Mapped[int] = mapped_column(ForeignKey("specialties.id"))
    specialist_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    specialist_name: Mapped[str] = mapped_column(String(120), info=PERSONAL)
    room: Mapped[str] = mapped_column(String(60), default="")
    day: Mapped[date]
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)
    slot_minutes: Mapped[int]
    zone: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    cancelled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    cancelled_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    cancelled_why: Mapped[str] = mapped_column(String(300), default="", info=PERSONAL)

    unit: Mapped[HealthUnit] = relationship()
    specialty: Mapped[Specialty] = relationship()
    specialist: Mapped[User | None] = relationship(foreign_keys=[specialist_id])
    slots: Mapped[list["AgendaSlot"]] = relationship(order_by="AgendaSlot.number", back_populates="session")

    __mapper_args__ = {"version_id_col": version}


class AgendaSlot(Model):
    """One place of a session. `request_id` is whom it is kept for, offered or booked: one request, one slot.

    It is taken by a conditional update, so that of two who want it one has it (`actions.slots`).
    """

    __tablename__ = "agenda_slots"
    __table_args__ = (
        UniqueConstraint("session_id", "number"),
        UniqueConstraint("request_id"),
        CheckConstraint("kind IN ('first','return')", name="known_kind"),
        CheckConstraint("(blocked_at IS NULL) = (blocked_why = '')", name="blocked_pair"),
        Index("ix_agenda_slots_at", "specialty_id", "kind", "at"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("agenda_sessions.id"))
    specialty_id: Mapped[int] = mapped_column(ForeignKey("specialties.id"))
    number: Mapped[int]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    kind: Mapped[str] = mapped_column(String(8))
    extra: Mapped[bool] = mapped_column(default=False)
    """Added beyond the session's places, by a person who accepted the risk of more patients than places."""
    blocked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    blocked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    blocked_why: Mapped[str] = mapped_column(String(300), default="", info=PERSONAL)
    request_id: Mapped[int | None] = mapped_column(ForeignKey("booking_requests.id"))

    session: Mapped[AgendaSession] = relationship(back_populates="slots")
