"""What is taken of a room and of a person in a stretch of time, and what of a wish fits into it.

Everything is read once for the stretch, so that a year of occurrences costs what one does. It finds the words for a
refusal; what holds in a race are the two keys of `shift_slots`.
"""

from collections.abc import Collection, Iterable
from copy import copy
from datetime import date, datetime

from sqlalchemy import delete, insert, select, update

from teleconsult import clock
from teleconsult.errors import N_, Refused
from teleconsult.extensions import changed, db
from teleconsult.network.models import Specialty
from teleconsult.people.access import Role
from teleconsult.people.models import User
from teleconsult.shifts import queries
from teleconsult.shifts.calendar import SLOT, Opening, Span, is_open, overlaps, slots
from teleconsult.shifts.models import Room, Shift, ShiftSlot

AT_ONCE = 500
"""Ids in one statement: a database takes only so many parameters."""


def line_up(user: User) -> None:
    """Let those who lay, free or take away a person's time act one after the other, each seeing what the first did.

    Writing the person's row makes who comes second wait until the first has committed; then the person is read anew.
    """
    changed(update(User).where(User.id == user.id).values(ref=User.ref))
    db.session.expire(user, ["switched_off_at", "role_rows", "specialty_rows"])


def check_room(room: Room) -> None:
    """Hold a room to what shifts need.

    Raises:
        Refused: it is closed, or not one of consultants.
    """
    if room.closed_at is not None:
        raise Refused(N_("Esta sala foi fechada."), field="room")
    if room.kind != "telehealth":
        raise Refused(N_("Turnos de consultores são numa sala de telessaúde."), field="room")


def check_person(user: User, specialty: Specialty) -> None:
    """Hold a person to the specialty of a shift.

    Raises:
        Refused: switched off, no consultant, or of other specialties.
    """
    if not user.is_active or not user.has(Role.CONSULTANT):
        raise Refused(N_("%(name)s não atende como consultor."), field="user", name=user.full_name)
    if specialty.id not in user.specialty_ids:
        raise Refused(
            N_("%(name)s não atende em %(specialty)s."),
            field="specialty",
            name=user.full_name,
            specialty=specialty.name_pt,
        )


def check_future(span: Span) -> None:
    """Refuse what is past; the quarter of an hour that runs is not, so that a shift can begin now.

    Raises:
        Refused: it began longer ago.
    """
    if span[0] <= clock.now() - SLOT:
        raise Refused(N_("Este horário já passou."), field="day")


def openings_of(room: Room) -> list[Opening]:
    """Return when a room is open, for the arithmetic of the calendar."""
    return [Opening(row.weekday, row.opens, row.closes) for row in room.hours]


def why_not_open(
    openings: Collection[Opening], holidays: dict[date, str], day: date, starts: int, minutes: int
) -> Refused | None:
    """Return why a room is closed: on a holiday, by the local day on which the shift begins, or by its hours."""
    if day in holidays:
        return Refused(N_("É feriado: %(name)s. A sala não abre."), field="day", name=holidays[day])
    if not is_open(list(openings), day, starts, minutes):
        return Refused(N_("A sala não está aberta durante todo este horário."), field="starts")
    return None


class Taken:
    """What is taken of a room and of a person between two moments, but for the shifts that are to move."""

    def __init__(self, room: Room, user: User, between: Span, but: Collection[int] = ()) -> None:
        self.room, self.between, self.but = room, between, frozenset(but)
        begin, end = between
        self._look_at(user)
        self._at: dict[datetime, set[int]] = {}
        rows = db.session.execute(
            select(ShiftSlot.at, ShiftSlot.workstation, ShiftSlot.shift_id).where(
                ShiftSlot.room_id == room.id, ShiftSlot.at >= begin, ShiftSlot.at < end
            )
        )
        for at, workstation, shift_id in rows:
            if shift_id not in self.but:
                self._at.setdefault(at, set()).add(workstation)

    def _look_at(self, user: User) -> None:
        begin, end = self.between
        self.user = user
        self._elsewhere = [shift for shift in queries.shifts_between(begin, end, user=user) if shift.id not in self.but]
        self._away = queries.away_between([user.id], begin, end).get(user.id, [])

    def beside(self, user: User) -> "Taken":
        """Return the same for another person; what either takes of the room is taken for both."""
        other = copy(self)
        other._look_at(user)
        return other

    def why_not_person(self, span: Span) -> Refused | None:
        """Return why the person cannot be there: in another shift, or on leave."""
        for shift in self._elsewhere:
            if overlaps(span, (shift.starts_at, shift.ends_at)):
                return Refused(
                    N_("%(name)s já tem um turno neste horário, em %(room)s."),
                    field="user",
                    name=self.user.full_name,
                    room=shift.room.name,
                )
        if any(overlaps(span, gap) for gap in self._away):
            return Refused(N_("%(name)s tem um afastamento neste horário."), field="user", name=self.user.full_name)
        return None

    def free_workstation(self, span: Span, wanted: int | None = None) -> int | Refused:
        """Return the wanted workstation, or the first one, if it is free throughout; else why there is none."""
        if wanted is not None and not 1 <= wanted <= self.room.workstations:
            return Refused(
                N_("A sala tem as estações de 1 a %(last)d."), field="workstation", last=self.room.workstations
            )
        busy: set[int] = set().union(*(self._at.get(at, ()) for at in slots(span)))
        if wanted is not None and wanted in busy:
            return Refused(
                N_("A estação %(number)d já está ocupada neste horário."), field="workstation", number=wanted
            )
        free = [number for number in range(1, self.room.workstations + 1) if number not in busy]
        if not free:
            return Refused(N_("A sala está cheia neste horário."), field="workstation")
        return free[0] if wanted is None else wanted

    def place(self, span: Span, wanted: int | None = None) -> int | Refused:
        """Return a workstation at which the person can be, or why not."""
        return self.why_not_person(span) or self.free_workstation(span, wanted)

    def take(self, span: Span, workstation: int) -> None:
        """Count a place as taken, for the next occurrence."""
        for at in slots(span):
            self._at.setdefault(at, set()).add(workstation)


def hold(shifts: Iterable[Shift], away: Iterable[Span] = ()) -> None:
    """Write the quarters of an hour of shifts, but for those within a time away: who comes second fails here."""
    gaps = list(away)
    rows = [
        {
            "room_id": shift.room_id,
            "workstation": shift.workstation,
            "at": at,
            "user_id": shift.user_id,
            "shift_id": shift.id,
        }
        for shift in shifts
        for at in slots((shift.starts_at, shift.ends_at))
        if not any(overlaps((at, at + SLOT), gap) for gap in gaps)
    ]
    if rows:
        db.session.execute(insert(ShiftSlot), rows)


def let_go(shifts: Iterable[Shift], inside: Span | None = None, since: datetime | None = None) -> None:
    """Take the quarters of an hour of shifts back: all, those that touch a time away, or those from a moment on."""
    numbers = [shift.id for shift in shifts]
    for first in range(0, len(numbers), AT_ONCE):
        rows = delete(ShiftSlot).where(ShiftSlot.shift_id.in_(numbers[first : first + AT_ONCE]))
        if inside is not None:
            rows = rows.where(ShiftSlot.at > inside[0] - SLOT, ShiftSlot.at < inside[1])
        if since is not None:
            rows = rows.where(ShiftSlot.at >= since)
        changed(rows)
