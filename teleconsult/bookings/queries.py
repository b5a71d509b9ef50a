"""What booking asks of the waiting list and the agenda, by columns and through indexes."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, exists, func, literal_column, not_, or_, select, text, union
from sqlalchemy.orm import aliased

from teleconsult import clock
from teleconsult.bookings import models, queries_quota, queueing, shelves
from teleconsult.bookings.models import Booking, BookingOffer, BookingRequest
from teleconsult.bookings.models_agenda import AgendaSession, AgendaSlot
from teleconsult.bookings.steps import State
from teleconsult.errors import NotFound
from teleconsult.extensions import db
from teleconsult.network.models import HealthUnit
from teleconsult.shifts.calendar import local_day
from teleconsult.shifts.models import Holiday

NEXT = 12
"""Free slots shown at once."""

PACE_DAYS = 56
"""The throughput of an agenda is read from this many days around today."""


def waiting(specialty_id: int, kind: str, limit: int | None = None) -> Any:
    """Return the query of the requests on a list, in its order."""
    query = (
        select(BookingRequest)
        .where(
            BookingRequest.specialty_id == specialty_id,
            BookingRequest.kind == kind,
            shelves.LISTED,
        )
        .order_by(BookingRequest.rank, BookingRequest.since, BookingRequest.id)
    )
    return query if limit is None else query.limit(limit)


def wanted_by(day: Any) -> ColumnElement[bool]:
    """Return the condition that a visit is wanted on a day: a return that was asked for later stands in nobody's way."""
    return or_(BookingRequest.wanted_from.is_(None), BookingRequest.wanted_from <= day)


class Ahead(NamedTuple):
    """How many stand before a request on its list: all, and those of them for whom no slot is kept yet."""

    listed: int
    unserved: int


def ahead_of(request: BookingRequest) -> Ahead:
    """Return how many stand before a request on its list, of those who are wanted when it is."""
    here = (request.rank, request.since, request.id)
    today = local_day(clock.now(), request.unit.zone)
    unserved = func.count(case((BookingRequest.state == State.WAITING, 1)))
    query = select(func.count(), unserved).where(
        BookingRequest.specialty_id == request.specialty_id,
        BookingRequest.kind == request.kind,
        shelves.LISTED,
        wanted_by(max(request.wanted_from or today, today)),
        or_(
            BookingRequest.rank < here[0],
            and_(BookingRequest.rank == here[0], BookingRequest.since < here[1]),
            and_(BookingRequest.rank == here[0], BookingRequest.since == here[1], BookingRequest.id < here[2]),
        ),
    )
    return Ahead(*db.session.execute(query).one())


_NOBODYS: Any = literal_column("+agenda_slots.request_id")
"""Not the column itself: SQLite takes its unique key for the shortest way, and reads every slot that ever stayed empty."""


ON_A_HOLIDAY = exists().where(
    AgendaSession.id == AgendaSlot.session_id, Holiday.day == AgendaSession.day, Holiday.removed_at.is_(None)
)
"""Of a slot: the desk was told of the day, but nobody is booked in it, and it is left to nobody."""


def free(specialty_id: Any, kind: Any, now: datetime) -> Any:
    """Return the conditions of a slot that can still be booked; specialty and kind may be columns of another row."""
    return (
        AgendaSlot.specialty_id == specialty_id,
        AgendaSlot.kind == kind,
        AgendaSlot.at > now,
        _NOBODYS.is_(None),
        AgendaSlot.blocked_at.is_(None),
        ~ON_A_HOLIDAY,
    )


