"""What a way of distributing came to: waits, late cases, idle minutes, evenness. Pure: standard library only."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """What one policy did. Waits to the first answer are in hours, ascending."""

    waits: tuple[float, ...]
    late: int
    late_urgent: int
    urgent: int
    idle_minutes: float
    idle_while_waiting: int
    evenness: float

    @classmethod
    def of(
        cls,
        waits: Sequence[float],
        late: Sequence[bool],
        urgent: Sequence[bool],
        idle_minutes: float = 0.0,
        idle_while_waiting: int = 0,
        worked: Sequence[float] = (),
    ) -> "Result":
        """Return the result of cases in one order: waits, whether each was late, whether urgent; `worked` by person."""
        return cls(
            tuple(sorted(waits)),
            sum(late),
            sum(is_late and u for is_late, u in zip(late, urgent, strict=True)),
            sum(urgent),
            idle_minutes,
            idle_while_waiting,
            variation(worked),
        )

    @property
    def mean(self) -> float:
        """Return the mean wait in hours."""
        return sum(self.waits) / len(self.waits) if self.waits else 0.0

    def quantile(self, share: float) -> float:
        """Return the wait in hours that a share of the cases did not exceed."""
        return self.waits[min(len(self.waits) - 1, int(share * len(self.waits)))] if self.waits else 0.0

    @property
    def on_time(self) -> float:
        """Return the share of cases answered by their due time."""
        return 1 - self.late / len(self.waits) if self.waits else 1.0

    @property
    def urgent_on_time(self) -> float:
        """Return the share of urgent cases answered by their due time."""
        return 1 - self.late_urgent / self.urgent if self.urgent else 1.0


def variation(worked: Sequence[float]) -> float:
    """Return the coefficient of variation of what people worked: 0 is perfectly even."""
    if not worked or not sum(worked):
        return 0.0
    mean = sum(worked) / len(worked)
    return float((sum((x - mean) ** 2 for x in worked) / len(worked)) ** 0.5 / mean)
