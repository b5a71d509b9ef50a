"""The steps that take a visit away, each on a page that asks why: cancel a booking, end a return, undo that end."""

from collections.abc import Callable
from typing import Any

from flask import render_template

from teleconsult.bookings import actions, card
from teleconsult.bookings.blueprint import bp
from teleconsult.bookings.forms import CancelBookingForm, CloseUnseenForm, ReopenForm
from teleconsult.bookings.models import BookingRequest
from teleconsult.bookings.stepping import came_from, request_for, sent, shut
from teleconsult.people.access import Permission
from teleconsult.people.gate import current_user, requires, signed_in
from teleconsult.web.messages import gettext as _


@bp.route("/<ref>/cancel", methods=["GET", "POST"])
@requires(Permission.BOOK_VISITS)
def cancel(ref: str) -> Any:
    """Cancel a booking, with its reason."""
    found = request_for(current_user, ref)
    form = CancelBookingForm(version=found.version)
    return shut("cancel", found, form) or _reason_page(
        "bookings/cancel.html",
        found,
        form,
        lambda: actions.cancel(found, form.why.data or "", by=signed_in()),
        _("Consulta desmarcada. A vaga vai para o próximo da lista."),
    )


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


def _reason_page(template: str, found: BookingRequest, form: Any, act: Callable[[], object], done: str) -> Any:
    status = sent(form, found, act, done)
    if not isinstance(status, int):
        return status
    return render_template(template, form=form, card=card.card_of(found, signed_in()), came=came_from()), status
