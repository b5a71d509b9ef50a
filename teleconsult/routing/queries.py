"""What the triage desk shows: routing data by columns, never the clinical body, never a patient's name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import aliased

from teleconsult.cases.clocks import Priority
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case, CaseQuestion, CaseSeen
from teleconsult.cases.models_opinion import Decline
from teleconsult.cases.shelves import in_state
from teleconsult.errors import N_
from teleconsult.extensions import db
from teleconsult.network.models import HealthUnit, Specialty
from teleconsult.people.models import User
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
CLOSED = frozenset({State.CONCLUDED, State.CANCELLED})
SORTS = {"due": N_("Por prazo"), "age": N_("Mais antigos primeiro"), "changed": N_("Alterados por último")}
PRINT_MOST = 500

Key = tuple[Any, bool]


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
    text = {name: str(given.get(name, "")).replace("\x00", "")[:80] for name in ("specialty", "unit", "sort")}
    show = State(given["show"]) if given.get("show") in SHOWN else State.SUBMITTED
    priority = given["priority"] if given.get("priority") in set(Priority) else ""
    asked = Asked(show, text["specialty"], priority, text["unit"], text["sort"])
    return asked if asked.sort in asked.sorts else Asked(show, asked.specialty, priority, asked.unit, asked.sorts[0])


def _keys(asked: Asked) -> list[Key]:
    if asked.sort == "age":
        return [(Case.submitted_at, False), (Case.id, False)]
    return (
        [(Case.due_at, False), (Case.id, False)] if asked.sort == "due" else [(Case.changed_at, True), (Case.id, True)]
    )


_holder = aliased(User)
_requester = aliased(User)
_questions = (
    select(func.count()).where(CaseQuestion.case_id == Case.id).correlate(Case).scalar_subquery().label("questions")
)
_COLUMNS = (
    Case.id,
    Case.ref,
    Case.version,
    Case.state,
    Case.specialty_id,
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
    _questions,
)


def _rows(*more: Any) -> Any:
    return (
        select(*_COLUMNS, *more)
        .join(Specialty, Specialty.id == Case.specialty_id)
        .join(HealthUnit, HealthUnit.id == Case.unit_id)
    )


def queue(asked: Asked, user: User) -> Page:
    """Return a page of the queue for one person."""
    query = (
        _rows(CaseSeen.number.label("seen"), _holder.title.label("holder_title"), _holder.name.label("holder_name"))
        .outerjoin(_holder, _holder.id == Case.holder_id)
        .outerjoin(CaseSeen, and_(CaseSeen.case_id == Case.id, CaseSeen.user_id == user.id))
        .where(*_fits(asked))
    )
    return page_by_key(query, _keys(asked))


def _fits(asked: Asked) -> list[ColumnElement[bool]]:
    found = [in_state(asked.show)]
    if asked.specialty:
        wanted = select(Specialty.id).where(Specialty.slug == asked.specialty).scalar_subquery()
        found.append(Case.specialty_id == wanted)
    if asked.unit:
        found.append(Case.unit_id == select(HealthUnit.id).where(HealthUnit.slug == asked.unit).scalar_subquery())
    if asked.priority:
        found.append(Case.priority == asked.priority)
    return found


def waiting_to_print(asked: Asked) -> Sequence[Any]:
    """Return the waiting requests for paper, by specialty and deadline; one more than are printed."""
    query = (
        _rows(_requester.title.label("requester_title"), _requester.name.label("requester_name"), Specialty.slug)
        .join(_requester, _requester.id == Case.requester_id)
        .where(*_fits(Asked(State.SUBMITTED, asked.specialty, asked.priority, asked.unit)))
        .order_by(Specialty.name_pt, Case.due_at, Case.id)
    )
    return db.session.execute(query.limit(PRINT_MOST + 1)).all()


def rail(show: State, now: datetime) -> Sequence[Any]:
    """Return the specialties with how many cases each has in a state, and how many of them are late.

    History is not counted: for what is closed, the specialties that take cases come without figures.
    """
    if show in CLOSED:
        query: Any = select(Specialty.slug, Specialty.name_pt, Specialty.name_en).where(Specialty.teleconsult)
        return db.session.execute(query.order_by(Specialty.name_pt)).all()
    late = func.coalesce(func.sum(case((Case.due_at < now, 1), else_=0)), 0)
    counts = (
        select(Case.specialty_id, func.count().label("count"), late.label("late"))
        .where(in_state(show))
        .group_by(Case.specialty_id)
        .subquery()
    )
    query = select(Specialty.slug, Specialty.name_pt, Specialty.name_en, counts.c.count, counts.c.late)
    query = query.join(counts, counts.c.specialty_id == Specialty.id).order_by(Specialty.name_pt)
    return db.session.execute(query).all()


def waiting_count() -> int:
    """Return how many cases wait for a consultant."""
    return db.session.scalar(select(func.count()).select_from(Case).where(in_state(State.SUBMITTED))) or 0


def previewed(ref: str) -> Any:
    """Return the routing data of one case that was sent, or None."""
    query = (
        _rows(
            _requester.title.label("requester_title"),
            _requester.name.label("requester_name"),
            _holder.title.label("holder_title"),
            _holder.name.label("holder_name"),
        )
        .join(_requester, _requester.id == Case.requester_id)
        .outerjoin(_holder, _holder.id == Case.holder_id)
        .where(Case.ref == ref, Case.state != State.DRAFT)
    )
    return db.session.execute(query).one_or_none()


def kinds_of(case_id: int) -> list[str]:
    """Return the kinds of the questions of a case, in their order."""
    query = select(CaseQuestion.kind).where(CaseQuestion.case_id == case_id).order_by(CaseQuestion.number)
    return list(db.session.scalars(query))


def declines(case_ids: Iterable[int]) -> dict[int, frozenset[int]]:
    """Return who declined each of the cases."""
    query = select(Decline.case_id, Decline.consultant_id).where(Decline.case_id.in_(set(case_ids)))
    found: dict[int, set[int]] = {}
    for case_id, consultant_id in db.session.execute(query):
        found.setdefault(case_id, set()).add(consultant_id)
    return {case_id: frozenset(people) for case_id, people in found.items()}


def who_declined(case_id: int) -> Sequence[Any]:
    """Return who declined a case and why, the first one first."""
    query = (
        select(User.title, User.name, Decline.why, Decline.declined_at)
        .join(User, User.id == Decline.consultant_id)
        .where(Decline.case_id == case_id)
        .order_by(Decline.id)
    )
    return db.session.execute(query).all()


def marked(refs: Sequence[str]) -> list[Any]:
    """Return the cases that were marked, in the order in which they were."""
    query = _rows(Case.holder_id).where(Case.ref.in_(refs), Case.state != State.DRAFT)
    by_ref = {row.ref: row for row in db.session.execute(query)}
    return [by_ref[ref] for ref in refs if ref in by_ref]
