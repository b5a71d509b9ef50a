"""The distribution, made anew when something changed. In the worker only: the engine's solver is loaded here.

What changed is seen in the database, not announced: each second `Watch` reads a stamp of what the plan depends on (one
small select), and each minute the job reads everything. The digest of it (`World.basis`) is kept with the plan; for the
same basis nothing is done. First what follows from the plan is done, in small transactions, and the plan is written
last: a worker that is killed in between does it again, and finds done what is done. Of two workers at
once the second finds its plan's number taken.
"""

from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import Any

from sqlalchemy import delete, func, insert, select

from teleconsult import clock
from teleconsult.cases.models import CaseEvent
from teleconsult.cases.needs import WITHHELD
from teleconsult.errors import Overtaken
from teleconsult.extensions import changed, db, transaction
from teleconsult.routing import automatic, engine, gathering, learning, paces, promises, seating, telling
from teleconsult.routing.gathering import World
from teleconsult.routing.models import Plan, PlanLine, SpecialtyMode
from teleconsult.routing.modes import How
from teleconsult.routing.promising import Expected
from teleconsult.shifts.models import Leave, Shift
from teleconsult.web.reasons import kept_reasons

KEPT = 500
"""Plans that are remembered, without their lines: when each was made, over how much, and how long it took."""


class Watch:
    """Whether something changed since it was asked last; one to a worker. What it misses, the minute's job finds."""

    def __init__(self) -> None:
        self._stamp: tuple[Any, ...] | None = None

    def moved(self) -> bool:
        """Tell whether cases, shifts, leaves or modes are others than a moment ago."""
        stamp = _stamp()
        moved, self._stamp = stamp != self._stamp, stamp
        return moved

    def forget(self) -> None:
        """Let the next look find that something moved."""
        self._stamp = None


def _stamp() -> tuple[Any, ...]:
    now = clock.now()
    parts = (
        select(func.max(CaseEvent.id)),
        select(func.count()).where(Shift.ends_at > now),
        select(func.sum(Shift.version)).where(Shift.ends_at > now),
        select(func.count()).where(Leave.until_at > now),
        select(func.sum(Leave.version)).where(Leave.until_at > now),
        select(func.sum(SpecialtyMode.version)),
    )
    return tuple(db.session.execute(select(*(part.scalar_subquery() for part in parts))).one())


def replan() -> list[int]:
    """Plan, and do what follows, unless the present plan is of the same world; return the cases it is about."""
    world = gathering.gather(clock.now())
    basis = world.basis()
    last = db.session.execute(select(Plan.id, Plan.basis).order_by(Plan.id.desc()).limit(1)).one_or_none()
    if last is not None and last.basis == basis:
        return []
    begun = perf_counter()
    learnt = paces.learnt({seat.user_id for seat in world.seats}, world.now)
    made = engine.plan(
        world.waiting,
        world.seats,
        world.now,
        paces=learnt.of,
        limits=world.limits,
        forecast=learning.coming(world.now) if world.waiting else (),
        kinds=learnt.kinds,
    )
    milliseconds = int((perf_counter() - begun) * 1000)
    margins = learning.margins(world.now, seating.seats(world.now, learning.RECORD))
    medians = {line.case_id: line.median_at for line in made.lines} | promises.in_hand(world, learnt.of)
    expected = promises.expected(medians, world, margins)
    promises.renew(dict(world.versions) | {one.case_id: one.version for one in world.held}, expected, world.now)
    automatic.give_out(made, world)
    telling.tell(made, world)
    row = {
        "id": (last.id if last else 0) + 1,
        "made_at": world.now,
        "basis": basis,
        "status": made.status,
        "cases": len(world.waiting),
        "milliseconds": milliseconds,
    }
    try:
        with transaction():
            _write(row, _lines(made, world, expected, row["id"]))
            learning.keep(margins)
    except Overtaken:
        return []
    return [case.case_id for case in world.waiting]


def _lines(made: engine.Plan, world: World, expected: Mapping[int, Expected], plan_id: Any) -> list[dict[str, Any]]:
    """Return the rows of the plan, with the times as they are told.

    Where consultants choose for themselves, only what nobody can choose is among them.
    """
    specialty = {case.case_id: case.specialty_id for case in world.waiting}
    empty = {"plan_id": plan_id, "user_id": None, "shift_id": None, "reads_at": None, "median_at": None}
    rows = [
        empty | {"case_id": case_id, "ninety_at": None, "reasons": kept_reasons([(reason, {})])}
        for case_id, reason in [*made.unplaced, *((case_id, WITHHELD) for case_id in sorted(world.withheld))]
    ]
    for line in made.lines:
        if world.mode_of(specialty[line.case_id]).how != How.CLAIM:
            rows.append(
                {
                    "case_id": line.case_id,
                    "plan_id": plan_id,
                    "user_id": line.user_id,
                    "shift_id": line.shift_id,
                    "reads_at": line.reads_at,
                    "median_at": expected[line.case_id].median_at,
                    "ninety_at": expected[line.case_id].ninety_at,
                    "reasons": kept_reasons(line.reasons),
                }
            )
    return rows


def _write(row: dict[str, Any], lines: Sequence[dict[str, Any]]) -> None:
    """Put a plan in the place of the one before. Its number is the next one: of two at once the second is overtaken."""
    db.session.execute(insert(Plan).values(**row))
    changed(delete(PlanLine))
    if lines:
        db.session.execute(insert(PlanLine), lines)
    changed(delete(Plan).where(Plan.id <= row["id"] - KEPT))
