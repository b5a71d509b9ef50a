"""What a replay found."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from teleconsult.columns import UTCDateTime
from teleconsult.extensions import Model


class Replay(Model):
    """One comparison of ways of distributing: over what, and a row of figures for each (`replay.Row`)."""

    __tablename__ = "replays"
    __table_args__ = (CheckConstraint("over IN ('log','simulation')", name="known_source"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    over: Mapped[str] = mapped_column(String(12))
    detail: Mapped[str] = mapped_column(String(80))
    left_out: Mapped[int] = mapped_column(default=0)
    rows: Mapped[list[Any]] = mapped_column(JSON)
