"""Where the bars of the months stand: numbers for a drawing of 360 by 196, made on the server."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from teleconsult.credits.statement import MonthSum

FLOOR, TOP, STEP, WIDTH, GAP = 172.0, 48.0, 60, 36, 2


@dataclass(frozen=True)
class Bar:
    """One month: shifts below, the rest on top, the figure above both."""

    month: date
    total: int
    x: int
    middle: int
    low_y: float
    low_height: float
    high_y: float
    high_height: float
    value_y: float
    open: bool


def bars(sums: Sequence[MonthSum], last_open: bool) -> list[Bar]:
    """Return the bars of months; the tallest reaches the upper line, and a month without minutes has none."""
    most = max(1, *(one.total for one in sums))
    found = []
    for number, one in enumerate(sums):
        low = max(0, one.shifts) * (FLOOR - TOP) / most
        high = max(0, one.work) * (FLOOR - TOP) / most
        top = FLOOR - low - (GAP if low and high else 0) - high
        x = 12 + number * STEP
        found.append(
            Bar(
                one.month, one.total, x, x + WIDTH // 2, round(FLOOR - low, 1), round(low, 1), round(top, 1),
                round(high, 1), round(top - 7, 1), last_open and number == len(sums) - 1,
            )
        )  # fmt: skip
    return found
