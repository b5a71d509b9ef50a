"""Sessions that nobody would hold: on a holiday, or while their specialist is away, has left, or attends no more in the specialty.

They are not cancelled by themselves: whoever runs the agenda may find somebody else, or another day. But patients are
booked in them, and go on being: the desk is told as soon as it is so, and the session says it until it is settled.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from flask import url_for
from sqlalchemy import and_, func, select

from teleconsult import clock, events
from teleconsult.bookings.models import Booking
from teleconsult.bookings.models_agenda import AgendaSession
from teleconsult.bookings.world import holidays
from teleconsult.errors import N_, Refused
from teleconsult.extensions import db
from teleconsult.network.models import Specialty
from teleconsult.notices import actions as notices
from teleconsult.people import queries as people
from teleconsult.people.access import Permission, Role
from teleconsult.people.facts import Lost
from teleconsult.people.models import User, UserRole, UserSpecialty
from teleconsult.shifts.models import Leave
from teleconsult.shifts.queries import away_between
from teleconsult.typed import show_day
from teleconsult.web.messages import gettext as _
from teleconsult.web.messages import ngettext

_LIVE = AgendaSession.cancelled_at.is_(None)


def hold_to_presence(person: User, day: date, starts_at: datetime, ends_at: datetime, field: str) -> None:
    """Let no agenda be laid into the leave of its specialist.

    Raises:
        Refused: there is one in these hours; the day is named, for a series has many.
    """
    if away_between([person.id], starts_at, ends_at):
        raise Refused(
            N_("%(name)s tem um afastamento em %(day)s. Escolha outro dia, ou deixe esse de fora."),
            field,
            name=person.full_name,
            day=show_day(day),
        )


def hold_to_attending(person: User, specialty: Specialty) -> None:
    """Let no agenda be laid for who does not attend in its specialty, as they are now: the page may be an hour old.

    Raises:
        Refused: the account is off, they are no consultant, or of other specialties.
    """
    serving = _serving([person.id])
    if person.id not in serving:
        said = N_("%(name)s não tem mais conta ativa. Escolha outra pessoa.")
        raise Refused(said, "specialist", name=person.full_name)
    if specialty.id not in serving[person.id]:
        said = N_("%(name)s não atende nesta especialidade. Escolha outra pessoa.")
        raise Refused(said, "specialist", name=person.full_name)


def reasons(rows: Sequence[Any]) -> dict[int, str]:
    """Return why nobody would hold the sessions of which that is so, by their ids; what is over is left alone."""
    coming = [row for row in rows if row.cancelled_at is None and row.ends_at > clock.now()]
    if not coming:
        return {}
    off = holidays(min(row.day for row in coming), max(row.day for row in coming))
    ids = {row.specialist_id for row in coming} - {None}
    away = away_between(ids, min(row.starts_at for row in coming), max(row.ends_at for row in coming))
    serving = _serving(ids)
    found = {row.id: _why(row, off, away.get(row.specialist_id, ()), serving) for row in coming}
    return {number: why for number, why in found.items() if why}


def _serving(ids: Iterable[int]) -> dict[int, set[int]]:
    """Return in which specialties those of these people attend whose account is on; whoever is no consultant, in none."""
    attends = and_(UserSpecialty.user_id == User.id, UserRole.user_id.is_not(None))
    rows = db.session.execute(
        select(User.id, UserSpecialty.specialty_id)
        .outerjoin(UserRole, and_(UserRole.user_id == User.id, UserRole.role == Role.CONSULTANT))
        .outerjoin(UserSpecialty, attends)
        .where(User.id.in_(ids), User.switched_off_at.is_(None))
    )
    found: dict[int, set[int]] = defaultdict(set)
    for row in rows:
        found[row.id] |= {row.specialty_id} - {None}
    return found


def _why(
    row: Any, off: dict[date, str], away: Iterable[tuple[datetime, datetime]], serving: dict[int, set[int]]
) -> str:
    if row.day in off:
        return _("Este dia é feriado: %(name)s.", name=off[row.day])
    if row.specialist_id is not None and row.specialist_id not in serving:
        return _("%(name)s não tem mais conta ativa.", name=row.specialist_name)
    if row.specialist_id is not None and row.specialty_id not in serving[row.specialist_id]:
        return _("%(name)s não atende mais nesta especialidade.", name=row.specialist_name)
    if any(since < row.ends_at and until > row.starts_at for since, until in away):
        return _("%(name)s tem um afastamento neste horário.", name=row.specialist_name)
    return ""


@events.on("leave.take", order=70)
def tell_of_leave(*, leave: Leave, by: User) -> None:
    """Tell the desk of the agenda into which a leave of its specialist falls."""
    inside = AgendaSession.starts_at < leave.until_at, AgendaSession.ends_at > leave.from_at
    _tell(_coming(AgendaSession.specialist_id == leave.user_id, *inside), by)


@events.on("holiday.change", order=70)
def tell_of_holidays(*, days: Sequence[date], by: User | None) -> None:
    """Tell the desk of the agenda on days that became holidays; of one that is a working day again nothing is to do."""
    off = holidays(min(days), max(days))
    _tell(_coming(AgendaSession.day.in_([day for day in days if day in off])), by)


@events.on("person.switched_off", "person.specialties_changed", order=70)
def tell_of_leaving(person: User, by: User, lost: Lost) -> None:
    """Tell the desk of the agenda of somebody who left, or attends no more in its specialty: who is booked in it is booked with nobody."""
    _tell(_left_by(person, lost), by)


def _left_by(person: User, lost: Lost) -> Sequence[AgendaSession]:
    """Return the days of an agenda that lose their specialist; it is asked before the loss and after it."""
    own = AgendaSession.specialist_id == person.id
    if Role.CONSULTANT in lost.roles:
        return _coming(own)
    if not person.has(Role.CONSULTANT):
        return ()
    return _coming(own, AgendaSession.specialty_id.in_(lost.specialty_ids))


def _coming(*which: Any) -> Sequence[AgendaSession]:
    query = select(AgendaSession).where(_LIVE, AgendaSession.ends_at > clock.now(), *which)
    return db.session.scalars(query.order_by(AgendaSession.starts_at, AgendaSession.id)).all()


def _tell(sessions: Sequence[AgendaSession], by: User | None) -> None:
    """Say it once for each day of an agenda: each is settled by itself."""
    desk = people.active_with_role(Role.ADMINISTRATOR) if sessions else []
    for session in sessions:
        notices.tell(desk, "agenda.unattended", subject=session.ref, by=by, many=True)


@events.panel("person.leaving", order=65)
def agenda_left(person: User, lost: Lost) -> list[str] | None:
    """Say, before a person goes or loses a specialty, how many days of their agenda lose their specialist, and of how many patients."""
    sessions = _left_by(person, lost)
    if not sessions:
        return None
    days = ngettext(
        "%(num)d dia de agenda de consultas presenciais fica sem especialista, e a administração é avisada.",
        "%(num)d dias de agenda de consultas presenciais ficam sem especialista, e a administração é avisada.",
        len(sessions),
    )
    booked = _booked_in(sessions)
    patients = ngettext(
        "%(num)d paciente marcado nessa agenda continua marcado até a administração achar outra pessoa ou outro dia.",
        "%(num)d pacientes marcados nessa agenda continuam marcados até a administração achar outra pessoa ou outro dia.",
        booked,
    )
    return [days, patients] if booked else [days]


def _booked_in(sessions: Sequence[AgendaSession]) -> int:
    """Return how many visits that are still to come to these days."""
    live = Booking.ended_at.is_(None), Booking.mark == ""
    count = select(func.count()).where(Booking.session_id.in_([session.id for session in sessions]), *live)
    return db.session.scalar(count) or 0


@events.panel("notice")
def place_of(ref: str, user: User, **_facts: Any) -> str | None:
    """Return where a notice about a day of an agenda leads."""
    if not ref.startswith("AG-"):
        return None
    return url_for("agenda.session", ref=ref) if Permission.RUN_AGENDA in user.permissions else None
