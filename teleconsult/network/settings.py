"""What the management sets for the whole network: targets and windows, with the defaults of the domain."""

from sqlalchemy import select

from teleconsult.errors import N_, Refused
from teleconsult.extensions import db
from teleconsult.network.models import NetworkSetting, ServiceTarget

DEFAULT_HOURS = {"routine": 72, "high": 48, "urgent": 24}
"""Hours of service time to the first opinion (domain.md, Time)."""

DEFAULT_DAYS = {"follow_up_days": 15, "reopen_days": 30, "lapse_days": 30, "survey_days": 30}
"""Windows in days (domain.md, The life cycle)."""


def target_hours() -> dict[str, int]:
    """Return the hours to the first opinion, by priority."""
    rows = db.session.execute(select(ServiceTarget.priority, ServiceTarget.hours)).all()
    return DEFAULT_HOURS | {row.priority: row.hours for row in rows}


def set_target(priority: str, hours: int) -> None:
    """Set the target of a priority, for cases whose clock starts from now on.

    Raises:
        Refused: hours not between 1 and 2160 (90 days).
    """
    if not 1 <= hours <= 2160:
        raise Refused(N_("Use de 1 a 2160 horas."), field=priority)
    db.session.merge(ServiceTarget(priority=priority, hours=hours))


def days(name: str) -> int:
    """Return a window in days."""
    row = db.session.get(NetworkSetting, name)
    return int(row.value) if row else DEFAULT_DAYS[name]


def set_days(name: str, value: int) -> None:
    """Set a window, for cases whose window begins from now on.

    Raises:
        Refused: not between 1 and 365 days.
    """
    if not 1 <= value <= 365:
        raise Refused(N_("Use de 1 a 365 dias."), field=name)
    db.session.merge(NetworkSetting(name=name, value=str(value)))


def every_window() -> dict[str, int]:
    """Return every window in days, by its name."""
    rows = db.session.execute(
        select(NetworkSetting.name, NetworkSetting.value).where(NetworkSetting.name.in_(DEFAULT_DAYS))
    )
    return DEFAULT_DAYS | {name: int(value) for name, value in rows}


def stamp() -> str:
    """Return all targets and windows in one line: what a form was based on."""
    return " ".join(f"{name}={value}" for name, value in sorted((target_hours() | every_window()).items()))
