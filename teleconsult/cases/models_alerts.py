"""What the clock has told about a case, so that it tells each thing once."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from teleconsult.columns import UTCDateTime
from teleconsult.extensions import Model


class CaseAlert(Model):
    """That one reminder or alert of one turn of a case went out.

    `turn` says which time round: the round of the case for its target, the end of the wait for a reminder.
    """

    __tablename__ = "case_alerts"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(24), primary_key=True)
    turn: Mapped[str] = mapped_column(String(32), primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
