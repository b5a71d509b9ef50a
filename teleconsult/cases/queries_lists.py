"""The lists of cases by what waits for whom: the requester, the unit, the district, the consultant.

Columns only. Open work is bounded by what people can hold; history is read by an index in its own order.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, literal_column, or_, select
from sqlalchemy.orm import aliased

from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case, CaseQuestion, CaseSeen, PatientSnapshot
from teleconsult.cases.models_opinion import Decline, InformationItem, InformationRequest, MissingItem
from teleconsult.cases.shelves import LIVE, in_state
from teleconsult.extensions import db
from teleconsult.network.models import HealthUnit, Specialty
from teleconsult.people.models import User
from teleconsult.web import Page, page_by_key

FIRST = 10
"""Rows of each part of a first screen; the whole list is one press away."""

Rows = Sequence[Any]

_holder = aliased(User)
_requester = aliased(User)
_seen = func.coalesce(CaseSeen.number, 0)
_UNSEEN = _seen < Case.steps
_NEWEST = [(Case.changed_at, True), (Case.id, True)]
_SOONEST = [(Case.due_at, False), (Case.id, False)]
_ASKED = (
    select(func.count())
    .where(CaseQuestion.case_id == Case.id, CaseQuestion.round == Case.round)
    .correlate(Case)
    .scalar_subquery()
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
    Case.complaint,
    Case.due_at,
    Case.ends_at,
    Case.clock_since,
    Case.service_seconds,
    Case.submitted_at,
    Case.changed_at,
    Case.steps,
    Case.requester_id,
    Case.filed_by_id,
    Case.holder_id,
    Specialty.name_pt,
    Specialty.name_en,
    PatientSnapshot.name,
    PatientSnapshot.social_name,
    HealthUnit.name.label("unit_name"),
    _seen.label("seen"),
    _holder.title.label("holder_title"),
    _holder.name.label("holder_name"),
    _requester.title.label("requester_title"),
    _requester.name.label("requester_name"),
    _ASKED.label("asked"),
)


def _listed(user: User) -> Any:
    return (
        select(*_COLUMNS)
        .join(HealthUnit, HealthUnit.id == Case.unit_id)
        .join(_requester, _requester.id == Case.requester_id)
        .outerjoin(Specialty, Specialty.id == Case.specialty_id)
        .outerjoin(PatientSnapshot, PatientSnapshot.case_id == Case.id)
        .outerjoin(_holder, _holder.id == Case.holder_id)
        .outerjoin(CaseSeen, and_(CaseSeen.case_id == Case.id, CaseSeen.user_id == user.id))
    )


def _any_state(states: Iterable[State]) -> ColumnElement[bool]:
    return Case.state.in_([literal_column(f"'{state}'") for state in sorted(states)])


# ---------------------------------------------------------------- the requester

ASKED_OF_UNIT = (State.AWAITING_INFORMATION, State.RETURNED)
GOING = (State.SUBMITTED, State.ASSIGNED, State.IN_PERSON)


def _waits(unit_side: ColumnElement[bool]) -> Any:
    """What waits for the unit: to supply, to complete, or an answer that nobody has read."""
    return and_(
        unit_side,
        or_(_any_state(ASKED_OF_UNIT), and_(Case.state == State.ANSWERED, _UNSEEN)),
        _any_state((*ASKED_OF_UNIT, State.ANSWERED)),
    )


def _goes_on(unit_side: ColumnElement[bool]) -> Any:
    return and_(
        unit_side,
        or_(_any_state(GOING), and_(Case.state == State.ANSWERED, ~_UNSEEN)),
        _any_state((*GOING, State.ANSWERED)),
    )


def mine_waiting(user: User, size: int) -> Page:
    """Return a page of the requester's cases that wait for them, what changed last first."""
    return page_by_key(_listed(user).where(_waits(Case.requester_id == user.id)), _NEWEST, size)


def mine_going(user: User, size: int) -> Page:
    """Return a page of the requester's cases that others work on."""
    return page_by_key(_listed(user).where(_goes_on(Case.requester_id == user.id)), _NEWEST, size)


def mine_closed(user: User, state: State) -> Page:
    """Return a page of the requester's concluded or cancelled cases, the last one first."""
    return page_by_key(_listed(user).where(Case.requester_id == user.id, in_state(state)), _NEWEST)


def mine_counts(user: User) -> Mapping[str, int]:
    """Return how many of the requester's open cases wait for them, and how many go on."""
    waits = or_(_any_state(ASKED_OF_UNIT), and_(Case.state == State.ANSWERED, _UNSEEN))
    query = (
        select(func.sum(case((waits, 1), else_=0)), func.sum(case((waits, 0), else_=1)))
        .select_from(Case)
        .outerjoin(CaseSeen, and_(CaseSeen.case_id == Case.id, CaseSeen.user_id == user.id))
        .where(Case.requester_id == user.id, _any_state((*ASKED_OF_UNIT, *GOING, State.ANSWERED)))
    )
    waiting, going = db.session.execute(query).one()
    return {"waiting": waiting or 0, "going": going or 0}


