"""How each specialty is distributed, what the engine proposed last, and what was promised to whom."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from teleconsult.columns import UTCDateTime
from teleconsult.extensions import Model


class SpecialtyMode(Model):
    """How the waiting cases of a specialty reach a consultant, and how many open cases one may hold in it."""

    __tablename__ = "specialty_modes"
    __table_args__ = (
        CheckConstraint("mode IN ('suggest','automatic','claim')", name="known_mode"),
        CheckConstraint("most_open BETWEEN 1 AND 200", name="some_cases"),
    )

    specialty_id: Mapped[int] = mapped_column(ForeignKey("specialties.id"), primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    mode: Mapped[str] = mapped_column(String(12), default="suggest")
    most_open: Mapped[int] = mapped_column(default=20)

    __mapper_args__ = {"version_id_col": version}


class Plan(Model):
    """One run of the engine: when, over what, and how it came about."""

    __tablename__ = "plans"
    __table_args__ = (CheckConstraint("status IN ('optimal','fallback')", name="known_status"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    basis: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(12))
    cases: Mapped[int]
    milliseconds: Mapped[int]


class PlanLine(Model):
    """What the present plan says of one waiting case; `user_id` is empty when nobody is on shift for it, `reasons` says why."""

    __tablename__ = "plan_lines"
    __table_args__ = (
        CheckConstraint("(user_id IS NULL) = (reads_at IS NULL)", name="placed_pair"),
        Index("ix_plan_lines_user_id", "user_id"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    shift_id: Mapped[int | None] = mapped_column(ForeignKey("shifts.id"))
    reads_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    median_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ninety_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reasons: Mapped[list[Any]] = mapped_column(JSON, default=list)


class Promise(Model):
    """When an answer was said to be expected, nine times in ten; scored when the answer came.

    One row for each time it was told or told anew; the one without `replaced_at` is in force. `answered_at` is when the
    opinion of the round came: by `ninety_at`, the promise was kept.
    """

    __tablename__ = "promises"
    __table_args__ = (
        Index("uq_promises_live", "case_id", "round", unique=True, sqlite_where=text("replaced_at IS NULL"),
              postgresql_where=text("replaced_at IS NULL")),
        Index("ix_promises_answered_at", "answered_at"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    round: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    median_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ninety_at: Mapped[datetime] = mapped_column(UTCDateTime)
    replaced_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
