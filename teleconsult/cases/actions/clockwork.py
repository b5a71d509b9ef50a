"""What the clock does by itself: lapse, acceptance at the window's end, release of a gone holder's cases."""

from collections.abc import Iterable

from sqlalchemy import select

from teleconsult import clock
from teleconsult.cases.actions._make import make, release
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case, CaseEvent
from teleconsult.cases.shelves import LIVE, in_state
from teleconsult.cases.sides import asking
from teleconsult.cases.world import is_able
from teleconsult.events import on
from teleconsult.extensions import db
from teleconsult.people.facts import Lost
from teleconsult.people.models import User


def lapse(case: Case) -> CaseEvent:
    """Cancel a case that waited for its unit longer than the window allows."""
    return make("lapse", case, by=None, tell=[*asking(case), case.holder])


def ended(limit: int = 100) -> list[int]:
    """Return ids of cases whose window is over, those that ended first before the others."""
    return list(
        db.session.scalars(
            select(Case.id)
            .where(Case.ends_at.is_not(None), Case.ends_at <= clock.now())
            .order_by(Case.ends_at, Case.id)
            .limit(limit)
        )
    )


@on("person.switched_off", "person.specialties_changed")
def release_cases_of(person: User, by: User | None, lost: Lost) -> None:
    """Put every case back in the queue that its holder may no longer hold."""
    del by, lost
    for case in _held_by(person):
        if not is_able(person, case.specialty_id):
            release(case)


def _held_by(person: User) -> Iterable[Case]:
    return db.session.scalars(
        select(Case).where(Case.holder_id == person.id, in_state(State.ASSIGNED), LIVE).order_by(Case.id)
    ).all()
