"""What bookings hear from the floors below: referrals that begin and end, who attends, patients' records joined."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import and_, bindparam, func, literal_column, select, update

from teleconsult import clock, events
from teleconsult.bookings import actions, queries, shelves
from teleconsult.bookings.models import Booking, BookingRequest
from teleconsult.bookings.models_agenda import AgendaSession
from teleconsult.bookings.queries_prints import booked_for
from teleconsult.bookings.reading import MAY_READ
from teleconsult.bookings.steps import NEXT_WORDS, STATE_WORDS, TAKEN_AWAY, Kind, State
from teleconsult.bookings.words import visit_clock
from teleconsult.bookings.world import facts_for
from teleconsult.cases.models import Case
from teleconsult.cases.models_opinion import CounterReferral, Referral
from teleconsult.errors import N_, Refused
from teleconsult.extensions import changed, db, read
from teleconsult.network.models import HealthUnit
from teleconsult.patients.models import Patient
from teleconsult.people.models import User
from teleconsult.shifts.calendar import local_day
from teleconsult.web.messages import gettext as _
from teleconsult.web.messages import ngettext
from teleconsult.web.words import localdate

OVER = frozenset({State.ATTENDED, State.ENDED})


@events.on("referral.make")
def list_it(*, referral: Referral, by: User) -> None:
    """Put the visit of a new referral on the waiting list."""
    actions.make(referral, by=by)


@events.on("referral.end")
def take_it_off(*, referral: Referral, how: str, by: User, sheet: CounterReferral | None = None) -> None:
    """Free what a referral that ends still holds; a return that the specialist asked for is a request of its own."""
    for request in queries.requests_of(referral.case_id):
        if request.referral_id != referral.id or request.kind != Kind.FIRST or request.state in OVER:
            continue
        if how == "counter_referred" and facts_for(request, None).begun:
            # The sheet that came back says that the patient was seen; before the day of the visit, that it was not there.
            actions.attend(request, by=None)
        else:
            actions.end(request, how)
    if sheet is not None and sheet.returns:
        actions.make_return(referral, by=by, return_when=sheet.return_when, seen_on=sheet.attended_on)


@events.panel("attending")
def attends(case: Case, user: User) -> bool | None:
    """Tell whether this person is the specialist of a session in which the patient of a case is booked or was seen."""
    return True if user.id in attended_by(case.id) else None


@events.panel("awaited")
def is_awaited(case: Case, user: User) -> bool | None:
    """Tell whether it is this person's session in which the patient is booked for the referral that waits, or was seen for it.

    Who saw the patient for one that ended reads the case for ever, and has nothing to say of a visit that is another's.
    """
    return True if user.id in [row.specialist_id for row in read(_AWAITED, {"case_id": case.id})] else None


@events.panel("attended_by")
def attended_by(case_id: int) -> Sequence[int]:
    """Return the specialists of the sessions in which the patient of a case is booked or was seen, and who may read it."""
    return [row.specialist_id for row in read(_ATTENDED_BY, {"case_id": case_id})]


_ATTENDED_BY = (
    select(AgendaSession.specialist_id)
    .join(Booking, Booking.session_id == AgendaSession.id)
    .join(BookingRequest, BookingRequest.id == Booking.request_id)
    .join(Case, Case.id == BookingRequest.case_id)
    .where(
        Case.id == bindparam("case_id"),
        MAY_READ,
        Booking.ended_at.is_(None),
        AgendaSession.specialist_id.is_not(None),
        AgendaSession.cancelled_at.is_(None),
    )
)

_AWAITED = _ATTENDED_BY.join(Referral, Referral.id == BookingRequest.referral_id).where(Referral.ended_at.is_(None))


@events.panel("visit")
def visit_of(case: Case) -> tuple[date, str] | None:
    """Return when and by whom the patient of a case was seen, as the agenda has it: it is not asked twice."""
    row = _visit(case)
    if row is None or not _begun(row):
        return None
    return min(_day(row), local_day(clock.now(), row.zone)), row.specialist_name


@events.panel("visit_ahead")
def visit_ahead(case: Case) -> dict[str, str] | None:
    """Say of a visit whose day is still to come what becomes of it when the patient was seen elsewhere before."""
    row = _visit(case)
    if row is None or _begun(row):
        return None
    hour = visit_clock(row.at, row.zone)
    return {"template": "bookings/ahead.html", "day": localdate(_day(row)), "hour": hour, "doctor": row.specialist_name}


def _visit(case: Case) -> Any:
    query = (
        select(Booking.at, AgendaSession.day, AgendaSession.zone, AgendaSession.specialist_name)
        .join(AgendaSession, AgendaSession.id == Booking.session_id)
        .join(BookingRequest, BookingRequest.id == Booking.request_id)
        .where(BookingRequest.case_id == case.id, Booking.ended_at.is_(None))
    )
    return db.session.execute(query.order_by(Booking.at.desc()).limit(1)).one_or_none()


def _day(visit: Any) -> date:
    """Return the day of a visit at its place: an agenda that goes past midnight has slots on the next one."""
    return local_day(visit.at, visit.zone)


def _begun(visit: Any) -> bool:
    begun: bool = visit.day <= local_day(clock.now(), visit.zone)
    return begun


@events.panel("visits_said")
def visits_said(case_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Say how far the visit of each of these cases is, and what that leaves to be done.

    One that nobody booked looks else like one that is, and one that is booked as if its unit still had to.
    """
    rows = read(_STANDS, {"cases": case_ids, "now": clock.now()})
    return {row.case_id: (_(STATE_WORDS[State(row.state)]), _(_next(row.state, row.taken_away))) for row in rows}


