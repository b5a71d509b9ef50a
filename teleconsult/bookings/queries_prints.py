"""What the sheets on paper show."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import selectinload

from teleconsult.bookings import queries_sheets
from teleconsult.bookings.models import Booking, BookingRequest
from teleconsult.bookings.models_agenda import AgendaSession, AgendaSlot
from teleconsult.bookings.models_quota import BookingSheet, BookingSheetLine
from teleconsult.cases.models import Case, PatientSnapshot
from teleconsult.cases.models_opinion import CounterReferral, Referral
from teleconsult.cases.queries_case import identity_of
from teleconsult.errors import NotFound
from teleconsult.extensions import db
from teleconsult.network.models import HealthUnit
from teleconsult.people.access import Role
from teleconsult.people.models import User

KEPT = or_(Booking.ended_at.is_(None), Booking.ended_how == "missed")
"""A visit that is booked, or was and nobody came: what a day's paper lists."""


def referral_of(case: Case) -> tuple[Referral, PatientSnapshot, CounterReferral | None, Booking | None]:
    """Return the last referral of a case, its patient, what came back, and the visit that is booked for it.

    Raises:
        NotFound: the case was never referred.
    """
    referral = db.session.scalar(
        select(Referral).where(Referral.case_id == case.id).order_by(Referral.id.desc()).limit(1)
    )
    patient, _consents = identity_of(case)
    if referral is None or patient is None:
        raise NotFound
    back = db.session.scalar(select(CounterReferral).where(CounterReferral.referral_id == referral.id))
    return referral, patient, back, booked_for(referral)


def booked_for(referral: Referral) -> Booking | None:
    """Return the visit that is booked for a referral, if any: the last one, when the patient comes again."""
    return db.session.scalar(
        select(Booking)
        .join(BookingRequest, BookingRequest.id == Booking.request_id)
        .where(BookingRequest.referral_id == referral.id, Booking.ended_at.is_(None))
        .order_by(Booking.id.desc())
        .limit(1)
    )


def sessions_on(day: date, user: User) -> list[tuple[AgendaSession, Sequence[Any]]]:
    """Return the sessions of a day in the order of their hours, each with its slots and who is booked in them.

    As on the screen: a consultant's own, everybody's for the desk and the management. To whom a booked slot belongs is
    said to the desk and to who sees the patient; the management is told that it is booked, and from which unit.
    """
    query = select(AgendaSession).where(AgendaSession.day == day, AgendaSession.cancelled_at.is_(None))
    if not (user.has(Role.ADMINISTRATOR) or user.has(Role.MANAGER)):
        query = query.where(AgendaSession.specialist_id == user.id)
    sessions = db.session.scalars(
        query.order_by(AgendaSession.starts_at, AgendaSession.id).options(selectinload(AgendaSession.slots))
    ).all()
    own = [session.id for session in sessions if session.specialist_id == user.id and user.has(Role.CONSULTANT)]
    shown = [session.id for session in sessions]
    rows = _rows(shown, shown if user.has(Role.ADMINISTRATOR) else own)
    return [(session, [row for row in rows if row.session_id == session.id]) for session in sessions]


def _rows(session_ids: Sequence[int], named: Sequence[int]) -> Sequence[Any]:
    """Return the slots of sessions, with the patient and the case where these may be named."""
    return db.session.execute(
        select(
            AgendaSlot.session_id,
            AgendaSlot.at,
            AgendaSlot.kind,
            PatientSnapshot.name,
            PatientSnapshot.social_name,
            PatientSnapshot.birth_date,
            PatientSnapshot.age_years,
            HealthUnit.name.label("unit"),
            Case.ref,
        )
        .outerjoin(Booking, and_(Booking.session_id == AgendaSlot.session_id, Booking.slot_id == AgendaSlot.id, KEPT))
        .outerjoin(BookingRequest, BookingRequest.id == Booking.request_id)
        .outerjoin(Case, and_(Case.id == BookingRequest.case_id, AgendaSlot.session_id.in_(named)))
        .outerjoin(PatientSnapshot, PatientSnapshot.case_id == Case.id)
        .outerjoin(HealthUnit, HealthUnit.id == BookingRequest.unit_id)
        .where(AgendaSlot.session_id.in_(session_ids), AgendaSlot.blocked_at.is_(None))
        .order_by(AgendaSlot.at, AgendaSlot.number)
    ).all()


def sheet_by(ref: str, user: User) -> tuple[BookingSheet, Sequence[Any]]:
    """Return a booking sheet of the district of a person, and each line with the visit booked for it, if there is one, and its case.

    Raises:
        NotFound: there is none, or not in this person's district.
    """
    sheet = queries_sheets.sheet_by(ref, user)
    lines = db.session.execute(
        select(BookingSheetLine, Booking, Case.ref)
        .join(BookingRequest, BookingRequest.id == BookingSheetLine.request_id)
        .join(Case, Case.id == BookingRequest.case_id)
        .outerjoin(Booking, (Booking.request_id == BookingSheetLine.request_id) & Booking.ended_at.is_(None))
        .where(BookingSheetLine.sheet_id == sheet.id)
        .order_by(BookingSheetLine.number)
    ).all()
    return sheet, lines
