"""The lists of cases by what waits for whom: the district, the consultant; the requester's are in queries_mine.py.

Columns only. Open work is bounded by what people can hold; history is read by an index in its own order.
Statements are built once: building one costs more than running it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, and_, bindparam, exists, func, literal_column, select
from sqlalchemy.orm import aliased

from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case, CaseQuestion, CaseSeen, PatientSnapshot
from teleconsult.cases.models_opinion import Decline
from teleconsult.cases.shelves import FILED, LIVE, in_state
from teleconsult.cases.visible import WAITS, in_district
from teleconsult.extensions import read
from teleconsult.network.models import HealthUnit, Specialty
from teleconsult.people.models import User
from teleconsult.web import Page, page_by_key

FIRST = 10
"""Rows of each part of a first screen; the whole list is one press away."""

_holder = aliased(User)
_requester = aliased(User)
SEEN = func.coalesce(CaseSeen.number, 0)
UNSEEN = Case.steps > SEEN
NEWEST = [(Case.changed_at, True), (Case.id, True)]
_SOONEST = [(Case.due_at, False), (Case.id, False)]
ME: Any = bindparam("user_id", type_=Integer)
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
    SEEN.label("seen"),
    _holder.title.label("holder_title"),
    _holder.name.label("holder_name"),
    _requester.title.label("requester_title"),
    _requester.name.label("requester_name"),
    ASKED.label("asked"),
)


def listed() -> Any:
    """Return the query of a list's rows, to be narrowed; `ME` is among its parameters."""
    return (
        select(*_COLUMNS)
        .join(HealthUnit, HealthUnit.id == Case.unit_id)
        .join(_requester, _requester.id == Case.requester_id)
        .outerjoin(Specialty, Specialty.id == Case.specialty_id)
        .outerjoin(PatientSnapshot, PatientSnapshot.case_id == Case.id)
        .outerjoin(_holder, _holder.id == Case.holder_id)
        .outerjoin(CaseSeen, and_(CaseSeen.case_id == Case.id, CaseSeen.user_id == ME))
    )


def any_state(states: Iterable[State], of: Any = Case) -> Any:
    """Return the condition that a case is in one of these states, in the words of the indexes by state."""
    return of.state.in_([literal_column(f"'{state}'") for state in sorted(states)])


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
    return listed().where(in_state(show), *_in_district(by_unit, by_requester, filed))


@lru_cache(maxsize=8)
def _district_counts(by_unit: bool, by_requester: bool, filed: bool) -> Any:
    return (
        select(Case.state, func.count().label("number"))
        .join(HealthUnit, HealthUnit.id == Case.unit_id)
        .join(_requester, _requester.id == Case.requester_id)
        .where(LIVE, *_in_district(by_unit, by_requester, filed))
        .group_by(Case.state)
    )


def _in_district(by_unit: bool, by_requester: bool, filed: bool) -> list[Any]:
    found: list[Any] = [in_district()]
    if by_unit:
        found.append(HealthUnit.slug == bindparam("unit"))
    if by_requester:
        found.append(_requester.ref == bindparam("requester"))
    return [*found, FILED] if filed else found


def _asked_for(user: User, asked: District) -> dict[str, Any]:
    chosen = {name: value for name, value in (("unit", asked.unit), ("requester", asked.requester)) if value}
    return {"district": user.supported_district, **chosen}


def district_page(user: User, asked: District, size: int) -> Page:
    """Return a page of the cases of the person's district in one state, what changed last first."""
    query = _district(asked.show, bool(asked.unit), bool(asked.requester), asked.filed)
    return page_by_key(query, NEWEST, size, {"user_id": user.id, **_asked_for(user, asked)})


def district_counts(user: User, asked: District | None = None) -> Mapping[str, int]:
    """Return how many open cases the person's district has in each state; of `asked`, what its filters leave, whatever its state."""
    asked = asked or District(State.SUBMITTED)
    query = _district_counts(bool(asked.unit), bool(asked.requester), asked.filed)
    return {row.state: row.number for row in read(query, _asked_for(user, asked))}


# ---------------------------------------------------------------- the consultant

_CLAIMABLE = (
    *WAITS,
    Case.requester_id != ME,
    ~exists().where(Decline.case_id == Case.id, Decline.consultant_id == ME),
)
_OPEN = listed().where(*_CLAIMABLE)
_OPEN_COUNT = select(func.count()).select_from(Case).where(*_CLAIMABLE)
_HELD = {
    state: listed().where(Case.holder_id == ME, in_state(state), LIVE)
    for state in (State.ASSIGNED, State.AWAITING_INFORMATION, State.ANSWERED, State.IN_PERSON)
}
_DONE = listed().where(Case.holder_id == ME, in_state(State.CONCLUDED))
_HELD_COUNTS = select(Case.state, func.count().label("number")).where(Case.holder_id == ME, LIVE).group_by(Case.state)


def waiting_for(user: User, specialty_ids: Iterable[int], size: int) -> Page:
    """Return a page of what waits in these specialties and this person has not declined, the nearest deadline first."""
    return page_by_key(_OPEN, _SOONEST, size, {"user_id": user.id, "specialties": sorted(specialty_ids)})


def held_by(user: User, state: State, size: int) -> Page:
    """Return a page of the open cases that a consultant holds in one state."""
    keys = _SOONEST if state == State.ASSIGNED else NEWEST
    return page_by_key(_HELD[state], keys, size, {"user_id": user.id})


def done_by(user: User) -> Page:
    """Return a page of the concluded cases of a consultant, the last one first."""
    return page_by_key(_DONE, NEWEST, given={"user_id": user.id})


def held_counts(user: User) -> Mapping[str, int]:
    """Return how many open cases a consultant holds in each state."""
    return {row.state: row.number for row in read(_HELD_COUNTS, {"user_id": user.id})}


def waiting_count(user: User, specialty_ids: Iterable[int]) -> int:
    """Return how many cases wait that this consultant may take."""
    count: int = read(_OPEN_COUNT, {"user_id": user.id, "specialties": sorted(specialty_ids)})[0][0]
    return count
