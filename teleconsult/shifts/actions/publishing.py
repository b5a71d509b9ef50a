"""One shift put on the calendar."""

from datetime import date

from teleconsult import clock, events
from teleconsult.errors import Refused
from teleconsult.extensions import db
from teleconsult.network.models import Specialty
from teleconsult.people.models import User
from teleconsult.shifts import placing, queries, telling
from teleconsult.shifts.calendar import Span, span_of
from teleconsult.shifts.models import Room, Shift
from teleconsult.web.refs import new_ref


def publish(
    *,
    room: Room,
    user: User,
    specialty: Specialty,
    day: date,
    starts: int,
    minutes: int,
    by: User,
    workstation: int | None = None,
) -> Shift:
    """Put a consultant at a workstation for a specialty; `starts` is the minute of the room's local day.

    Without a workstation the first one that is free is taken. The person is told.

    Raises:
        Refused: past, off the quarters of an hour, outside the room's hours, a holiday, a specialty the person does
            not hold, the person elsewhere or on leave, or no workstation free; the field is named.
    """
    placing.check_room(room)
    placing.line_up(user)
    placing.check_person(user, specialty)
    span, place = find_place(room, user, day, starts, minutes, workstation)
    shift = new_shift(room, user, specialty, span, place, by)
    db.session.add(shift)
    db.session.flush()
    placing.hold([shift])
    telling.record_shift("shift.publish", shift, by, **telling.where_and_when(shift))
    telling.tell([user], "shift.publish", shift.ref, by)
    events.emit("shift.publish", shifts=[shift], by=by)
    return shift


def find_place(
    room: Room, user: User, day: date, starts: int, minutes: int, workstation: int | None, but: Shift | None = None
) -> tuple[Span, int]:
    """Return the moments and the workstation of a shift that is to come, `but` being the one that moves there.

    Raises:
        Refused: it does not fit.
    """
    span = span_of(day, starts, minutes, room.zone)
    placing.check_future(span)
    closed = placing.why_not_open(placing.openings_of(room), queries.holidays_between(day, day), day, starts, minutes)
    if closed is not None:
        raise closed
    place = placing.Taken(room, user, span, [but.id] if but else ()).place(span, workstation)
    if isinstance(place, Refused):
        raise place
    return span, place


def new_shift(room: Room, user: User, specialty: Specialty, span: Span, workstation: int, by: User) -> Shift:
    """Return a shift that is not yet on the calendar."""
    return Shift(
        ref=new_ref("TU"),
        room=room,
        room_id=room.id,
        workstation=workstation,
        user=user,
        user_id=user.id,
        specialty=specialty,
        specialty_id=specialty.id,
        starts_at=span[0],
        ends_at=span[1],
        created_at=clock.now(),
        created_by_id=by.id,
    )
