"""What the administrators are told of a plan, once of each: nobody has a shift for a case, or its consultant lost it."""

from collections.abc import Iterable, Set
from datetime import datetime

from sqlalchemy import select

from teleconsult import audit, clock
from teleconsult.cases.models import Case
from teleconsult.cases.models_alerts import CaseAlert
from teleconsult.cases.world import nobody_left
from teleconsult.errors import Overtaken
from teleconsult.extensions import changed, db, transaction, upsert
from teleconsult.notices import actions as notices
from teleconsult.people import queries as people
from teleconsult.people.access import Role
from teleconsult.routing.engine import DECLINED, Plan
from teleconsult.routing.gathering import World
from teleconsult.routing.modes import How
from teleconsult.shifts import roster

NO_SHIFT = "case.no_shift"
STRANDED = "case.stranded"


def tell(plan: Plan, world: World) -> int:
    """Tell what the plan could not place, and whom it would give on; return of how many cases."""
    specialty = {case.case_id: case.specialty_id for case in world.waiting}
    lone = {specialty[case_id] for case_id, _why in plan.unplaced}
    kept = _of_whom_is_told(lone, world.now) if lone else frozenset()
    alone = [
        (case_id, NO_SHIFT, str(world.rounds[case_id]))
        for case_id, why in plan.unplaced
        if specialty[case_id] in kept and (why != DECLINED or _waits_for_others(world, case_id))
    ]
    stuck = [
        (case_id, STRANDED, f"{world.rounds[case_id]}:{world.holders[case_id]}")
        for case_id in sorted(world.stranded)
        if world.mode_of(specialty[case_id]).how != How.AUTOMATIC
    ]
    return sum(_once(world, *one) for one in _new([*alone, *stuck]))


def is_told(case: Case, why: str) -> bool:
    """Tell whether the administrators are told of a case that the plan, for a reason of the engine's, gives to nobody."""
    if case.specialty_id is not None and case.specialty_id in _of_whom_is_told({case.specialty_id}, clock.now()):
        return True
    return why == DECLINED and nobody_left(case)


def _of_whom_is_told(specialties: Set[int], now: datetime) -> frozenset[int]:
    """Where no calendar is kept a case goes to whoever answers in the specialty; where nobody does, it goes nowhere."""
    kept = roster.calendars(now) & specialties
    without = specialties - kept
    return kept | roster.unserved(without) if without else kept


def _waits_for_others(world: World, case_id: int) -> bool:
    """Tell whether a case that all with a shift declined is left to those without: where none are, the last one told it."""
    case = db.session.get(Case, case_id) if case_id not in world.holders else None
    return case is not None and not nobody_left(case)


def _new(found: list[tuple[int, str, str]]) -> Iterable[tuple[int, str, str]]:
    """Return those that were not told yet."""
    query = select(CaseAlert.case_id, CaseAlert.kind, CaseAlert.turn).where(
        CaseAlert.case_id.in_([case_id for case_id, _, _ in found])
    )
    before = {tuple(row) for row in db.session.execute(query)} if found else set()
    return [one for one in found if one not in before]


def _once(world: World, case_id: int, kind: str, turn: str) -> int:
    case = db.session.get(Case, case_id)
    try:
        with transaction(case, world.versions[case_id]):
            row = upsert(CaseAlert).values(case_id=case_id, kind=kind, turn=turn, at=world.now)
            if case is None or not changed(row.on_conflict_do_nothing()):
                return 0
            notices.tell(people.active_with_role(Role.ADMINISTRATOR), kind, subject=case.ref)
            audit.record(f"case:{case.ref}", kind, subject=case.ref)
    except Overtaken:
        return 0
    return 1
