"""Rooms: opened, changed and closed by the management.

A room that changes keeps the shifts that stand in it, or is refused: no change leaves a shift outside the hours, at a
workstation that is gone, or at another time of day. In another zone the shifts stay at their time of day, so their
moments move, and who sits in them is told.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from zoneinfo import available_timezones

from sqlalchemy import select, update

from teleconsult import clock, events
from teleconsult.errors import N_, Refused
from teleconsult.extensions import changed, db
from teleconsult.network import naming
from teleconsult.network.models import HealthUnit
from teleconsult.network.naming import free_slug, take_names
from teleconsult.people.models import User
from teleconsult.shifts import placing, queries, telling
from teleconsult.shifts.calendar import (
    Opening,
    Span,
    check_openings,
    is_open,
    local_day,
    local_minute,
    overlaps,
    span_of,
    wall_minutes,
)
from teleconsult.shifts.models import Room, RoomHours, Shift, ShiftSeries

Hours = Iterable[tuple[int, int, int]]
"""Weekday (0 is Monday), minute at which the room opens, minute at which it closes (past 1440 on the next day)."""

KINDS = ("telehealth", "support")
LONGEST_NAME = 120
LONGEST_SLUG = 34
"""The record's name of a stream has this much room for it."""

MOST_WORKSTATIONS = 99

naming.NAMES[Room], naming.WITHOUT_LETTERS[Room] = ("name",), "sala"


def open_room(*, name: str, kind: str, unit: HealthUnit, workstations: int, zone: str, hours: Hours, by: User) -> Room:
    """Add a room; its slug is made from its name and never changes. `kind` is 'telehealth' or 'support'.

    Raises:
        Refused: a value is not one of those allowed, or there is a room of this name.
    """
    if kind not in KINDS:
        raise Refused(N_("Escolha um dos tipos da lista."), field="kind")
    if unit.closed_at is not None:
        raise Refused(N_("Esta unidade está fechada."), field="unit")
    openings = _checked(name, workstations, zone, hours)
    room = Room(kind=kind, unit_id=unit.id, workstations=workstations, zone=zone)
    take_names(room, {"name": name})
    room.name, room.slug = name.strip(), free_slug(name, Room, LONGEST_SLUG)
    room.hours = [RoomHours(weekday=one.weekday, opens=one.opens, closes=one.closes) for one in openings]
    db.session.add(room)
    db.session.flush()
    telling.record_room("room.open", room, by, kind=kind, workstations=workstations, zone=zone)
    return room


def _checked(name: str, workstations: int, zone: str, hours: Hours) -> list[Opening]:
    if not name.strip() or len(name.strip()) > LONGEST_NAME:
        raise Refused(N_("Escreva o nome da sala, em até %(limit)d letras."), field="name", limit=LONGEST_NAME)
    if not 1 <= workstations <= MOST_WORKSTATIONS:
        raise Refused(N_("Use de 1 a %(most)d estações."), field="workstations", most=MOST_WORKSTATIONS)
    if zone not in available_timezones():
        raise Refused(N_("Escolha um dos fusos da lista."), field="zone")
    return check_openings(Opening(*row) for row in hours)


def change_room(room: Room, *, name: str, workstations: int, zone: str, hours: Hours, by: User) -> None:
    """Change a room. In another zone its coming shifts stay at their time of day, so that their moments move.

    Raises:
        Refused: a value is not one of those allowed, another room has the name, or a coming shift would no longer fit.
    """
    openings = _checked(name, workstations, zone, hours)
    take_names(room, {"name": name})
    coming = _coming(room)
    _hold_to_shifts(room, coming, workstations, openings)
    before = (room.name, room.workstations, room.zone, placing.openings_of(room))
    moved_zone = zone != room.zone
    if moved_zone:
        _move_zone(room, coming, zone, by)
    room.name, room.workstations, room.zone = name.strip(), workstations, zone
    _set_hours(room, openings)
    db.session.flush()
    after = (room.name, room.workstations, room.zone, openings)
    names = [word for word, was, now in zip(("name", "workstations", "zone", "hours"), before, after, strict=True) if was != now]  # fmt: skip
    if names:
        telling.record_room("room.change", room, by, fields=names, moved=len(coming) if moved_zone else 0)
    if moved_zone and coming:
        events.emit("shift.change", shifts=coming, by=by)


def _coming(room: Room) -> list[Shift]:
    """Return the shifts of a room that are not over, in order."""
    wanted = (Shift.room_id == room.id, Shift.ends_at > clock.now(), Shift.cancelled_at.is_(None))
    return list(db.session.scalars(select(Shift).where(*wanted).order_by(Shift.starts_at, Shift.id)))


