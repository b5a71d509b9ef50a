"""Where the bars of a replay stand: numbers for a drawing that is 360 wide, made on the server. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from teleconsult.routing.replay_record import Row

STEP, TOP, LEFT, WIDTH = 54, 8, 2, 290


class Bars(NamedTuple):
    """One way of distributing: its waits as two bars, the half of the cases over nine tenths of them."""

    row: Row
    name_y: int
    half_y: int
    half: float
    most_y: int
    most: float


def bars(rows: Sequence[Row]) -> list[Bars]:
    """Return the bars; the longest nine tenths reach the full width."""
    longest = max([row.p90 for row in rows] + [0.01])
    made = []
    for number, row in enumerate(rows):
        top = TOP + number * STEP
        half, most = (round(max(1.0, hours * WIDTH / longest), 1) for hours in (row.p50, row.p90))
        made.append(Bars(row, top + 12, top + 18, half, top + 32, most))
    return made


def height(rows: Sequence[Row]) -> int:
    """Return the height of the drawing."""
    return TOP + len(rows) * STEP