def _next(state: str, taken_away: bool | None) -> str:
    return TAKEN_AWAY if state == State.WAITING and taken_away else NEXT_WORDS[State(state)]


_STANDS = (
    select(
        BookingRequest.case_id,
        BookingRequest.state,
        select(and_(Booking.ended_how == "released", Booking.at > bindparam("now", type_=Booking.at.type)))
        .where(Booking.request_id == BookingRequest.id)
        .order_by(Booking.id.desc())
        .limit(literal_column("1"))
        .scalar_subquery()
        .label("taken_away"),
    )
    .where(BookingRequest.case_id.in_(bindparam("cases", expanding=True)))
    .order_by(BookingRequest.id)
)


@events.panel("booked")
def booked_on_paper(referral: Referral) -> dict[str, str] | None:
    """Return day, hour and doctor of the visit that is booked for a referral: its sheet is handed out with them."""
    booking = booked_for(referral)
    if booking is None:
        return None
    session = booking.session
    hour = visit_clock(booking.at, session.zone)
    day = localdate(local_day(booking.at, session.zone))
    return {"day": day, "hour": hour, "doctor": session.specialist_name}


@events.on("patient.merge", "patient.unmerge", "case.repoint", order=60)
def follow_the_cases(*, kept: Patient, merged: Patient, **_facts: Any) -> None:
    """Let bookings name the patient that their case now names; after the cases were pointed elsewhere.

    Raises:
        Refused: the two records have bookings in the same hour.
    """
    mine = (
        select(Case.patient_id)
        .join(BookingRequest, BookingRequest.case_id == Case.id)
        .where(BookingRequest.id == Booking.request_id)
        .scalar_subquery()
    )
    live = Booking.ended_at.is_(None), Booking.patient_id.in_((kept.id, merged.id))
    twice = select(Booking.hour).where(*live).group_by(mine, Booking.hour).having(func.count() > 1)
    if db.session.scalar(twice.limit(1)) is not None:
        raise Refused(N_("Os dois cadastros têm consulta marcada na mesma hora. Desmarque uma delas antes."))
    changed(update(Booking).where(Booking.patient_id.in_((kept.id, merged.id))).values(patient_id=mine))


@events.panel("unit.holds", order=55)
def agenda_at_unit(unit: HealthUnit) -> str | None:
    """Return how many agenda sessions are still to come at a unit: what is free in them is booked on."""
    query = select(func.count()).where(
        AgendaSession.unit_id == unit.id,
        AgendaSession.day >= local_day(clock.now(), unit.zone),
        AgendaSession.starts_at > clock.now(),
        AgendaSession.cancelled_at.is_(None),
    )
    count = db.session.scalar(query)
    return ngettext("%(num)d dia de agenda", "%(num)d dias de agenda", count) if count else None


@events.panel("unit.holds", order=60)
def visits_at_unit(unit: HealthUnit) -> str | None:
    """Return how many booked visits take place at a unit from now on."""
    query = (
        select(func.count(Booking.id))
        .join(AgendaSession, AgendaSession.id == Booking.session_id)
        .where(AgendaSession.unit_id == unit.id, shelves.TO_COME, Booking.at >= clock.now())
    )
    count = db.session.scalar(query)
    return ngettext("%(num)d consulta marcada", "%(num)d consultas marcadas", count) if count else None
