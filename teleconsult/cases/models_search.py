"""What somebody searched for, kept for a day, so that no patient's name has to stand in an address."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from teleconsult.columns import UTCDateTime
from teleconsult.extensions import Model


class KeptSearch(Model):
    """The words behind one address of results; only who typed them opens it."""

    __tablename__ = "kept_searches"
    __table_args__ = (Index("ix_kept_searches_searched_at", "searched_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(22), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    words: Mapped[str] = mapped_column(String(200), info={"personal": True})
    searched_at: Mapped[datetime] = mapped_column(UTCDateTime)
