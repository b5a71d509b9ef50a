"""What people do that earns, through the real actions: shifts at moments of the past, cases under the clock of a moment."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from teleconsult import clock, events
from teleconsult.cases.lifecycle import State
from teleconsult.credits import ledger, replay
from teleconsult.credits.models import CreditEntry
from teleconsult.extensions import db, transaction
from teleconsult.network.models import HealthUnit
from teleconsult.shifts.models import Room, Shift
from teleconsult.web.refs import new_ref
from tests import world

RECIFE = ZoneInfo("America/Recife")


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=RECIFE).astimezone(UTC)


def room():
    found = db.session.scalars(select(Room)).first()
    if found is None:
        unit = db.session.scalars(select(HealthUnit).where(HealthUnit.kind == "uer")).one()
        found = Room(slug="sala", name="Sala de telessaúde", kind="telehealth", unit_id=unit.id, workstations=4)
        db.session.add(found)
        db.session.flush()
    return found


def scheduled(starts, ends, who="paulo"):
    """Put a person on a shift."""
    with transaction():
        manager, person = world.person("teresa"), world.person(who)
        shift = Shift(
            ref=new_ref("TU"), room_id=room().id, workstation=1, user_id=person.id,
            specialty_id=world.specialty().id, starts_at=starts, ends_at=ends, created_at=starts,
            created_by_id=manager.id,
        )  # fmt: skip
        db.session.add(shift)
        db.session.flush()
        return shift.ref


def shift_of(ref):
    return db.session.scalars(select(Shift).where(Shift.ref == ref)).one()


def come(ref, moment):
    with transaction(), clock.at(moment):
        shift_of(ref).checked_in_at = moment


def leave(ref, moment, how="person"):
    with transaction(), clock.at(moment):
        shift = shift_of(ref)
        shift.checked_out_at, shift.closed_how = moment, how
        db.session.flush()
        events.emit("shift.check_out", shift=shift, by=shift.user if how == "person" else None)


def attended(starts, ends, came=None, left=None, who="paulo", how="person"):
    """Live a whole shift."""
    ref = scheduled(at(starts), at(ends), who)
    come(ref, at(came or starts))
    leave(ref, at(left or ends), how)
    return ref


def held(moment, who="paulo", minutes=30):
    """Send a case and give it to a consultant, before a moment."""
    with clock.at(moment - timedelta(minutes=minutes)):
        return world.walk_to(State.ASSIGNED, consultant=who)


def answered(moment, who="paulo", minutes=30):
    """Answer a case at a moment; return it."""
    walk = held(moment, who, minutes)
    with clock.at(moment):
        walk.answer()
    return walk


def entries(who="paulo"):
    """Return a person's entries, in the order of writing."""
    db.session.rollback()
    query = select(CreditEntry).where(CreditEntry.person_id == world.person(who).id)
    return list(db.session.scalars(query.order_by(CreditEntry.id)))


def differences(*people):
    """Replay everything; return what does not agree, and the months whose count is wrong."""
    db.session.rollback()
    rules = ledger.Rulebook()
    found = [
        difference
        for person_id in replay.everybody()
        for difference in replay.replay_person(db.session.get_one(world.User, person_id), rules).differences
    ]
    return found + replay.miscounted_months()
