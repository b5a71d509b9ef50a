"""What time alone makes worth telling: reminders, staged escalation, and the questions after the end.

A finder reads which cases have come that far; `raise_alert` looks at its case again, writes the row that
makes the alert happen once in this turn of the case, tells, and records it. Two workers at once tell once.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, String, and_, cast, exists, func, or_, select

from teleconsult import audit, clock
from teleconsult.cases import counting
from teleconsult.cases.clocks import reminders
from teleconsult.cases.hours import Hours, open_seconds
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case, CaseEvent
from teleconsult.cases.models_alerts import CaseAlert
from teleconsult.cases.models_opinion import OpinionDraft, Outcome
from teleconsult.cases.outcome import LATER, settled_later
from teleconsult.cases.shelves import in_state
from teleconsult.cases.sides import asked, asking
from teleconsult.extensions import changed, db, upsert
from teleconsult.network import settings
from teleconsult.notices import actions as notices
from teleconsult.people import queries as people
from teleconsult.people.access import Role
from teleconsult.people.models import User

SURVEY_AFTER = timedelta(days=3)
"""Who answers by then is not reminded."""

CATCH_UP = timedelta(days=14)
"""How long after its day a question is still asked, if nobody was there to ask it."""

AT_ONCE = 200

UNASSIGNED, IDLE = 1 / 2, 3 / 4
"""The shares of a target after which a case without a consultant, and an idle holder, are told to the administrators."""


class Due(NamedTuple):
    """One case that has come as far as one alert; `turn` says which time round it is."""

    case_id: int
    kind: str
    turn: str


Finder = Callable[[datetime, int | None], Iterator[Due]]


@dataclass(frozen=True)
class Alert:
    """One thing that time makes worth telling, and whom."""

    kind: str
    find: Finder
    whom: Callable[[Case], Sequence[User]]


def unassigned(now: datetime, only: int | None = None) -> Iterator[Due]:
    """Find what has waited half of its target in the queue."""
    for row, _hours in _running("case.unassigned", State.SUBMITTED, UNASSIGNED, now, only):
        yield Due(row.id, "case.unassigned", str(row.round))


def holder_idle(now: datetime, only: int | None = None) -> Iterator[Due]:
    """Find what is past three quarters of its target, and whose holder did nothing on it for the last quarter.

    Told once of each holder, and once more when the clock stood still meanwhile and runs again.
    """
    kind = "case.holder_idle"
    rows = [(_turn_of(row), row, hours) for row, hours in _running(None, State.ASSIGNED, IDLE, now, only)]
    told = _told({row.id for _turn, row, _hours in rows}, kind)
    for turn, row, hours in rows:
        due = Due(row.id, kind, turn)
        if due not in told and is_idle(row, hours, now):
            yield due


def _turn_of(row: Any) -> str:
    return f"{row.round}:{row.holder_id}:{row.clock_since:%Y%m%dT%H%M}"


def late(now: datetime, only: int | None = None) -> Iterator[Due]:
    """Find what is past its target."""
    for state in (State.SUBMITTED, State.ASSIGNED):
        query = _one(select(Case.id, Case.round), only).where(
            in_state(state), Case.due_at <= now, _not_told("case.late")
        )
        for row in db.session.execute(query.order_by(Case.due_at, Case.id)).all():
            yield Due(row.id, "case.late", str(row.round))


def lapse_soon(now: datetime, only: int | None = None) -> Iterator[Due]:
    """Find what has waited for its unit until a reminder is due; of two that are, the later one."""
    length = settings.days("lapse_days")
    window, reminded = timedelta(days=length), reminders(length)
    columns = (Case.id, Case.ends_at)
    for state in (State.RETURNED, State.AWAITING_INFORMATION):
        last = now + window - timedelta(days=min(reminded))
        for row in db.session.execute(_one(select(*columns), only).where(in_state(state), Case.ends_at <= last)):
            passed = [days for days in reminded if row.ends_at - window + timedelta(days=days) <= now]
            if passed and now < row.ends_at:
                yield Due(row.id, "case.lapse_soon", f"{row.ends_at:%Y%m%dT%H%M%S}:{max(passed):g}")


def survey(now: datetime, only: int | None = None) -> Iterator[Due]:
    """Find what ended three days ago and whose survey nobody answered."""
    answered = exists().where(Outcome.case_id == Case.id, Outcome.round == Case.round)
    yield from _concluded("case.survey", now - SURVEY_AFTER, answered, only)


def _later(days: int) -> Finder:
    """Return the finder of what ended so many days ago; of a patient who died nothing more is asked."""

    def find(now: datetime, only: int | None = None) -> Iterator[Due]:
        yield from _concluded(f"case.outcome_{days}", now - timedelta(days=days), settled_later(days), only)

    return find


def _one(query: Select[*tuple[Any, ...]], only: int | None) -> Select[*tuple[Any, ...]]:
    return query if only is None else query.where(Case.id == only)


def _not_told(kind: str) -> ColumnElement[bool]:
    turn = cast(Case.round, String)
    return ~exists().where(CaseAlert.case_id == Case.id, CaseAlert.kind == kind, CaseAlert.turn == turn)


def _running(
    kind: str | None, state: State, share: float, now: datetime, only: int | None
) -> Iterator[tuple[Any, Hours | None]]:
    """Yield the cases in a state of service time that have used a share of their target.

    Of a `kind` that is told once a round, only those that are not told of. Each comes with the hours in which its
    clock runs: by them the share is counted, and not by the wall.
    """
    columns = (Case.id, Case.round, Case.priority, Case.holder_id, Case.due_at, Case.clock_since, Case.service_seconds)
    query = _one(select(*columns), only).where(in_state(state), *([_not_told(kind)] if kind else []))
    rows = db.session.execute(query.order_by(Case.due_at, Case.id)).all()
    clocks = counting.load() if rows else counting.Clocks({})
    for row in rows:
        hours = clocks.of(row.priority)
        if past(row, share, hours, now):
            yield row, hours


def past(row: Any, share: float, hours: Hours | None, now: datetime) -> bool:
    """Tell whether a case (or the columns of its clock) has used a share of its target."""
    return open_seconds(now, row.due_at, hours) <= _target(row, hours) * (1 - share)


def is_idle(row: Any, hours: Hours | None, now: datetime) -> bool:
    """Tell whether the holder of a case did nothing on it for a quarter of its target."""
    return open_seconds(_last_sign(row.id, row.holder_id), now, hours) >= _target(row, hours) * (1 - IDLE)


def _target(row: Any, hours: Hours | None) -> float:
    """Return the target in seconds as it was when the clock last started; what is set today may be another."""
    return float(open_seconds(row.clock_since, row.due_at, hours) + row.service_seconds)


def _last_sign(case_id: int, holder_id: int) -> datetime:
    """Return when the holder last did something on a case, or got it."""
    got = or_(CaseEvent.verb == "assign", and_(CaseEvent.state == State.ASSIGNED, CaseEvent.source != CaseEvent.state))
    acted = db.session.scalar(
        select(func.max(CaseEvent.at)).where(CaseEvent.case_id == case_id, or_(CaseEvent.by_id == holder_id, got))
    )
    typed = db.session.scalar(
        select(OpinionDraft.saved_at).where(OpinionDraft.case_id == case_id, OpinionDraft.author_id == holder_id)
    )
    signs = [at for at in (acted, typed) if at is not None]
    return max(signs)


def _concluded(kind: str, before: datetime, settled: ColumnElement[bool], only: int | None) -> Iterator[Due]:
    query = _one(select(Case.id, Case.round), only).where(
        Case.state == State.CONCLUDED,
        Case.concluded_at.is_not(None),
        Case.concluded_at <= before,
        Case.concluded_at > before - CATCH_UP,
        ~settled,
        _not_told(kind),
    )
    for row in db.session.execute(query.order_by(Case.concluded_at, Case.id).limit(AT_ONCE)).all():
        yield Due(row.id, kind, str(row.round))


ALERTS = {
    alert.kind: alert
    for alert in (
        Alert("case.unassigned", unassigned, lambda _: people.active_with_role(Role.ADMINISTRATOR)),
        Alert("case.holder_idle", holder_idle, lambda _: people.active_with_role(Role.ADMINISTRATOR)),
        Alert("case.late", late, lambda _: people.active_with_role(Role.MANAGER)),
        Alert("case.lapse_soon", lapse_soon, asking),
        Alert("case.survey", survey, asked),
        Alert("case.outcome_30", _later(LATER[0]), asked),
        Alert("case.outcome_90", _later(LATER[1]), asked),
    )
}
"""Every alert by its kind, which is also its audit word and its notice."""

BY_THE_HOUR = ("case.survey", "case.outcome_30", "case.outcome_90")
BY_THE_MINUTE = tuple(kind for kind in ALERTS if kind not in BY_THE_HOUR)


def find(kind: str) -> list[Due]:
    """Return what has come as far as this alert and was not told of."""
    found = list(ALERTS[kind].find(clock.now(), None))
    told = _told({due.case_id for due in found}, kind)
    return [due for due in found if due not in told]


def _told(case_ids: set[int], kind: str) -> set[Due]:
    rows: set[Due] = set()
    numbers = sorted(case_ids)
    for start in range(0, len(numbers), 500):
        query = select(CaseAlert.case_id, CaseAlert.kind, CaseAlert.turn).where(
            CaseAlert.case_id.in_(numbers[start : start + 500]), CaseAlert.kind == kind
        )
        rows |= {Due(*row) for row in db.session.execute(query)}
    return rows


def raise_alert(due: Due) -> bool:
    """Tell once, if it is still so; tell whether it was. The caller holds the transaction."""
    alert, now = ALERTS[due.kind], clock.now()
    if due not in alert.find(now, due.case_id):
        return False
    row = upsert(CaseAlert).values(case_id=due.case_id, kind=due.kind, turn=due.turn, at=now)
    if not changed(row.on_conflict_do_nothing()):
        return False
    case = db.session.get_one(Case, due.case_id)
    notices.tell(alert.whom(case), due.kind, subject=case.ref)
    audit.record(f"case:{case.ref}", due.kind, subject=case.ref)
    return True
