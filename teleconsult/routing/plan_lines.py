"""What the present plan says of waiting cases: to whom, in which shift, by when, and why, in words.

The plan is made by the worker (`planning`), a second or two after something changed. A line whose shift was
cancelled, or whose consultant declined meanwhile, is not shown: the next plan has another.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, exists, or_, select

from teleconsult import clock
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case
from teleconsult.cases.models_opinion import Decline
from teleconsult.cases.needs import WITHHELD
from teleconsult.extensions import read
from teleconsult.people.models import User, UserSpecialty
from teleconsult.routing.engine import TOO_LATE
from teleconsult.routing.models import Plan, PlanLine
from teleconsult.shifts.models import Shift
from teleconsult.web.reasons import Kept, in_one_line, reasons_in_words

STALE = timedelta(minutes=15)
"""A plan older than this says nothing any more of the time of an answer: the worker is away."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """One case with its consultant. `late`: even so it is answered past its deadline."""

    case_id: int
    user_id: int
    ref: str
    title: str
    name: str
    shift_id: int | None
    starts_at: datetime
    reads_at: datetime
    median_at: datetime
    ninety_at: datetime
    late: bool
    reasons: Kept

    @property
    def full_name(self) -> str:
        """Return the name with its form of address."""
        return f"{self.title} {self.name}".strip()

    @property
    def told(self) -> Sequence[str]:
        """Return what speaks for it in words, one after the other."""
        return reasons_in_words(kept for kept in self.reasons if kept[0] != TOO_LATE)

    @property
    def against(self) -> Sequence[str]:
        """Return what speaks against it, and could not be had better."""
        return reasons_in_words(kept for kept in self.reasons if kept[0] == TOO_LATE)

    @property
    def why(self) -> str:
        """Return the reasons as they stand on the timeline of the case when the proposal is accepted."""
        return in_one_line(self.reasons)


@dataclass(frozen=True, slots=True)
class Planned:
    """What the plan says of some cases: lines, and the reasons why others have nobody, by case.

    A case in neither is not planned yet: it came a moment ago, or its specialty is left to be claimed.
    `withheld` are those of the others whose patient took the consent back. `stale` tells that the worker has not planned
    for `STALE`.
    """

    lines: Mapping[int, Proposed] = field(default_factory=dict)
    unplaced: Mapping[int, Sequence[str]] = field(default_factory=dict)
    withheld: frozenset[int] = frozenset()
    made_at: datetime | None = None
    stale: bool = False


_holds = exists().where(UserSpecialty.user_id == PlanLine.user_id, UserSpecialty.specialty_id == Case.specialty_id)
_given_on = and_(Case.state == State.ASSIGNED, Case.holder_id != PlanLine.user_id)
"""A case whose consultant lost the shift for it is planned anew without them (`stranded`)."""

_LINES = (
    select(
        PlanLine.case_id,
        PlanLine.user_id,
        User.ref,
        User.title,
        User.name,
        PlanLine.shift_id,
        Shift.starts_at,
        PlanLine.reads_at,
        PlanLine.median_at,
        PlanLine.ninety_at,
        Case.due_at,
        PlanLine.reasons,
        Plan.made_at,
    )
    .join(Plan, Plan.id == PlanLine.plan_id)
    .join(Case, and_(Case.id == PlanLine.case_id, or_(Case.state == State.SUBMITTED, _given_on)))
    .outerjoin(User, User.id == PlanLine.user_id)
    .outerjoin(Shift, Shift.id == PlanLine.shift_id)
    .outerjoin(Decline, and_(Decline.case_id == PlanLine.case_id, Decline.consultant_id == PlanLine.user_id))
    .where(
        PlanLine.case_id.in_(bindparam("cases", expanding=True)),
        or_(
            PlanLine.user_id.is_(None),
            and_(
                User.switched_off_at.is_(None),
                Shift.cancelled_at.is_(None),
                _holds,
                Shift.ends_at > bindparam("now", type_=Shift.ends_at.type),
                Decline.id.is_(None),
            ),
        ),
    )
)


def planned(case_ids: Iterable[int]) -> Planned:
    """Return what the present plan says of the cases, in one statement."""
    wanted, now = sorted(set(case_ids)), clock.now()
    rows = read(_LINES, {"cases": wanted, "now": now}) if wanted else []
    if not rows:
        return Planned()
    made_at = max(row.made_at for row in rows)
    return Planned(
        lines={row.case_id: _proposed(row) for row in rows if row.user_id is not None},
        unplaced={row.case_id: reasons_in_words(row.reasons) for row in rows if row.user_id is None},
        withheld=frozenset(row.case_id for row in rows if is_withheld(row)),
        made_at=made_at,
        stale=now - made_at > STALE,
    )


def is_withheld(line: Any) -> bool:
    """Tell whether a line of the plan (a row with user_id and reasons) says that nobody else may be given the case."""
    return line.user_id is None and bool(line.reasons) and line.reasons[0][0] == WITHHELD


def lines_for(case_ids: Iterable[int]) -> Mapping[int, Proposed]:
    """Return the consultant whom the plan proposes for each case; those without are left out."""
    return planned(case_ids).lines


def _proposed(row: Any) -> Proposed:
    return Proposed(
        case_id=row.case_id,
        user_id=row.user_id,
        ref=row.ref,
        title=row.title,
        name=row.name,
        shift_id=row.shift_id,
        starts_at=row.starts_at,
        reads_at=row.reads_at,
        median_at=row.median_at,
        ninety_at=row.ninety_at,
        late=row.due_at is not None and row.median_at > row.due_at,
        reasons=row.reasons,
    )
