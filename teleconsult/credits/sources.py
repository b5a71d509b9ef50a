"""What a person did that earns, read from where it happened: cases, shifts, activities."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, exists, func, or_, select
from sqlalchemy import case as when
from sqlalchemy.orm import aliased

from teleconsult.cases.lifecycle import COMES, State
from teleconsult.cases.models import Case, CaseEvent, CaseQuestion
from teleconsult.credits.models_activities import CreditActivity, CreditAttendance
from teleconsult.credits.reckon import OPINION_TOO_QUICK, Part, Turn, Work
from teleconsult.credits.rules import VERBS, Kind
from teleconsult.extensions import db, read
from teleconsult.people.models import User
from teleconsult.shifts.models import Shift


def source_of(verb: str, ref: str, round_: int, number: int) -> str:
    """Return the source of a piece of work: an opinion exists once for a case and round, the others for their event."""
    kind = VERBS[verb]
    return f"{kind}:{ref}:{round_ if kind == Kind.OPINION else number}"


def work_of(case: Case, event: CaseEvent, by: User) -> Work:
    """Return an event of a case as the rules take it."""
    source, kind = source_of(event.verb, case.ref, event.round, event.number), VERBS[event.verb]
    taken = read(_TAKEN, {"of": case.id, "before": event.number})[0].at if kind == Kind.OPINION else None
    odd = _odd(kind, (case.unit_id, by.unit_id), event.at, taken)
    again = kind == Kind.OPINION and event.round > 1 and bool(read(_AGAIN, {"of": event.id}))
    return Work(source, kind, event.at, case.ref, odd, case.specialty_id, again=again)


_TAKEN = select(func.max(CaseEvent.at).label("at")).where(
    CaseEvent.case_id == bindparam("of"),
    CaseEvent.number < bindparam("before"),
    CaseEvent.state == State.ASSIGNED,
    CaseEvent.verb.in_(COMES),
)


def _odd(kind: str, units: tuple[int | None, int | None], at: datetime, taken: datetime | None) -> str:
    """Return what the month's review asks about an opinion, if anything: units are the case's and the consultant's."""
    if kind != Kind.OPINION:
        return ""
    if units[1] is not None and units[0] == units[1]:
        return "own_unit"
    return "quick" if taken is not None and at - taken < timedelta(seconds=OPINION_TOO_QUICK) else ""


Before = aliased(CaseEvent)
Given = aliased(CaseEvent)
_OPINIONS = [verb for verb, kind in VERBS.items() if kind == Kind.OPINION]
_ASKED_ANEW = exists().where(
    CaseQuestion.case_id == Given.case_id, CaseQuestion.round > Given.round, CaseQuestion.round <= CaseEvent.round
)
_GIVEN_BEFORE = exists().where(
    Given.case_id == CaseEvent.case_id, Given.by_id == CaseEvent.by_id, Given.number < CaseEvent.number,
    Given.verb.in_(_OPINIONS), ~_ASKED_ANEW,
)  # fmt: skip
"""That the same person gave an opinion on the case before, and nothing was asked since: a visit that is called off begins
a round as a new question does, and whoever sends a patient to a visit may call it off."""
_AGAIN = select(CaseEvent.id).where(CaseEvent.id == bindparam("of"), _GIVEN_BEFORE)
_TAKEN_BEFORE = (
    select(func.max(Before.at))
    .where(
        Before.case_id == CaseEvent.case_id, Before.number < CaseEvent.number, Before.state == State.ASSIGNED,
        Before.verb.in_(COMES),
    )
    .correlate(CaseEvent)
    .scalar_subquery()
)  # fmt: skip
_WORKS = (
    select(
        Case.ref, Case.specialty_id, Case.unit_id, User.unit_id.label("own_unit_id"), CaseEvent.verb, CaseEvent.at,
        CaseEvent.round, CaseEvent.number, CaseEvent.data,
        when((CaseEvent.verb.in_(_OPINIONS), _TAKEN_BEFORE)).label("taken"),
        and_(CaseEvent.verb.in_(_OPINIONS), CaseEvent.round > 1, _GIVEN_BEFORE).label("again"),
    )
    .join(Case, Case.id == CaseEvent.case_id)
    .join(User, User.id == CaseEvent.by_id)
    .where(CaseEvent.verb.in_(VERBS))
    .order_by(CaseEvent.at, CaseEvent.id)
)  # fmt: skip