def unit_open(user: User) -> Page:
    """Return a page of the open cases of the requester's unit that others of it sent."""
    others = Case.requester_id != user.id
    return page_by_key(_listed(user).where(Case.unit_id == user.unit_id, LIVE, others), _NEWEST)


def unit_closed(user: User) -> Page:
    """Return a page of the concluded cases of the requester's unit that others of it sent."""
    others = Case.requester_id != user.id
    here = _listed(user).where(Case.unit_id == user.unit_id, in_state(State.CONCLUDED), others)
    return page_by_key(here, _NEWEST)


def asked_items(case_ids: Sequence[int]) -> dict[int, list[str]]:
    """Return what the consultants asked for and have not been given, by case."""
    if not case_ids:
        return {}
    query = (
        select(InformationRequest.case_id, InformationItem.text)
        .join(InformationItem, InformationItem.request_id == InformationRequest.id)
        .where(InformationRequest.case_id.in_(case_ids), InformationRequest.closed_at.is_(None))
        .order_by(InformationRequest.case_id, InformationItem.number)
    )
    return _gathered(db.session.execute(query))


def missing_fields(case_ids: Sequence[int]) -> dict[int, list[str]]:
    """Return the fields that the administrator found missing and that are not resolved, by case."""
    if not case_ids:
        return {}
    query = (
        select(MissingItem.case_id, MissingItem.field)
        .where(MissingItem.case_id.in_(case_ids), MissingItem.resolved_at.is_(None))
        .order_by(MissingItem.case_id, MissingItem.event_id, MissingItem.field)
    )
    return _gathered(db.session.execute(query))


def _gathered(rows: Iterable[Any]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for case_id, words in rows:
        found.setdefault(case_id, []).append(words)
    return found


# ---------------------------------------------------------------- the district


@dataclass(frozen=True)
class District:
    """What of a district's cases is asked for: a state, a unit by slug, a requester by reference; '' for all."""

    show: State
    unit: str = ""
    requester: str = ""
    filed: bool = False


def district_page(user: User, asked: District, size: int) -> Page:
    """Return a page of the cases of the person's district in one state, what changed last first."""
    district = user.unit.district if user.unit else ""
    query = _listed(user).where(in_state(asked.show), HealthUnit.district == district, HealthUnit.district != "")
    if asked.unit:
        query = query.where(HealthUnit.slug == asked.unit)
    if asked.requester:
        query = query.where(_requester.ref == asked.requester)
    if asked.filed:
        query = query.where(Case.filed_by_id != Case.requester_id)
    return page_by_key(query, _NEWEST, size)


def district_counts(user: User) -> Mapping[str, int]:
    """Return how many open cases the person's district has in each state."""
    query = (
        select(Case.state, func.count().label("number"))
        .join(HealthUnit, HealthUnit.id == Case.unit_id)
        .where(LIVE, HealthUnit.district == (user.unit.district if user.unit else ""), HealthUnit.district != "")
        .group_by(Case.state)
    )
    return {row.state: row.number for row in db.session.execute(query)}


# ---------------------------------------------------------------- the consultant


def waiting_for(user: User, specialty_ids: Iterable[int], size: int) -> Page:
    """Return a page of what waits in these specialties and this person has not declined, the nearest deadline first."""
    query = _listed(user).where(*_claimable(user, specialty_ids))
    return page_by_key(query, _SOONEST, size)


def _claimable(user: User, specialty_ids: Iterable[int]) -> list[ColumnElement[bool]]:
    declined = exists().where(Decline.case_id == Case.id, Decline.consultant_id == user.id)
    return [in_state(State.SUBMITTED), Case.specialty_id.in_(sorted(specialty_ids)), ~declined]


def held_by(user: User, state: State, size: int) -> Page:
    """Return a page of the open cases that a consultant holds in one state."""
    keys = _SOONEST if state == State.ASSIGNED else _NEWEST
    return page_by_key(_listed(user).where(Case.holder_id == user.id, in_state(state), LIVE), keys, size)


def done_by(user: User) -> Page:
    """Return a page of the concluded cases of a consultant, the last one first."""
    return page_by_key(_listed(user).where(Case.holder_id == user.id, in_state(State.CONCLUDED)), _NEWEST)


def held_counts(user: User) -> Mapping[str, int]:
    """Return how many open cases a consultant holds in each state."""
    query = select(Case.state, func.count().label("number")).where(Case.holder_id == user.id, LIVE).group_by(Case.state)
    return {row.state: row.number for row in db.session.execute(query)}


def waiting_count(user: User, specialty_ids: Iterable[int]) -> int:
    """Return how many cases wait that this consultant may take."""
    return db.session.scalar(select(func.count()).select_from(Case).where(*_claimable(user, specialty_ids))) or 0
