"""The steps that take a visit away, each on a page that asks why: cancel a booking, end a return, undo that end."""

from collections.abc import Callable
from typing import Any

from flask import render_template

from teleconsult.bookings import actions, card, queries
from teleconsult.bookings.blueprint import bp
from teleconsult.bookings.forms import CancelBookingForm, CloseUnseenForm, ReopenForm
from teleconsult.bookings.models import BookingRequest
from teleconsult.bookings.models_agenda import AgendaSlot
from teleconsult.bookings.stepping import came_from, passes_on, request_for, sent, shut
from teleconsult.people.access import Permission
from teleconsult.people.gate import current_user, requires, signed_in
from teleconsult.web.messages import gettext as _


@bp.route("/<ref>/cancel", methods=["GET", "POST"])
@requires(Permission.BOOK_VISITS)
def cancel(ref: str) -> Any:
    """Cancel a booking, with its reason."""
    found = request_for(current_user, ref)
    form, slot = CancelBookingForm(version=found.version), queries.slot_of(found)
    return shut("cancel", found, form) or _reason_page(
        "bookings/cancel.html",
        found,
        form,
        lambda: actions.cancel(found, form.why.data or "", by=signed_in()),
        lambda: _cancelled(slot),
    )


def _cancelled(slot: AgendaSlot | None) -> str:
    """Say what became of a slot that was given back: it is kept for the next on the list, or nobody there can take it."""
    if slot is not None and slot.request_id is not None:
        return _("Consulta desmarcada. A vaga foi oferecida ao próximo da lista.")
    return _("Consulta desmarcada.")


@bp.route("/<ref>/close_unseen", methods=["GET", "POST"])
@requires(Permission.BOOK_VISITS)
def close_unseen(ref: str) -> Any:
    """End a return that is not wanted any more, with why."""
    found = request_for(current_user, ref)
    form = CloseUnseenForm(version=found.version)
    return shut("close_unseen", found, form) or _reason_page(
        "bookings/close_unseen.html",
        found,
        form,
        lambda: actions.close_unseen(found, form.cause.data or "", note=form.note.data or "", by=signed_in()),
        _("Retorno encerrado sem consulta. O outro lado recebe o aviso."),
    )


@bp.route("/<ref>/reopen", methods=["GET", "POST"])
@requires(Permission.BOOK_VISITS)
def reopen(ref: str) -> Any:
    """Put a return that was ended by mistake back on the list, with the reason."""
    found = request_for(current_user, ref)
    form = ReopenForm(version=found.version)
    return shut("reopen", found, form) or _reason_page(
        "bookings/reopen.html",
        found,
        form,
        lambda: actions.reopen(found, form.why.data or "", by=signed_in()),
        _("O pedido está de volta na lista de espera, sem perder o tempo já esperado."),
    )


def _reason_page(
    template: str, found: BookingRequest, form: Any, act: Callable[[], object], done: str | Callable[[], str]
) -> Any:
    status = sent(form, found, act, done)
    if not isinstance(status, int):
        return status
    page = render_template(
        template, form=form, card=card.card_of(found, signed_in()), came=came_from(), passes_on=passes_on(found)
    )
    return page, status
