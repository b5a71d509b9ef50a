"""What becomes of cases when somebody goes, loses a specialty, or a unit closes: said before it is done, and told when it is."""

from flask_babel import gettext, ngettext
from sqlalchemy import ColumnElement, func, select, true, union_all

from teleconsult.cases.lifecycle import OPEN, State
from teleconsult.cases.models import Case
from teleconsult.cases.shelves import LIVE, in_state
from teleconsult.cases.sides import asking
from teleconsult.events import on, panel
from teleconsult.extensions import db
from teleconsult.network.models import HealthUnit
from teleconsult.notices.actions import tell
from teleconsult.people.access import Role
from teleconsult.people.facts import Lost
from teleconsult.people.models import User

ASKING = frozenset({Role.REQUESTER, Role.SUPPORT})


BACK = (State.AWAITING_INFORMATION, State.ANSWERED, State.IN_PERSON)
"""With somebody else now, and with the holder again when a unit answers or asks, or a visit is called off."""


@panel("person.leaving")
def cases_that_go_back(person: User, lost: Lost) -> list[str] | None:
    """Return how many cases go back to the queue, at once and when they come back from others."""
    if not person.has(Role.CONSULTANT):
        return None
    own = true() if Role.CONSULTANT in lost.roles else Case.specialty_id.in_(lost.specialty_ids)
    held = select(Case.state, func.count()).where(Case.holder_id == person.id, LIVE, own).group_by(Case.state)
    counts = {State(state): count for state, count in db.session.execute(held)}
    now, later = counts.get(State.ASSIGNED, 0), sum(counts.get(state, 0) for state in BACK)
    back = ngettext(
        "%(num)d caso que está com a pessoa volta à fila, com o relógio andando, e a unidade é avisada.",
        "%(num)d casos que estão com a pessoa voltam à fila, com o relógio andando, e as unidades são avisadas.",
        now,
    )
    after = ngettext(
        "%(num)d caso dela que espera a unidade ou uma consulta continua como está; se voltar à pessoa, vai à fila.",
        "%(num)d casos dela que esperam a unidade ou uma consulta continuam como estão; se voltarem à pessoa, vão à fila.",
        later,
    )
    nothing = gettext("Nenhum caso espera resposta da pessoa agora.") if lost.account else ""
    return [words for words in (back if now else nothing, after if later else "") if words]


@panel("person.leaving", order=55)
def cases_left_without_requester(person: User, lost: Lost) -> list[str] | None:
    """Return how many open cases nobody asks for any more: somebody must hand each over, or what is answered is not read."""
    asks = Role.REQUESTER in person.roles - lost.roles
    if asks or not lost.roles & ASKING:
        return None
    count = db.session.scalar(select(func.count()).where(*_asked_for_by(person)))
    if not count:
        return None
    if Role.SUPPORT in person.roles - lost.roles:  # they can hand them over themselves, and are told (`sides.asking`)
        return [
            ngettext(
                "%(num)d caso aberto da pessoa precisa passar a um colega da unidade: ela, como unidade de apoio, é avisada disso e, até lá, recebe os avisos dele.",
                "%(num)d casos abertos da pessoa precisam passar a colegas da unidade: ela, como unidade de apoio, é avisada de cada um e, até lá, recebe os avisos deles.",
                count,
            )
        ]
    return [
        ngettext(
            "%(num)d caso aberto da pessoa precisa passar a um colega da unidade: a administração é avisada disso agora e, até lá, recebe os avisos dele.",
            "%(num)d casos abertos da pessoa precisam passar a colegas da unidade: a administração é avisada de cada um agora e, até lá, recebe os avisos deles.",
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
    own = select(Case.id).where(Case.unit_id == unit.id)
    # By the indexes of open work: one condition for both would read all that the unit ever had, and everybody else's.
    found = union_all(own.where(LIVE), own.where(in_state(State.DRAFT))).subquery()
    count = db.session.scalar(select(func.count()).select_from(found)) or 0
    return ngettext("%(num)d caso em aberto", "%(num)d casos em aberto", count) if count else None


@panel("person.note")
def cases_of_another_unit(person: User) -> dict[str, str] | None:
    """Say how many open cases stayed with somebody who moved: their patients are still of the unit of before."""
    if not person.is_active or not person.has(Role.REQUESTER):
        return None
    elsewhere = *_asked_for_by(person), Case.unit_id != person.unit_id
    count = db.session.scalar(select(func.count()).where(*elsewhere))
    if not count:
        return None
    words = ngettext(
        "%(num)d caso aberto da pessoa é de outra unidade e continua com ela. Se ela não o acompanha mais, peça à administração que o passe a um colega de lá.",
        "%(num)d casos abertos da pessoa são de outra unidade e continuam com ela. Se ela não os acompanha mais, peça à administração que os passe a colegas de lá.",
        count,
    )
    return {"text": words, "icon": "handover", "tone": "amber"}


@on("person.switched_off", "person.specialties_changed")
def tell_of_cases_without_requester(person: User, by: User | None, lost: Lost) -> None:
    """Tell who can hand them over of each open case that a person asked for who asks no more.

    What was answered or asked before they went was told to them alone: nobody would read it until it ends by itself.
    Once: whoever asked no more when the account ends was told of already.
    """
    del by
    asks = Role.REQUESTER in person.roles and person.is_active
    if asks or not lost.roles & ASKING:
        return
    for case in db.session.scalars(select(Case).where(*_asked_for_by(person)).order_by(Case.id)).all():
        tell(asking(case), "case.requester_gone", subject=case.ref)


def _asked_for_by(person: User) -> tuple[ColumnElement[bool], ...]:
    return Case.requester_id == person.id, Case.state.in_(sorted(OPEN))
