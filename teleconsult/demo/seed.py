"""Loads the demonstration once: the network, its people, and every story through the real actions.

It is one transaction, so that a loading that was cut off leaves nothing and is simply begun again. The clock is moved
to the moment of each step: what the product does by itself at that step (deadlines, notices, the record) follows from
the same code as in daily use. Afterwards what is older than two days has been read by those it concerns.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from teleconsult import clock
from teleconsult.bookings import loader as quotas
from teleconsult.cases.access import record_reading
from teleconsult.cases.models import CaseEvent
from teleconsult.coding import loader as codes
from teleconsult.coding import tables
from teleconsult.demo import cast, hours, reader, service, shifts, visits
from teleconsult.demo.story import Demo
from teleconsult.demo.teller import Teller
from teleconsult.extensions import db, transaction
from teleconsult.network import loader as network
from teleconsult.network.models import Specialty
from teleconsult.people import passwords
from teleconsult.people.models import User

BEFORE_ALL = timedelta(days=300)
"""The network and its people are there this long before now, earlier than the first story."""

READ = timedelta(days=2)
DISTRICT = "DS IV"


def seed(folder: Path = reader.HERE) -> bool:
    """Load everything, unless there are people already; tell whether it was loaded."""
    if db.session.scalar(select(User.id).limit(1)) is not None:
        return False
    demo, now = reader.load(folder), clock.now()
    hashed = passwords.hash_password(cast.PASSWORD)
    with transaction():
        with clock.at(now - BEFORE_ALL):
            codes.write(codes.plan_codes(tables.read_starter()))
            network.load(folder / "reference", DISTRICT)
            shifts.mark_holidays(now)
            quotas.load(folder / "reference")
            people = cast.enter(demo, hashed)
            cast.arrange_units(people)
            service.arrange(people)
        teller = _tell(demo, now, people)
        shifts.lay(people, now)
        hours.keep(people, now)
        cast.leave_the_past(people.values(), until=now - READ)
    _read_what_is_old(teller)
    return True


def _tell(demo: Demo, now: datetime, people: dict[str, User]) -> Teller:
    """Do everything that happened, in the order in which it happened."""
    specialties = {row.slug: row for row in db.session.scalars(select(Specialty))}
    teller = Teller(demo, now, people, specialties)
    # At one moment, who comes and goes stands before what is done to the cases.
    agenda = [*cast.comings_and_goings(demo, people), *visits.agenda(teller), *teller.agenda()]
    for span, act in sorted(agenda, key=lambda entry: entry[0], reverse=True):
        with clock.at(now - span):
            act()
    return teller


def _read_what_is_old(teller: Teller) -> None:
    """Let the two sides of each case have seen what was done by themselves last, or long enough ago."""
    last = {case.id: _last(case.id) for case in teller.cases.values() if case.steps}
    for case in sorted(teller.cases.values(), key=lambda case: case.changed_at):
        if not case.steps:
            continue
        by_id, at = last[case.id]
        for person in _sides(case.requester, case.holder):
            if person.id == by_id or at < teller.now - READ:
                with clock.at(min(at + timedelta(minutes=50), teller.now)):
                    record_reading(case, person, seen=0)


def _last(case_id: int) -> tuple[int | None, datetime]:
    """Return who did what was done last on a case, and when."""
    newest = select(CaseEvent.by_id, CaseEvent.at).where(CaseEvent.case_id == case_id)
    return db.session.execute(newest.order_by(CaseEvent.number.desc()).limit(1)).one()


def _sides(*people: User | None) -> Iterable[User]:
    return [person for person in people if person is not None and person.is_active]
