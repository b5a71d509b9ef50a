"""A room, shifts in it, and a day on which nothing else happens."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import update

from teleconsult import clock
from teleconsult.cases.models import Case
from teleconsult.extensions import changed, db, transaction
from teleconsult.network.models import HealthUnit
from teleconsult.routing.models import Promise
from teleconsult.shifts.models import Room, Shift
from teleconsult.web.refs import new_ref
from tests import world

FRIDAY = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
"""A Friday, five in the afternoon in Recife."""


def room() -> Room:
    found = db.session.scalar(db.select(Room).limit(1))
    if found is None:
        unit = db.session.scalars(db.select(HealthUnit).where(HealthUnit.kind == "uer")).one()
        found = Room(slug="sala", name="Sala de telessaúde", kind="telehealth", unit_id=unit.id, workstations=9)
        db.session.add(found)
        db.session.flush()
    return found


def shift(key: str, starts_at: datetime, hours: float = 4, slug: str = "dermatologia") -> int:
    """Put somebody on the calendar; return the id of the shift."""
    with transaction():
        person = world.person(key)
        row = Shift(
            ref=new_ref("TU"),
            room_id=room().id,
            workstation=1,
            user_id=person.id,
            specialty_id=world.specialty(slug).id,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=hours),
            created_at=clock.now(),
            created_by_id=person.id,
        )
        db.session.add(row)
        db.session.flush()
        return row.id


def cancel(shift_id: int) -> None:
    """Take a shift off the calendar."""
    with transaction():
        who = world.person("teresa").id
        row = update(Shift).where(Shift.id == shift_id)
        changed(row.values(cancelled_at=clock.now(), cancelled_by_id=who, version=Shift.version + 1))


def sent(slug: str = "dermatologia", **changes) -> Case:
    """Send a case."""
    walk = world.new_case()
    walk.submit(specialty_id=world.specialty(slug).id, **changes)
    return walk.case


def promises(case: Case) -> list[Promise]:
    """Return everything that was promised of a case, in its order."""
    db.session.rollback()
    return list(db.session.scalars(db.select(Promise).where(Promise.case_id == case.id).order_by(Promise.id)))
