"""Leave and unavailability: somebody is away, with an end."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import update

from teleconsult import audit, clock, events
from teleconsult.errors import N_, Refused
from teleconsult.extensions import changed, db
from teleconsult.people import queries as people
from teleconsult.people.access import Permission, Role
from teleconsult.people.models import User
from teleconsult.shifts import placing, queries, telling
from teleconsult.shifts.actions.changing import take_off
from teleconsult.shifts.models import Leave, Shift
from teleconsult.web.refs import new_ref

KINDS = ("leave", "unavailable")
GIVEN_AWAY = "A vaga foi ocupada durante o afastamento."
"""Why a shift is cancelled that could not be taken up again; kept as people's own reasons are, in Portuguese."""


def take_leave(*, user: User, kind: str, from_at: datetime, until_at: datetime | None, why: str, by: User) -> Leave:
    """Note that a consultant is away; `kind` is 'leave' or 'unavailable'. Only the time inside frees its workstations.

    Their shifts stay on the calendar, without anybody for as long as the leave lasts. By the
    person or the management; the other side is told, and the administrators when a shift loses its consultant.

    Raises:
        Refused: there is no end, it is past, it overlaps another leave, or the person is checked in inside it.
    """
    _hold_to_whose(user, by)
    placing.line_up(user)
    until = _checked_end(user, kind, from_at, until_at)
    leave = Leave(
        ref=new_ref("AF"),
        user_id=user.id,
        user=user,
        kind=kind,
        from_at=from_at,
        until_at=until,
        why=telling.check_length(why),
        created_at=clock.now(),
        created_by_id=by.id,
    )
    freed = shifts_inside(leave)
    for shift in freed:
        if shift.checked_in_at is not None and shift.checked_out_at is None:
            raise Refused(N_("Há uma entrada registrada num turno deste período. Registre a saída antes."))
    db.session.add(leave)
    db.session.flush()
    placing.let_go(freed, inside=(from_at, until))
    _touch(freed)
    _record("leave.take", leave, by, shifts=[shift.ref for shift in freed])
    _tell("leave.take", leave, by)
    if freed:
        telling.tell_of_uncovered(freed, leave.ref, by)
    events.emit("leave.take", leave=leave, by=by)
    return leave


def _checked_end(user: User, kind: str, from_at: datetime, until_at: datetime | None) -> datetime:
    if kind not in KINDS:
        raise Refused(N_("Escolha um dos tipos da lista."), field="kind")
    if not user.has(Role.CONSULTANT):
        raise Refused(N_("%(name)s não atende como consultor."), field="user", name=user.full_name)
    if until_at is None:
        raise Refused(N_("Diga até quando. Um afastamento precisa ter fim."), field="until")
    if until_at <= from_at:
        raise Refused(N_("O fim precisa vir depois do começo."), field="until")
    if until_at <= clock.now():
        raise Refused(N_("Este período já passou."), field="until")
    if queries.away_between([user.id], from_at, until_at):
        raise Refused(N_("Já há um afastamento registrado neste período."), field="from")
    return until_at


def _hold_to_whose(user: User, by: User) -> None:
    if by.id != user.id and Permission.MANAGE_SHIFTS not in by.permissions:
        raise Refused(N_("Só a própria pessoa ou a gerência registra um afastamento."))


def shifts_inside(leave: Leave) -> list[Shift]:
    """Return the shifts that a leave takes time from: not over, and not attended already."""
    return [
        shift
        for shift in queries.shifts_between(max(leave.from_at, clock.now()), leave.until_at, user=leave.user)
        if shift.checked_out_at is None
    ]


def _touch(shifts: Sequence[Shift]) -> None:
    """Count the shifts as changed: a form or a calendar program that knows them from before is out of date."""
    if shifts:
        numbers = [shift.id for shift in shifts]
        changed(update(Shift).where(Shift.id.in_(numbers)).values(version=Shift.version + 1))
        for shift in shifts:
            db.session.refresh(shift, ["version"])


def cancel_leave(leave: Leave, *, by: User) -> list[Shift]:
    """End a leave before its time: what is still to come of its shifts is taken up again.

    Returns:
        Those shifts that could not be: all workstations were given away meanwhile; they are cancelled.

    Raises:
        Refused: it is over or cancelled, or it is somebody else's.
    """
    _hold_to_whose(leave.user, by)
    if leave.cancelled_at is not None:
        raise Refused(N_("Este afastamento já foi cancelado."))
    if leave.until_at <= clock.now():
        raise Refused(N_("Este afastamento já terminou."))
    placing.line_up(leave.user)
    shifts = shifts_inside(leave)
    leave.cancelled_at, leave.cancelled_by_id = clock.now(), by.id
    db.session.flush()
    lost = [shift for shift in shifts if not _taken_up(shift)]
    _touch([shift for shift in shifts if shift not in lost])
    if lost:
        take_off(lost, why=GIVEN_AWAY, by=by)
    _record("leave.cancel", leave, by, lost=[shift.ref for shift in lost])
    _tell("leave.cancel", leave, by)
    events.emit("leave.cancel", leave=leave, by=by)
    return lost


def _taken_up(shift: Shift) -> bool:
    """Hold the place of a shift again, at another workstation if its own is taken; tell whether there was one."""
    span = (shift.starts_at, shift.ends_at)
    taken = placing.Taken(shift.room, shift.user, span, [shift.id])
    place = taken.free_workstation(span, shift.workstation)
    if isinstance(place, Refused):
        place = taken.free_workstation(span)
    if isinstance(place, Refused):
        return False
    placing.let_go([shift])
    shift.workstation = place
    db.session.flush()
    placing.hold([shift], away=queries.away_between([shift.user_id], *span).get(shift.user_id, ()))
    return True


def _record(word: str, leave: Leave, by: User, **data: Any) -> None:
    when: dict[str, Any] = {
        "kind": leave.kind,
        "from": telling.told(leave.from_at),
        "until": telling.told(leave.until_at),
    }
    audit.record(f"leave:{leave.ref}", word, by_id=by.id, subject=leave.ref, user=leave.user.ref, **when, **data)


def _tell(kind: str, leave: Leave, by: User) -> None:
    """Tell the other side: the person, or, when it was they who acted, the management."""
    others = people.active_with_role(Role.MANAGER) if by.id == leave.user_id else [leave.user]
    telling.tell(others, kind, leave.ref, by)
