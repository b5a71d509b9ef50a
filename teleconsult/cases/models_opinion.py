"""What the specialist wrote, asked for and decided, and what came of it."""

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

from teleconsult.cases.models import PERSONAL, Case, CaseQuestion
from teleconsult.columns import UTCDateTime
from teleconsult.extensions import Model
from teleconsult.people.models import User


class Opinion(Model):
    """One version of an opinion. Final when given: a correction is a new version by its author."""

    __tablename__ = "opinions"
    __table_args__ = (
        UniqueConstraint("case_id", "round", "edition"),
        CheckConstraint("decision IN ('answer','conclude')", name="known_decision"),
        CheckConstraint("edition = 1 OR correction_why <> ''", name="correction_says_why"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_why = '')", name="withdrawal_says_why"),
        Index("ix_opinions_author_id", "author_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    round: Mapped[int]
    edition: Mapped[int] = mapped_column(default=1)
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    specialty_id: Mapped[int] = mapped_column(ForeignKey("specialties.id"))
    decision: Mapped[str] = mapped_column(String(12))
    reasoning: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)
    conduct: Mapped[str] = mapped_column(Text, info=PERSONAL)
    red_flags: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)
    when_to_refer: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)
    sources: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)
    given_at: Mapped[datetime] = mapped_column(UTCDateTime)
    correction_why: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    withdrawn_why: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)

    case: Mapped[Case] = relationship()
    author: Mapped[User] = relationship()
    specialty = relationship("Specialty")
    answers: Mapped[list["OpinionAnswer"]] = relationship(
        order_by="OpinionAnswer.question_id", cascade="all, delete-orphan"
    )
    diagnoses: Mapped[list["OpinionDiagnosis"]] = relationship(
        order_by="OpinionDiagnosis.number", cascade="all, delete-orphan"
    )


class OpinionAnswer(Model):
    """The direct answer to one question."""

    __tablename__ = "opinion_answers"

    opinion_id: Mapped[int] = mapped_column(ForeignKey("opinions.id"), primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("case_questions.id"), primary_key=True)
    text: Mapped[str] = mapped_column(Text, info=PERSONAL)

    question: Mapped[CaseQuestion] = relationship()


class OpinionDiagnosis(Model):
    """A diagnosis of the opinion, coded or in free words."""

    __tablename__ = "opinion_diagnoses"

    opinion_id: Mapped[int] = mapped_column(ForeignKey("opinions.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    system: Mapped[str] = mapped_column(String(8), default="")
    code: Mapped[str] = mapped_column(String(10), default="", info=PERSONAL)
    title: Mapped[str] = mapped_column(String(300), default="", info=PERSONAL)


class OpinionDraft(Model):
    """What the holder has typed so far; nobody else sees it."""

    __tablename__ = "opinion_drafts"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    fields: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, info=PERSONAL)
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime)

    __mapper_args__ = {"version_id_col": version}


