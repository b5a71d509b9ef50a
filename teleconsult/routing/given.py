"""What one administrator gave out lately, each case with to whom, why, and when its answer is expected."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, bindparam, exists, select
from sqlalchemy.orm import aliased

from teleconsult.cases.access import Sight
from teleconsult.cases.models import Case, CaseEvent
from teleconsult.cases.rows import Moment, called, specialty_words
from teleconsult.extensions import read
from teleconsult.network.models import Specialty
from teleconsult.people.models import User
from teleconsult.routing.models import Promise
from teleconsult.routing.passing import UNOPENED
from teleconsult.web.reasons import in_one_line

MOST = 50
LATELY = timedelta(hours=12)

_holder = aliased(User)
_later = aliased(CaseEvent)
_given_again = exists().where(
    _later.case_id == CaseEvent.case_id, _later.number > CaseEvent.number, _later.verb.in_(("assign", "claim"))
)
_GIVEN = (
    select(
        CaseEvent.id,
        CaseEvent.at,
        CaseEvent.said,
        CaseEvent.data,
        Case.ref,
        Case.version,
        _holder.ref.label("holder_ref"),
        UNOPENED.label("unopened"),
        Case.initials,
        Case.birth_date,
        Case.age_years,
        Specialty.name_pt,
        Specialty.name_en,
        Promise.median_at,
        Promise.ninety_at,
    )
    .join(Case, Case.id == CaseEvent.case_id)
    .join(Specialty, Specialty.id == Case.specialty_id)
    .outerjoin(_holder, _holder.id == Case.holder_id)
    .outerjoin(
        Promise,
        and_(
            Promise.case_id == Case.id,
            Promise.round == CaseEvent.round,
            ~_given_again,  # what is promised today was not promised with an earlier assignment
            Promise.replaced_at.is_(None),
            Promise.answered_at.is_(None),
        ),
    )
    .where(
        CaseEvent.by_id == bindparam("user_id"),
        CaseEvent.verb == "assign",
        CaseEvent.at > bindparam("since", type_=CaseEvent.at.type),
    )
    .order_by(CaseEvent.at.desc(), CaseEvent.id.desc())
    .limit(MOST)
)
_PEOPLE = select(User.ref, User.title, User.name).where(User.ref.in_(bindparam("refs", expanding=True)))


def given_by(user: User) -> Sequence[Mapping[str, Any]]:
    """Return what a person gave out within the last hours, the last one first."""
    moment = Moment()
    rows = read(_GIVEN, {"user_id": user.id, "since": moment.now - LATELY})
    refs = sorted({row.data["to"] for row in rows})
    names = {row.ref: f"{row.title} {row.name}".strip() for row in read(_PEOPLE, {"refs": refs})} if rows else {}
    marked: set[str] = set()  # of a case that was given twice, the last row is the one that stands
    return [
        {
            "ref": row.ref,
            "mark": _mark(row, marked),
            "url": moment.address_of(row.ref),
            "name": called(row, Sight.ROUTING, moment),
            "topic": specialty_words(row),
            "to": names[row.data["to"]],
            "at": row.at,
            "why": row.said or in_one_line(row.data.get("reasons", ())),
            "median_at": row.median_at,
            "ninety_at": row.ninety_at,
        }
        for row in rows
    ]


def _mark(row: Any, marked: set[str]) -> str:
    """Return the mark by which a case is passed on; '' once it was opened, went on, or is with somebody else."""
    if not row.unopened or row.holder_ref != row.data["to"] or row.ref in marked:
        return ""
    marked.add(row.ref)
    return f"{row.ref}:{row.version}"
