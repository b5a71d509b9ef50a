"""The booking sheets of a district: what came, what is to go back, and what became of each line."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, func, select

from teleconsult.bookings.models import Booking, BookingRequest
from teleconsult.bookings.models_agenda import AgendaSession
from teleconsult.bookings.models_quota import BookingSheet, BookingSheetLine
from teleconsult.bookings.steps import LISTED, State
from teleconsult.cases.models import Case
from teleconsult.cases.visible import in_district
from teleconsult.errors import NotFound
from teleconsult.extensions import db
from teleconsult.network.directory import unit_by
from teleconsult.network.models import HealthUnit, Specialty
from teleconsult.people.models import User
from teleconsult.web import Page, page_by_key


def unit_of(slug: str, user: User) -> HealthUnit:
    """Return a unit of a person's district, closed ones too.

    Raises:
        NotFound: there is none.
    """
    unit = unit_by(slug)
    if unit.district != user.supported_district or not unit.district:
        raise NotFound
    return unit


def sheets_page(user: User) -> Page:
    """Return a page of the sheets of a person's district, newest first."""
    lines = (
        select(func.count())
        .where(BookingSheetLine.sheet_id == BookingSheet.id)
        .correlate(BookingSheet)
        .scalar_subquery()
    )
    query = (
        select(
            BookingSheet.id,
            BookingSheet.ref,
            BookingSheet.received_on,
            BookingSheet.due_on,
            BookingSheet.returned_at,
            HealthUnit.name.label("unit_name"),
            lines.label("lines"),
        )
        .join(HealthUnit, HealthUnit.id == BookingSheet.unit_id)
        .where(in_district(user.supported_district))
    )
    return page_by_key(query, [(BookingSheet.id, True)])


def sheet_by(ref: str, user: User) -> BookingSheet:
    """Return a sheet of a person's district.

    Raises:
        NotFound: there is none.
    """
    sheet = db.session.scalar(select(BookingSheet).where(BookingSheet.ref == ref.upper()))
    if sheet is None or sheet.unit.district != user.supported_district or not sheet.unit.district:
        raise NotFound
    return sheet


def lines_of(sheet: BookingSheet) -> Sequence[Any]:
    """Return the lines of a sheet with where and when each is booked, if it is."""
    query = (
        select(
            BookingSheetLine.number,
            BookingSheetLine.name,
            BookingSheetLine.birth_date,
            BookingSheetLine.mother_name,
            BookingSheetLine.address,
            BookingSheetLine.neighbourhood,
            BookingSheetLine.municipality,
            Specialty.name_pt,
            Specialty.name_en,
            BookingRequest.ref.label("request_ref"),
            BookingRequest.state,
            Case.ref.label("case_ref"),
            Booking.at,
            AgendaSession.specialist_name,
            AgendaSession.room,
            AgendaSession.zone,
            HealthUnit.name.label("place"),
        )
        .join(BookingRequest, BookingRequest.id == BookingSheetLine.request_id)
        .join(Case, Case.id == BookingRequest.case_id)
        .join(Specialty, Specialty.id == BookingSheetLine.specialty_id)
        .outerjoin(Booking, and_(Booking.request_id == BookingRequest.id, Booking.ended_at.is_(None)))
        .outerjoin(AgendaSession, AgendaSession.id == Booking.session_id)
        .outerjoin(HealthUnit, HealthUnit.id == AgendaSession.unit_id)
        .where(BookingSheetLine.sheet_id == sheet.id)
    )
    return db.session.execute(query.order_by(BookingSheetLine.number)).all()


def left_of(lines: Sequence[Any]) -> int:
    """Return how many of the lines still wait for a booking: one that was missed or cancelled is to be booked anew."""
    return sum(1 for line in lines if line.state in LISTED | {State.MISSED, State.CANCELLED})


def on_open_sheet(request_id: int) -> bool:
    """Tell whether a request stands on a sheet that has not gone back yet."""
    query = (
        select(BookingSheetLine.id)
        .join(BookingSheet, BookingSheet.id == BookingSheetLine.sheet_id)
        .where(BookingSheetLine.request_id == request_id, BookingSheet.returned_at.is_(None))
    )
    return db.session.scalar(query.limit(1)) is not None
