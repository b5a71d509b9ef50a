"""The lists of booking requests, by columns and by key: who waits, what is booked, what is to be decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true

from teleconsult import clock
from teleconsult.bookings import shelves
from teleconsult.bookings.models import Booking, BookingOffer, BookingRequest
from teleconsult.bookings.models_agenda import AgendaSession
from teleconsult.bookings.steps import State
from teleconsult.cases.models import Case
from teleconsult.cases.models_opinion import Referral
from teleconsult.cases.visible import units_of
from teleconsult.errors import N_
from teleconsult.extensions import db
from teleconsult.network.models import HealthUnit, Specialty
from teleconsult.people.access import Role
from teleconsult.people.models import User
from teleconsult.web import Page, page_by_key

SHOWN = {
    "": N_("Lista de espera"),
    "booked": N_("Marcadas"),
    "unmarked": N_("Presença a anotar"),
    "undecided": N_("A decidir"),
    "owing": N_("Sem contrarreferência"),
}


@dataclass(frozen=True)
class Asked:
    """What of the lists is asked for; specialty and unit by their slugs, '' for all."""

    show: str = ""
    specialty: str = ""
    unit: str = ""


def asked_of(given: Any) -> Asked:
    """Read what an address asks for; what it does not know is left at its default."""
    text = {name: str(given.get(name, ""))[:80] for name in ("show", "specialty", "unit")}
    return Asked(**(text | {"show": text["show"] if text["show"] in SHOWN else ""}))


def own(user: User) -> ColumnElement[bool]:
    """Return the condition of the requests on which a person plays a part (`steps.parts`): of whoever plays none, none."""
    if user.has(Role.ADMINISTRATOR):
        return true()
    if user.supported_district:
        return BookingRequest.unit_id.in_(units_of(user.supported_district))
    return BookingRequest.unit_id == user.unit_id if user.has(Role.REQUESTER) and user.unit_id else false()


_COLUMNS = (
    BookingRequest.id,
    BookingRequest.ref,
    BookingRequest.version,
    BookingRequest.state,
    BookingRequest.kind,
    BookingRequest.priority,
    BookingRequest.rank,
    BookingRequest.since,
    BookingRequest.wanted_from,
    Case.ref.label("case_ref"),
    Case.initials,
    Case.birth_date,
    Case.age_years,
    Specialty.name_pt,
    Specialty.name_en,
    HealthUnit.name.label("unit_name"),
)


_VISIT = (AgendaSession.specialist_name, AgendaSession.zone, AgendaSession.day)


def _base(asked: Asked, user: User, *more: Any) -> Select[*tuple[Any, ...]]:
    query = (
        select(*_COLUMNS, *more)
        .join(Case, Case.id == BookingRequest.case_id)
        .join(Specialty, Specialty.id == BookingRequest.specialty_id)
        .join(HealthUnit, HealthUnit.id == BookingRequest.unit_id)
        .where(own(user))
    )
    if asked.specialty:
        query = query.where(
            BookingRequest.specialty_id
            == select(Specialty.id).where(Specialty.slug == asked.specialty).scalar_subquery()
        )
    if asked.unit:
        query = query.where(
            BookingRequest.unit_id == select(HealthUnit.id).where(HealthUnit.slug == asked.unit).scalar_subquery()
        )
    return query


BY_HOUR = [(Booking.at, False), (Booking.id, False)]


def _visits(asked: Asked, user: User) -> Select[*tuple[Any, ...]]:
    return (
        _base(asked, user, Booking.at, Booking.id.label("booking_id"), *_VISIT)
        .join(Booking, and_(Booking.request_id == BookingRequest.id, Booking.ended_at.is_(None)))
        .join(AgendaSession, AgendaSession.id == Booking.session_id)
    )


def listed(asked: Asked, user: User) -> Page:
    """Return a page of a list, for one person."""
    if asked.show == "booked":
        return page_by_key(_visits(asked, user).where(shelves.TO_COME, Booking.at > clock.now()), BY_HOUR)
    if asked.show == "unmarked":
        return page_by_key(_visits(asked, user).where(shelves.TO_COME, Booking.at <= clock.now()), BY_HOUR)
    if asked.show == "owing":
        query = (
            _visits(asked, user)
            .join(Referral, Referral.id == BookingRequest.referral_id)
            .where(
                shelves.REFERRED,
                Referral.ended_at.is_(None),
                BookingRequest.state == State.ATTENDED,
                BookingRequest.kind == "first",
            )
        )
        return page_by_key(query, BY_HOUR)
    if asked.show == "undecided":
        query = _base(asked, user).where(shelves.UNDECIDED)
        return page_by_key(query, [(BookingRequest.since, False), (BookingRequest.id, False)])
    offer = and_(BookingOffer.request_id == BookingRequest.id, BookingOffer.closed_at.is_(None))
    query = _base(asked, user, BookingOffer.expires_at).outerjoin(BookingOffer, offer).where(shelves.LISTED)
    return page_by_key(query, [(BookingRequest.rank, False), (BookingRequest.since, False), (BookingRequest.id, False)])


def counts(user: User) -> dict[str, int]:
    """Return how many wait, are to be decided, and are past without anybody having said who came."""
    limit = own(user)
    found = {}
    for name, shelf in (("", shelves.LISTED), ("undecided", shelves.UNDECIDED)):
        query = select(func.count()).select_from(BookingRequest).where(shelf, limit)
        found[name] = int(db.session.scalar(query) or 0)
    past = select(func.count()).select_from(Booking).join(Booking.request).where(shelves.TO_COME, limit)
    found["unmarked"] = int(db.session.scalar(past.where(Booking.at <= clock.now())) or 0)
    return found


def specialties_listed(asked: str = "") -> Sequence[Any]:
    """Return the specialties that have somebody on the list, and the one that is asked for, by name."""
    busy = select(BookingRequest.specialty_id).where(shelves.LISTED).distinct()
    named = or_(Specialty.id.in_(busy), Specialty.slug == asked)
    query = select(Specialty.slug, Specialty.name_pt, Specialty.name_en).where(named)
    return db.session.execute(query.order_by(Specialty.name_pt)).all()
