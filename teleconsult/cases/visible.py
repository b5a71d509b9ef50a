"""Which cases a list may name to whom, as conditions of a query: what `access` decides for one case, for many at once.

A list takes its condition from here, unless it shows what is one's own (`requester_id == me`). Each is closed by default: it
holds of no row for whoever has not the district, the unit or the specialty that it asks for. `tests/cases/test_visible.py`
holds them, and the lists, against `access`.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, false, or_, select

from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case
from teleconsult.cases.shelves import in_state
from teleconsult.cases.withheld import IS_WITHHELD
from teleconsult.network.models import HealthUnit
from teleconsult.people.access import Role
from teleconsult.people.models import User

DISTRICT: Any = bindparam("district")

OF_UNIT: ColumnElement[bool] = Case.unit_id == bindparam("unit_id")
"""Of the unit `unit_id`, a person's `shared_unit_of`. Drafts are not theirs."""

WAITS: tuple[ColumnElement[bool], ...] = (
    in_state(State.SUBMITTED),
    Case.specialty_id.in_(bindparam("specialties", expanding=True)),
    ~IS_WITHHELD,
)
"""Waits in one of the specialties `specialties` of a consultant, by initials alone: `Sight.WAITING`."""

SENT: ColumnElement[bool] = Case.state != State.DRAFT
"""What the administration may know of, without what is clinical, and the management that it is there."""


def any_of(*ways: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that one of the ways holds: without any it never does, where `or_` alone would let everything through."""
    return or_(false(), *ways)


def in_district(district: Any = DISTRICT) -> ColumnElement[bool]:
    """Return the condition, of a unit beside its case or visit, that it is of a district: a person's `supported_district`.

    '' is no district. Of the drafts of a district only those are its support's to read that support files.
    """
    return and_(HealthUnit.district == district, HealthUnit.district != "")


def units_of(district: Any = DISTRICT) -> Select[int]:
    """Return the query of the units of a district."""
    return select(HealthUnit.id).where(in_district(district))


def shared_unit_of(user: User) -> int | None:
    """Return the unit whose cases a person reads beside their own; None: they read no colleague's."""
    shares = user.has(Role.REQUESTER) and user.unit is not None and user.unit.shares_cases
    return user.unit_id if shares else None
