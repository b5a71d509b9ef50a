"""What bookings show on pages and feeds of the floors below: the management's figures, a specialist's own calendar."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import current_app, url_for
from sqlalchemy import and_, func, or_, select

from teleconsult import clock, events
from teleconsult.bookings import settings
from teleconsult.bookings.models import Booking, BookingRequest
from teleconsult.bookings.models_agenda import AgendaSession
from teleconsult.bookings.steps import LISTED, Kind, State
from teleconsult.cases.models_opinion import Referral
from teleconsult.extensions import db
from teleconsult.people.models import User
from teleconsult.web.messages import gettext as _
from teleconsult.web.messages import ngettext
from teleconsult.web.words import in_language

if TYPE_CHECKING:
    from icalendar import Event


@events.panel("overview", order=30)
def owing_tile() -> dict[str, Any]:
    """Return how many counter-referrals are overdue, for the management's page."""
    until = clock.now() - timedelta(days=settings.number("counter_referral_days"))
    query = (
        select(func.count())
        .select_from(Referral)
        .join(BookingRequest, BookingRequest.referral_id == Referral.id)
        .join(Booking, and_(Booking.request_id == BookingRequest.id, Booking.ended_at.is_(None)))
        .where(
            Referral.ended_at.is_(None),
            BookingRequest.kind == Kind.FIRST,
            BookingRequest.state == State.ATTENDED,
            Booking.at <= until,
        )
    )
    waiting = select(func.count()).select_from(BookingRequest).where(BookingRequest.state.in_(LISTED))
    count = db.session.scalar(waiting) or 0
    return {
        "label": _("Contrarreferências atrasadas"),
        "value": db.session.scalar(query) or 0,
        "small": ngettext("%(num)d pedido na lista de espera", "%(num)d pedidos na lista de espera", count),
    }


@events.panel("ways", order=30)
def agenda_way() -> tuple[str, str, str, str]:
    """Lead the management to the agenda."""
    return (url_for("agenda.day"), "inperson", _("Consultas presenciais"), _("a agenda de cada dia, e as faltas"))


@events.panel("ways", order=31)
def quotas_way() -> tuple[str, str, str, str]:
    """Lead the management to the allowances."""
    return (url_for("quotas.index"), "csv", _("Cotas de marcação"), _("formulários, planilhas e dia de cada unidade"))


@events.panel("feed", order=30)
def sessions_of(user: User, since: datetime, struck_out: datetime) -> list["Event"]:
    """Return the agenda sessions of a specialist as events of their calendar: no patient in them."""
    query = select(AgendaSession).where(
        AgendaSession.specialist_id == user.id,
        AgendaSession.starts_at > since,
        or_(AgendaSession.cancelled_at.is_(None), AgendaSession.cancelled_at > struck_out),
    )
    return [_event(session) for session in db.session.scalars(query.order_by(AgendaSession.starts_at))]


def _event(session: AgendaSession) -> "Event":
    from icalendar import Event  # noqa: PLC0415 (only the feed needs it; each worker is spared its memory)

    host = urlsplit(current_app.config["BASE_URL"]).hostname or "teleconsult"
    specialty = in_language(session.specialty.name_pt, session.specialty.name_en)
    event = Event()
    event.add("uid", f"{session.ref}@{host}")
    event.add("dtstamp", session.cancelled_at or session.created_at)
    event.add("dtstart", session.starts_at)
    event.add("dtend", session.ends_at)
    event.add("summary", _("Consultas de %(specialty)s", specialty=specialty))
    event.add("location", ", ".join(filter(None, (session.unit.name, session.room))))
    event.add("sequence", session.version)
    event.add("status", "CANCELLED" if session.cancelled_at else "CONFIRMED")
    return event
