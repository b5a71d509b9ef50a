"""How the clocks of each priority count, read in one statement: the settings, the week and the holidays."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import CompoundSelect, String, bindparam, cast, literal, null, select, union_all

from teleconsult import clock
from teleconsult.cases.hours import Hours
from teleconsult.extensions import read
from teleconsult.network.models import BusinessHours, NetworkSetting
from teleconsult.network.settings import BUSINESS, RUNS, Counting
from teleconsult.shifts.models import Holiday

_READ: CompoundSelect[*tuple[Any, ...]] = union_all(
    select(literal("runs").label("what"), NetworkSetting.name, NetworkSetting.value, null().label("opens"), null())
    .where(NetworkSetting.name.in_(bindparam("runs", expanding=True)), NetworkSetting.value == BUSINESS),
    select(literal("week"), cast(BusinessHours.weekday, String), literal(""), BusinessHours.opens, BusinessHours.closes),
    select(literal("free"), cast(Holiday.day, String), literal(""), null(), null()).where(Holiday.removed_at.is_(None)),
)  # fmt: skip

_DAYS = select(Holiday.day).where(Holiday.removed_at.is_(None))


@dataclass(frozen=True)
class Clocks:
    """The hours of each priority that runs in business hours; the others run round the clock."""

    business: Mapping[str, Hours]

    def of(self, priority: str) -> Hours | None:
        """Return the hours in which the clock of a priority runs; None: round the clock."""
        return self.business.get(priority)


def load() -> Clocks:
    """Return how the clocks count now."""
    rows = read(_READ, {"runs": list(RUNS)})
    runs = {row[1].removeprefix("runs_"): row[2] for row in rows if row[0] == "runs"}
    if not runs:
        return Clocks({})
    week = tuple(sorted((int(row[1]), row[3], row[4]) for row in rows if row[0] == "week"))
    return clocks_of(Counting(runs, week), (date.fromisoformat(row[1]) for row in rows if row[0] == "free"))


def clocks_of(counting: Counting, holidays: Iterable[date]) -> Clocks:
    """Return how the clocks count by these settings; without a week they run round the clock."""
    if not counting.week:
        return Clocks({})
    hours = Hours(counting.week, frozenset(holidays), clock.home().key)
    return Clocks({priority: hours for priority, how in counting.runs.items() if how == BUSINESS})


def holidays() -> frozenset[date]:
    """Return the days on which business hours stand still."""
    return frozenset(row[0] for row in read(_DAYS, {}))
