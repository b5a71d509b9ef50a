"""How each specialty is distributed: suggested by the machine, given out by it, or claimed by the consultants."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import func, select

from teleconsult import audit
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case
from teleconsult.cases.shelves import in_state
from teleconsult.errors import N_, NotFound, Overtaken, Refused
from teleconsult.extensions import db
from teleconsult.network.directory import by_name
from teleconsult.network.models import Specialty
from teleconsult.people.models import User
from teleconsult.routing.models import SpecialtyMode


class How(StrEnum):
    """The three ways in which a waiting case reaches a consultant."""

    SUGGEST = "suggest"
    AUTOMATIC = "automatic"
    CLAIM = "claim"


HOW_WORDS = {
    How.SUGGEST: N_("Sugerida"),
    How.AUTOMATIC: N_("Automática"),
    How.CLAIM: N_("Por escolha dos consultores"),
}

MOST_OPEN = 20
"""Open cases that one consultant may hold before no more are given, until the management says otherwise."""

HIGHEST = 200


class Mode(NamedTuple):
    """How one specialty is distributed, and how many open cases a consultant of it may hold."""

    how: str = How.SUGGEST
    most_open: int = MOST_OPEN


USUAL = Mode()


def every_mode() -> dict[int, Mode]:
    """Return the specialties that are not distributed in the usual way, with how they are."""
    rows = db.session.execute(select(SpecialtyMode.specialty_id, SpecialtyMode.mode, SpecialtyMode.most_open))
    return {row.specialty_id: Mode(row.mode, row.most_open) for row in rows}


@dataclass(frozen=True)
class Line:
    """One specialty on the page of the modes."""

    slug: str
    name_pt: str
    name_en: str
    how: str
    most_open: int
    version: int
    waiting: int


def lines() -> Sequence[Line]:
    """Return the specialties that take cases, by name, with how each is distributed and how many cases wait."""
    waiting = (
        select(Case.specialty_id, func.count().label("count"))
        .where(in_state(State.SUBMITTED))
        .group_by(Case.specialty_id)
        .subquery()
    )
    rows = db.session.execute(
        select(Specialty.slug, Specialty.name_pt, Specialty.name_en, SpecialtyMode, waiting.c.count)
        .outerjoin(SpecialtyMode, SpecialtyMode.specialty_id == Specialty.id)
        .outerjoin(waiting, waiting.c.specialty_id == Specialty.id)
        .where(Specialty.teleconsult)
        .order_by(Specialty.id)
    )
    return [_line(row) for row in by_name(rows)]


def _line(row: Any) -> Line:
    kept = row.SpecialtyMode
    mode = Mode(kept.mode, kept.most_open) if kept else USUAL
    version = kept.version if kept else 0
    return Line(row.slug, row.name_pt, row.name_en, mode.how, mode.most_open, version, row.count or 0)


def line_of(slug: str) -> Line:
    """Return one specialty that takes cases.

    Raises:
        NotFound: there is none of this name.
    """
    found = next((line for line in lines() if line.slug == slug), None)
    if found is None:
        raise NotFound
    return found


def set_mode(slug: str, mode: Mode, *, version: int, by: User) -> None:
    """Say how a specialty is distributed from now on; cases already with a consultant stay there.

    Raises:
        Refused: no such way, or a limit that is not between 1 and 200.
        NotFound: there is no such specialty.
        Overtaken: somebody changed it meanwhile (`version` is that of the line that was seen, 0 for the usual way).
    """
    if mode.how not in set(How):
        raise Refused(N_("Escolha um dos modos da lista."), field="how")
    if not 1 <= mode.most_open <= HIGHEST:
        raise Refused(N_("Use de 1 a 200 casos."), field="most_open")
    specialty_id = db.session.scalar(select(Specialty.id).where(Specialty.slug == slug, Specialty.teleconsult))
    if specialty_id is None:
        raise NotFound
    _write(specialty_id, mode, version)
    audit.record("system", "routing.mode", by_id=by.id, subject=slug, mode=mode.how, most_open=mode.most_open)


def _write(specialty_id: int, mode: Mode, version: int) -> None:
    kept = db.session.get(SpecialtyMode, specialty_id)
    if (kept.version if kept else 0) != version:
        raise Overtaken
    if kept is None:
        db.session.add(SpecialtyMode(specialty_id=specialty_id, mode=mode.how, most_open=mode.most_open))
    else:
        kept.mode, kept.most_open = mode.how, mode.most_open
    db.session.flush()
