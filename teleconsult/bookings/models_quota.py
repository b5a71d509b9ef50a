"""What units and other districts may book in a month, what they used, and the booking sheets they send."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from teleconsult.columns import UTCDateTime
from teleconsult.extensions import Model
from teleconsult.network.models import HealthUnit, Specialty
from teleconsult.people.models import User

PERSONAL = {"personal": True}


def _unique(name: str, *columns: str, where: str) -> Index:
    return Index(name, *columns, unique=True, sqlite_where=text(where), postgresql_where=text(where))


class Allowance(Model):
    """What a unit is given each month: forms, sheets and its booking weekday.

    Or what was agreed with another district for a specialty, which spends forms alike. Blank is not stated, never nought.
    """

    __tablename__ = "allowances"
    __table_args__ = (
        CheckConstraint("(unit_id IS NULL) = (district <> '')", name="of_unit_or_district"),
        CheckConstraint("district = '' OR specialty_id IS NOT NULL", name="agreed_for_a_specialty"),
        CheckConstraint("weekday IS NULL OR weekday BETWEEN 0 AND 6", name="known_weekday"),
        CheckConstraint("forms IS NULL OR forms BETWEEN 0 AND 9999", name="some_forms"),
        CheckConstraint("sheets IS NULL OR sheets BETWEEN 0 AND 9999", name="some_sheets"),
        _unique("uq_allowances_unit", "unit_id", where="unit_id IS NOT NULL AND ended_at IS NULL"),
        _unique("uq_allowances_district", "district", "specialty_id", where="district <> '' AND ended_at IS NULL"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("health_units.id"))
    district: Mapped[str] = mapped_column(String(40), default="")
    specialty_id: Mapped[int | None] = mapped_column(ForeignKey("specialties.id"))
    weekday: Mapped[int | None]
    forms: Mapped[int | None]
    sheets: Mapped[int | None]
    source: Mapped[str] = mapped_column(Text, default="")
    """Where the figures come from, in words for the screen."""
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    unit: Mapped[HealthUnit | None] = relationship()
    specialty: Mapped[Specialty | None] = relationship()

    __mapper_args__ = {"version_id_col": version}


class AllowanceMonth(Model):
    """One allowance in one month: what was given then, and what was used. Never over, but for what was overridden."""

    __tablename__ = "allowance_months"
    __table_args__ = (
        CheckConstraint("forms_spent BETWEEN 0 AND forms + forms_over", name="forms_never_over"),
        CheckConstraint("sheets_spent BETWEEN 0 AND sheets + sheets_over", name="sheets_never_over"),
    )

    allowance_id: Mapped[int] = mapped_column(ForeignKey("allowances.id"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    forms: Mapped[int]
    forms_spent: Mapped[int] = mapped_column(default=0)
    forms_over: Mapped[int] = mapped_column(default=0)
    sheets: Mapped[int]
    sheets_spent: Mapped[int] = mapped_column(default=0)
    sheets_over: Mapped[int] = mapped_column(default=0)


class FormSpent(Model):
    """The one referral form that a request spends: of which allowance and month. It comes back when no visit came."""

    __tablename__ = "forms_spent"
    __table_args__ = (Index("ix_forms_spent_allowance_id", "allowance_id", "month"),)

    request_id: Mapped[int] = mapped_column(ForeignKey("booking_requests.id"), primary_key=True)
    allowance_id: Mapped[int] = mapped_column(ForeignKey("allowances.id"))
    month: Mapped[date]
    over: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    returned_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class BookingSheet(Model):
    """A booking sheet that a unit without a line sent: booked by the district, returned within the week."""

    __tablename__ = "booking_sheets"
    __table_args__ = (
        CheckConstraint("(returned_at IS NULL) = (returned_by_id IS NULL)", name="returned_pair"),
        Index("ix_booking_sheets_unit_id", "unit_id", "id"),
        Index("ix_booking_sheets_due", "due_on", sqlite_where=text("returned_at IS NULL"),
              postgresql_where=text("returned_at IS NULL")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    ref: Mapped[str] = mapped_column(String(12), unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("health_units.id"))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    """Of the unit, the day and the file, so that one file sent twice is one sheet."""
    received_on: Mapped[date]
    due_on: Mapped[date]
    imported_at: Mapped[datetime] = mapped_column(UTCDateTime)
    imported_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    over_why: Mapped[str] = mapped_column(String(300), default="", info=PERSONAL)
    returned_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    returned_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    unit: Mapped[HealthUnit] = relationship()
    imported_by: Mapped[User] = relationship(foreign_keys=[imported_by_id])
    lines: Mapped[list["BookingSheetLine"]] = relationship(order_by="BookingSheetLine.number")

    __mapper_args__ = {"version_id_col": version}


class BookingSheetLine(Model):
    """One patient of a booking sheet, in the columns of Quadro 2, with the request that it asks to be booked."""

    __tablename__ = "booking_sheet_lines"
    __table_args__ = (UniqueConstraint("sheet_id", "number"), Index("ix_booking_sheet_lines_request_id", "request_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    sheet_id: Mapped[int] = mapped_column(ForeignKey("booking_sheets.id"))
    number: Mapped[int]
    name: Mapped[str] = mapped_column(String(120), info=PERSONAL)
    birth_date: Mapped[date] = mapped_column(info=PERSONAL)
    mother_name: Mapped[str] = mapped_column(String(120), default="", info=PERSONAL)
    address: Mapped[str] = mapped_column(String(200), default="", info=PERSONAL)
    neighbourhood: Mapped[str] = mapped_column(String(80), default="", info=PERSONAL)
    municipality: Mapped[str] = mapped_column(String(80), default="", info=PERSONAL)
    specialty_id: Mapped[int] = mapped_column(ForeignKey("specialties.id"))
    request_id: Mapped[int] = mapped_column(ForeignKey("booking_requests.id"))

    specialty: Mapped[Specialty] = relationship()
