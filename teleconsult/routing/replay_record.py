"""What a replay is made of, and what it finds. Pure: standard library only, light enough for the web."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import NamedTuple

from teleconsult.routing.outcome import Result


class Sent(NamedTuple):
    """A case of the record: who was asked, when it was sent and due, and when the first answer came."""

    specialty_id: int
    priority: str
    sent_at: datetime
    due_at: datetime
    answered_at: datetime | None


class Sat(NamedTuple):
    """A shift of the record."""

    user_id: int
    specialty_id: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Record:
    """What was recorded between two moments; `before` are specialty and moment of what was sent in the weeks before."""

    since: datetime
    until: datetime
    zone: tzinfo
    sent: Sequence[Sent]
    sat: Sequence[Sat]
    before: Sequence[tuple[int, datetime]] = ()


class Row(NamedTuple):
    """One line of the comparison: waits in hours; of what really happened nobody knows the idle minutes."""

    policy: str
    cases: int
    late: int
    urgent: int
    late_urgent: int
    mean: float
    p50: float
    p90: float
    idle_minutes: float | None
    evenness: float | None

    @classmethod
    def of(cls, policy: str, result: Result, *, known: bool = True) -> "Row":
        """Return the line of a result; `known` says that it tells of idle minutes and evenness."""
        return cls(
            policy,
            len(result.waits),
            result.late,
            result.urgent,
            result.late_urgent,
            round(result.mean, 2),
            round(result.quantile(0.5), 2),
            round(result.quantile(0.9), 2),
            round(result.idle_minutes) if known else None,
            round(result.evenness, 3) if known else None,
        )
