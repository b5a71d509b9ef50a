"""What switching a person off, taking a specialty from them or closing a unit does to cases, said before it is done."""

from flask_babel import gettext, ngettext
from sqlalchemy import func, select

from teleconsult.cases.lifecycle import OPEN, State
from teleconsult.cases.models import Case
from teleconsult.cases.shelves import LIVE, in_state
from teleconsult.events import panel
from teleconsult.extensions import db
from teleconsult.network.models import HealthUnit
from teleconsult.people.access import Role
from teleconsult.people.models import User


@panel("person.leaving")
def cases_that_go_back(person: User) -> list[str] | None:
    """Return how many cases go back to the queue, and what happens to those that wait for others."""
    if not person.has(Role.CONSULTANT):
        return None
    held = select(func.count()).where(Case.holder_id == person.id, in_state(State.ASSIGNED), LIVE)
    count = db.session.scalar(held) or 0
    back = ngettext(
        "%(num)d caso que está com a pessoa volta à fila, com o relógio andando.",
        "%(num)d casos que estão com a pessoa voltam à fila, com o relógio andando.",
        count,
    )
    later = gettext("Os casos dela que esperam a unidade voltam à fila quando a unidade responder.")
    return [back if count else gettext("Nenhum caso espera resposta da pessoa agora."), later]


@panel("person.leaving", order=55)
def cases_left_without_requester(person: User) -> list[str] | None:
    """Return how many open cases nobody asks for any more: somebody must hand each over, or what is answered is not read."""
    count = db.session.scalar(select(func.count()).where(Case.requester_id == person.id, Case.state.in_(sorted(OPEN))))
    if not count:
        return None
    return [
        ngettext(
            "%(num)d caso aberto da pessoa precisa passar a um colega da unidade; até lá, a administração recebe os avisos dele.",
            "%(num)d casos abertos da pessoa precisam passar a colegas da unidade; até lá, a administração recebe os avisos deles.",
            count,
        )
    ]


@panel("people.work")
def cases_by_specialty(person: User) -> dict[int, int]:
    """Return how many cases of each specialty are with a person, and would go back to the queue."""
    held = select(Case.specialty_id, func.count()).where(Case.holder_id == person.id, in_state(State.ASSIGNED), LIVE)
    return {number: count for number, count in db.session.execute(held.group_by(Case.specialty_id)) if number}


@panel("unit.holds", order=40)
def cases_of_unit(unit: HealthUnit) -> str | None:
    """Return how many open cases a unit has."""
    count = db.session.scalar(select(func.count()).where(Case.unit_id == unit.id, Case.state.in_(sorted(OPEN))))
    return ngettext("%(num)d caso em aberto", "%(num)d casos em aberto", count) if count else None
