"""What the triage desk shows: routing data by columns, never the clinical body, never a patient's name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import and_, bindparam, case, func, select
from sqlalchemy.orm import aliased

from teleconsult.cases.clocks import Priority
from teleconsult.cases.lifecycle import CLOSED, State
from teleconsult.cases.models import Case, CaseQuestion, CaseSeen
from teleconsult.cases.models_opinion import Decline
from teleconsult.cases.queries_lists import ASKED
from teleconsult.cases.shelves import LIVE, in_state
from teleconsult.cases.visible import SENT
from teleconsult.errors import N_
from teleconsult.extensions import db, read
from teleconsult.network.models import HealthUnit, Specialty
from teleconsult.people.models import User
from teleconsult.routing.models import SpecialtyMode
from teleconsult.routing.suggest import Able, Ranked, ranked
from teleconsult.shifts.roster import ABLE_IN
from teleconsult.web import Page, page_by_key

SHOWN = {
    State.SUBMITTED: N_("A distribuir"),
    State.RETURNED: N_("Devolvidos"),
    State.ASSIGNED: N_("Distribuídos"),
    State.AWAITING_INFORMATION: N_("Aguardam informação"),
    State.ANSWERED: N_("Respondidos"),
    State.IN_PERSON: N_("Consulta presencial"),
    State.CONCLUDED: N_("Concluídos"),
    State.CANCELLED: N_("Cancelados"),
}
SORTS = {"due": N_("Por prazo"), "age": N_("Mais antigos primeiro"), "changed": N_("Mudados por último")}
PRINT_MOST = 500


@dataclass(frozen=True)
class Asked:
    """What of the queue is asked for; specialty and unit by their slugs, '' for all."""

    show: State = State.SUBMITTED
    specialty: str = ""
    priority: str = ""
    unit: str = ""
    sort: str = "due"

    @property
    def sorts(self) -> tuple[str, ...]:
        """Return the orders in which this part of the queue can be read."""
        if self.show == State.SUBMITTED:
            return ("due", "age")
        return ("due",) if self.show == State.ASSIGNED else ("changed",)


def asked_of(given: Any) -> Asked:
    """Read what an address asks for; what it does not know is left at its default."""
    text = {name: str(given.get(name, ""))[:80] for name in ("specialty", "unit", "sort")}
    show = State(given["show"]) if given.get("show") in SHOWN else State.SUBMITTED
    priority = given["priority"] if given.get("priority") in set(Priority) else ""
    asked = Asked(show, text["specialty"], priority, text["unit"], text["sort"])
    return asked if asked.sort in asked.sorts else Asked(show, asked.specialty, priority, asked.unit, asked.sorts[0])


_ORDERS: dict[str, list[tuple[Any, bool]]] = {
    "due": [(Case.due_at, False), (Case.id, False)],
    "age": [(Case.submitted_at, False), (Case.id, False)],
    "changed": [(Case.changed_at, True), (Case.id, True)],
}

_holder = aliased(User)
_requester = aliased(User)
_COLUMNS = (
    Case.id,
    Case.ref,
    Case.version,
    Case.state,
    Case.specialty_id,
    Case.requester_id,
    Case.priority,
    Case.initials,
    Case.birth_date,
    Case.age_years,
    Case.due_at,
    Case.ends_at,
    Case.clock_since,
    Case.service_seconds,
    Case.submitted_at,
    Case.changed_at,
    Case.steps,
    Specialty.name_pt,
    Specialty.name_en,
    HealthUnit.name.label("unit_name"),
    _requester.title.label("requester_title"),
    _requester.name.label("requester_name"),
    _holder.title.label("holder_title"),
    _holder.name.label("holder_name"),
    CaseSeen.number.label("seen"),
    SpecialtyMode.mode,
    ASKED.label("questions"),
)


def _rows() -> Any:
    return (
        select(*_COLUMNS)
        .join(Specialty, Specialty.id == Case.specialty_id)
        .outerjoin(SpecialtyMode, SpecialtyMode.specialty_id == Case.specialty_id)
        .join(HealthUnit, HealthUnit.id == Case.unit_id)
        .join(_requester, _requester.id == Case.requester_id)
        .outerjoin(_holder, _holder.id == Case.holder_id)
        .outerjoin(CaseSeen, and_(CaseSeen.case_id == Case.id, CaseSeen.user_id == bindparam("user_id")))
    )


@lru_cache(maxsize=64)
def _queue(show: State, by_specialty: bool, by_priority: bool, by_unit: bool) -> Any:
    """Build the query of one shape once; its parameters are named as the fields of `Asked`."""
    query = _rows().where(in_state(show))
    if by_specialty:
        wanted = select(Specialty.id).where(Specialty.slug == bindparam("specialty")).scalar_subquery()
        query = query.where(Case.specialty_id == wanted)
    if by_unit:
        unit = select(HealthUnit.id).where(HealthUnit.slug == bindparam("unit")).scalar_subquery()
        query = query.where(Case.unit_id == unit)
    return query.where(Case.priority == bindparam("priority")) if by_priority else query


def _given(asked: Asked, user: User) -> dict[str, Any]:
    values = {"specialty": asked.specialty, "priority": asked.priority, "unit": asked.unit}
    return {"user_id": user.id} | {name: value for name, value in values.items() if value}


def queue(asked: Asked, user: User) -> Page:
    """Return a page of the queue for one person."""
    query = _queue(asked.show, bool(asked.specialty), bool(asked.priority), bool(asked.unit))
    return page_by_key(query, _ORDERS[asked.sort], given=_given(asked, user))


def waiting_to_print(asked: Asked, user: User) -> Sequence[Any]:
    """Return the waiting requests for paper, by specialty and deadline; one more than are printed."""
    query = _queue(State.SUBMITTED, bool(asked.specialty), bool(asked.priority), bool(asked.unit))
    ordered = query.order_by(Specialty.name_pt, Case.due_at, Case.id).limit(PRINT_MOST + 1)
    return db.session.execute(ordered, _given(asked, user)).all()


@lru_cache(maxsize=16)
def _rail(show: State) -> Any:
    if show in CLOSED:
        named = select(Specialty.slug, Specialty.name_pt, Specialty.name_en).where(Specialty.teleconsult)
        return named.order_by(Specialty.name_pt)
    counts = (
        select(
            Case.specialty_id, func.count().label("count"), _until("now").label("late"), _until("night").label("due")
        )
        .where(in_state(show))
        .group_by(Case.specialty_id)
        .subquery()
    )
    columns = (Specialty.id, Specialty.slug, Specialty.name_pt, Specialty.name_en, SpecialtyMode.mode)
    return (
        select(*columns, counts.c.count, counts.c.late, (counts.c.due - counts.c.late).label("today"))
        .join(counts, counts.c.specialty_id == Specialty.id)
        .outerjoin(SpecialtyMode, SpecialtyMode.specialty_id == Specialty.id)
        .order_by(Specialty.name_pt)
    )


def _until(name: str) -> Any:
    """Count what is due before the moment of this name."""
    return func.coalesce(func.sum(case((Case.due_at < bindparam(name, type_=Case.due_at.type), 1), else_=0)), 0)


def rail(show: State, now: datetime, night: datetime) -> Sequence[Any]:
    """Return the specialties with how many cases each has in a state: all, late, and due from now until `night`.

    History is not counted: for what is closed, the specialties that take cases come without figures.
    """
    return read(_rail(show), {} if show in CLOSED else {"now": now, "night": night})


_WAITING = select(func.count()).select_from(Case).where(in_state(State.SUBMITTED))


def waiting_count() -> int:
    """Return how many cases wait for a consultant."""
    count: int = read(_WAITING, {})[0][0]
    return count


_LOAD = (
    select(func.count())
    .select_from(Case)
    .where(Case.holder_id == User.id, in_state(State.ASSIGNED), LIVE)
    .correlate(User)
    .scalar_subquery()
)
_ABLE = ABLE_IN.add_columns(_LOAD)


def on_duty(specialty_ids: Iterable[int]) -> dict[int, Ranked]:
    """Return who can be given cases of each of the specialties, now or for a later shift; who has least first."""
    wanted = sorted(set(specialty_ids))
    found: dict[int, list[Able]] = {number: [] for number in wanted}
    for row in read(_ABLE, {"specialties": wanted}):
        found[row[0]].append(Able._make(row[1:]))
    return {number: ranked(people) for number, people in found.items()}


_PREVIEWED = _rows().where(Case.ref == bindparam("ref"), SENT)
_KINDS = (
    select(CaseQuestion.kind)
    .join(Case, and_(Case.id == CaseQuestion.case_id, Case.round == CaseQuestion.round))
    .where(Case.id == bindparam("case_id"))
    .order_by(CaseQuestion.number)
)
_DECLINES = select(Decline.case_id, Decline.consultant_id).where(
    Decline.case_id.in_(bindparam("cases", expanding=True))
)


def previewed(ref: str, user: User) -> Any:
    """Return the routing data of one case that was sent, or None."""
    return db.session.execute(_PREVIEWED, {"ref": ref, "user_id": user.id}).one_or_none()


def kinds_of(case_id: int) -> list[str]:
    """Return the kinds of the questions that a case asks now, in their order."""
    return [row[0] for row in read(_KINDS, {"case_id": case_id})]


def declines(case_ids: Iterable[int]) -> dict[int, frozenset[int]]:
    """Return who declined each of the cases."""
    found: dict[int, set[int]] = {}
    for case_id, consultant_id in read(_DECLINES, {"cases": sorted(set(case_ids))}):
        found.setdefault(case_id, set()).add(consultant_id)
    return {case_id: frozenset(people) for case_id, people in found.items()}


def who_declined(case_id: int) -> Sequence[Any]:
    """Return who declined a case and why, or asked on it once, the first one first."""
    query = (
        select(User.title, User.name, Decline.why, Decline.asked, Decline.declined_at)
        .join(User, User.id == Decline.consultant_id)
        .where(Decline.case_id == case_id)
        .order_by(Decline.id)
    )
    return db.session.execute(query).all()


def marked(refs: Sequence[str], user: User) -> list[Any]:
    """Return the cases that were marked, in the order in which they were."""
    query = _rows().where(Case.ref.in_(refs), SENT)
    by_ref = {row.ref: row for row in db.session.execute(query, {"user_id": user.id})}
    return [by_ref[ref] for ref in refs if ref in by_ref]
