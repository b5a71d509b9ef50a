"""What the first screen of whoever asks shows of an offered slot: it waits for nobody else, and only until an hour."""

from typing import Any

from flask import url_for
from sqlalchemy import BindParameter, and_, bindparam, or_, select

from teleconsult import events
from teleconsult.bookings.models import BookingOffer, BookingRequest
from teleconsult.bookings.models_agenda import AgendaSession, AgendaSlot
from teleconsult.bookings.words import visit_time
from teleconsult.cases.access import Sight
from teleconsult.cases.models import Case, PatientSnapshot
from teleconsult.cases.rows import Moment, called, specialty_words
from teleconsult.cases.visible import in_district
from teleconsult.extensions import read
from teleconsult.network.models import HealthUnit, Specialty
from teleconsult.people.access import Role
from teleconsult.people.models import User
from teleconsult.web.messages import gettext as _
from teleconsult.web.words import localtime

AT_MOST = 20

_ME: BindParameter[int] = bindparam("user_id")
# Who asks no more, or went to another district, sees the case no more (access.py): it is not named to them either. Whoever
# went to another unit still asks on it, but accepts nothing for the unit that they left (steps.py).
_OF_UNIT = and_(Case.requester_id == bindparam("asks_id"), BookingRequest.unit_id == bindparam("unit_id"))
_OF_DISTRICT = and_(or_(Case.requester_id == _ME, Case.filed_by_id == _ME), in_district())
_MINE = (
    select(
        BookingRequest.ref.label("request_ref"),
        Case.ref,
        Case.initials,
        Case.birth_date,
        Case.age_years,
        PatientSnapshot.name,
        PatientSnapshot.social_name,
        Specialty.name_pt,
        Specialty.name_en,
        AgendaSlot.at,
        AgendaSession.zone,
        BookingOffer.expires_at,
    )
    .select_from(BookingOffer)
    .join(BookingRequest, BookingRequest.id == BookingOffer.request_id)
    .join(Case, Case.id == BookingRequest.case_id)
    .join(HealthUnit, HealthUnit.id == Case.unit_id)
    .outerjoin(PatientSnapshot, PatientSnapshot.case_id == Case.id)
    .join(Specialty, Specialty.id == BookingRequest.specialty_id)
    .join(AgendaSlot, AgendaSlot.id == BookingOffer.slot_id)
    .join(AgendaSession, AgendaSession.id == AgendaSlot.session_id)
    .where(BookingOffer.closed_at.is_(None), or_(_OF_UNIT, _OF_DISTRICT))
    .order_by(BookingOffer.expires_at, BookingOffer.id)
    .limit(AT_MOST)
)


@events.panel("offers_waiting")
def offers_waiting(user: User) -> list[dict[str, Any]] | None:
    """Return rows of the slots that are offered to a person's patients, the one that is kept least long first."""
    asks_id = user.id if user.has(Role.REQUESTER) else None
    given = {
        "user_id": user.id,
        "asks_id": asks_id,
        "unit_id": user.unit_id,
        "district": user.supported_district or None,
    }
    rows, moment = read(_MINE, given), Moment()
    return [_row(row, moment) for row in rows] or None


def _row(row: Any, moment: Moment) -> dict[str, Any]:
    address = url_for("bookings.show", ref=row.request_ref)
    return {
        "url": address,
        "name": called(row, Sight.FULL, moment),
        "topic": specialty_words(row),
        "unseen": False,
        "state": "in_person",
        "due": {"kind": "soon", "text": _("aceite até %(when)s", when=localtime(row.expires_at))},
        "why": {"kind": "offer", "when": visit_time(row.at, row.zone)},
        "action": {"url": address, "label": _("Ver a vaga")},
        "whose": "",
    }
