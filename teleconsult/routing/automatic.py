"""Giving cases out by the machine, where the management wants that: the plan's word, each case once.

A case is given out when the plan says that it is read within the hour (`AHEAD`), not before: until then a more urgent one
may still take its turn, and nothing has to be taken from anybody. What nobody reads where it is (`stranded`) is given on
at once, so that whoever has it now is told in time.
"""

from datetime import timedelta

from sqlalchemy import select

from teleconsult.cases import actions
from teleconsult.cases.models import Case
from teleconsult.errors import Overtaken, Refused
from teleconsult.extensions import db, transaction
from teleconsult.people.models import User
from teleconsult.routing.engine import Line, Plan
from teleconsult.routing.gathering import World
from teleconsult.routing.modes import How
from teleconsult.routing.stranded import stranded
from teleconsult.web.reasons import kept_reasons

AHEAD = timedelta(hours=1)


def give_out(plan: Plan, world: World) -> int:
    """Give out what the plan says of the specialties that are distributed automatically; return how many."""
    specialty = {case.case_id: case.specialty_id for case in world.waiting}
    due = [
        line
        for line in plan.lines
        if world.mode_of(specialty[line.case_id]).how == How.AUTOMATIC
        and (line.reads_at <= world.now + AHEAD or line.case_id in world.stranded)
    ]
    return sum(_give(line, world) for line in due)


def _give(line: Line, world: World) -> int:
    case = db.session.get(Case, line.case_id)
    try:
        with transaction(case, world.versions[line.case_id]):
            to = db.session.scalar(select(User).where(User.id == line.user_id))
            if case is None or to is None or _opened(case, world):
                return 0
            actions.assign(case, to=to, reasons=kept_reasons(line.reasons), by=None)
    except (Overtaken, Refused):
        # Somebody acted on it meanwhile: the next plan sees how it is now.
        return 0
    return 1


def _opened(case: Case, world: World) -> bool:
    """Tell whether a case that was to be given on was opened since: reading it does not change its version."""
    return case.id in world.stranded and case.id not in stranded(world.seats, world.now)
