"""Patients and the record of merging two records of one person."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from teleconsult.columns import UTCDateTime, plain_text
from teleconsult.extensions import Model
from teleconsult.people.models import User

PERSONAL = {"personal": True}


class Patient(Model):
    """A person of their own record; matched by CNS or CPF, never by name alone."""

    __tablename__ = "patients"
    __table_args__ = (
        CheckConstraint("merged_into_id IS NULL OR merged_into_id <> id", name="not_into_itself"),
        Index("ix_patients_name_key", "name_key", "birth_date"),
        Index("ix_patients_birth_date", "birth_date"),
        Index("ix_patients_mother_key", "mother_key"),
        Index("ix_patients_merged_into_id", "merged_into_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    ref: Mapped[str] = mapped_column(String(12), unique=True)
    name: Mapped[str] = mapped_column(String(120), info=PERSONAL)
    social_name: Mapped[str] = mapped_column(String(120), default="", info=PERSONAL)
    name_key: Mapped[str] = mapped_column(String(120), default="", info=PERSONAL)
    birth_date: Mapped[date | None] = mapped_column(info=PERSONAL)
    sex: Mapped[str] = mapped_column(String(12), default="", info=PERSONAL)
    cns: Mapped[str | None] = mapped_column(String(15), unique=True, info=PERSONAL)
    cpf: Mapped[str | None] = mapped_column(String(11), unique=True, info=PERSONAL)
    mother_name: Mapped[str] = mapped_column(String(120), default="", info=PERSONAL)
    mother_key: Mapped[str] = mapped_column(String(120), default="", info=PERSONAL)
    record_number: Mapped[str] = mapped_column(String(30), default="", info=PERSONAL)
    address: Mapped[str] = mapped_column(String(200), default="", info=PERSONAL)
    neighbourhood: Mapped[str] = mapped_column(String(80), default="", info=PERSONAL)
    municipality: Mapped[str] = mapped_column(String(80), default="", info=PERSONAL)
    phone: Mapped[str] = mapped_column(String(30), default="", info=PERSONAL)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("health_units.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("patients.id"))

    __mapper_args__ = {"version_id_col": version}


class PatientName(Model):
    """One word of a patient's names, so that any of them finds the record by its beginning."""

    __tablename__ = "patient_names"
    __table_args__ = (Index("ix_patient_names_patient_id", "patient_id"),)

    word: Mapped[str] = mapped_column(plain_text(40), primary_key=True, info=PERSONAL)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patients.id"), primary_key=True)


class PatientMerge(Model):
    """Two records found to be one person: what moved, who said so, and whether it was undone."""

    __tablename__ = "patient_merges"
    __table_args__ = (
        CheckConstraint("(undone_at IS NULL) = (undone_by_id IS NULL)", name="undone_pair"),
        Index("ix_patient_merges_kept_id", "kept_id"),
        Index("ix_patient_merges_merged_id", "merged_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kept_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    merged_id: Mapped[int] = mapped_column(ForeignKey("patients.id"))
    reason: Mapped[str] = mapped_column(Text)
    before: Mapped[dict[str, Any]] = mapped_column(JSON, info=PERSONAL)
    merged_at: Mapped[datetime] = mapped_column(UTCDateTime)
    merged_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    undone_reason: Mapped[str] = mapped_column(Text, default="")

    kept: Mapped[Patient] = relationship(foreign_keys=[kept_id])
    merged: Mapped[Patient] = relationship(foreign_keys=[merged_id])
    merged_by: Mapped[User] = relationship(foreign_keys=[merged_by_id])
    undone_by: Mapped[User | None] = relationship(foreign_keys=[undone_by_id])
