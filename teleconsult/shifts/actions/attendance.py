"""Check-in and check-out, by the person, by who keeps the attendance, or by the clock."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from teleconsult import audit, clock, events
from teleconsult.errors import N_, Refused
from teleconsult.extensions import db
from teleconsult.people.access import Permission
from teleconsult.people.models import User
from teleconsult.shifts import placing, queries, telling
from teleconsult.shifts.attendance import EARLY, FORGOTTEN_AFTER, LATE, left_at
from teleconsult.shifts.models import Shift


def check_in(shift: Shift, *, by: User) -> None:
    """Note that the person has come: from half an hour before the shift begins until it ends.

    A leave that is over, or begins later in the shift, keeps nobody out: what is left of the shift is theirs.

    Raises:
        Refused: too early, too late, cancelled, on leave now, checked in already, or somebody else's shift.
    """
    _hold_to_whose(shift, by)
    now = clock.now()
    if shift.cancelled_at is not None:
        raise Refused(N_("Este turno foi cancelado."))
    if shift.checked_in_at is not None:
        raise Refused(N_("A entrada neste turno já foi registrada."))
    if now < shift.starts_at - EARLY:
        raise Refused(N_("A entrada pode ser registrada a partir de meia hora antes do turno."))
    if now >= shift.ends_at:
        raise Refused(N_("Este turno já terminou."))
    standing = max(now, shift.starts_at)
    if queries.away_between([shift.user_id], standing, standing + timedelta(microseconds=1)):
        raise Refused(N_("Há um afastamento registrado para este horário. Cancele-o antes de registrar a entrada."))
    shift.checked_in_at = now
    db.session.flush()
    telling.record_shift("shift.check_in", shift, by)
    telling.tell([shift.user], "shift.check_in", shift.ref, by)
    events.emit("shift.check_in", shift=shift, by=by)


def check_out(shift: Shift, *, by: User) -> None:
    """Note that the person has gone; never before they came, also when the clock was set back.

    Raises:
        Refused: not checked in, checked out already, or somebody else's shift.
    """
    _hold_to_whose(shift, by)
    if shift.checked_in_at is None:
        raise Refused(N_("A entrada neste turno não foi registrada."))
    if shift.checked_out_at is not None:
        raise Refused(N_("A saída deste turno já foi registrada."))
    go(shift, by=by)
    telling.tell([shift.user], "shift.check_out", shift.ref, by)


def go(shift: Shift, *, by: User) -> None:
    """Note a check-out that was looked at already; what is left of the shift frees its workstation."""
    now = clock.now()
    shift.checked_out_at, shift.closed_how = left_at(shift.checked_in_at or now, now), "person"
    db.session.flush()
    placing.let_go([shift], since=now)
    telling.record_shift("shift.check_out", shift, by)
    events.emit("shift.check_out", shift=shift, by=by)


def note_attendance(shift: Shift, *, came: datetime, left: datetime, why: str, by: User) -> None:
    """Note of a shift that is over when its person came and left, where nobody did so at the time; they are told.

    Without it a shift that somebody worked, and forgot to say so, would be worth nothing for ever.

    Raises:
        Refused: it is not over, cancelled, noted already or too long ago, it is one's own, the times are none of the
            shift or of a leave, or there is no reason.
    """
    if by.id == shift.user_id:
        raise Refused(
            N_("Ninguém registra a própria presença depois do turno: peça a outra pessoa da gerência."), "came"
        )
    if shift.cancelled_at is not None:
        raise Refused(N_("Este turno foi cancelado."), "came")
    if shift.checked_in_at is not None:
        raise Refused(N_("A entrada neste turno já foi registrada."), "came")
    if shift.ends_at > clock.now():
        raise Refused(N_("Este turno ainda não terminou: registre a entrada."), "came")
    if too_late(shift, by):
        raise Refused(
            N_("Este turno foi há mais de %(days)d dias: só a gerência registra a presença, até fechar o mês."),
            "came",
            days=LATE.days,
        )
    if not shift.starts_at - EARLY <= came < shift.ends_at:
        raise Refused(N_("A entrada precisa ser no horário do turno, ou até meia hora antes."), "came")
    if not came < left <= shift.ends_at + EARLY:
        raise Refused(N_("A saída precisa vir depois da entrada, até meia hora depois do turno."), "left")
    if queries.away_between([shift.user_id], came, left):
        raise Refused(N_("Há um afastamento registrado entre estes horários."), "came")
    reason = telling.check_why(why)
    shift.checked_in_at, shift.checked_out_at, shift.closed_how = came, left, "person"
    db.session.flush()
    telling.record_shift(
        "shift.note", shift, by, came=telling.told(came), left=telling.told(left), why=audit.digest(reason)
    )
    telling.tell([shift.user], "shift.note", shift.ref, by)
    events.emit("shift.check_out", shift=shift, by=by)


def too_late(shift: Shift, user: User) -> bool:
    """Tell whether a shift is too long ago for this person to note who was there.

    Whoever closes the months may until that of the shift is closed: before they close it they are shown what it lacks.
    """
    if shift.ends_at >= clock.now() - LATE:
        return False
    return Permission.MANAGE_CREDITS not in user.permissions or not all(
        events.panels("shift.month_is_open", shift=shift)
    )


def _hold_to_whose(shift: Shift, by: User) -> None:
    if by.id != shift.user_id and Permission.MANAGE_SHIFTS not in by.permissions:
        raise Refused(N_("Só quem tem o turno, a administração ou a gerência registra a presença."))


def forgotten(limit: int = 100) -> Sequence[int]:
    """Return the shifts that ended half an hour ago or more and where somebody is still checked in."""
    return db.session.scalars(
        select(Shift.id)
        .where(
            Shift.ends_at <= clock.now() - FORGOTTEN_AFTER,
            Shift.checked_in_at.is_not(None),
            Shift.checked_out_at.is_(None),
        )
        .order_by(Shift.ends_at)
        .limit(limit)
    ).all()


def close_forgotten(shift_id: int) -> bool:
    """Check out at the shift's end, or at the leave that took it, who forgot to, and tell them; tell whether it was so."""
    shift = db.session.get_one(Shift, shift_id)
    if shift.checked_in_at is None or shift.checked_out_at is not None:
        return False
    if shift.ends_at > clock.now() - FORGOTTEN_AFTER:
        return False
    shift.checked_out_at, shift.closed_how = left_at(shift.checked_in_at, _end_of(shift)), "forgotten"
    db.session.flush()
    telling.record_shift("shift.check_out", shift, None, how="forgotten")
    telling.tell([shift.user], "shift.forgotten", shift.ref, None)
    events.emit("shift.check_out", shift=shift, by=None)
    return True


def _end_of(shift: Shift) -> datetime:
    """Return until when the shift was this person's: its end, or the beginning of a leave that lasts until then."""
    gaps = queries.away_between([shift.user_id], shift.starts_at, shift.ends_at).get(shift.user_id, [])
    return min([shift.ends_at, *(since for since, until in gaps if until >= shift.ends_at)])