def _hold_to_shifts(room: Room, coming: Sequence[Shift], workstations: int, openings: list[Opening]) -> None:
    for shift in coming:
        if shift.workstation > workstations:
            raise Refused(
                N_("Há turno marcado na estação %(number)d em %(day)s. Mova-o antes."),
                field="workstations",
                number=shift.workstation,
                day=_day(shift, room.zone),
            )
    if openings == placing.openings_of(room):
        return
    for shift in coming:
        starts, minutes = local_minute(shift.starts_at, room.zone), wall_minutes(_span(shift), room.zone)
        if not is_open(openings, local_day(shift.starts_at, room.zone), starts, minutes):
            raise Refused(
                N_("O turno de %(name)s em %(day)s ficaria fora do horário da sala. Mova-o antes."),
                field="hours",
                name=shift.user.full_name,
                day=_day(shift, room.zone),
            )


def _day(shift: Shift, zone: str) -> str:
    return f"{local_day(shift.starts_at, zone):%d/%m/%Y}"


def _span(shift: Shift) -> Span:
    return shift.starts_at, shift.ends_at


def _move_zone(room: Room, coming: Sequence[Shift], zone: str, by: User) -> None:
    """Let the shifts of a room begin and end at the same times of day in another zone."""
    new = {shift.id: _in_zone(shift, room.zone, zone) for shift in coming}
    now = clock.now()
    for shift in coming:
        if shift.starts_at <= now:
            raise Refused(N_("Há um turno em andamento nesta sala. Mude o fuso depois dele."), field="zone")
        if new[shift.id][0] <= now:
            raise Refused(
                N_("No outro fuso, o turno de %(name)s em %(day)s já teria começado."),
                field="zone", name=shift.user.full_name, day=_day(shift, room.zone),
            )  # fmt: skip
    _hold_to_people(room, coming, new)
    placing.let_go(coming)
    for shift in coming:
        shift.starts_at, shift.ends_at = new[shift.id]
    db.session.flush()
    for shift in coming:
        away = queries.away_between([shift.user_id], *_span(shift)).get(shift.user_id, ())
        placing.hold([shift], away)
    changed(update(ShiftSeries).where(ShiftSeries.room_id == room.id).values(zone=zone))
    first = {shift.user_id: shift for shift in reversed(coming)}
    for shift in coming:
        telling.record_shift("shift.change", shift, by, zone=zone, starts=telling.told(shift.starts_at))
    for shift in first.values():
        telling.tell([shift.user], "shift.change", shift.ref, by)


def _in_zone(shift: Shift, old: str, zone: str) -> Span:
    """Return the moments of a shift in another zone, at its times of the day in the old one."""
    minutes = wall_minutes(_span(shift), old)
    return span_of(local_day(shift.starts_at, old), local_minute(shift.starts_at, old), minutes, zone)


def _hold_to_people(room: Room, coming: Sequence[Shift], new: dict[int, Span]) -> None:
    """Refuse where somebody would be in two places: a shift of theirs in another room does not move along."""
    if not coming:
        return
    begin, end = min(span[0] for span in new.values()), max(span[1] for span in new.values())
    others = queries.shifts_between(begin - timedelta(days=1), end + timedelta(days=1))
    elsewhere: dict[int, list[Shift]] = {}
    for other in others:
        if other.room_id != room.id:
            elsewhere.setdefault(other.user_id, []).append(other)
    for shift in coming:
        for other in elsewhere.get(shift.user_id, ()):
            if overlaps(new[shift.id], _span(other)):
                raise Refused(
                    N_("No outro fuso, em %(day)s, %(name)s estaria em duas salas."),
                    field="zone", name=shift.user.full_name, day=_day(shift, room.zone),
                )  # fmt: skip


def _set_hours(room: Room, openings: list[Opening]) -> None:
    kept = {(row.weekday, row.opens): row for row in room.hours}
    wanted = {(one.weekday, one.opens): one.closes for one in openings}
    for key, row in kept.items():
        if key not in wanted:
            room.hours.remove(row)
    for (weekday, opens), closes in wanted.items():
        if (weekday, opens) in kept:
            kept[weekday, opens].closes = closes
        else:
            room.hours.append(RoomHours(weekday=weekday, opens=opens, closes=closes))


def close_room(room: Room, *, by: User) -> None:
    """Close a room for good; what happened in it stays.

    Raises:
        Refused: it is closed already, or shifts are still to come in it.
    """
    if room.closed_at is not None:
        raise Refused(N_("Esta sala já foi fechada."))
    coming = _coming(room)
    if coming:
        raise Refused(
            N_("Há turnos marcados nesta sala até %(day)s. Mova-os ou cancele-os antes."),
            day=_day(coming[-1], room.zone),
        )
    room.closed_at = clock.now()
    db.session.flush()
    telling.record_room("room.close", room, by)
