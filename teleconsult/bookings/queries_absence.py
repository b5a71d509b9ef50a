"""Who came and who did not, counted by what may make a difference. Only marked visits count."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Float, case, cast, extract, func, select

from teleconsult.bookings.absence import LEAD_BANDS, Rate
from teleconsult.bookings.models import Booking, BookingRequest
from teleconsult.bookings.models_agenda import AgendaSession
from teleconsult.cases.models import PatientSnapshot
from teleconsult.extensions import db
from teleconsult.network.models import HealthUnit, Specialty

MOST = 40
"""Groups shown of one kind; the rest stands together under its own line."""


class Group(NamedTuple):
    """One group of visits: how it is called (English beside it, if it has a name in it) and its rate."""

    name: str
    english: str
    rate: Rate


def by_specialty(since: datetime) -> list[Group]:
    """Return the groups by specialty, most visits first."""
    query = _counted(Specialty.name_pt, Specialty.name_en, since=since)
    return _groups(query.join(Specialty, Specialty.id == BookingRequest.specialty_id))


def by_unit(since: datetime) -> list[Group]:
    """Return the groups by referring unit, most visits first."""
    query = _counted(HealthUnit.name, HealthUnit.name, since=since)
    return _groups(query.join(HealthUnit, HealthUnit.id == BookingRequest.unit_id))


def by_neighbourhood(since: datetime) -> list[Group]:
    """Return the groups by where the patient lives (forms.md §7 asks for areas), most visits first."""
    lives = PatientSnapshot.neighbourhood
    return _groups(
        _counted(lives, lives, since=since).join(PatientSnapshot, PatientSnapshot.case_id == BookingRequest.case_id)
    )


def by_lead_time(since: datetime) -> list[Group]:
    """Return the groups by days from the booking to the visit, shortest first, empty ones too."""
    band = case(
        *((_lead_days() <= last, number) for number, (last, _) in enumerate(LEAD_BANDS) if last is not None),
        else_=len(LEAD_BANDS) - 1,
    )
    found = {row[0]: Rate(row.missed, row.visits) for row in db.session.execute(_counted(band, band, since=since))}
    return [Group(name, "", found.get(number, Rate(0, 0))) for number, (_, name) in enumerate(LEAD_BANDS)]


def rate_of_session(session: AgendaSession, since: datetime) -> Rate:
    """Return the marked visits of the same specialty at the same place: what a session is expected to be like."""
    row = db.session.execute(
        select(func.count().label("visits"), _missed())
        .select_from(Booking)
        .join(BookingRequest, BookingRequest.id == Booking.request_id)
        .where(Booking.mark != "", Booking.at >= since, BookingRequest.specialty_id == session.specialty_id)
    ).one()
    return Rate(row.missed, row.visits)


def _counted(name: Any, english: Any, *, since: datetime) -> Any:
    return (
        select(name, english, func.count().label("visits"), _missed())
        .select_from(Booking)
        .join(BookingRequest, BookingRequest.id == Booking.request_id)
        .where(Booking.mark != "", Booking.at >= since)
        .group_by(name, english)
    )


def _missed() -> Any:
    return func.coalesce(func.sum(case((Booking.mark == "missed", 1), else_=0)), 0).label("missed")


def _groups(query: Any) -> list[Group]:
    rows: Sequence[Any] = db.session.execute(query).all()
    ordered = sorted(rows, key=lambda row: (-row.visits, row[0]))
    return [Group(row[0], row[1], Rate(int(row.missed), row.visits)) for row in ordered]


def _lead_days() -> ColumnElement[float]:
    """Return the whole days from the booking to the visit, in the dialect's own words."""
    if db.session.get_bind().dialect.name == "postgresql":
        return func.floor(cast(extract("epoch", Booking.at - Booking.booked_at), Float) / 86400)
    return func.floor(func.julianday(Booking.at) - func.julianday(Booking.booked_at))
