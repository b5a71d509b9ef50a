"""Activities with their attendance, and the declarations that were issued."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from teleconsult.columns import UTCDateTime
from teleconsult.extensions import Model
from teleconsult.people.models import User

PERSONAL = {"personal": True}


class CreditActivity(Model):
    """A teleconference or an education of requesters: who gave it, when, for how long, and who was there.

    It can be changed until its hours are recorded; then they are entries, and a mistake is a correction.
    """

    __tablename__ = "credit_activities"
    __table_args__ = (
        CheckConstraint("kind IN ('teleconference','education')", name="known_kind"),
        CheckConstraint("minutes BETWEEN 1 AND 1440", name="some_minutes"),
        CheckConstraint("(recorded_at IS NULL) = (recorded_by_id IS NULL)", name="recorded_pair"),
        Index("ix_credit_activities_starts_at", "starts_at", "id"),
        Index("ix_credit_activities_giver_id", "giver_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    ref: Mapped[str] = mapped_column(String(16), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    title: Mapped[str] = mapped_column(String(120))
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime)
    minutes: Mapped[int]
    giver_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    giver: Mapped[User | None] = relationship(foreign_keys=[giver_id])
    recorded_by: Mapped[User | None] = relationship(foreign_keys=[recorded_by_id])
    attendance: Mapped[list["CreditAttendance"]] = relationship(cascade="all, delete-orphan")

    __mapper_args__ = {"version_id_col": version}


class CreditAttendance(Model):
    """That a person was at an activity."""

    __tablename__ = "credit_attendances"
    __table_args__ = (Index("ix_credit_attendances_person_id", "person_id"),)

    activity_id: Mapped[int] = mapped_column(ForeignKey("credit_activities.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)

    person: Mapped[User] = relationship()


class CreditDeclaration(Model):
    """A declaration as it was issued. Its code answers on the public page: valid, replaced or revoked."""

    __tablename__ = "credit_declarations"
    __table_args__ = (
        CheckConstraint("until_on >= from_on", name="in_order"),
        CheckConstraint("audience IN ('consultant','requester')", name="known_audience"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_by_id IS NULL)", name="revoked_pair"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_why = '')", name="revoked_says_why"),
        CheckConstraint("replaced_by_id IS NULL OR replaced_at IS NOT NULL", name="replaced_pair"),
        Index("uq_credit_declarations_live", "person_id", "audience", "from_on", "until_on", "language", unique=True,
              sqlite_where=text("replaced_at IS NULL AND revoked_at IS NULL"),
              postgresql_where=text("replaced_at IS NULL AND revoked_at IS NULL")),
        Index("ix_credit_declarations_person_id", "person_id", "id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    ref: Mapped[str] = mapped_column(String(16), unique=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    audience: Mapped[str] = mapped_column(String(12))
    from_on: Mapped[date]
    until_on: Mapped[date]
    language: Mapped[str] = mapped_column(String(5))
    minutes: Mapped[int]
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, info=PERSONAL)
    sha256: Mapped[str] = mapped_column(String(64))
    signed_by: Mapped[str] = mapped_column(String(200), default="")
    pdf: Mapped[bytes] = deferred(mapped_column(LargeBinary))
    issued_at: Mapped[datetime] = mapped_column(UTCDateTime)
    replaced_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("credit_declarations.id"))
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    revoked_why: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)

    person: Mapped[User] = relationship(foreign_keys=[person_id])
    revoked_by: Mapped[User | None] = relationship(foreign_keys=[revoked_by_id])
    replaced_by: Mapped["CreditDeclaration | None"] = relationship(remote_side=[id], foreign_keys=[replaced_by_id])

    __mapper_args__ = {"version_id_col": version}
