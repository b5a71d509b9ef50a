"""What the shifts floor shows on pages of other floors."""

from flask import url_for
from sqlalchemy import func, select

from teleconsult import clock
from teleconsult.events import panel
from teleconsult.extensions import db
from teleconsult.people.access import Permission
from teleconsult.people.models import User
from teleconsult.shifts.models import Shift
from teleconsult.web.messages import ngettext

OURS = frozenset({"TU", "SE", "AF", "TR"})
"""How the references of shifts, series, leaves and swaps begin."""


@panel("notice")
def place_of(ref: str, user: User) -> str | None:
    """Return where a notice about a shift, a series, a leave or a swap leads."""
    kind = ref.partition("-")[0]
    if kind not in OURS:
        return None
    if Permission.MANAGE_SHIFTS not in user.permissions:
        return url_for("shifts.mine") if Permission.OWN_SHIFTS in user.permissions else None
    if kind == "TU":
        return url_for("shifts.show", ref=ref)
    return url_for("shifts.leaves" if kind == "AF" else "shifts.week")


@panel("person.leaving", order=60)
def shifts_left_to_others(person: User) -> list[str] | None:
    """Say, before a person is switched off, how many shifts lose their consultant."""
    coming = select(func.count()).where(
        Shift.user_id == person.id, Shift.ends_at > clock.now(), Shift.cancelled_at.is_(None)
    )
    count = db.session.scalar(coming) or 0
    if not count:
        return None
    return [
        ngettext(
            "%(num)d turno marcado é cancelado, e a administração é avisada.",
            "%(num)d turnos marcados são cancelados, e a administração é avisada.",
            count,
        ),
    ]
