"""The people of the demonstration as accounts: how they come in, and what they are to one another."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select

from teleconsult import clock
from teleconsult.demo.story import Demo, Person
from teleconsult.extensions import db
from teleconsult.network import actions as network
from teleconsult.network.models import HealthUnit, Specialty
from teleconsult.notices import actions as notices
from teleconsult.notices.models import DIGEST_HOUR
from teleconsult.people import account, credentials
from teleconsult.people import actions as people_actions
from teleconsult.people.access import Role
from teleconsult.people.facts import PersonFacts, read_person
from teleconsult.people.models import User

PASSWORD = "demonstracao-2026"  # noqa: S105 (the known password of a demonstration; real installations refuse it)
MANAGER = "carmem-rocha"
INVITED = timedelta(days=2)

WITHOUT_A_LINE = "usf-cosme-e-damiao"
SHARING = "usf-vietna"
TYPED = ("name", "title", "email", "cpf", "cns", "council", "council_number", "council_uf", "rqe", "cbo", "language")


def enter(demo: Demo, hashed: str) -> dict[str, User]:
    """Add everybody who has a password; the manager comes first and adds the others.

    One hash serves all of them, because everybody may know this password. No e-mail goes out for what is told
    of the past: each gets theirs from the day of the loading on.
    """
    people: dict[str, User] = {}
    having = [person for person in demo.people.values() if person.status != "invited"]
    for person in sorted(having, key=lambda person: person.key != MANAGER):
        user = people_actions.create(_facts(person), by=people.get(MANAGER), invite=False)
        credentials.write(user, hashed)
        account.accept_terms(user)
        notices.choose_mail(user, mode="none", hour=DIGEST_HOUR, off=())
        people[person.key] = user
    return people


def _facts(person: Person) -> PersonFacts:
    return read_person(
        {name: getattr(person, name) for name in TYPED},
        roles=[Role(role) for role in person.roles],
        unit_id=db.session.scalars(select(HealthUnit.id).where(HealthUnit.slug == person.unit)).one(),
        specialty_ids=db.session.scalars(select(Specialty.id).where(Specialty.slug.in_(person.specialties))).all(),
    )


def arrange_units(people: dict[str, User]) -> None:
    """Let one unit be without a line, so that the district files for it, and one share its cases among its people."""
    for slug, change in ((WITHOUT_A_LINE, {"has_line": False}), (SHARING, {"shares_cases": True})):
        unit = db.session.scalars(select(HealthUnit).where(HealthUnit.slug == slug)).one()
        values = {name: getattr(unit, name) for name in network.UNIT_FIELDS} | change
        network.edit_unit(unit, values, by=people[MANAGER])


def comings_and_goings(demo: Demo, people: dict[str, User]) -> Iterator[tuple[timedelta, Callable[[], object]]]:
    """Yield who is switched off or invited, with how long ago."""
    for person in demo.people.values():
        if person.switched_off is not None:
            yield person.switched_off, partial(people_actions.switch_off, people[person.key], by=people[MANAGER])
        elif person.status == "invited":
            yield INVITED, partial(_invite, person, people[MANAGER])


def _invite(person: Person, by: User) -> None:
    people_actions.create(_facts(person), by=by)


def leave_the_past(people: Iterable[User], until: datetime) -> None:
    """Mark what everybody was told until a moment as seen, and let e-mail reach them from now on."""
    for user in people:
        with clock.at(until):
            notices.see_all(user.id, until)
        if user.is_active:
            notices.choose_mail(user, mode="each", hour=DIGEST_HOUR, off=())
