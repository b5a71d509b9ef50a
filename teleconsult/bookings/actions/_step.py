"""The one writer of a booking request's state: check, columns, history, record, notices."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm.attributes import set_committed_value

from teleconsult import audit, clock
from teleconsult.bookings import steps
from teleconsult.bookings.models import BookingEvent, BookingRequest
from teleconsult.bookings.steps import Who
from teleconsult.bookings.world import facts_for
from teleconsult.cases import search
from teleconsult.errors import Overtaken
from teleconsult.extensions import changed, db
from teleconsult.notices import actions as notices
from teleconsult.people.models import User


def step(
    verb: str,
    request: BookingRequest,
    *,
    by: User | None,
    carry: Mapping[str, Any] | None = None,
    set: Mapping[str, Any] | None = None,
    said: str = "",
    data: Mapping[str, Any] | None = None,
    tell: Iterable[User | None] = (),
) -> BookingEvent:
    """Make one move of a booking request, inside the caller's transaction; return its line of the history.

    Args:
        verb: a key of `steps.MOVES`.
        request: the request, loaded in this transaction.
        by: who does it; None for the system.
        carry: what the move must carry, by the names in its row.
        set: the columns of the request that change with it.
        said: the reason, as the history tells it.
        data: what else the history tells (JSON).
        tell: who is told besides the actor.

    Raises:
        Refused: the rules say no; nothing was changed.
    """
    facts = facts_for(request, by)
    move = steps.check(verb, request, by, facts, carry or {})
    source = request.state
    with db.session.no_autoflush:
        for name, value in {"state": move.target or source, **(set or {})}.items():
            setattr(request, name, value)
    for_id = request.case.requester_id if steps.parts(request, by, facts) == {Who.SUPPORT} else None
    event = write(verb, request, by=by, source=source, said=said, data=data, for_id=for_id)
    notices.tell(tell, f"booking.{verb}", subject=request.case.ref, by=by)
    return event


def write(
    verb: str,
    request: BookingRequest,
    *,
    by: User | None,
    source: str,
    said: str = "",
    data: Mapping[str, Any] | None = None,
    for_id: int | None = None,
) -> BookingEvent:
    """Add a line to the history of a request and to the record of its case."""
    request.steps += 1
    return _line(verb, request, by=by, source=source, said=said, data=data, for_id=for_id)


def remember(verb: str, request: BookingRequest, data: Mapping[str, Any] | None = None) -> BookingEvent:
    """Add the line of a reminder, which only tells: the version stays, for who has the request open is in nobody's way.

    Raises:
        Overtaken: somebody took a step a moment ago, or another worker reminds of the same.
    """
    mine = BookingRequest.id == request.id, BookingRequest.version == request.version
    counted = update(BookingRequest).where(*mine, BookingRequest.steps == request.steps)
    if changed(counted.values(steps=request.steps + 1)) == 0:
        raise Overtaken
    set_committed_value(request, "steps", request.steps + 1)
    return _line(verb, request, source=request.state, data=data)


def _line(
    verb: str,
    request: BookingRequest,
    *,
    source: str,
    by: User | None = None,
    said: str = "",
    data: Mapping[str, Any] | None = None,
    for_id: int | None = None,
) -> BookingEvent:
    event = BookingEvent(
        request_id=request.id,
        number=request.steps,
        verb=verb,
        at=clock.now(),
        by_id=by.id if by else None,
        source=source,
        state=request.state,
        said=said,
        data=dict(data or {}),
    )
    db.session.add(event)
    db.session.flush()
    search.index(request.case)  # who attends finds the case
    audit.record(
        f"case:{request.case.ref}",
        f"booking.{verb}",
        by_id=event.by_id,
        for_id=for_id,
        subject=request.case.ref,
        request=request.ref,
        number=event.number,
        source=source,
        state=event.state,
        text=audit.digest(said, repr(sorted(event.data.items()))),
    )
    return event
