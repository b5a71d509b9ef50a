"""The PDF of in-person booking: each is recorded before it is given."""

from collections.abc import Sequence
from datetime import date

from flask import Blueprint, Response, make_response

from teleconsult import audit
from teleconsult.bookings import prints, queries_prints
from teleconsult.bookings.stepping import request_for
from teleconsult.bookings.world import live_booking
from teleconsult.cases.access import Sight, look_at, record_reading
from teleconsult.cases.models import Case
from teleconsult.cases.queries_case import identity_of
from teleconsult.errors import NotFound
from teleconsult.extensions import transaction
from teleconsult.people.access import Permission
from teleconsult.people.gate import current_user, requires, signed_in

bp = Blueprint("booking_prints", __name__)


@bp.get("/cases/<ref>/referral.pdf")
@requires(Permission.READ_CASES)
def referral(ref: str) -> Response:
    """Give the referral and counter-referral sheet of a case."""
    case = _whole(ref)
    row, patient, back, booking = queries_prints.referral_of(case)
    made, name = prints.referral_sheet(row, patient, back, booking, by=signed_in()), f"{row.ref}.pdf"
    record_reading(case, current_user, "case.print")
    return _given(made, name)


@bp.get("/bookings/<ref>/slip.pdf")
@requires(Permission.BOOK_VISITS)
def slip(ref: str) -> Response:
    """Give what the patient takes home of the visit that is booked, to whoever books for them."""
    asked = request_for(current_user, ref)
    booking, patient = live_booking(asked), identity_of(asked.case)[0]
    if booking is None or patient is None:
        raise NotFound
    made, name = prints.slip(booking, patient, by=signed_in()), f"{asked.ref}.pdf"
    record_reading(asked.case, current_user, "case.print")
    return _given(made, name)


@bp.get("/bookings/agenda/<day>.pdf")
@requires(Permission.READ_AGENDA)
def agenda(day: str) -> Response:
    """Give the agenda of one day, of as many sessions and with as many names as its reader may know."""
    asked = _day(day)
    sessions = queries_prints.sessions_on(asked, signed_in())
    made = prints.day_agenda(asked, sessions, by=signed_in())
    _record("agenda.print", day, [row.ref for _session, rows in sessions for row in rows if row.ref])
    return _given(made, f"agenda-{asked}.pdf")


@bp.get("/bookings/sheets/<ref>.pdf")
@requires(Permission.IMPORT_SHEETS)
def booking_sheet(ref: str) -> Response:
    """Give a booking sheet with the bookings made, six patients a page."""
    sheet, lines = queries_prints.sheet_by(ref, signed_in())
    made = prints.booking_sheet(sheet.unit, sheet.ref, sheet.received_on, prints.lines_of(lines), by=signed_in())
    _record("sheet.print", sheet.ref, [case_ref for _line, _booking, case_ref in lines])
    return _given(made, f"{sheet.ref}.pdf")


def _whole(ref: str) -> Case:
    """Return a case that the reader sees whole.

    Raises:
        NotFound: there is none, or not for this person.
    """
    look = look_at(current_user, ref)
    if look.sight is not Sight.FULL:
        raise NotFound
    return look.case


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise NotFound from error


def _record(word: str, subject: str, cases: Sequence[str]) -> None:
    user_id, stream = current_user.id, f"reader:{current_user.ref}"
    with transaction():
        audit.record(stream, word, by_id=user_id, subject=subject, cases=cases)


def _given(made: bytes, name: str) -> Response:
    answer = make_response(made)
    answer.headers["Content-Type"] = "application/pdf"
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
