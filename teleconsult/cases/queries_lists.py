"""The lists of cases by what waits for whom: the requester, the unit, the district, the consultant.

Columns only. Open work is bounded by what people can hold; history is read by an index in its own order.
Statements are built once: building one costs more than running it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, bindparam, case, exists, func, literal_column, or_, select
from sqlalchemy.orm import aliased

from teleconsult import clock
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case, CaseEvent, CaseQuestion, CaseSeen, PatientSnapshot
from teleconsult.cases.models_opinion import Decline, InformationItem, InformationRequest, MissingItem
from teleconsult.cases.shelves import FILED, LIVE, in_state
from teleconsult.columns import UTCDateTime
from teleconsult.extensions import read
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
_ME: Any = bindparam("user_id", type_=Integer)
ASKED: Any = (
    select(func.count())
    .where(CaseQuestion.case_id == Case.id, CaseQuestion.round == Case.round)
    .correlate(Case)
    .scalar_subquery()
)
"""How many questions a case asks now; those of earlier rounds have their answers."""

_COLUMNS = (
    Case.id,
    Case.ref,
    Case.version,
    Case.state,
    Case.specialty_id,
    Case.priority,
    Case.round,
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
    ASKED.label("asked"),
)


def _listed() -> Any:
    return (
        select(*_COLUMNS)
        .join(HealthUnit, HealthUnit.id == Case.unit_id)
        .join(_requester, _requester.id == Case.requester_id)
        .outerjoin(Specialty, Specialty.id == Case.specialty_id)
        .outerjoin(PatientSnapshot, PatientSnapshot.case_id == Case.id)
        .outerjoin(_holder, _holder.id == Case.holder_id)
        .outerjoin(CaseSeen, and_(CaseSeen.case_id == Case.id, CaseSeen.user_id == _ME))
    )


def _any_state(states: Iterable[State]) -> ColumnElement[bool]:
    return Case.state.in_([literal_column(f"'{state}'") for state in sorted(states)])


# ---------------------------------------------------------------- the requester

ASKED_OF_UNIT = (State.AWAITING_INFORMATION, State.RETURNED)
GOING = (State.SUBMITTED, State.ASSIGNED, State.IN_PERSON)


UNREAD_DAYS = 30
"""So long an answer that closed its case waits on the first screen for whoever asked to read it."""

_TO_READ = ("answer", "conclude", "counter_refer", "correct", "withdraw")

_UNREAD = and_(
    Case.state == State.CONCLUDED,
    Case.changed_at >= bindparam("since", type_=UTCDateTime),
    exists().where(CaseEvent.case_id == Case.id, CaseEvent.number > _seen, CaseEvent.verb.in_(_TO_READ)),
)
_WAITS = or_(_any_state(ASKED_OF_UNIT), and_(Case.state == State.ANSWERED, _UNSEEN), _UNREAD)
"""What waits for the unit: to supply, to complete, or an answer that nobody has read, also one that closed its case."""


def _waits(unit_side: ColumnElement[bool]) -> Any:
    return and_(unit_side, _WAITS, _any_state((*ASKED_OF_UNIT, State.ANSWERED, State.CONCLUDED)))


def _goes_on(unit_side: ColumnElement[bool]) -> Any:
    return and_(
        unit_side,
        or_(_any_state(GOING), and_(Case.state == State.ANSWERED, ~_UNSEEN)),
        _any_state((*GOING, State.ANSWERED)),
    )


_OWN = Case.requester_id == _ME
_MINE_WAITING = _listed().where(_waits(_OWN))
_MINE_GOING = _listed().where(_goes_on(_OWN))
_MINE_CLOSED = {state: _listed().where(_OWN, in_state(state)) for state in (State.CONCLUDED, State.CANCELLED)}
_OF_UNIT = and_(Case.unit_id == bindparam("unit_id"), Case.requester_id != _ME)
_UNIT_OPEN = _listed().where(_OF_UNIT, LIVE)
_UNIT_CLOSED = _listed().where(_OF_UNIT, in_state(State.CONCLUDED))
_MINE_COUNTS = (
    select(
        func.sum(case((_WAITS, 1), else_=0)), func.sum(case((_WAITS, 0), (Case.state == State.CONCLUDED, 0), else_=1))
    )
    .select_from(Case)
    .outerjoin(CaseSeen, and_(CaseSeen.case_id == Case.id, CaseSeen.user_id == _ME))
    .where(_OWN, _any_state((*ASKED_OF_UNIT, *GOING, State.ANSWERED, State.CONCLUDED)))
)


def mine_waiting(user: User, size: int) -> Page:
    """Return a page of the requester's cases that wait for them, what changed last first."""
    return page_by_key(_MINE_WAITING, _NEWEST, size, {"user_id": user.id, "since": _since()})


def _since() -> datetime:
    return clock.now() - timedelta(days=UNREAD_DAYS)


def mine_going(user: User, size: int) -> Page:
    """Return a page of the requester's cases that others work on."""
    return page_by_key(_MINE_GOING, _NEWEST, size, {"user_id": user.id})


def mine_closed(user: User, state: State) -> Page:
    """Return a page of the requester's concluded or cancelled cases, the last one first."""
    return page_by_key(_MINE_CLOSED[state], _NEWEST, given={"user_id": user.id})


def mine_counts(user: User) -> Mapping[str, int]:
    """Return how many of the requester's open cases wait for them, and how many go on."""
    waiting, going = read(_MINE_COUNTS, {"user_id": user.id, "since": _since()})[0]
    return {"waiting": waiting or 0, "going": going or 0}


