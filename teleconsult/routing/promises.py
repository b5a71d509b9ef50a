"""When an answer is said to be expected: told at the sending, told anew when it changes, scored when the answer comes.

At the sending, and whenever a new wait begins, the time is told at once from a queue read earliest due first
(`promising.queued`: no solver). A second or two later the worker's plan looks at every case that waits or is in hand,
and tells anew what changed by enough. When nobody has a shift nothing is promised.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, false, or_, select, update

from teleconsult.cases.lifecycle import SERVICE, State
from teleconsult.cases.models import Case, CaseEvent
from teleconsult.cases.shelves import in_state
from teleconsult.cases.sides import asking
from teleconsult.errors import Overtaken
from teleconsult.events import on
from teleconsult.extensions import changed, db, transaction, write
from teleconsult.network import settings
from teleconsult.network.models import HealthUnit
from teleconsult.notices import actions as notices
from teleconsult.routing import gathering, learning, paces, seating
from teleconsult.routing.gathering import Held, World
from teleconsult.routing.margins import Margins
from teleconsult.routing.models import Promise
from teleconsult.routing.pace import Pace
from teleconsult.routing.promising import Expected, is_another, is_told, queued, told, told_last
from teleconsult.routing.promising import in_hand as of_holders
from teleconsult.routing.slots import Waiting

BEGINS = ("case.submit", "case.supply", "case.follow_up", "case.reopen", "case.call_off")
"""What begins a wait for an answer."""

NEW = 0
"""Stands for the case that is not sent yet."""

TOGETHER = 50
"""As many cases are told anew in one transaction: each waits for the disk, and all at once would keep others waiting."""

_LIVE = (Promise.replaced_at.is_(None), Promise.answered_at.is_(None))


@on(*BEGINS)
def promise_at_once(case: Case, event: CaseEvent, by: Any) -> None:
    """Tell a time in the transaction that begins the wait, if anybody has a shift."""
    del by
    if case.specialty_id is None or case.state not in SERVICE or not seating.any_seat(case.specialty_id, event.at):
        return
    expected = expected_of(case, event.at)
    if expected is not None:
        _make(case.id, case.round, expected, event.at)


def expected_of(case: Case, now: datetime) -> Expected | None:
    """Return when a case that waits or is in hand is expected to be answered, without the solver."""
    world = gathering.gather(now, case.specialty_id)
    learnt = paces.learnt({seat.user_id for seat in world.seats}, now)
    if case.state == State.SUBMITTED:
        median_at = queued(world.waiting, world.seats, now, learnt.of, world.limits).get(case.id)
    else:
        median_at = in_hand(world, learnt.of).get(case.id)
    if median_at is None or case.specialty_id is None:
        return None
    clock = learning.clocks(world.seats)[case.specialty_id]
    return told(median_at, learning.kept().ninety(clock, case.priority, now, median_at))


def expected_if_sent(specialty_id: int, priority: str, now: datetime) -> Expected | None:
    """Return when a request would be answered if it were sent now; None when nobody has a shift."""
    if not seating.any_seat(specialty_id, now):
        return None
    world = gathering.gather(now, specialty_id)
    due_at = now + timedelta(hours=settings.target_hours()[priority])
    waiting = [*world.waiting, Waiting(NEW, specialty_id, priority, due_at, now)]
    learnt = paces.learnt({seat.user_id for seat in world.seats}, now)
    median_at = queued(waiting, world.seats, now, learnt.of, world.limits).get(NEW)
    if median_at is None:
        return None
    clock = learning.clocks(world.seats)[specialty_id]
    return told(median_at, learning.kept().ninety(clock, priority, now, median_at))


def in_hand(world: World, learnt: Mapping[int, Pace]) -> dict[int, datetime]:
    """Return when each case that a consultant has in hand is expected to be answered."""
    held: dict[int, list[Waiting]] = {}
    for one in world.held:
        case = Waiting(one.case_id, one.specialty_id, one.priority, one.due_at, one.since)
        held.setdefault(one.holder_id, []).append(case)
    return of_holders(held, world.seats, world.now, learnt)


def expected(medians: Mapping[int, datetime], world: World, margins: Margins) -> dict[int, Expected]:
    """Return what is to be promised of the cases of a world: the answer that is expected, and nine times in ten."""
    clocks = learning.clocks(world.seats)
    about: dict[int, Waiting | Held] = {case.case_id: case for case in world.waiting}
    about |= {case.case_id: case for case in world.held}
    made = {}
    for case_id, median_at in medians.items():
        case = about[case_id]
        ninety_at = margins.ninety(clocks[case.specialty_id], case.priority, world.now, median_at)
        made[case_id] = told(median_at, ninety_at)
    return made


def _make(case_id: int, round_: int, expected: Expected, at: datetime) -> None:
    db.session.add(
        Promise(case_id=case_id, round=round_, made_at=at, median_at=expected.median_at, ninety_at=expected.ninety_at)
    )
    db.session.flush()


@on("case.answer", "case.conclude", "case.escalate", "case.ask")
def score(case: Case, event: CaseEvent, by: Any) -> None:
    """Note when the answer came that was promised; exams or data asked for are the inconclusive answer of the source."""
    del by
    given = {"of": case.id, "in_round": case.round, "at": event.at}
    write(_INCONCLUSIVE if event.verb == "ask" else _ANSWERED, given)


@on("case.return", "case.cancel", "case.lapse")
def stop(case: Case, event: CaseEvent, by: Any) -> None:
    """End a promise that nobody waits for any more."""
    del by
    write(_STOPPED, {"of": case.id, "in_round": case.round, "at": event.at})


@on("case.revoke_consent")
def stop_waiting(case: Case, event: CaseEvent, by: Any) -> None:
    """End the promise of a case that nobody has: nobody else may be given it now."""
    if case.state == State.SUBMITTED:
        stop(case, event, by)


def _ended(*columns: str) -> Any:
    live = update(Promise).where(Promise.case_id == bindparam("of"), Promise.round == bindparam("in_round"), *_LIVE)
    return live.values({name: bindparam("at", type_=Promise.answered_at.type) for name in columns})


_ANSWERED, _STOPPED = _ended("answered_at"), _ended("replaced_at")
_INCONCLUSIVE = _ended("answered_at", "replaced_at")


def renew(versions: Mapping[int, int], expected: Mapping[int, Expected], now: datetime) -> int:
    """Tell anew what changed by enough, some cases in a transaction each time; return how many.

    Args:
        versions: of the cases as the plan saw them; one that moved since is left to the next plan.
        expected: when each of them is expected to be answered.
        now: the moment of the plan.
    """
    rows = db.session.execute(
        select(Promise.case_id, Promise.ninety_at, HealthUnit.zone)
        .join(Case, (Case.id == Promise.case_id) & (Case.round == Promise.round))
        .join(HealthUnit, HealthUnit.id == Case.unit_id)
        .where(or_(false(), *(in_state(state) for state in SERVICE)), *_LIVE)
    )
    live = {row.case_id: (row.ninety_at, ZoneInfo(row.zone)) for row in rows}
    wanted = sorted(
        case_id
        for case_id, new in expected.items()
        if case_id not in live or is_another(live[case_id][0], new.ninety_at, live[case_id][1], now)
    )
    parts = (wanted[first : first + TOGETHER] for first in range(0, len(wanted), TOGETHER))
    return sum(_renew({case_id: versions[case_id] for case_id in part}, expected, now) for part in parts)


def _renew(versions: Mapping[int, int], expected: Mapping[int, Expected], now: datetime) -> int:
    try:
        with transaction():
            return _tell_anew(versions, expected, now)
    except Overtaken:
        # Somebody moved one of them at this very moment: alone, it holds up none of the others.
        alone = [{case_id: version} for case_id, version in versions.items()] if len(versions) > 1 else []
        return sum(_renew(one, expected, now) for one in alone)


def _tell_anew(versions: Mapping[int, int], expected: Mapping[int, Expected], now: datetime) -> int:
    cases = _held_still(versions)
    before = _promised(cases)
    changing = {
        case_id: (case, zone)
        for case_id, (case, zone) in cases.items()
        if case_id not in before or is_another(before[case_id].ninety_at, expected[case_id].ninety_at, zone, now)
    }
    ended = [before[case_id].id for case_id in changing if case_id in before]
    was_told = _told_last({case_id: zone for case_id, (_, zone) in changing.items() if case_id in before}, before)
    changed(update(Promise).where(Promise.id.in_(ended)).values(replaced_at=now))
    for case_id, (case, zone) in changing.items():
        _make(case_id, case.round, expected[case_id], now)
        if case_id in was_told and is_told(was_told[case_id], expected[case_id].ninety_at, zone):
            notices.tell(asking(case), "promise.later", subject=case.ref)
    return len(changing)


def _held_still(versions: Mapping[int, int]) -> dict[int, tuple[Case, ZoneInfo]]:
    """Return those that are as the plan saw them, with their zone; none moves before the transaction ends.

    In their order, so that of two workers one waits for the other. SQLite knows no such lock and needs none: there one
    writes at a time.
    """
    rows = db.session.execute(
        select(Case, HealthUnit.zone)
        .join(HealthUnit, HealthUnit.id == Case.unit_id)
        .where(Case.id.in_(versions))
        .order_by(Case.id)
        .with_for_update(of=Case)
        .execution_options(populate_existing=True)
    )
    return {
        case.id: (case, ZoneInfo(zone))
        for case, zone in rows
        if case.version == versions[case.id] and case.state in SERVICE
    }


def _promised(cases: Mapping[int, tuple[Case, ZoneInfo]]) -> dict[int, Any]:
    """Return the promises in force of some cases, as columns."""
    rows = db.session.execute(
        select(Promise.id, Promise.case_id, Promise.round, Promise.ninety_at).where(Promise.case_id.in_(cases), *_LIVE)
    )
    return {row.case_id: row for row in rows if row.round == cases[row.case_id][0].round}


def _told_last(zones: Mapping[int, ZoneInfo], live: Mapping[int, Any]) -> dict[int, datetime]:
    """Return what the requesters of some cases were told last in the wait that goes on."""
    rows = db.session.execute(
        select(Promise.case_id, Promise.round, Promise.made_at, Promise.replaced_at, Promise.ninety_at)
        .where(Promise.case_id.in_(zones))
        .order_by(Promise.case_id, Promise.id)
    )
    found: dict[int, list[Any]] = {}
    for row in rows:
        if row.round == live[row.case_id].round:
            wait = found.setdefault(row.case_id, [])
            if wait and wait[-1].replaced_at != row.made_at:
                wait.clear()
            wait.append(row)
    return {case_id: told_last([row.ninety_at for row in wait], zones[case_id]) for case_id, wait in found.items()}
