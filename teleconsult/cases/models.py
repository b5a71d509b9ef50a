"""The case, what was asked, and the events that happened to it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from teleconsult.columns import UTCDateTime
from teleconsult.extensions import Model
from teleconsult.patients.models import Patient
from teleconsult.people.models import User

PERSONAL = {"personal": True}
HELD = "('assigned','awaiting_information','answered','in_person')"
LIVE = "state NOT IN ('concluded','cancelled','draft')"
CLOSED = "state IN ('concluded','cancelled')"
FILED = "filed_by_id <> requester_id"
"""Predicates of partial indexes: open work and history have indexes of their own (`cases.shelves`).

Each begins with the state or holds it, though its predicate says it: SQLite looks the state up in the
table otherwise, and then prefers an index of everything.
"""


def _partial(name: str, *columns: str, where: str) -> Index:
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


class Case(Model):
    """One request for a second opinion. `state` is written by `actions._make` only."""

    __tablename__ = "cases"
    __table_args__ = (
        CheckConstraint(
            "state IN ('draft','submitted','returned','assigned','awaiting_information',"
            "'answered','in_person','concluded','cancelled')",
            name="known_state",
        ),
        CheckConstraint("priority IN ('routine','high','urgent')", name="known_priority"),
        CheckConstraint(f"state NOT IN {HELD} OR holder_id IS NOT NULL", name="holder_when_taken"),
        CheckConstraint("state NOT IN ('submitted','returned') OR holder_id IS NULL", name="no_holder_in_queue"),
        CheckConstraint(
            "state IN ('draft','cancelled') OR"
            " (submitted_at IS NOT NULL AND specialty_id IS NOT NULL AND patient_id IS NOT NULL)",
            name="complete_when_sent",
        ),
        CheckConstraint("(state IN ('submitted','assigned')) = (due_at IS NOT NULL)", name="due_when_service_runs"),
        CheckConstraint("(state = 'concluded') = (concluded_at IS NOT NULL)", name="concluded_pair"),
        CheckConstraint("service_seconds >= 0", name="service_not_negative"),
        _partial("ix_cases_queue", "state", "specialty_id", "due_at", "id", where="state = 'submitted'"),
        _partial("ix_cases_queue_due", "state", "due_at", "id", where="state = 'submitted'"),
        _partial("ix_cases_queue_age", "state", "submitted_at", "id", where="state = 'submitted'"),
        _partial("ix_cases_assigned_due", "state", "due_at", "id", where="state = 'assigned'"),
        _partial("ix_cases_drafts_filed", "state", "filed_by_id", "id", where="state = 'draft'"),
        _partial("ix_cases_holder_open", "holder_id", "state", "due_at", "id", where=LIVE),
        _partial("ix_cases_specialty_open", "specialty_id", "state", where=LIVE),
        _partial("ix_cases_state_live", "state", "changed_at", "id", where=LIVE),
        _partial("ix_cases_unit_open", "unit_id", "changed_at", "id", where=LIVE),
        _partial("ix_cases_state_closed", "state", "changed_at", "id", where=CLOSED),
        _partial("ix_cases_holder_closed", "holder_id", "state", "changed_at", "id", where=CLOSED),
        _partial("ix_cases_unit_closed", "unit_id", "state", "changed_at", "id", where=CLOSED),
        _partial("ix_cases_specialty_closed", "specialty_id", "state", "changed_at", "id", where=CLOSED),
        _partial("ix_cases_filed_closed", "state", "changed_at", "id", where=f"{CLOSED} AND {FILED}"),
        _partial("ix_cases_ends_at", "ends_at", where="ends_at IS NOT NULL"),
        _partial("ix_cases_concluded_at", "concluded_at", "id", where="concluded_at IS NOT NULL"),
        Index("uq_cases_token", "token", unique=True),
        Index("ix_cases_requester_state", "requester_id", "state", "changed_at", "id"),
        Index("ix_cases_patient_id", "patient_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    ref: Mapped[str] = mapped_column(String(12), unique=True)
    token: Mapped[str | None] = mapped_column(String(43))
    """Of the form that began it, so that the form sent twice makes one case."""
    state: Mapped[str] = mapped_column(String(24))
    specialty_id: Mapped[int | None] = mapped_column(ForeignKey("specialties.id"))
    priority: Mapped[str] = mapped_column(String(12), default="routine")
    priority_reason: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)
    unit_id: Mapped[int] = mapped_column(ForeignKey("health_units.id"))
    requester_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    filed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    """The requester, or support that filed it for one: the two differ for no other reason, also after a hand-over."""
    confirm_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    escalated_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patients.id"))
    linked_case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)

    initials: Mapped[str] = mapped_column(String(20), default="", info=PERSONAL)
    birth_date: Mapped[date | None] = mapped_column(info=PERSONAL)
    age_years: Mapped[int | None] = mapped_column(info=PERSONAL)
    complaint: Mapped[str] = mapped_column(String(160), default="", info=PERSONAL)
    subjective: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)
    objective: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)
    vitals: Mapped[dict[str, str]] = mapped_column(JSON, default=dict, info=PERSONAL)
    assessment: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)
    plan: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)
    available: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)
    would_refer: Mapped[str] = mapped_column(String(12), default="not_informed")
    would_refer_specialty_id: Mapped[int | None] = mapped_column(ForeignKey("specialties.id"))

    round: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    clock_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    service_seconds: Mapped[float] = mapped_column(default=0.0)
    due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    first_opinion_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_opinion_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    concluded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    steps: Mapped[int] = mapped_column(default=0)

    specialty = relationship("Specialty", foreign_keys=[specialty_id])
    would_refer_specialty = relationship("Specialty", foreign_keys=[would_refer_specialty_id])
    unit = relationship("HealthUnit")
    requester: Mapped[User] = relationship(foreign_keys=[requester_id])
    filed_by: Mapped[User] = relationship(foreign_keys=[filed_by_id])
    holder: Mapped[User | None] = relationship(foreign_keys=[holder_id])
    escalated_by: Mapped[User | None] = relationship(foreign_keys=[escalated_by_id])
    patient: Mapped[Patient | None] = relationship()
    snapshot: Mapped["PatientSnapshot | None"] = relationship(back_populates="case", cascade="all, delete-orphan")
    draft: Mapped["CaseDraft | None"] = relationship(back_populates="case", cascade="all, delete-orphan")
    linked_case: Mapped["Case | None"] = relationship(remote_side=[id])
    questions: Mapped[list["CaseQuestion"]] = relationship(
        order_by="CaseQuestion.number", cascade="all, delete-orphan", back_populates="case"
    )
    problems: Mapped[list["CaseProblem"]] = relationship(order_by="CaseProblem.number", cascade="all, delete-orphan")
    consents: Mapped[list["CaseConsent"]] = relationship(order_by="CaseConsent.id")
    events: Mapped[list["CaseEvent"]] = relationship(order_by="CaseEvent.number", back_populates="case")

    __mapper_args__ = {"version_id_col": version}


class CaseDraft(Model):
    """What was typed, raw, while a case is a draft or came back; with its own version for autosave."""

    __tablename__ = "case_drafts"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    fields: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, info=PERSONAL)
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime)
    saved_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))

    case: Mapped[Case] = relationship(back_populates="draft")
    __mapper_args__ = {"version_id_col": version}


class PatientSnapshot(Model):
    """What was known of the patient when the case was sent; later changes of the patient leave it alone."""

    __tablename__ = "case_patients"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(120), info=PERSONAL)
    social_name: Mapped[str] = mapped_column(String(120), default="", info=PERSONAL)
    birth_date: Mapped[date | None] = mapped_column(info=PERSONAL)
    age_years: Mapped[int | None] = mapped_column(info=PERSONAL)
    sex: Mapped[str] = mapped_column(String(12), default="", info=PERSONAL)
    cns: Mapped[str | None] = mapped_column(String(15), info=PERSONAL)
    cpf: Mapped[str | None] = mapped_column(String(11), info=PERSONAL)
    record_number: Mapped[str] = mapped_column(String(30), default="", info=PERSONAL)
    mother_name: Mapped[str] = mapped_column(String(120), default="", info=PERSONAL)
    address: Mapped[str] = mapped_column(String(200), default="", info=PERSONAL)
    neighbourhood: Mapped[str] = mapped_column(String(80), default="", info=PERSONAL)
    municipality: Mapped[str] = mapped_column(String(80), default="", info=PERSONAL)
    phone: Mapped[str] = mapped_column(String(30), default="", info=PERSONAL)
    taken_at: Mapped[datetime] = mapped_column(UTCDateTime)

    case: Mapped[Case] = relationship(back_populates="snapshot")


class CaseQuestion(Model):
    """One numbered question; a follow-up or a reopening asks in a later round."""

    __tablename__ = "case_questions"
    __table_args__ = (
        UniqueConstraint("case_id", "number"),
        CheckConstraint(
            "kind IN ('diagnosis','treatment','exams','management','referral','follow_up','reopen')",
            name="known_kind",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    number: Mapped[int]
    round: Mapped[int] = mapped_column(default=1)
    kind: Mapped[str] = mapped_column(String(12))
    text: Mapped[str] = mapped_column(Text, info=PERSONAL)

    case: Mapped[Case] = relationship(back_populates="questions")


class CaseProblem(Model):
    """One problem of the patient: a code with its title at that time, free text, or both."""

    __tablename__ = "case_problems"
    __table_args__ = (UniqueConstraint("case_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    number: Mapped[int]
    system: Mapped[str] = mapped_column(String(8), default="")
    code: Mapped[str] = mapped_column(String(10), default="", index=True, info=PERSONAL)
    title: Mapped[str] = mapped_column(String(300), default="", info=PERSONAL)


class CaseConsent(Model):
    """That the patient agreed: who said it, to whom, when, how, to which text; and whether it was revoked."""

    __tablename__ = "case_consents"
    __table_args__ = (
        CheckConstraint("(revoked_at IS NULL) = (revoked_by_id IS NULL)", name="revoked_pair"),
        Index("ix_case_consents_case_id", "case_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    given_by: Mapped[str] = mapped_column(String(16))
    given_by_name: Mapped[str] = mapped_column(String(120), default="", info=PERSONAL)
    how: Mapped[str] = mapped_column(String(16))
    taken_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    taken_at: Mapped[datetime] = mapped_column(UTCDateTime)
    text_version: Mapped[str] = mapped_column(String(20))
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    revoked_why: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)

    taken_by: Mapped[User] = relationship(foreign_keys=[taken_by_id])


class CaseEvent(Model):
    """One thing that happened to a case. Append-only: the database refuses changes."""

    __tablename__ = "case_events"
    __table_args__ = (UniqueConstraint("case_id", "number"), Index("ix_case_events_by_id", "by_id", "at", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    number: Mapped[int]
    verb: Mapped[str] = mapped_column(String(24))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    for_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    source: Mapped[str] = mapped_column(String(24))
    state: Mapped[str] = mapped_column(String(24))
    round: Mapped[int] = mapped_column(default=1)
    said: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, info=PERSONAL)

    case: Mapped[Case] = relationship(back_populates="events")
    by: Mapped[User | None] = relationship(foreign_keys=[by_id])


class CaseSeen(Model):
    """Up to which event a person has seen a case; what is newer is marked in the lists."""

    __tablename__ = "case_seen"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    number: Mapped[int]


class CaseOpening(Model):
    """That somebody who is no party opened the clinical content on purpose, why, and until when it stays open."""

    __tablename__ = "case_openings"
    __table_args__ = (Index("ix_case_openings_user_id", "user_id", "case_id", "expires_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    why: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
