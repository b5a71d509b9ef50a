"""What happens to shifts that stand on the calendar: moved, cancelled, restored, a series ended."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from teleconsult import audit, clock, events
from teleconsult.errors import N_, Refused
from teleconsult.extensions import db
from teleconsult.people.models import User
from teleconsult.shifts import placing, telling
from teleconsult.shifts.actions.publishing import find_place
from teleconsult.shifts.calendar import local_day, local_minute, moment_of, wall_minutes
from teleconsult.shifts.models import Room, Shift, ShiftSeries


def move_shift(
    shift: Shift, *, room: Room, day: date, starts: int, minutes: int, by: User, workstation: int | None = None
) -> None:
    """Move a shift to another time, length, room or workstation; an open offer of it ends. The person is told.

    Without a workstation it keeps its own in the same room if that is free, else it takes the first free one.

    Raises:
        Refused: it began or was cancelled, or it does not fit there, as in `publish`.
    """
    _hold_to_coming(shift)
    placing.check_room(room)
    placing.line_up(shift.user)
    placing.check_person(shift.user, shift.specialty)
    span, place = find_place(room, shift.user, day, starts, minutes, workstation, but=shift)
    if workstation is None and room.id == shift.room_id:
        own = placing.Taken(room, shift.user, span, [shift.id]).free_workstation(span, shift.workstation)
        place = place if isinstance(own, Refused) else own
    before = telling.where_and_when(shift)
    placing.let_go([shift])
    shift.room, shift.room_id, shift.workstation = room, room.id, place
    shift.starts_at, shift.ends_at = span
    db.session.flush()
    placing.hold([shift])
    after = telling.where_and_when(shift)
    if after == before:
        return
    telling.end_offer(shift, by)
    telling.record_shift("shift.change", shift, by, before=before, after=after)
    telling.tell([shift.user], "shift.change", shift.ref, by)
    events.emit("shift.change", shifts=[shift], by=by)


def _hold_to_coming(shift: Shift) -> None:
    _hold_to_live(shift)
    if shift.starts_at <= clock.now():
        raise Refused(N_("Este turno já começou."))


def _hold_to_live(shift: Shift) -> None:
    if shift.cancelled_at is not None:
        raise Refused(N_("Este turno foi cancelado."))
    if shift.checked_in_at is not None and shift.checked_out_at is None:
        raise Refused(
            N_("%(name)s registrou a entrada neste turno. Registre a saída antes."), name=shift.user.full_name
        )
    if shift.checked_in_at is not None:
        raise Refused(N_("Este turno já tem entrada e saída registradas."))


def cancel_shift(shift: Shift, *, why: str, by: User) -> None:
    """Take a shift off the calendar with a reason; the person is told, an open offer of it ends.

    Raises:
        Refused: it is over, was cancelled, somebody is checked in, or there is no reason.
    """
    _hold_to_live(shift)
    if shift.ends_at <= clock.now():
        raise Refused(N_("Este turno já terminou."))
    take_off([shift], why=telling.check_why(why), by=by)
    telling.tell([shift.user], "shift.cancel", shift.ref, by)


def take_off(shifts: Sequence[Shift], *, why: str, by: User) -> None:
    """Take shifts off the calendar, telling nobody: whoever calls knows whom, and whether once or for each."""
    now = clock.now()
    for shift in shifts:
        shift.cancelled_at, shift.cancelled_by_id, shift.cancelled_why = now, by.id, why
    db.session.flush()
    placing.let_go(shifts)
    for shift in shifts:
        telling.end_offer(shift, by)
        telling.record_shift("shift.cancel", shift, by, why=audit.digest(why), at=now.isoformat())
    events.emit("shift.cancel", shifts=list(shifts), by=by)


def restore_shift(shift: Shift, *, by: User) -> None:
    """Undo the cancelling of a shift that is still to come; it keeps its workstation if that is still free.

    Raises:
        Refused: it was not cancelled, it is past, or its place or its person is taken meanwhile.
    """
    if shift.cancelled_at is None:
        raise Refused(N_("Este turno não foi cancelado."))
    if shift.starts_at <= clock.now():
        raise Refused(N_("Este turno já passou."))
    room, zone = shift.room, shift.room.zone
    placing.check_room(room)
    placing.line_up(shift.user)
    placing.check_person(shift.user, shift.specialty)
    span = (shift.starts_at, shift.ends_at)
    day, starts, minutes = local_day(span[0], zone), local_minute(span[0], zone), wall_minutes(span, zone)
    try:
        _, place = find_place(room, shift.user, day, starts, minutes, shift.workstation)
    except Refused as refusal:
        if refusal.field != "workstation":
            raise
        _, place = find_place(room, shift.user, day, starts, minutes, None)
    shift.workstation = place
    shift.cancelled_at = shift.cancelled_by_id = None
    shift.cancelled_why = ""
    db.session.flush()
    placing.hold([shift])
    telling.record_shift("shift.restore", shift, by, **telling.where_and_when(shift))
    telling.tell([shift.user], "shift.restore", shift.ref, by)
    events.emit("shift.publish", shifts=[shift], by=by)


def end_series(series: ShiftSeries, *, from_day: date, why: str, by: User) -> int:
    """Cancel the shifts of a series from a day on and return how many; the person is told once.

    What began, was attended or was cancelled already stays as it is.

    Raises:
        Refused: nothing of it is left from that day on, or there is no reason.
    """
    reason = telling.check_why(why)
    since = max(moment_of(from_day, 0, series.zone), clock.now())
    shifts = db.session.scalars(
        select(Shift)
        .where(
            Shift.series_id == series.id,
            Shift.starts_at >= since,
            Shift.cancelled_at.is_(None),
            Shift.checked_in_at.is_(None),
        )
        .order_by(Shift.starts_at)
    ).all()
    if not shifts:
        raise Refused(N_("Não há turno desta série a partir desta data."), field="from_day")
    take_off(shifts, why=reason, by=by)
    series.ended_at, series.ended_by_id = clock.now(), by.id
    db.session.flush()
    audit.record(
        f"series:{series.ref}", "shift.end_series", by_id=by.id, subject=series.ref,
        from_day=from_day.isoformat(), shifts=len(shifts), why=audit.digest(reason),
    )  # fmt: skip
    telling.tell({shift.user_id: shift.user for shift in shifts}.values(), "shift.end_series", series.ref, by)
    return len(shifts)
