"""A telehealth room and shifts in it, laid through the real actions, for the tests of the calendar's pages."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from teleconsult import clock
from teleconsult.extensions import db, transaction
from teleconsult.network.directory import unit_by
from teleconsult.shifts import actions
from teleconsult.shifts.models import Room, Shift
from tests import world

ZONE = ZoneInfo("America/Recife")
OPEN = [(day, 480, 1260) for day in range(5)] + [(5, 480, 720)]
"""Monday to Friday from 8:00 to 21:00, Saturday until noon."""

EIGHT, NOON, ONE, SIX = 480, 720, 780, 1080


def open_room(name: str = "Sala de telessaúde", workstations: int = 3, **more) -> str:
    """Open a room and return its slug."""
    given = {"kind": "telehealth", "zone": "America/Recife", "hours": OPEN} | more
    with transaction():
        unit = unit_by("policlinica-lessa-de-andrade")
        room = actions.open_room(name=name, unit=unit, workstations=workstations, **given, by=world.person("teresa"))
    return room.slug


def room(slug: str = "sala-de-telessaude") -> Room:
    """Return a room in the present session."""
    return db.session.scalars(db.select(Room).where(Room.slug == slug)).one()


def lay(who: str = "paulo", day: date | None = None, starts: int = EIGHT, minutes: int = 240, **more) -> str:
    """Put somebody on a shift and return its reference; on Monday of next week unless a day is given."""
    specialty = more.pop("specialty", {"helena": "cardiologia"}.get(who, "dermatologia"))
    with transaction():
        shift = actions.publish(
            room=room(more.pop("room", "sala-de-telessaude")),
            user=world.person(who),
            specialty=world.specialty(specialty),
            day=day or next_monday(),
            starts=starts,
            minutes=minutes,
            by=world.person("teresa"),
            **more,
        )
    return shift.ref


def shift(ref: str) -> Shift:
    """Return a shift as the database has it now."""
    db.session.rollback()
    return db.session.scalars(db.select(Shift).where(Shift.ref == ref)).one()


def today() -> date:
    """Return which day it is in the room."""
    return clock.now().astimezone(ZONE).date()


def next_monday() -> date:
    """Return the Monday after today."""
    return today() + timedelta(days=7 - today().weekday())


def at(day: date, minute: int) -> datetime:
    """Return the moment of a minute of a day in the room."""
    return datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=ZONE)


def form(day: date, starts: str = "08:00", ends: str = "12:00", **more) -> dict:
    """Return what the form of a new shift sends."""
    given = {"who": "PE-PAULO dermatologia", "room": "sala-de-telessaude", "day": day.isoformat()}
    return given | {"starts": starts, "ends": ends} | more


def a_minute_passes() -> None:
    """Let who is in a shift have come a minute before: a press on leaving at once is taken for a second one on coming."""
    here = Shift.checked_in_at.is_not(None), Shift.checked_out_at.is_(None)
    with transaction():
        for shift in db.session.scalars(db.select(Shift).where(*here)):
            shift.checked_in_at -= timedelta(minutes=1)
