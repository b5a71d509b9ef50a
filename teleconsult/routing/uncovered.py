"""What has nobody on shift within its target, by specialty, with what can be done about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from sqlalchemy import and_, bindparam, exists, or_, select

from teleconsult import clock, events
from teleconsult.cases.backup import StandIn, presences, stand_ins
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case
from teleconsult.cases.rows import specialty_words
from teleconsult.cases.shelves import in_state
from teleconsult.extensions import read
from teleconsult.network.models import Specialty
from teleconsult.people.access import Permission, Role
from teleconsult.people.gate import current_user
from teleconsult.routing.models import PlanLine
from teleconsult.routing.plan_lines import is_withheld
from teleconsult.shifts.models import Shift
from teleconsult.shifts.roster import REMEMBERED, served
from teleconsult.web.messages import gettext as _
from teleconsult.web.messages import ngettext

MOST = 200
AT_ONCE = 50
"""As many as one confirmation takes."""

LINKED = 3
"""Specialties for which the calendar offers to open a shift: the most pressing ones."""

_SERVED = served(Case.specialty_id).label("served")

_UNCOVERED = (
    select(
        Case.id, Case.ref, Case.version, Case.specialty_id, Specialty.slug, Specialty.name_pt, Specialty.name_en,
        PlanLine.user_id, PlanLine.reasons, _SERVED
    )
    .join(PlanLine, PlanLine.case_id == Case.id)
    .join(Specialty, Specialty.id == Case.specialty_id)
    .where(
        in_state(State.SUBMITTED),
        or_(
            ~_SERVED,
            exists().where(
                Shift.specialty_id == Case.specialty_id,
                Shift.ends_at > bindparam("since", type_=Shift.ends_at.type),
                Shift.cancelled_at.is_(None),
            ),
        ),
        or_(
            PlanLine.user_id.is_(None),
            and_(PlanLine.reads_at > Case.due_at, Case.due_at > bindparam("now", type_=Case.due_at.type)),
        ),
    )
    .order_by(Case.due_at, Case.id)
    .limit(MOST)
)  # fmt: skip


@dataclass(frozen=True)
class Gap:
    """One specialty with waiting cases that nobody on shift reads in time; `says` is when its stand-in is there.

    `served` tells that somebody answers in it at all, and could be given a shift.
    """

    slug: str
    name: str
    marks: Sequence[str]
    stand_in: StandIn | None
    says: str
    served: bool

    @property
    def text(self) -> str:
        """Return the warning."""
        if not self.served:
            return ngettext(
                "%(name)s: %(num)d caso espera, e ninguém atende nesta especialidade.",
                "%(name)s: %(num)d casos esperam, e ninguém atende nesta especialidade.",
                len(self.marks),
                name=self.name,
            )
        return ngettext(
            "%(name)s: %(num)d caso não tem ninguém em turno dentro do prazo.",
            "%(name)s: %(num)d casos não têm ninguém em turno dentro do prazo.",
            len(self.marks),
            name=self.name,
        )

    @property
    def where(self) -> str:
        """Return the specialty with how many cases."""
        return _("%(name)s (%(num)d)", name=self.name, num=len(self.marks))

    @property
    def taken(self) -> Sequence[tuple[str, str]]:
        """Return what one confirmation takes: the mark and the reference of each case."""
        return [(mark, mark.partition(":")[0]) for mark in self.marks[:AT_ONCE]]


def gaps(now: datetime) -> list[Gap]:
    """Return the specialties with cases that nobody on shift reads in time, the most pressing first."""
    found: dict[int, list[Any]] = {}
    for row in read(_UNCOVERED, {"now": now, "since": now - REMEMBERED}):
        if not is_withheld(row):
            found.setdefault(row.specialty_id, []).append(row)
    if not found:
        return []
    named = stand_ins(found)
    says = presences(named.values(), now)
    return [_gap(rows, named.get(number), says) for number, rows in found.items()]


def _gap(rows: Sequence[Any], stand_in: StandIn | None, says: Mapping[int, str]) -> Gap:
    first = rows[0]
    there = says.get(stand_in.specialty_id, "") if stand_in else ""
    marks = [f"{row.ref}:{row.version}" for row in rows]
    return Gap(first.slug, specialty_words(first), marks, stand_in, there, served=bool(first.served))


@events.panel("shifts_warnings")
def warning() -> dict[str, Any] | None:
    """Return the same as one warning, for the calendar: which specialties lack a shift, for how many cases."""
    found = gaps(clock.now())
    if not found:
        return None
    count = sum(len(gap.marks) for gap in found)
    where = ", ".join(gap.where for gap in found)
    text = ngettext(
        "%(num)d caso à espera não tem ninguém em turno dentro do prazo: %(where)s.",
        "%(num)d casos à espera não têm ninguém em turno dentro do prazo: %(where)s.",
        count,
        where=where,
    )
    may = current_user.permissions
    desk = [(url_for("routing.desk"), _("Ver na fila"))] if Permission.TRIAGE in may else []
    ways = [way for gap in found if (way := _way_on(gap, staffs=Permission.MANAGE_PEOPLE in may))]
    return {"text": text, "links": [*desk, *ways[:LINKED]]}


def _way_on(gap: Gap, *, staffs: bool) -> tuple[str, str] | None:
    """Return the way on from a gap, and its words: somebody is given a shift, or where nobody is there, the specialty."""
    if gap.served:
        return url_for("shifts.create", specialty=gap.slug), _("Abrir turno: %(name)s", name=gap.name)
    if not staffs:
        return None
    return url_for("people.index", role=Role.CONSULTANT), _("Dar a especialidade a alguém: %(name)s", name=gap.name)
