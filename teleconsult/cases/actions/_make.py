"""The one writer of a case's state: check, all columns together, event, record, handlers, notices."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from teleconsult import audit, clock, events
from teleconsult.cases import clocks, counting, lifecycle, search
from teleconsult.cases.actions._rows import move_columns
from teleconsult.cases.hours import open_seconds
from teleconsult.cases.lifecycle import State, Who
from teleconsult.cases.models import Case, CaseEvent
from teleconsult.cases.models_opinion import Opinion
from teleconsult.cases.needs import Facts
from teleconsult.cases.sides import asking
from teleconsult.cases.world import facts_for, is_still_able
from teleconsult.extensions import db
from teleconsult.loading import add_row
from teleconsult.network import settings
from teleconsult.notices import actions as notices
from teleconsult.people.models import User

events.declare(*(f"case.{verb}" for verb in lifecycle.MOVES))


def make(
    verb: str,
    case: Case,
    *,
    by: User | None,
    carry: Mapping[str, Any] | None = None,
    set: Mapping[str, Any] | None = None,
    said: str = "",
    data: Mapping[str, Any] | None = None,
    tell: Iterable[User | None] = (),
    told_as: str = "",
) -> CaseEvent:
    """Make one move of the life cycle, inside the caller's transaction; return its event.

    Args:
        case: the case, loaded in this transaction.
        verb: a key of `lifecycle.MOVES`.
        by: who does it; None for the system.
        carry: what the move must carry, by the names in its row.
        set: the columns of the case that change with it.
        said: the words that go on the timeline.
        data: what else the timeline shows (JSON).
        tell: who is told besides the actor.
        told_as: the kind of notice, where it is not that of the verb.

    Raises:
        Refused: the rules say no; nothing was changed.
    """
    facts = facts_for(case, by, verb)
    move = lifecycle.check(verb, case, by, facts, carry or {})
    now = clock.now()
    source = case.state
    move_columns(case, _columns(case, verb, move.target or State(source), now, dict(set or {})))
    event = add_row(
        CaseEvent,
        case_id=case.id,
        number=case.steps,
        verb=verb,
        at=now,
        by_id=by.id if by else None,
        for_id=_named_requester(move, case, by, facts),
        source=source,
        state=case.state,
        round=case.round,
        said=said,
        data=dict(data or {}),
    )
    _record(case, event)
    events.emit(f"case.{verb}", case=case, event=event, by=by)
    search.index(case)
    notices.tell(tell, told_as or f"case.{verb}", subject=case.ref, by=by, to=_comes_to(set or {}))
    if case.state == State.ASSIGNED and not is_still_able(case.holder, case.specialty_id):
        release(case)
    return event


def put_on_timeline(
    verb: str, case: Case, *, by: User, said: str, data: Mapping[str, Any], for_id: int | None = None
) -> CaseEvent:
    """Write the event of what moves the case nowhere; the caller holds it to its own rules, records it and tells of it."""
    case.steps += 1
    case.changed_at = clock.now()
    return add_row(
        CaseEvent,
        case_id=case.id,
        number=case.steps,
        verb=verb,
        at=case.changed_at,
        by_id=by.id,
        for_id=for_id,
        source=case.state,
        state=case.state,
        round=case.round,
        said=said,
        data=dict(data),
    )


def _comes_to(given: Mapping[str, Any]) -> User | None:
    """Return who gets the case with this move, if anybody does."""
    return given.get("holder") or given.get("requester")


def release(case: Case) -> CaseEvent:
    """Put a case back in the queue because its holder was switched off or lost the specialty."""
    return make("release", case, by=None, set={"holder_id": None}, tell=[case.holder, *asking(case)])


def _columns(case: Case, verb: str, target: State, now: datetime, given: dict[str, Any]) -> dict[str, Any]:
    """Return every column of the move: what was given, and what follows from it for the clocks."""
    used = case.service_seconds
    ran, running = case.state in lifecycle.SERVICE, target in lifecycle.SERVICE
    if running and not ran:  # one that runs is counted anew by who changes its hours; of this one they do not know yet
        settings.hold_counting()
    how = counting.load() if ran or running else counting.Clocks({})
    if ran and case.clock_since:
        used += max(0.0, open_seconds(case.clock_since, now, how.of(case.priority)))
    if clocks.begins_target(verb, answered=verb == "call_off" and _is_answered(case)):
        used = 0.0
    columns: dict[str, Any] = {
        "state": target,
        "changed_at": now,
        "steps": case.steps + 1,
        "service_seconds": used,
        "clock_since": now if running or target in lifecycle.REQUESTER_TIME else None,
        "due_at": None,
        "ends_at": _ends_at(case, target, now),
    }
    if running:
        priority = given.get("priority", case.priority)
        columns["due_at"] = clocks.due_at(now, used, settings.target_hours()[priority], how.of(priority))
    if verb in clocks.NEW_ROUND:
        columns["round"] = case.round + 1
    if verb == "submit" and case.submitted_at is None:
        columns["submitted_at"] = now
    if target != case.state:
        columns["concluded_at"] = now if target == State.CONCLUDED else None
    return columns | given


def _is_answered(case: Case) -> bool:
    of_round = select(Opinion.id).where(Opinion.case_id == case.id, Opinion.round == case.round)
    return db.session.scalar(of_round.limit(1)) is not None


def _ends_at(case: Case, target: State, now: datetime) -> datetime | None:
    """Return when the clock will make a move by itself: lapse, or acceptance at the window's end."""
    if target == case.state:
        return case.ends_at
    if target in lifecycle.REQUESTER_TIME:
        return now + timedelta(days=settings.days("lapse_days"))
    if target == State.ANSWERED:
        return now + timedelta(days=settings.days("follow_up_days"))
    return None


def _named_requester(move: lifecycle.Move, case: Case, by: User | None, facts: Facts) -> int | None:
    """Return the requester for whom support acts, if it does."""
    if by is None or Who.SUPPORT not in move.who or by.id == case.requester_id:
        return None
    others = lifecycle.parts(case, by, facts) & move.who - {Who.SUPPORT}
    return None if others else case.requester_id


def _record(case: Case, event: CaseEvent) -> None:
    audit.record(
        f"case:{case.ref}",
        f"case.{event.verb}",
        by_id=event.by_id,
        for_id=event.for_id,
        subject=case.ref,
        number=event.number,
        source=event.source,
        state=event.state,
        text=audit.digest(event.said, repr(sorted(event.data.items()))),
    )
