"""Taking a slot and giving it back. Of two who want one, one has it: the database decides by a conditional update."""

from sqlalchemy import update

from teleconsult import clock
from teleconsult.bookings import queries
from teleconsult.bookings.models import BookingRequest
from teleconsult.bookings.models_agenda import AgendaSlot
from teleconsult.bookings.steps import Kind
from teleconsult.bookings.world import holidays
from teleconsult.errors import N_, Refused
from teleconsult.extensions import changed, db

TAKEN = N_("Esta vaga acabou de ser ocupada por outra pessoa. Escolha entre as próximas, que estão abaixo.")


def fitting(slot_id: int, request: BookingRequest) -> AgendaSlot:
    """Return the slot, if a request of this kind can be booked in it.

    Raises:
        Refused: it is of another specialty or kind, past, blocked, or on a holiday.
    """
    slot = db.session.get(AgendaSlot, slot_id, populate_existing=True)
    if slot is None or slot.specialty_id != request.specialty_id:
        raise Refused(N_("Escolha um horário da agenda desta especialidade."), field="slot")
    if slot.kind != request.kind:
        words = {
            Kind.FIRST: N_("Este horário é de retorno; escolha um de primeira consulta."),
            Kind.RETURN: N_("Este horário é de primeira consulta; escolha um de retorno."),
        }
        raise Refused(words[Kind(request.kind)], field="slot")
    if slot.at <= clock.now():
        raise Refused(N_("Este horário já passou. Escolha outro."), field="slot")
    day = slot.session.day
    name = holidays(day, day).get(day)
    if name:
        raise Refused(N_("Este dia é feriado (%(name)s). Escolha outro."), field="slot", name=name)
    if slot.blocked_at is not None:
        raise Refused(N_("Este horário foi bloqueado na agenda. Escolha outro."), field="slot")
    return slot


def claim(slot: AgendaSlot, request: BookingRequest) -> None:
    """Keep a slot for a request.

    Raises:
        Refused: somebody took it a moment ago.
    """
    if slot.request_id == request.id:
        return
    free(request)
    wanted = update(AgendaSlot).where(
        AgendaSlot.id == slot.id, AgendaSlot.request_id.is_(None), AgendaSlot.blocked_at.is_(None)
    )
    if changed(wanted.values(request_id=request.id)) == 0:
        raise Refused(TAKEN, field="slot")
    db.session.refresh(slot)


def free(request: BookingRequest) -> AgendaSlot | None:
    """Give back the slot kept for a request, and return it."""
    slot = queries.slot_of(request)
    if slot is not None:
        slot.request_id = None
        db.session.flush()
    return slot


def hold_to_priority(slot: AgendaSlot, request: BookingRequest) -> None:
    """Leave the next free slots to those of a higher priority who wait.

    Raises:
        Refused: the slot is one of them.
    """
    kept = queries.kept_for_others(request)
    if kept and queries.free_before(slot) < kept:
        raise Refused(
            N_("As próximas vagas (%(num)d) ficam para os pedidos de prioridade maior. Escolha uma depois delas."),
            field="slot",
            num=kept,
        )
