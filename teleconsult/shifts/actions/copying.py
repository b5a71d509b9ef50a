"""Shifts laid again some weeks later, as they stand now: who keeps a roster rarely begins with an empty one."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from teleconsult import audit, events
from teleconsult.errors import N_, Refused
from teleconsult.extensions import db
from teleconsult.people.models import User
from teleconsult.shifts import placing, queries, telling
from teleconsult.shifts.actions.publishing import new_shift
from teleconsult.shifts.calendar import DAY, Span, local_day, local_minute, moment_of, span_of, wall_minutes
from teleconsult.shifts.models import Room, Shift


class NotCopied(NamedTuple):
    """A shift that does not fit later, and why: a refusal, for `web.words.say`."""

    shift: Shift
    why: Refused


@dataclass(frozen=True)
class Copied:
    """What came of the shifts: (as it stands, as it is laid again) pairs, and what does not fit."""

    pairs: list[tuple[Shift, Shift]]
    left_out: list[NotCopied]


def preview_copy(*, room: Room, first: date, days: int, to: date, by: User) -> Copied:
    """Return what copying would lay, writing nothing, and what does not fit.

    Args:
        room: whose shifts.
        first: the first day to copy from.
        days: how many days from there on.
        to: the day on which what stands on `first` is laid again.
        by: who asks.

    Raises:
        Refused: `to` is within the days that are copied, or before them; or nothing stands there.
    """
    placing.check_room(room)
    if (to - first).days < days:
        raise Refused(N_("Escolha uma semana depois das que são copiadas."), field="to")
    begin, end = moment_of(first, 0, room.zone), moment_of(first + timedelta(days=days), 0, room.zone)
    found = [shift for shift in queries.shifts_between(begin, end, room=room) if shift.starts_at >= begin]
    if not found:
        raise Refused(N_("Não há turnos para copiar nesses dias."), field="weeks")
    return _Copy(room, to - first, days, to, by).of(found)


class _Copy:
    """Places shifts one after the other, counting what each takes."""

    def __init__(self, room: Room, later: timedelta, days: int, to: date, by: User) -> None:
        self.room, self.later, self.by = room, later, by
        last = to + timedelta(days=days)
        self.between: Span = (moment_of(to, 0, room.zone), moment_of(last, DAY, room.zone))
        self.holidays = queries.holidays_between(to, last)
        self.openings = placing.openings_of(room)
        self.taken: dict[int, placing.Taken] = {}

    def of(self, found: Sequence[Shift]) -> Copied:
        made = Copied([], [])
        for shift in found:
            try:
                made.pairs.append((shift, self._again(shift)))
            except Refused as why:
                made.left_out.append(NotCopied(shift, why))
        return made

    def _again(self, shift: Shift) -> Shift:
        placing.check_person(shift.user, shift.specialty)
        zone = self.room.zone
        day = local_day(shift.starts_at, zone) + self.later
        starts, minutes = local_minute(shift.starts_at, zone), wall_minutes((shift.starts_at, shift.ends_at), zone)
        span = span_of(day, starts, minutes, zone)
        placing.check_future(span)
        taken = self._taken_for(shift.user)
        place: int | Refused | None = placing.why_not_open(self.openings, self.holidays, day, starts, minutes)
        if place is None:
            place = taken.why_not_person(span)
        if place is None:
            place = taken.free_workstation(span, shift.workstation)
            place = taken.free_workstation(span) if isinstance(place, Refused) else place
        if isinstance(place, Refused):
            raise place
        taken.take(span, place)
        return new_shift(self.room, shift.user, shift.specialty, span, place, self.by)

    def _taken_for(self, user: User) -> placing.Taken:
        if user.id not in self.taken:
            known = next(iter(self.taken.values()), None)
            self.taken[user.id] = known.beside(user) if known else placing.Taken(self.room, user, self.between)
        return self.taken[user.id]


def copy_shifts(*, room: Room, first: date, days: int, to: date, by: User, skip: Set[str] = frozenset()) -> Copied:
    """Lay the shifts of some days again later; those of `skip` (references) and those that do not fit are left out.

    Everybody is told once, however many shifts are theirs.

    Raises:
        Refused: as `preview_copy`, or nothing is left of it.
    """
    found = preview_copy(room=room, first=first, days=days, to=to, by=by)
    pairs = [(source, made) for source, made in found.pairs if source.ref not in skip]
    shifts = [made for _source, made in pairs]
    if not shifts:
        raise Refused(N_("Não sobrou nenhum turno para copiar."), field="weeks")
    db.session.add_all(shifts)
    db.session.flush()
    placing.hold(shifts)
    audit.record(
        f"room:{room.slug}", "shift.copy", by_id=by.id, subject=room.slug, days=days, first=first.isoformat(), to=to.isoformat(), shifts=[shift.ref for shift in shifts],
    )  # fmt: skip
    for user in dict.fromkeys(shift.user for shift in shifts):
        theirs = [shift.ref for shift in shifts if shift.user is user]
        telling.tell([user], "shift.publish_series" if len(theirs) > 1 else "shift.publish", theirs[0], by)
    events.emit("shift.publish", shifts=shifts, by=by)
    return Copied(pairs, found.left_out)
