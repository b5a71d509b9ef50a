"""Which of some cases a person may still see: for lists of other floors that lead to what somebody did on a case once."""

from collections.abc import Iterable
from typing import Any, cast

from sqlalchemy import bindparam, select

from teleconsult.cases.access import attends
from teleconsult.cases.authors import WROTE
from teleconsult.cases.models import Case
from teleconsult.cases.rows import sight_of_row
from teleconsult.cases.withheld import IS_WITHHELD
from teleconsult.extensions import read
from teleconsult.network.models import HealthUnit
from teleconsult.people.models import User

_CASES: Any = (
    select(
        Case.id,
        Case.ref,
        Case.state,
        Case.specialty_id,
        Case.unit_id,
        Case.requester_id,
        Case.filed_by_id,
        Case.holder_id,
        Case.escalated_by_id,
        HealthUnit.shares_cases,
        HealthUnit.district,
        WROTE.label("wrote"),
        IS_WITHHELD.label("withheld"),
    )
    .join(HealthUnit, HealthUnit.id == Case.unit_id)
    .where(Case.ref.in_(bindparam("refs", expanding=True)))
)


def still_seen(user: User, refs: Iterable[str]) -> frozenset[str]:
    """Return those of the references whose page opens for this person.

    In one statement, and one for each case that went to a visit and is no longer theirs: the visit may be.
    """
    wanted = sorted(set(refs))
    rows = read(_CASES, {"user_id": user.id, "refs": wanted}) if wanted else []
    return frozenset(row.ref for row in rows if sight_of_row(row, user) is not None or attends(cast(Case, row), user))
