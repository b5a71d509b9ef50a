"""The requester's lists: what waits for them, what others work on, what ended, and what colleagues of the unit sent.

Open work and what ended lately are looked up apart, each by its part of one index: nothing here reads history.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, case, exists, func, or_, select, union_all
from sqlalchemy.orm import aliased

from teleconsult import clock
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case, CaseEvent, CaseSeen
from teleconsult.cases.models_opinion import InformationItem, InformationRequest, MissingItem
from teleconsult.cases.queries_lists import ME, NEWEST, SEEN, UNSEEN, any_state, listed
from teleconsult.cases.shelves import LIVE, in_state
from teleconsult.cases.visible import OF_UNIT, shared_unit_of
from teleconsult.columns import UTCDateTime
from teleconsult.extensions import read
from teleconsult.people.models import User
from teleconsult.web import Page, page_by_key

ASKED_OF_UNIT = (State.AWAITING_INFORMATION, State.RETURNED)
GOING = (State.SUBMITTED, State.ASSIGNED)
TOLD = (State.ANSWERED, State.IN_PERSON)
"""What the consultant decided: it waits until it is seen (a visit is the unit's to book), and goes on then."""

UNREAD_DAYS = 30
"""So long an answer that closed its case waits on the first screen for whoever asked to read it."""

_TO_READ = ("answer", "conclude", "counter_refer", "correct", "withdraw")

_UNREAD = and_(
    Case.state == State.CONCLUDED,
    exists().where(CaseEvent.case_id == Case.id, CaseEvent.number > SEEN, CaseEvent.verb.in_(_TO_READ)),
)
_WAITS = or_(any_state(ASKED_OF_UNIT), and_(any_state(TOLD), UNSEEN), _UNREAD)
"""What waits for the unit: to supply, to complete, or an answer that nobody has read, also one that closed its case."""

_OWN = Case.requester_id == ME


def _own_in(*states: State) -> Any:
    """Return the condition that a case is one's own in one of these states, or was concluded lately."""
    open_, ended = aliased(Case), aliased(Case)
    since = bindparam("since", type_=UTCDateTime)
    lately = select(ended.id).where(
        ended.requester_id == ME, any_state((State.CONCLUDED,), ended), ended.changed_at >= since
    )
    live = select(open_.id).where(open_.requester_id == ME, any_state(states, open_))
    return Case.id.in_(union_all(live, lately))


_MINE_WAITING = listed().where(_own_in(*ASKED_OF_UNIT, *TOLD), _WAITS)
_MINE_GOING = listed().where(_OWN, or_(any_state(GOING), and_(any_state(TOLD), ~UNSEEN)), any_state((*GOING, *TOLD)))
_MINE_CLOSED = {state: listed().where(_OWN, in_state(state)) for state in (State.CONCLUDED, State.CANCELLED)}
_OF_COLLEAGUES = and_(OF_UNIT, Case.requester_id != ME)
_UNIT_OPEN = listed().where(_OF_COLLEAGUES, LIVE)
_UNIT_CLOSED = listed().where(_OF_COLLEAGUES, in_state(State.CONCLUDED))
_MINE_COUNTS = (
    select(
        func.sum(case((_WAITS, 1), else_=0)), func.sum(case((_WAITS, 0), (Case.state == State.CONCLUDED, 0), else_=1))
    )
    .select_from(Case)
    .outerjoin(CaseSeen, and_(CaseSeen.case_id == Case.id, CaseSeen.user_id == ME))
    .where(_own_in(*ASKED_OF_UNIT, *GOING, *TOLD))
)


def mine_waiting(user: User, size: int) -> Page:
    """Return a page of the requester's cases that wait for them, what changed last first."""
    return page_by_key(_MINE_WAITING, NEWEST, size, {"user_id": user.id, "since": _since()})


def _since() -> datetime:
    return clock.now() - timedelta(days=UNREAD_DAYS)


def mine_going(user: User, size: int) -> Page:
    """Return a page of the requester's cases that others work on."""
    return page_by_key(_MINE_GOING, NEWEST, size, {"user_id": user.id})


def mine_closed(user: User, state: State) -> Page:
    """Return a page of the requester's concluded or cancelled cases, the last one first."""
    return page_by_key(_MINE_CLOSED[state], NEWEST, given={"user_id": user.id})


def mine_counts(user: User) -> Mapping[str, int]:
    """Return how many of the requester's cases wait for them, and how many go on."""
    waiting, going = read(_MINE_COUNTS, {"user_id": user.id, "since": _since()})[0]
    return {"waiting": waiting or 0, "going": going or 0}


def unit_open(user: User) -> Page:
    """Return a page of the open cases of the requester's unit that others of it sent."""
    return page_by_key(_UNIT_OPEN, NEWEST, given={"user_id": user.id, "unit_id": shared_unit_of(user)})


def unit_closed(user: User) -> Page:
    """Return a page of the concluded cases of the requester's unit that others of it sent."""
    return page_by_key(_UNIT_CLOSED, NEWEST, given={"user_id": user.id, "unit_id": shared_unit_of(user)})


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
