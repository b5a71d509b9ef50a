"""Swaps: a consultant offers a shift, another one of the specialty takes it."""

from teleconsult import clock, events
from teleconsult.errors import N_, Overtaken, Refused
from teleconsult.extensions import db
from teleconsult.people import queries as people
from teleconsult.people.access import Permission
from teleconsult.people.models import User
from teleconsult.shifts import placing, queries, telling
from teleconsult.shifts.models import Shift, Swap
from teleconsult.web.refs import new_ref


def offer_swap(shift: Shift, *, to: User | None, why: str, by: User) -> Swap:
    """Offer one's shift to one colleague of the specialty, or to all of them; they are told.

    Raises:
        Refused: not one's own, past, checked in, cancelled, offered already, or to somebody who cannot take it.
    """
    if shift.user_id != by.id:
        raise Refused(N_("Só quem tem o turno pode oferecê-lo."))
    _hold_to_coming(shift)
    if queries.open_swap_of(shift) is not None:
        raise Refused(N_("Este turno já foi oferecido. Retire a oferta antes de fazer outra."))
    if to is not None:
        if to.id == by.id:
            raise Refused(N_("Escolha outra pessoa: este turno já é seu."), field="to")
        placing.check_person(to, shift.specialty)
    swap = Swap(
        ref=new_ref("TR"),
        shift_id=shift.id,
        shift=shift,
        offered_by_id=by.id,
        offered_at=clock.now(),
        to_id=to.id if to else None,
        why=telling.check_length(why),
    )
    db.session.add(swap)
    db.session.flush()
    telling.record_shift("swap.offer", shift, by, swap=swap.ref, to=to.ref if to else "")
    telling.tell([to] if to else people.consultants_of(shift.specialty_id), "swap.offer", swap.ref, by)
    return swap


def _hold_to_coming(shift: Shift) -> None:
    if shift.cancelled_at is not None:
        raise Refused(N_("Este turno foi cancelado."))
    if shift.checked_in_at is not None or shift.starts_at <= clock.now():
        raise Refused(N_("Este turno já começou."))


def accept_swap(swap: Swap, *, by: User) -> Shift:
    """Take an offered shift over; whoever offered it and the administrators are told.

    Raises:
        Refused: it is offered to somebody else, the specialty is not held, the person is elsewhere or on leave, or
            the shift began.
        Overtaken: somebody was faster, or the offer was withdrawn.
    """
    if swap.accepted_at is not None or swap.withdrawn_at is not None:
        raise Overtaken
    shift = swap.shift
    if by.id == swap.offered_by_id or swap.to_id not in (None, by.id):
        raise Refused(N_("Esta oferta é para outra pessoa."))
    _hold_to_coming(shift)
    placing.line_up(by)
    placing.check_person(by, shift.specialty)
    span = (shift.starts_at, shift.ends_at)
    taken = placing.Taken(shift.room, by, span, [shift.id])
    place = taken.place(span, shift.workstation)
    if isinstance(place, Refused) and place.field == "workstation":
        place = taken.place(span)
    if isinstance(place, Refused):
        raise place
    before = shift.user
    placing.let_go([shift])
    shift.user, shift.user_id, shift.workstation = by, by.id, place
    swap.accepted_at, swap.accepted_by_id = clock.now(), by.id
    db.session.flush()
    placing.hold([shift])
    telling.record_shift("swap.accept", shift, by, swap=swap.ref, before=before.ref, after=by.ref)
    telling.tell([before], "swap.accept", shift.ref, by)
    telling.tell_administrators("swap.accept", shift.ref, by)
    events.emit("swap.accept", swap=swap, shift=shift, by=by)
    return shift


def withdraw_swap(swap: Swap, *, by: User) -> None:
    """Take an offer back, by who made it or the management.

    Raises:
        Refused: it was accepted or withdrawn already, or it is somebody else's.
    """
    if by.id != swap.offered_by_id and Permission.MANAGE_SHIFTS not in by.permissions:
        raise Refused(N_("Só quem ofereceu o turno pode retirar a oferta."))
    if swap.accepted_at is not None:
        raise Refused(N_("A oferta já foi aceita."))
    if swap.withdrawn_at is not None:
        raise Refused(N_("A oferta já foi retirada."))
    telling.end_offer(swap.shift, by)
