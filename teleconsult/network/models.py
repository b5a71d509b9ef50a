"""Health units, specialties and the targets that the management sets."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from teleconsult import clock
from teleconsult.columns import UTCDateTime
from teleconsult.extensions import Model


class HealthUnit(Model):
    """A unit of the network: family health unit, traditional unit, reference unit, district seat."""

    __tablename__ = "health_units"
    __table_args__ = (
        CheckConstraint("kind IN ('sede_distrito','uer','us','usf','caps','other')", name="known_kind"),
        Index("ix_health_units_name", "name"),
        Index("ix_health_units_neighbourhood", "neighbourhood"),
        Index("uq_health_units_name_digest", "name_digest", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    code: Mapped[str] = mapped_column(String(20), default="")
    cnes: Mapped[str | None] = mapped_column(String(7), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    name_digest: Mapped[str | None] = mapped_column(String(64))
    """What keeps a second one from the name, see `naming`; None where two have had it for long."""
    kind: Mapped[str] = mapped_column(String(16))
    district: Mapped[str] = mapped_column(String(40), default="")
    address: Mapped[str] = mapped_column(String(200), default="")
    neighbourhood: Mapped[str] = mapped_column(String(80), default="")
    microregion: Mapped[str] = mapped_column(String(10), default="")
    phone: Mapped[str] = mapped_column(String(60), default="")
    historical_phones: Mapped[str] = mapped_column(String(120), default="")
    services: Mapped[str] = mapped_column(Text, default="")
    zone: Mapped[str] = mapped_column(String(40), default=lambda: clock.home().key)
    shares_cases: Mapped[bool] = mapped_column(default=False)
    has_line: Mapped[bool] = mapped_column(default=True)
    note: Mapped[str] = mapped_column(Text, default="")
    search_key: Mapped[str] = mapped_column(Text, default="")
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    __mapper_args__ = {"version_id_col": version}


class Specialty(Model):
    """A specialty, programme or service that the network offers."""

    __tablename__ = "specialties"
    __table_args__ = (
        CheckConstraint(
            "category IN ('specialty','sub_specialty','programme','support_service','statistical_group')",
            name="known_category",
        ),
        Index("uq_specialties_name_pt_digest", "name_pt_digest", unique=True),
        Index("uq_specialties_name_en_digest", "name_en_digest", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name_pt: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120))
    name_pt_digest: Mapped[str | None] = mapped_column(String(64))
    name_en_digest: Mapped[str | None] = mapped_column(String(64))
    category: Mapped[str] = mapped_column(String(20))
    teleconsult: Mapped[bool] = mapped_column(default=False)
    municipal_reference: Mapped[str] = mapped_column(String(20), default="")
    alternative: Mapped[str] = mapped_column(Text, default="")
    details: Mapped[str] = mapped_column(Text, default="")
    prompts: Mapped[str] = mapped_column(Text, default="")
    note: Mapped[str] = mapped_column(Text, default="")
    search_key: Mapped[str] = mapped_column(Text, default="")
    backup_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    __mapper_args__ = {"version_id_col": version}


class ServiceTarget(Model):
    """Hours from the sending of a case to its first opinion, by priority; the management sets them."""

    __tablename__ = "service_targets"
    __table_args__ = (CheckConstraint("hours > 0", name="positive"),)

    priority: Mapped[str] = mapped_column(String(12), primary_key=True)
    hours: Mapped[int]


class BusinessHours(Model):
    """When the service works on a weekday: minutes of the local day. Holidays are not business hours."""

    __tablename__ = "business_hours"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="known_weekday"),
        CheckConstraint("opens BETWEEN 0 AND 1439 AND closes > opens AND closes <= 1440", name="in_order"),
    )

    weekday: Mapped[int] = mapped_column(primary_key=True)
    opens: Mapped[int] = mapped_column(primary_key=True)
    closes: Mapped[int]


class NetworkSetting(Model):
    """A value the management sets for the whole network, or the worker notes for it, with its name."""

    __tablename__ = "network_settings"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(String(200))
