"""A room, a moment and the few shifts that the tests of the calendar stand on."""

from datetime import UTC, date, datetime, timedelta

from teleconsult import clock
from teleconsult.extensions import db, transaction
from teleconsult.network.models import HealthUnit
from teleconsult.notices.models import Notice
from teleconsult.shifts import actions
from teleconsult.shifts.calendar import slots
from teleconsult.shifts.models import Shift, ShiftSlot
from teleconsult.shifts.showing import AWAY
from tests.world import person, specialty

MONDAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
"""The Friday before; nine in the morning in Recife."""

WEEK = [(day, 8 * 60, 21 * 60) for day in range(5)] + [(5, 8 * 60, 12 * 60)]
EIGHT = 8 * 60


def unit():
    return db.session.scalars(db.select(HealthUnit).where(HealthUnit.slug == "policlinica-lessa-de-andrade")).one()


def room(name="Sala de telessaúde", workstations=2, hours=WEEK, zone="America/Recife", kind="telehealth"):
    with clock.at(NOW), transaction():
        return actions.open_room(
            name=name, kind=kind, unit=unit(), workstations=workstations, zone=zone, hours=hours, by=person("teresa")
        )


def laid(place, who="paulo", what="dermatologia", day=MONDAY, starts=EIGHT, minutes=240, at=NOW, by="teresa", **more):
    """Publish one shift in a transaction of its own."""
    with clock.at(at), transaction():
        return actions.publish(
            room=place, user=person(who), specialty=specialty(what), day=day, starts=starts, minutes=minutes,
            by=person(by), **more,
        )  # fmt: skip


def local(day, hour, minute=0):
    """Return a moment by the clock of Recife."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC) + timedelta(hours=3)


def told(who, kind):
    """Return how often somebody was told of a kind."""
    return db.session.scalar(
        db.select(db.func.count()).select_from(Notice).where(Notice.user_id == person(who).id, Notice.kind == kind)
    )


def held(shift):
    """Return the quarters of an hour that a shift holds."""
    return set(db.session.scalars(db.select(ShiftSlot.at).where(ShiftSlot.shift_id == shift.id)))


def left_by(shifts):
    """Return the kind of leave that takes each of these shifts, or part of it, as the calendar shows it: by row number."""
    of_these = Shift.id.in_([shift.id for shift in shifts])
    return dict(db.session.execute(db.select(Shift.id, AWAY).where(of_these, AWAY.is_not(None))).all())


def whole(shift):
    """Return the quarters of an hour that a shift would hold."""
    return set(slots((shift.starts_at, shift.ends_at)))


def do(verb, *args, at=NOW, by="teresa", subject=None, **given):
    """Act in a transaction of its own, at a moment."""
    with clock.at(at), transaction(subject):
        return getattr(actions, verb)(*args, **given, by=person(by))