def works_of(person_id: int, since: datetime | None = None, until: datetime | None = None) -> list[Work]:
    """Return the earning events of a person, oldest first."""
    query = _WORKS.where(CaseEvent.by_id == person_id)
    if since is not None and until is not None:
        query = query.where(CaseEvent.at >= since, CaseEvent.at <= until)
    return [_work(row) for row in db.session.execute(query)]


def _work(row: Any) -> Work:
    source, kind = source_of(row.verb, row.ref, row.round, row.number), VERBS[row.verb]
    odd = _odd(kind, (row.unit_id, row.own_unit_id), row.at, row.taken)
    return Work(source, kind, row.at, row.ref, odd, row.specialty_id, is_copied(row.data), bool(row.again))


def is_copied(data: Mapping[str, Any]) -> bool:
    """Tell whether an event holds what somebody else did, typed from their paper."""
    return bool(data.get("from_paper"))


def turn_of(shift: Any) -> Turn:
    """Return a shift that was checked out (or its row of columns) as the rules take it."""
    return Turn(
        shift.ref, shift.starts_at, shift.ends_at, shift.checked_in_at, shift.checked_out_at,
        shift.closed_how == "forgotten", shift.specialty_id,
    )  # fmt: skip


_COLUMNS = (
    Shift.ref, Shift.starts_at, Shift.ends_at, Shift.checked_in_at, Shift.checked_out_at, Shift.closed_how,
    Shift.specialty_id,
)  # fmt: skip


def turns_of(person_id: int) -> list[Turn]:
    """Return the shifts of a person that were checked out."""
    rows = db.session.execute(
        select(*_COLUMNS).where(Shift.user_id == person_id, Shift.checked_out_at.is_not(None)).order_by(Shift.starts_at)
    )
    return [turn_of(row) for row in rows]


_OPEN = select(Shift.starts_at, Shift.ends_at, Shift.checked_in_at).where(
    Shift.user_id == bindparam("of"),
    Shift.cancelled_at.is_(None),
    Shift.checked_in_at.is_not(None),
    Shift.checked_out_at.is_(None),
)


def open_shifts(person_id: int) -> list[tuple[datetime, datetime]]:
    """Return from when to when a person is in a shift without a check-out: its end at the latest.

    Work in it is written by the check-out.
    """
    rows = read(_OPEN, {"of": person_id})
    return [(max(row.starts_at, row.checked_in_at), row.ends_at) for row in rows]


def parts_of(person: User) -> list[tuple[Part, datetime]]:
    """Return a person's parts in activities whose hours were recorded, with when they were."""
    attended = select(CreditAttendance.activity_id).where(CreditAttendance.person_id == person.id)
    activities = db.session.scalars(
        select(CreditActivity)
        .where(
            CreditActivity.recorded_at.is_not(None),
            or_(CreditActivity.giver_id == person.id, CreditActivity.id.in_(attended)),
        )
        .order_by(CreditActivity.recorded_at, CreditActivity.id)
    )
    return [
        (part_in(activity, person), activity.recorded_at)
        for activity in activities
        if activity.recorded_at is not None
    ]  # fmt: skip


def part_in(activity: CreditActivity, person: User) -> Part:
    """Return a person's part in an activity; whoever gives it does not attend it too."""
    since, until = activity.starts_at, activity.starts_at + timedelta(minutes=activity.minutes)
    kind = Kind.GIVEN if activity.giver_id == person.id else Kind.EDUCATION
    return Part(f"{kind}:{activity.ref}:{person.ref}", kind, since, until, activity.ref)
