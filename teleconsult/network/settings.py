"""What the management sets for the whole network: targets and windows, with the defaults of the domain."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, delete, func, select

from teleconsult.errors import N_, Refused
from teleconsult.extensions import changed, db, dialect_name, read
from teleconsult.network.models import BusinessHours, NetworkSetting, ServiceTarget

DEFAULT_HOURS = {"routine": 72, "high": 48, "urgent": 24}
"""Hours of service time to the first opinion (domain.md, Time)."""

DEFAULT_DAYS = {"follow_up_days": 15, "reopen_days": 30, "lapse_days": 30, "survey_days": 30}
"""Windows in days (domain.md, The life cycle)."""

ALWAYS, BUSINESS = "always", "business"
"""How the clocks of a priority run: round the clock, or in business hours alone."""

MOST_HOURS, MOST_DAYS = 2160, 365
"""The longest target (90 days) and the longest window."""

RUNS = {f"runs_{priority}": ALWAYS for priority in DEFAULT_HOURS}

Week = tuple[tuple[int, int, int], ...]
"""Business hours: weekday (Monday is 0), and from which to which minute of the local day, in their order."""


class Counting(NamedTuple):
    """How time counts: for each priority round the clock or not, and the week of business hours."""

    runs: Mapping[str, str]
    week: Week


_TARGETS = select(ServiceTarget.priority, ServiceTarget.hours)
_VALUE = select(NetworkSetting.value).where(NetworkSetting.name == bindparam("name"))
_WINDOWS = select(NetworkSetting.name, NetworkSetting.value).where(NetworkSetting.name.in_(DEFAULT_DAYS))
_HOLD = {
    True: select(func.pg_advisory_xact_lock(func.hashtext("counting"))),
    False: select(func.pg_advisory_xact_lock_shared(func.hashtext("counting"))),
}


def target_hours() -> dict[str, int]:
    """Return the hours to the first opinion, by priority."""
    return DEFAULT_HOURS | {row.priority: row.hours for row in read(_TARGETS, {})}


def set_target(priority: str, hours: int) -> None:
    """Set the target of a priority, for cases whose clock starts from now on.

    Raises:
        Refused: hours not between 1 and 2160 (90 days).
    """
    if not 1 <= hours <= MOST_HOURS:
        raise Refused(N_("Use de 1 a 2160 horas."), field=priority)
    db.session.merge(ServiceTarget(priority=priority, hours=hours))
    db.session.flush()


def days(name: str) -> int:
    """Return a window in days."""
    rows = read(_VALUE, {"name": name})
    return int(rows[0].value) if rows else DEFAULT_DAYS[name]


def set_days(name: str, value: int) -> None:
    """Set a window, for cases whose window begins from now on.

    Raises:
        Refused: not between 1 and 365 days.
    """
    if not 1 <= value <= MOST_DAYS:
        raise Refused(N_("Use de 1 a 365 dias."), field=name)
    db.session.merge(NetworkSetting(name=name, value=str(value)))
    db.session.flush()


def every_window() -> dict[str, int]:
    """Return every window in days, by its name."""
    return DEFAULT_DAYS | {name: int(value) for name, value in read(_WINDOWS, {})}


def counting() -> Counting:
    """Return how the clocks of each priority run, and the week of business hours (empty until it is set)."""
    rows = db.session.execute(select(NetworkSetting.name, NetworkSetting.value).where(NetworkSetting.name.in_(RUNS)))
    runs = RUNS | {row.name: row.value for row in rows}
    hours = select(BusinessHours.weekday, BusinessHours.opens, BusinessHours.closes)
    week = tuple(sorted((row.weekday, row.opens, row.closes) for row in db.session.execute(hours)))
    return Counting({name.removeprefix("runs_"): how for name, how in runs.items()}, week)


def hold_counting(*, to_change: bool = False) -> None:
    """Keep how time counts as it is until the transaction ends, for a clock that starts in it, or for who changes it.

    Neither sees what the other has not committed, and no row is both's: the clock would run by hours that are gone.
    Whoever comes second waits, and reads after it. On SQLite nobody else writes meanwhile.
    """
    if dialect_name() == "postgresql":
        read(_HOLD[to_change], {})


def set_counting(runs: Mapping[str, str], week: Sequence[tuple[int, int, int]]) -> None:
    """Set how the clocks of each priority run. The clocks that run are counted anew by who calls (`network.actions`).

    Raises:
        Refused: a priority runs in business hours, and there are none.
    """
    for priority, how in runs.items():
        if how == BUSINESS and not week:
            raise Refused(N_("Escreva o horário de ao menos um dia da semana."), field=f"runs_{priority}")
        db.session.merge(NetworkSetting(name=f"runs_{priority}", value=how))
    changed(delete(BusinessHours))
    db.session.add_all(BusinessHours(weekday=day, opens=opens, closes=closes) for day, opens, closes in week)
    db.session.flush()


def stamp() -> str:
    """Return everything that is set here in one line: what a form was based on."""
    runs, week = counting()
    figures: dict[str, object] = {**target_hours(), **every_window(), **{f"runs_{k}": how for k, how in runs.items()}}
    spans = ",".join("-".join(map(str, span)) for span in week)
    return " ".join([*(f"{name}={value}" for name, value in sorted(figures.items())), f"week={spans}"])
