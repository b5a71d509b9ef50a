"""The row of a stored file. The object is in storage before the row is here, and leaves after it."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from teleconsult.columns import UTCDateTime
from teleconsult.extensions import Model

PERSONAL = {"personal": True}

LOCKED = "locked"
"""What was found of a PDF that asks for a password."""


class Attachment(Model):
    """One file of a case. Its stored key means nothing; its name is only ever shown, never a path."""

    __tablename__ = "attachments"
    __table_args__ = (
        CheckConstraint("size > 0", name="not_empty"),
        CheckConstraint("kind IN ('photo','ecg','lab','imaging','document','other')", name="known_kind"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL)", name="withdrawn_pair"),
        Index("ix_attachments_case_id", "case_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(String(16), unique=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    event_number: Mapped[int | None]
    referral_id: Mapped[int | None] = mapped_column(ForeignKey("referrals.id"))
    """Whose sheet it is, scanned (scans.py); None for every other file."""
    key: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(255), info=PERSONAL)
    content_type: Mapped[str] = mapped_column(String(80))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(12), default="other")
    caption: Mapped[str] = mapped_column(String(200), default="", info=PERSONAL)
    taken_on: Mapped[date | None] = mapped_column(info=PERSONAL)
    inspection: Mapped[str] = mapped_column(String(16), default="not_scanned")
    previewed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)
    added_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    for_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    withdrawn_why: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)

    case = relationship("Case")