def free_slots(
    specialty_id: int, kind: str, *, skip: int = 0, limit: int = NEXT, day: date | None = None
) -> Sequence[Any]:
    """Return the next free slots, from a day on, with what a person chooses by, leaving out the first `skip`."""
    query = (
        select(
            AgendaSlot.id,
            AgendaSlot.at,
            AgendaSession.ref,
            AgendaSession.specialist_name,
            AgendaSession.room,
            AgendaSession.zone,
            AgendaSession.unit_id,
            AgendaSession.day,
            AgendaSession.starts_at,
            AgendaSession.ends_at,
            AgendaSession.specialist_id,
            AgendaSession.specialty_id,
            AgendaSession.cancelled_at,
        )
        .join(AgendaSession, AgendaSession.id == AgendaSlot.session_id)
        .where(*free(specialty_id, kind, clock.now()))
        .order_by(AgendaSlot.at, AgendaSlot.id)
    )
    if day is not None:  # of the index, and then of the day itself, which is by the session's own clock
        query = query.where(AgendaSlot.at > _before(day), AgendaSession.day >= day)
    return db.session.execute(query.offset(skip).limit(limit)).all()


def _before(day: date) -> datetime:
    """Return a moment at which a day has begun nowhere."""
    return datetime.combine(day, time(), UTC) - timedelta(days=1)


_higher = aliased(BookingRequest, name="higher")
_their_unit = aliased(HealthUnit, name="their_unit")


def kept_beside(today: date, *of: ColumnElement[bool]) -> Any:
    """Return `kept_for_others` as a column beside many requests, of those that are asked for.

    Who waits is counted once for each rank of a list, and not once more for everybody who stands behind.
    """
    asked = select(BookingRequest.specialty_id).where(*of)
    counted = (
        select(_higher.specialty_id, _higher.kind, _higher.rank, func.count().label("many"))
        .join(_their_unit, _their_unit.id == _higher.unit_id)
        .where(
            *((_higher.specialty_id.in_(asked),) if of else ()),
            text(f"higher.{models.LISTED}"),  # the words of the index, as `shelves` has them
            _higher.state == State.WAITING,
            or_(_higher.wanted_from.is_(None), _higher.wanted_from <= today),
            queries_quota.has_a_form(_higher, _their_unit),
        )
        .group_by(_higher.specialty_id, _higher.kind, _higher.rank)
        .cte("counted")
        .prefix_with("MATERIALIZED")
    )
    return (
        select(func.coalesce(func.sum(counted.c.many), 0))
        .where(
            counted.c.specialty_id == BookingRequest.specialty_id,
            counted.c.kind == BookingRequest.kind,
            counted.c.rank < BookingRequest.rank,
        )
        .correlate(BookingRequest)
        .scalar_subquery()
    )


def kept_for_others(request: BookingRequest) -> int:
    """Return how many of the next free slots are left for requests of a higher priority that can be booked by now."""
    query = (
        select(BookingRequest.rank, func.count())
        .join(BookingRequest.unit)
        .where(
            BookingRequest.specialty_id == request.specialty_id,
            BookingRequest.kind == request.kind,
            BookingRequest.rank < request.rank,
            shelves.LISTED,
            BookingRequest.state == State.WAITING,
            wanted_by(local_day(clock.now(), request.unit.zone)),
            queries_quota.has_a_form(),
        )
        .group_by(BookingRequest.rank)
    )
    return queueing.kept_for_others(request.rank, {row[0]: row[1] for row in db.session.execute(query)})


def free_before(slot: AgendaSlot) -> int:
    """Return how many free slots of its kind come before a slot."""
    before = or_(AgendaSlot.at < slot.at, and_(AgendaSlot.at == slot.at, AgendaSlot.id < slot.id))
    return _count(slot.specialty_id, slot.kind, before)


def free_before_day(request: BookingRequest, day: date) -> int:
    """Return how many free slots of a request's kind come before a day."""
    inside = exists().where(AgendaSession.id == AgendaSlot.session_id, AgendaSession.day >= day)
    return _count(request.specialty_id, request.kind, or_(AgendaSlot.at <= _before(day), not_(inside)))


def _count(specialty_id: int, kind: str, which: ColumnElement[bool]) -> int:
    query = select(func.count()).select_from(AgendaSlot)
    return int(db.session.scalar(query.where(*free(specialty_id, kind, clock.now()), which)) or 0)


