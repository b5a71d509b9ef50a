"""Two places at once: in-person visits in the hours of a telehealth shift of the same person.

Nothing is refused, for some answer cases between visits; but whoever lays either of them must see the other.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from teleconsult import clock, events
from teleconsult.bookings.models_agenda import AgendaSession
from teleconsult.bookings.words import visit_clock
from teleconsult.extensions import db
from teleconsult.shifts.models import Shift
from teleconsult.web.messages import gettext as _


def shifts_beside(rows: Sequence[Any]) -> dict[int, str]:
    """Return what to say of the sessions to come in whose hours their specialist has a shift, by their ids."""
    coming = [row for row in rows if row.cancelled_at is None and row.ends_at > clock.now() and row.specialist_id]
    if not coming:
        return {}
    query = select(Shift.user_id, Shift.starts_at, Shift.ends_at).where(
        Shift.user_id.in_({row.specialist_id for row in coming}),
        Shift.cancelled_at.is_(None),
        Shift.starts_at < max(row.ends_at for row in coming),
        Shift.ends_at > min(row.starts_at for row in coming),
    )
    shifts = db.session.execute(query.order_by(Shift.starts_at, Shift.id)).all()
    return {row.id: said for row in coming if (said := _said(row, [one for one in shifts if _meets(one, row)]))}


def _meets(shift: Any, row: Any) -> bool:
    same = shift.user_id == row.specialist_id
    return bool(same and shift.starts_at < row.ends_at and shift.ends_at > row.starts_at)


def _said(row: Any, shifts: Sequence[Any]) -> str:
    if not shifts:
        return ""
    spans = ", ".join(f"{visit_clock(one.starts_at, row.zone)}–{visit_clock(one.ends_at, row.zone)}" for one in shifts)
    return _(
        "%(name)s tem turno de teleconsultoria neste horário (%(span)s). Se não faz os dois ao mesmo tempo, mude um deles.",
        name=row.specialist_name,
        span=spans,
    )


@events.panel("shift.facts")
def visits_beside(shift: Shift) -> list[tuple[str, str]]:
    """Return the in-person visits that the person of a shift has in its hours."""
    query = select(AgendaSession).where(
        AgendaSession.specialist_id == shift.user_id,
        AgendaSession.cancelled_at.is_(None),
        AgendaSession.starts_at < shift.ends_at,
        AgendaSession.ends_at > shift.starts_at,
    )
    found = db.session.scalars(query.order_by(AgendaSession.starts_at, AgendaSession.id)).all()
    return [(_("Também neste horário"), _visits(row)) for row in found]


def _visits(row: AgendaSession) -> str:
    span = f"{visit_clock(row.starts_at, row.zone)}–{visit_clock(row.ends_at, row.zone)}"
    return _("consultas presenciais em %(unit)s, %(span)s", unit=row.unit.name, span=span)
