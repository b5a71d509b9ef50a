"""What each person is told, and which of it they want by e-mail."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from teleconsult.columns import UTCDateTime
from teleconsult.extensions import Model
from teleconsult.people.models import User

UNSEEN, SEEN = text("seen_at IS NULL"), text("seen_at IS NOT NULL")
DIGEST_HOUR = 7


class Notice(Model):
    """One thing a person is told. Holds a kind and a reference, never a name or a finding."""

    __tablename__ = "notices"
    __table_args__ = (
        Index("ix_notices_unseen", "user_id", "id", sqlite_where=UNSEEN, postgresql_where=UNSEEN),
        Index("ix_notices_seen", "user_id", "id", sqlite_where=SEEN, postgresql_where=SEEN),
        Index("ix_notices_same", "user_id", "subject", "kind", sqlite_where=UNSEEN, postgresql_where=UNSEEN),
        Index(
            "ix_notices_digest",
            "digest_due_at",
            sqlite_where=text("digest_due_at IS NOT NULL"),
            postgresql_where=text("digest_due_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(16), default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    digest_due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    by: Mapped[User | None] = relationship(foreign_keys=[by_id])


class MailChoice(Model):
    """That a person does not want one kind of e-mail (everything is on unless a row says off)."""

    __tablename__ = "mail_choices"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40), primary_key=True)


class DigestHour(Model):
    """The hour at which a person wants the daily mail, in the zone of the own unit (7 unless a row says otherwise)."""

    __tablename__ = "digest_hours"
    __table_args__ = (CheckConstraint("hour BETWEEN 0 AND 23", name="of_a_day"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    hour: Mapped[int]
