"""Booking requests, their bookings and offers, and the history that only grows."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from teleconsult.bookings.models_agenda import AgendaSession, AgendaSlot
from teleconsult.cases.models import Case
from teleconsult.cases.models_opinion import Referral
from teleconsult.columns import UTCDateTime
from teleconsult.extensions import Model
from teleconsult.network.models import HealthUnit, Specialty
from teleconsult.patients.models import Patient

PERSONAL = {"personal": True}
LIVE = "ended_at IS NULL"
LISTED = "state IN ('waiting','offered')"
UNDECIDED = "state IN ('missed','cancelled')"


def _partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))


class BookingRequest(Model):
    """One visit that a referral asks for. `state` is written by `actions._step` only.

    `rank` is the priority as a figure, so that the waiting list is one index. A return is `wanted_from` a day on, where
    the words in which it was asked for (`return_when`) say one.
    """

    __tablename__ = "booking_requests"
    __table_args__ = (
        CheckConstraint(
            "state IN ('waiting','offered','booked','attended','missed','cancelled','ended')", name="known_state"
        ),
        CheckConstraint("kind IN ('first','return')", name="known_kind"),
        CheckConstraint("(state = 'ended') = (ended_how <> '')", name="ended_pair"),
        _partial("uq_booking_requests_live", "referral_id", "kind", unique=True,
                 where="state NOT IN ('attended','ended')"),
        _partial("ix_booking_requests_list", "specialty_id", "kind", "rank", "since", "id", where=LISTED),
        _partial("ix_booking_requests_unit", "unit_id", "rank", "since", "id", where=LISTED),
        _partial("ix_booking_requests_ranked", "rank", "since", "id", where=LISTED),
        _partial("ix_booking_requests_undecided", "unit_id", "since", "id", where=UNDECIDED),
        Index("ix_booking_requests_case_id", "case_id", "id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    ref: Mapped[str] = mapped_column(String(12), unique=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referrals.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    specialty_id: Mapped[int] = mapped_column(ForeignKey("specialties.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("health_units.id"))
    kind: Mapped[str] = mapped_column(String(8))
    priority: Mapped[str] = mapped_column(String(12))
    rank: Mapped[int]
    state: Mapped[str] = mapped_column(String(12))
    since: Mapped[datetime] = mapped_column(UTCDateTime)
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    return_when: Mapped[str] = mapped_column(String(60), default="", info=PERSONAL)
    wanted_from: Mapped[date | None]
    ended_how: Mapped[str] = mapped_column(String(20), default="")
    steps: Mapped[int] = mapped_column(default=0)

    case: Mapped[Case] = relationship()
    referral: Mapped[Referral] = relationship()
    specialty: Mapped[Specialty] = relationship()
    unit: Mapped[HealthUnit] = relationship()

    __mapper_args__ = {"version_id_col": version}


class Booking(Model):
    """One appointment of a request in one slot. It is live until it is moved, cancelled, released or missed.

    `hour` is its hour on the clock: nobody is booked twice in it. `reminded` is for how many days before the unit
    was reminded last (9: not yet).
    """

    __tablename__ = "bookings"
    __table_args__ = (
        CheckConstraint("channel IN ('screen','phone','sheet')", name="known_channel"),
        CheckConstraint("(ended_at IS NULL) = (ended_how = '')", name="ended_pair"),
        CheckConstraint("ended_how IN ('','moved','cancelled','released','missed','ended')", name="known_end"),
        CheckConstraint("mark IN ('','attended','missed')", name="known_mark"),
        CheckConstraint("(mark = '') = (marked_at IS NULL)", name="marked_pair"),
        _partial("uq_bookings_slot", "slot_id", unique=True, where=LIVE),
        _partial("uq_bookings_request", "request_id", unique=True, where=LIVE),
        _partial("uq_bookings_patient_hour", "patient_id", "hour", unique=True, where=LIVE),
        _partial("ix_bookings_reminders", "at", "reminded", where="ended_at IS NULL AND mark = ''"),
        Index("ix_bookings_session_id", "session_id", "at"),
        Index("ix_bookings_request_id", "request_id", "id"),
        Index("ix_bookings_unit_id", "unit_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("booking_requests.id"))
    slot_id: Mapped[int] = mapped_column(ForeignKey("agenda_slots.id"))
    session_id: Mapped[int] = mapped_column(ForeignKey("agenda_sessions.id"))
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("health_units.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    hour: Mapped[datetime] = mapped_column(UTCDateTime)
    channel: Mapped[str] = mapped_column(String(8))
    day_why: Mapped[str] = mapped_column(String(300), default="", info=PERSONAL)
    over_why: Mapped[str] = mapped_column(String(300), default="", info=PERSONAL)
    booked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    booked_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    reminded: Mapped[int] = mapped_column(default=9)
    mark: Mapped[str] = mapped_column(String(8), default="")
    marked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    marked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    cause: Mapped[str] = mapped_column(String(12), default="", info=PERSONAL)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_how: Mapped[str] = mapped_column(String(12), default="")
    ended_why: Mapped[str] = mapped_column(String(300), default="", info=PERSONAL)

    request: Mapped[BookingRequest] = relationship()
    slot: Mapped[AgendaSlot] = relationship()
    session: Mapped[AgendaSession] = relationship()
    patient: Mapped[Patient] = relationship()


class BookingOffer(Model):
    """A slot kept for the next on the list until it is taken, refused, or its time to accept is over."""

    __tablename__ = "booking_offers"
    __table_args__ = (
        CheckConstraint("(closed_at IS NULL) = (closed_how = '')", name="closed_pair"),
        CheckConstraint("closed_how IN ('','taken','refused','expired','withdrawn')", name="known_end"),
        _partial("uq_booking_offers_open", "request_id", unique=True, where="closed_at IS NULL"),
        _partial("ix_booking_offers_expires", "expires_at", where="closed_at IS NULL"),
        Index("ix_booking_offers_slot_id", "slot_id", "request_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("booking_requests.id"))
    slot_id: Mapped[int] = mapped_column(ForeignKey("agenda_slots.id"))
    offered_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_how: Mapped[str] = mapped_column(String(12), default="")

    request: Mapped[BookingRequest] = relationship()
    slot: Mapped[AgendaSlot] = relationship()


class BookingEvent(Model):
    """One move of a request. Rows are only added (`guards`)."""

    __tablename__ = "booking_events"
    __table_args__ = (UniqueConstraint("request_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("booking_requests.id"))
    number: Mapped[int]
    verb: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    source: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(12))
    said: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
