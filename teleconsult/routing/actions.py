"""Giving out several cases at once: each in a transaction of its own, so that one that moved stops none of the others."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from teleconsult.cases import actions
from teleconsult.cases.models import Case
from teleconsult.errors import N_, Overtaken, Refused
from teleconsult.extensions import db, transaction
from teleconsult.people.models import User
from teleconsult.web.reasons import Kept

GONE = Refused(N_("O caso já não está na fila."))


@dataclass(frozen=True)
class Order:
    """One case, as the person who decides saw it, and to whom it goes: for the reasons it was proposed, or for what is typed."""

    ref: str
    version: int
    to_ref: str
    why: str = ""
    reasons: Kept | None = None


@dataclass(frozen=True)
class Result:
    """How it went: done, overtaken (somebody was faster), or refused with its sentence."""

    ref: str
    to: str
    case_id: int
    done: bool = False
    refusal: Refused | None = None


def assign_many(orders: Iterable[Order], *, by: User) -> list[Result]:
    """Give each case to its consultant; opens a transaction for each, so call it outside of one."""
    return [_assign(order, by) for order in orders]


def _assign(order: Order, by: User) -> Result:
    case = db.session.scalar(select(Case).where(Case.ref == order.ref))
    to = db.session.scalar(select(User).where(User.ref == order.to_ref))
    if case is None or to is None:
        return Result(order.ref, "", 0, refusal=GONE)
    case_id, name = case.id, to.full_name
    try:
        with transaction(case, order.version):
            actions.assign(case, to=to, why=order.why, reasons=order.reasons, by=by)
    except Overtaken:
        return Result(order.ref, name, case_id)
    except Refused as refusal:
        return Result(order.ref, name, case_id, refusal=refusal)
    return Result(order.ref, name, case_id, done=True)