class MissingItem(Model):
    """One thing the administrator found missing: the field, and what to do about it."""

    __tablename__ = "missing_items"

    event_id: Mapped[int] = mapped_column(ForeignKey("case_events.id"), primary_key=True)
    field: Mapped[str] = mapped_column(String(40), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    note: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)
    resolved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class InformationRequest(Model):
    """A consultant's list of exams and data; one open at a time per case."""

    __tablename__ = "information_requests"
    __table_args__ = (
        Index(
            "uq_information_requests_open",
            "case_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_information_requests_case_id", "case_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    note: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    asked_by: Mapped[User] = relationship()
    items: Mapped[list["InformationItem"]] = relationship(
        order_by="InformationItem.number", cascade="all, delete-orphan"
    )


class InformationItem(Model):
    """One thing asked for; supplied with an answer, or with why it cannot be had."""

    __tablename__ = "information_items"
    __table_args__ = (CheckConstraint("answer = '' OR why_not = ''", name="answered_one_way"),)

    request_id: Mapped[int] = mapped_column(ForeignKey("information_requests.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Text, info=PERSONAL)
    answer: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)
    why_not: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)
    saved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Decline(Model):
    """Who does not answer a case: a consultant who gave it back, and why, or who asked on it until it was handed over.

    It never comes to them by itself, and to who asked not at all: nobody gives themselves the second opinion.
    """

    __tablename__ = "declines"
    __table_args__ = (Index("ix_declines_case_id", "case_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    consultant_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    specialty_id: Mapped[int | None] = mapped_column(ForeignKey("specialties.id"))
    why: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)
    asked: Mapped[bool] = mapped_column(default=False)
    declined_at: Mapped[datetime] = mapped_column(UTCDateTime)

    consultant: Mapped[User] = relationship()


class Referral(Model):
    """The referral that an escalation makes (forms.md, 1): complete, one live per case."""

    __tablename__ = "referrals"
    __table_args__ = (
        CheckConstraint("(ended_at IS NULL) = (ended_how = '')", name="ended_pair"),
        CheckConstraint("ended_how IN ('','called_off','unseen','counter_referred')", name="known_end"),
        Index(
            "uq_referrals_live",
            "case_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_referrals_case_id", "case_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(String(12), unique=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    specialty_id: Mapped[int] = mapped_column(ForeignKey("specialties.id"))
    priority: Mapped[str] = mapped_column(String(12))
    justification: Mapped[str] = mapped_column(Text, info=PERSONAL)
    diagnosis: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)
    bring: Mapped[str] = mapped_column(Text, info=PERSONAL)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    ended_how: Mapped[str] = mapped_column(String(20), default="")
    unseen_cause: Mapped[str] = mapped_column(String(20), default="")
    """Why no visit came of it, or of the return that was asked for when the patient had been seen."""

    case: Mapped[Case] = relationship()
    specialty = relationship("Specialty")
    made_by: Mapped[User] = relationship(foreign_keys=[made_by_id])


class CounterReferral(Model):
    """What came back from the in-person visit (forms.md, 2)."""

    __tablename__ = "counter_referrals"

    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referrals.id"), unique=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    attended_on: Mapped[date] = mapped_column(info=PERSONAL)
    attended_by: Mapped[str] = mapped_column(String(120), info=PERSONAL)
    diagnosis: Mapped[str] = mapped_column(Text, info=PERSONAL)
    opinion: Mapped[str] = mapped_column(Text, info=PERSONAL)
    conduct: Mapped[str] = mapped_column(Text, info=PERSONAL)
    returns: Mapped[bool]
    return_when: Mapped[str] = mapped_column(String(60), default="", info=PERSONAL)
    from_paper: Mapped[bool] = mapped_column(default=False)
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))

    recorded_by: Mapped[User] = relationship()


class Outcome(Model):
    """The outcome survey after one conclusion; 'not_informed' is a value of its own."""

    __tablename__ = "outcomes"
    __table_args__ = (
        UniqueConstraint("case_id", "round"),
        CheckConstraint("satisfaction IS NULL OR satisfaction BETWEEN 1 AND 5", name="satisfaction_scale"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    round: Mapped[int]
    satisfaction: Mapped[int | None]
    doubt: Mapped[str] = mapped_column(String(16), default="not_informed")
    referral: Mapped[str] = mapped_column(String(24), default="not_informed")
    conduct: Mapped[str] = mapped_column(String(16), default="not_informed")
    comment: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)
    given_at: Mapped[datetime] = mapped_column(UTCDateTime)
    given_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))


class OutcomeLater(Model):
    """The one question at 30 and at 90 days after one conclusion: was the advice followed, and what came of it."""

    __tablename__ = "outcomes_later"
    __table_args__ = (CheckConstraint("days IN (30, 90)", name="known_days"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True)
    days: Mapped[int] = mapped_column(primary_key=True)
    followed: Mapped[str] = mapped_column(String(16), default="not_informed")
    result: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)
    given_at: Mapped[datetime] = mapped_column(UTCDateTime)
    given_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
