"""Whether the specialist of a visit may read its case: not of one that was withheld before they were booked (ADR 0044)."""

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import aliased

from teleconsult.bookings.models import Booking
from teleconsult.bookings.models_agenda import AgendaSession
from teleconsult.cases.withheld import WITHHELD_SINCE

_earlier, _then = aliased(Booking, name="earlier"), aliased(AgendaSession, name="then")
_first_booked = (
    select(func.min(_earlier.booked_at))
    .join(_then, _then.id == _earlier.session_id)
    .where(_earlier.request_id == Booking.request_id, _then.specialist_id == AgendaSession.specialist_id)
    .scalar_subquery()
)
MAY_READ: ColumnElement[bool] = or_(WITHHELD_SINCE.is_(None), _first_booked < WITHHELD_SINCE)
"""Of a booking with its session, beside its case: what was read before cannot be unread, and is owed an answer."""