def expected_for(request: BookingRequest, position: int) -> queueing.Expected:
    """Return when the turn of whoever stands at `position` among those without a slot may come, from free slots and pace."""
    now = clock.now()
    today = local_day(now, request.unit.zone)
    free = free_slots(request.specialty_id, request.kind, limit=max(position, 1), day=request.wanted_from)
    per_week, last = _pace(request.specialty_id, request.kind, now, request.unit.zone)
    from_day = max(request.wanted_from or today, today)
    return queueing.expected(position, [local_day(row.at, row.zone) for row in free], per_week, last, from_day)


def _pace(specialty_id: int, kind: str, now: datetime, zone: str) -> tuple[float, date | None]:
    """Return the slots a week that the agenda gives to a kind of visit, and the last day it has any."""
    half = timedelta(days=PACE_DAYS / 2)
    found = db.session.execute(
        select(func.count(), func.min(AgendaSlot.at)).where(
            AgendaSlot.specialty_id == specialty_id,
            AgendaSlot.kind == kind,
            AgendaSlot.at > now - half,
            AgendaSlot.at <= now + half,
            AgendaSlot.blocked_at.is_(None),
        )
    ).one()
    last = db.session.scalar(
        select(AgendaSlot.at)
        .where(AgendaSlot.specialty_id == specialty_id, AgendaSlot.kind == kind)
        .order_by(AgendaSlot.at.desc())
        .limit(1)
    )
    count, first = found
    if not count:
        return 0.0, local_day(last, zone) if last else None
    weeks = max(1.0, (now + half - first).total_seconds() / (7 * 86400))
    return count / weeks, local_day(last, zone) if last else None


def next_in_line(slot: AgendaSlot) -> BookingRequest | None:
    """Return who is first on the list of a slot, is wanted by its day, was not offered it, and can still be booked this month.

    Who could only be refused, or say no, would keep it for as long as an offer stands. An offer that the desk took back
    was none: a slot that is blocked and opened again is theirs to answer as before.
    """
    offered = select(BookingOffer.request_id).where(
        BookingOffer.slot_id == slot.id, BookingOffer.closed_how != "withdrawn"
    )
    query = (
        waiting(slot.specialty_id, slot.kind)
        .join(BookingRequest.unit)
        .where(
            BookingRequest.state == State.WAITING,
            BookingRequest.id.not_in(offered),
            wanted_by(slot.session.day),
            queries_quota.has_a_form(),
        )
    )
    return db.session.scalars(query.limit(1)).one_or_none()


def slot_of(request: BookingRequest) -> AgendaSlot | None:
    """Return the slot that is kept for a request: booked, or offered to it."""
    return db.session.scalars(select(AgendaSlot).where(AgendaSlot.request_id == request.id)).one_or_none()


def request_by(ref: str) -> BookingRequest:
    """Return a request by its reference.

    Raises:
        NotFound: there is none.
    """
    found = db.session.scalar(select(BookingRequest).where(BookingRequest.ref == ref.upper()))
    if found is None:
        raise NotFound
    return found


def requests_of(case_id: int) -> Sequence[BookingRequest]:
    """Return the requests of a case, oldest first."""
    return db.session.scalars(
        select(BookingRequest).where(BookingRequest.case_id == case_id).order_by(BookingRequest.id)
    ).all()


def zone_of_visits(request: BookingRequest) -> str:
    """Return the clocks of the places where a request was booked or offered a slot; '' where they are not of one zone."""
    kept = union(
        select(Booking.slot_id).where(Booking.request_id == request.id),
        select(BookingOffer.slot_id).where(BookingOffer.request_id == request.id),
    ).subquery()
    zones = db.session.scalars(
        select(AgendaSession.zone)
        .join(AgendaSlot, AgendaSlot.session_id == AgendaSession.id)
        .join(kept, kept.c.slot_id == AgendaSlot.id)
        .distinct()
    ).all()
    return zones[0] if len(zones) == 1 else ""
