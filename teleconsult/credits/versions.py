"""The versions of the rules and of the career plan's factor, as they are kept; and the next version of each."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from teleconsult import audit, clock
from teleconsult.credits import rules as r
from teleconsult.credits.models import CreditFactor, CreditRules
from teleconsult.credits.rules import Rules
from teleconsult.errors import N_, Refused
from teleconsult.extensions import db
from teleconsult.people.models import User

THOUSAND = 1000
AMOUNTS = (*r.LIMITS, "inside")


def zone() -> ZoneInfo:
    """Return the zone of the network: the days and months of the ledger are local ones."""
    return clock.home()


def today() -> date:
    """Return the present local day of the network."""
    return r.local_day(clock.now(), zone())


def rules_of(row: Any) -> Rules:
    """Return a kept version as the rules take it."""
    amounts = {name: getattr(row, name) for name in AMOUNTS}
    return Rules(number=row.number, begins_on=row.begins_on, **amounts)


def every_version() -> list[CreditRules]:
    """Return every version, in the order of their beginnings."""
    return list(db.session.scalars(select(CreditRules).order_by(CreditRules.begins_on)))


def next_version() -> CreditRules | None:
    """Return the version that has not begun yet, if there is one."""
    return next((row for row in every_version() if row.begins_on > today()), None)


def save_next(begins_on: date, amounts: Mapping[str, int | str | None], *, by: User) -> CreditRules:
    """Write the next version, or change it while it has not begun.

    Raises:
        Refused: an amount is negative or absurd, or the version would begin in the past.
    """
    checked = r.amounts_checked(amounts)
    found = next_version()
    begun = [row for row in every_version() if found is None or row.id != found.id]
    r.check_begin(begins_on, today(), begun[-1].begins_on)
    if found is None:
        found = CreditRules(number=begun[-1].number + 1)
        db.session.add(found)
    found.begins_on, found.made_at, found.made_by_id = begins_on, clock.now(), by.id
    for name, value in checked.items():
        setattr(found, name, value)
    db.session.flush()
    audit.record(
        "system", "credits.rules", by_id=by.id, number=found.number, begins_on=begins_on.isoformat(), amounts=checked
    )
    return found


def every_factor() -> list[CreditFactor]:
    """Return every factor of the career plan, newest first."""
    return list(db.session.scalars(select(CreditFactor).order_by(CreditFactor.begins_on.desc())))


def set_factor(begins_on: date, thousandths: int, *, by: User) -> None:
    """Set how many points an hour is worth from a day on, in thousandths.

    Raises:
        Refused: the day is past, another factor begins on it, or the amount is absurd.
    """
    if not 0 <= thousandths <= 1000 * THOUSAND:
        raise Refused(N_("Use de 0 a 1000 pontos por hora."), "factor")
    if begins_on < today().replace(day=1):
        raise Refused(N_("O fator vale a partir do mês atual ou de um dia depois."), "begins_on")
    if db.session.get(CreditFactor, begins_on) is not None:
        raise Refused(N_("Já há um fator que começa nesse dia."), "begins_on")
    db.session.add(
        CreditFactor(begins_on=begins_on, thousandths=thousandths, made_at=clock.now(), made_by_id=by.id)
    )  # fmt: skip
    db.session.flush()
    audit.record(
        "system", "credits.factor", by_id=by.id, begins_on=begins_on.isoformat(), thousandths=thousandths
    )  # fmt: skip