def unit_open(user: User) -> Page:
    """Return a page of the open cases of the requester's unit that others of it sent."""
    return page_by_key(_UNIT_OPEN, _NEWEST, given={"user_id": user.id, "unit_id": user.unit_id})


def unit_closed(user: User) -> Page:
    """Return a page of the concluded cases of the requester's unit that others of it sent."""
    return page_by_key(_UNIT_CLOSED, _NEWEST, given={"user_id": user.id, "unit_id": user.unit_id})


_ITEMS = (
    select(InformationRequest.case_id, InformationItem.text)
    .join(InformationItem, InformationItem.request_id == InformationRequest.id)
    .where(InformationRequest.case_id.in_(bindparam("cases", expanding=True)), InformationRequest.closed_at.is_(None))
    .order_by(InformationRequest.case_id, InformationItem.number)
)
_FIELDS = (
    select(MissingItem.case_id, MissingItem.field)
    .where(MissingItem.case_id.in_(bindparam("cases", expanding=True)), MissingItem.resolved_at.is_(None))
    .order_by(MissingItem.case_id, MissingItem.event_id, MissingItem.field)
)


def asked_items(case_ids: Sequence[int]) -> dict[int, list[str]]:
    """Return what the consultants asked for and have not been given, by case."""
    return _gathered(read(_ITEMS, {"cases": case_ids})) if case_ids else {}


def missing_fields(case_ids: Sequence[int]) -> dict[int, list[str]]:
    """Return the fields that the administrator found missing and that are not resolved, by case."""
    return _gathered(read(_FIELDS, {"cases": case_ids})) if case_ids else {}


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


@lru_cache(maxsize=64)
def _district(show: State, by_unit: bool, by_requester: bool, filed: bool) -> Any:
    """Build the query of one shape once; its parameters are named as the fields of `District`."""
    here = HealthUnit.district == bindparam("district")
    query = _listed().where(in_state(show), here, HealthUnit.district != "")
    if by_unit:
        query = query.where(HealthUnit.slug == bindparam("unit"))
    if by_requester:
        query = query.where(_requester.ref == bindparam("requester"))
    return query.where(FILED) if filed else query


_DISTRICT_COUNTS = (
    select(Case.state, func.count().label("number"))
    .join(HealthUnit, HealthUnit.id == Case.unit_id)
    .where(LIVE, HealthUnit.district == bindparam("district"), HealthUnit.district != "")
    .group_by(Case.state)
)


def _district_of(user: User) -> str:
    return user.unit.district if user.unit else ""


def district_page(user: User, asked: District, size: int) -> Page:
    """Return a page of the cases of the person's district in one state, what changed last first."""
    query = _district(asked.show, bool(asked.unit), bool(asked.requester), asked.filed)
    chosen = {name: value for name, value in (("unit", asked.unit), ("requester", asked.requester)) if value}
    return page_by_key(query, _NEWEST, size, {"user_id": user.id, "district": _district_of(user), **chosen})


def district_counts(user: User) -> Mapping[str, int]:
    """Return how many open cases the person's district has in each state."""
    rows = read(_DISTRICT_COUNTS, {"district": _district_of(user)})
    return {row.state: row.number for row in rows}


# ---------------------------------------------------------------- the consultant

_CLAIMABLE = (
    in_state(State.SUBMITTED),
    Case.specialty_id.in_(bindparam("specialties", expanding=True)),
    ~exists().where(Decline.case_id == Case.id, Decline.consultant_id == _ME),
)
_OPEN = _listed().where(*_CLAIMABLE)
_OPEN_COUNT = select(func.count()).select_from(Case).where(*_CLAIMABLE)
_HELD = {
    state: _listed().where(Case.holder_id == _ME, in_state(state), LIVE)
    for state in (State.ASSIGNED, State.AWAITING_INFORMATION, State.ANSWERED, State.IN_PERSON)
}
_DONE = _listed().where(Case.holder_id == _ME, in_state(State.CONCLUDED))
_HELD_COUNTS = select(Case.state, func.count().label("number")).where(Case.holder_id == _ME, LIVE).group_by(Case.state)


def waiting_for(user: User, specialty_ids: Iterable[int], size: int) -> Page:
    """Return a page of what waits in these specialties and this person has not declined, the nearest deadline first."""
    return page_by_key(_OPEN, _SOONEST, size, {"user_id": user.id, "specialties": sorted(specialty_ids)})


def held_by(user: User, state: State, size: int) -> Page:
    """Return a page of the open cases that a consultant holds in one state."""
    keys = _SOONEST if state == State.ASSIGNED else _NEWEST
    return page_by_key(_HELD[state], keys, size, {"user_id": user.id})


def done_by(user: User) -> Page:
    """Return a page of the concluded cases of a consultant, the last one first."""
    return page_by_key(_DONE, _NEWEST, given={"user_id": user.id})


def held_counts(user: User) -> Mapping[str, int]:
    """Return how many open cases a consultant holds in each state."""
    return {row.state: row.number for row in read(_HELD_COUNTS, {"user_id": user.id})}


def waiting_count(user: User, specialty_ids: Iterable[int]) -> int:
    """Return how many cases wait that this consultant may take."""
    count: int = read(_OPEN_COUNT, {"user_id": user.id, "specialties": sorted(specialty_ids)})[0][0]
    return count
