"""The ledger of credit hours: versions of rules, entries, months, disputes, and the factor of the career plan."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from teleconsult.columns import UTCDateTime
from teleconsult.extensions import Model
from teleconsult.people.models import User

PERSONAL = {"personal": True}
KINDS = "('shift','opinion','ask','counter_referral','given','education','correction')"


class CreditRules(Model):
    """One version of the rules. It can be edited until the day on which it begins."""

    __tablename__ = "credit_rules"
    __table_args__ = (
        CheckConstraint("inside IN ('shift','work')", name="known_inside"),
        CheckConstraint(
            "opinion >= 0 AND ask >= 0 AND counter_referral >= 0 AND given >= 0 AND education >= 0 AND round_to >= 1"
            " AND grace >= 0 AND cap_shift >= 0 AND cap_day >= 0 AND cap_month >= 0",
            name="not_negative",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    number: Mapped[int] = mapped_column(unique=True)
    begins_on: Mapped[date] = mapped_column(unique=True)
    opinion: Mapped[int]
    ask: Mapped[int]
    counter_referral: Mapped[int]
    given: Mapped[int]
    education: Mapped[int]
    round_to: Mapped[int]
    grace: Mapped[int]
    inside: Mapped[str] = mapped_column(String(8))
    cap_shift: Mapped[int]
    cap_day: Mapped[int]
    cap_month: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    made_by: Mapped[User | None] = relationship()

    __mapper_args__ = {"version_id_col": version}


class CreditAccount(Model):
    """One row a person, written before anything else that changes their entries: two at once wait for each other."""

    __tablename__ = "credit_accounts"

    person_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    turns: Mapped[int]


class CreditMonth(Model):
    """A month of the ledger. Each entry writes the row of its month while it is open; a closed one takes none."""

    __tablename__ = "credit_months"
    __table_args__ = (CheckConstraint("(closed_at IS NULL) = (closed_by_id IS NULL)", name="closed_pair"),)

    month: Mapped[date] = mapped_column(primary_key=True)
    entries: Mapped[int] = mapped_column(default=0)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    closed_by: Mapped[User | None] = relationship()


class CreditEntry(Model):
    """Whole minutes of one person from one source. Append-only: the database refuses to change or remove a row.

    `day` is the local day the minutes were earned on, `month` the one they are accounted in: a later one when their own
    had been closed. `within_id` names the shift's entry that pays for work done in it.
    """

    __tablename__ = "credit_entries"
    __table_args__ = (
        CheckConstraint(f"kind IN {KINDS}", name="known_kind"),
        CheckConstraint("minutes BETWEEN -100000 AND 100000", name="sane"),
        CheckConstraint("minutes >= 0 OR kind = 'correction'", name="only_corrections_take"),
        CheckConstraint("(kind = 'correction') = (corrects_id IS NOT NULL)", name="correction_names_entry"),
        CheckConstraint("kind <> 'correction' OR (why <> '' AND written_by_id IS NOT NULL)", name="correction_says_why"),
        CheckConstraint("kind = 'correction' OR rules_id IS NOT NULL", name="earned_by_rules"),
        CheckConstraint("until_at >= from_at", name="in_order"),
        Index("ix_credit_entries_person_month", "person_id", "month", "day", "id", "kind", "minutes"),
        Index("ix_credit_entries_person_day", "person_id", "day"),
        Index("ix_credit_entries_month_person", "month", "person_id", "minutes"),
        Index("ix_credit_entries_unit_id", "unit_id", "month"),
        Index("ix_credit_entries_odd", "month", "id", sqlite_where=text("odd <> ''"), postgresql_where=text("odd <> ''")),
        Index("ix_credit_entries_corrects_id", "corrects_id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(100), unique=True)
    minutes: Mapped[int]
    day: Mapped[date]
    month: Mapped[date]
    from_at: Mapped[datetime] = mapped_column(UTCDateTime)
    until_at: Mapped[datetime] = mapped_column(UTCDateTime)
    subject: Mapped[str] = mapped_column(String(16), default="")
    rules_id: Mapped[int | None] = mapped_column(ForeignKey("credit_rules.id"))
    reason: Mapped[str] = mapped_column(String(16))
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    why: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)
    odd: Mapped[str] = mapped_column(String(16), default="")
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("credit_entries.id"))
    within_id: Mapped[int | None] = mapped_column(ForeignKey("credit_entries.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("health_units.id"))
    specialty_id: Mapped[int | None] = mapped_column(ForeignKey("specialties.id"))
    written_at: Mapped[datetime] = mapped_column(UTCDateTime)
    written_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    person: Mapped[User] = relationship(foreign_keys=[person_id])
    rules: Mapped[CreditRules | None] = relationship()
    corrects: Mapped["CreditEntry | None"] = relationship(remote_side=[id], foreign_keys=[corrects_id])


class CreditDispute(Model):
    """That a person does not agree with an entry, in their words, and what came of it; one open an entry."""

    __tablename__ = "credit_disputes"
    __table_args__ = (
        CheckConstraint("state IN ('open','accepted','declined')", name="known_state"),
        CheckConstraint("(answered_at IS NULL) = (state = 'open')", name="answered_when_settled"),
        CheckConstraint("(answered_at IS NULL) = (answered_by_id IS NULL)", name="answered_pair"),
        CheckConstraint("(state = 'accepted') = (correction_id IS NOT NULL)", name="accepted_corrects"),
        Index("uq_credit_disputes_open", "entry_id", unique=True, sqlite_where=text("state = 'open'"),
              postgresql_where=text("state = 'open'")),
        Index("ix_credit_disputes_entry_id", "entry_id"),
        Index("ix_credit_disputes_state", "state", "opened_at", "id"),
        Index("ix_credit_disputes_person_id", "person_id", "id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    ref: Mapped[str] = mapped_column(String(16), unique=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("credit_entries.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    words: Mapped[str] = mapped_column(Text, info=PERSONAL)
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    state: Mapped[str] = mapped_column(String(12), default="open")
    answer: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    correction_id: Mapped[int | None] = mapped_column(ForeignKey("credit_entries.id"))

    entry: Mapped[CreditEntry] = relationship(foreign_keys=[entry_id])
    person: Mapped[User] = relationship(foreign_keys=[person_id])
    answered_by: Mapped[User | None] = relationship(foreign_keys=[answered_by_id])
    correction: Mapped[CreditEntry | None] = relationship(foreign_keys=[correction_id])

    __mapper_args__ = {"version_id_col": version}


class CreditFactor(Model):
    """Points of the career plan an hour is worth from a day on, in thousandths. None is built in."""

    __tablename__ = "credit_factors"
    __table_args__ = (CheckConstraint("thousandths BETWEEN 0 AND 1000000", name="sane"),)

    begins_on: Mapped[date] = mapped_column(primary_key=True)
    thousandths: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))

    made_by: Mapped[User] = relationship()
