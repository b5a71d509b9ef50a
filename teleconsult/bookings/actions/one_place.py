"""A specialist is in one session at a time, whether they have an account here or are known by their name alone."""

from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, select, update

from teleconsult.bookings.models_agenda import AgendaSession
from teleconsult.errors import N_, Refused
from teleconsult.extensions import changed, db
from teleconsult.network.models import HealthUnit
from teleconsult.people.models import User
from teleconsult.shifts.placing import line_up
from teleconsult.typed import show_day


def queue_up(person: User | None, unit: HealthUnit) -> None:
    """Let those who lay or move the agenda of one specialist act one after the other, each seeing what the first did.

    A leave that is taken at this moment sees the sessions, or they see it. Whoever has no account has no row to wait at,
    and waits at that of the unit.
    """
    if person is not None:
        line_up(person)
    else:
        changed(update(HealthUnit).where(HealthUnit.id == unit.id).values(slug=HealthUnit.slug))


def hold_to_one_place(
    person: User | None, name: str, unit: HealthUnit, day: date, span: tuple[datetime, datetime], but: int = 0
) -> None:
    """Let a specialist be in one session at a time; `but` is the session that is being moved.

    Raises:
        Refused: there is another one in these hours.
    """
    other = select(AgendaSession.id).where(
        _theirs(person, name, unit),
        AgendaSession.day == day,
        AgendaSession.cancelled_at.is_(None),
        AgendaSession.starts_at < span[1],
        AgendaSession.ends_at > span[0],
        AgendaSession.id != but,
    )
    if db.session.scalar(other.limit(1)) is not None:
        told = person.full_name if person is not None else name
        raise Refused(N_("%(name)s já tem agenda neste horário, em %(day)s."), "starts", name=told, day=show_day(day))


def _theirs(person: User | None, name: str, unit: HealthUnit) -> ColumnElement[bool]:
    """Tell the sessions of a specialist; two of one name and without an account may be two people, but not at one unit."""
    if person is not None:
        return AgendaSession.specialist_id == person.id
    return and_(
        AgendaSession.specialist_id.is_(None), AgendaSession.unit_id == unit.id, AgendaSession.specialist_name == name
    )
