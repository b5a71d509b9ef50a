"""What the first screen of whoever asks shows of an offered slot: it waits for nobody else, and only until an hour."""

from typing import Any

from flask import url_for
from sqlalchemy import BindParameter, bindparam, or_, select

from teleconsult import events
from teleconsult.bookings.models import BookingOffer, BookingRequest
from teleconsult.bookings.models_agenda import AgendaSession, AgendaSlot
from teleconsult.bookings.words import visit_time
from teleconsult.cases.models import Case
from teleconsult.cases.rows import specialty_words
from teleconsult.extensions import read
from teleconsult.network.models import Specialty
from teleconsult.people.models import User
from teleconsult.web.messages import gettext as _
from teleconsult.web.words import localtime

AT_MOST = 20

_ME: BindParameter[int] = bindparam("user_id")
_MINE = (
    select(
        BookingRequest.ref,
        Case.initials,
        Specialty.name_pt,
        Specialty.name_en,
        AgendaSlot.at,
        AgendaSession.zone,
        BookingOffer.expires_at,
    )
    .select_from(BookingOffer)
    .join(BookingRequest, BookingRequest.id == BookingOffer.request_id)
    .join(Case, Case.id == BookingRequest.case_id)
    .join(Specialty, Specialty.id == BookingRequest.specialty_id)
    .join(AgendaSlot, AgendaSlot.id == BookingOffer.slot_id)
    .join(AgendaSession, AgendaSession.id == AgendaSlot.session_id)
    .where(BookingOffer.closed_at.is_(None), or_(Case.requester_id == _ME, Case.filed_by_id == _ME))
    .order_by(BookingOffer.expires_at, BookingOffer.id)
    .limit(AT_MOST)
)


@events.panel("offers_waiting")
def offers_waiting(user: User) -> list[dict[str, Any]] | None:
    """Return rows of the slots that are offered to a person's patients, the one that is kept least long first."""
    return [_row(row) for row in read(_MINE, {"user_id": user.id})] or None


def _row(row: Any) -> dict[str, Any]:
    address = url_for("bookings.show", ref=row.ref)
    return {
        "url": address,
        "name": row.initials,
        "topic": specialty_words(row),
        "unseen": False,
        "state": "in_person",
        "due": {"kind": "soon", "text": _("aceite até %(when)s", when=localtime(row.expires_at))},
        "why": {"kind": "offer", "when": visit_time(row.at, row.zone)},
        "action": {"url": address, "label": _("Ver a vaga")},
        "whose": "",
    }
