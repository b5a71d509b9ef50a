"""What the shifts floor shows on pages of other floors."""

from typing import Any

from flask import url_for
from sqlalchemy import func, select

from teleconsult import clock
from teleconsult.events import panel
from teleconsult.extensions import db
from teleconsult.network.models import HealthUnit
from teleconsult.people.access import Permission, Role
from teleconsult.people.facts import Lost
from teleconsult.people.models import User
from teleconsult.shifts.models import Room, Shift
from teleconsult.shifts.queries import cancelled_with
from teleconsult.web.messages import gettext as _
from teleconsult.web.messages import ngettext

OURS = frozenset({"TU", "SE", "AF", "TR"})
"""How the references of shifts, series, leaves and swaps begin."""


@panel("notice")
def place_of(ref: str, user: User, kind: str = "", **_facts: Any) -> str | None:
    """Return where a notice about a shift, a series, a leave or a swap leads."""
    thing = ref.partition("-")[0]
    if thing not in OURS:
        return None
    if Permission.MANAGE_SHIFTS not in user.permissions:
        line = _still_cancelled(ref) if kind == "shift.cancel_many" else ref
        own = url_for("shifts.mine", _anchor=line if thing in {"TU", "AF"} else None)
        return own if Permission.OWN_SHIFTS in user.permissions else None
    if thing == "TU":
        return url_for("shifts.show", ref=ref)
    return url_for("shifts.leaves", _anchor=ref) if thing == "AF" else url_for("shifts.week")


def _still_cancelled(ref: str) -> str:
    """Return the first that is still cancelled of the shifts that went with this one: it may have come back alone."""
    shift = db.session.scalars(select(Shift).where(Shift.ref == ref)).one_or_none()
    if shift is None or shift.cancelled_at is not None:
        return ref
    return next((other.ref for other in cancelled_with(shift)), ref)


@panel("unit.holds", order=50)
def shifts_in_unit(unit: HealthUnit) -> str | None:
    """Return how many shifts are still to come in the rooms of a unit."""
    rooms = select(Room.id).where(Room.unit_id == unit.id)
    count = db.session.scalar(
        select(func.count()).where(
            Shift.room_id.in_(rooms), Shift.starts_at > clock.now(), Shift.cancelled_at.is_(None)
        )
    )
    return ngettext("%(num)d turno marcado", "%(num)d turnos marcados", count) if count else None


@panel("person.leaving", order=60)
def shifts_left_to_others(person: User, lost: Lost) -> list[str] | None:
    """Say, before a person goes or loses a specialty, how many shifts lose their consultant, and that one that runs ends."""
    if not person.has(Role.CONSULTANT):
        return None
    mine = [Shift.user_id == person.id, Shift.ends_at > clock.now(), Shift.cancelled_at.is_(None)]
    if Role.CONSULTANT not in lost.roles:
        mine.append(Shift.specialty_id.in_(lost.specialty_ids))
    begun = Shift.checked_in_at.is_not(None)
    coming = db.session.scalar(select(func.count()).where(*mine, ~begun)) or 0
    running = db.session.scalar(select(func.count()).where(*mine, begun, Shift.checked_out_at.is_(None)))
    ends = _("O turno em que a pessoa está agora termina aqui: a saída é registrada, e as horas contam.")
    cancelled = ngettext(
        "%(num)d turno marcado é cancelado, e a administração é avisada.",
        "%(num)d turnos marcados são cancelados, e a administração é avisada.",
        coming,
    )
    return [words for words in (ends if running else "", cancelled if coming else "") if words]
