"""The waiting list, and what is done to one booking request: book, move, accept, refuse, put back; `views_ending` has the rest."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from teleconsult import events
from teleconsult.bookings import (
    actions,
    card,
    queries_list,
    queries_quota,
    queries_sheets,
    settings,
    views_ending,
)
from teleconsult.bookings.allowance import WEEKDAYS
from teleconsult.bookings.blueprint import bp
from teleconsult.bookings.choosing import choice_for
from teleconsult.bookings.forms import BookForm, MoveBookingForm, SlotForm
from teleconsult.bookings.models import BookingRequest
from teleconsult.bookings.rows import rows_of
from teleconsult.bookings.stepping import already_changed, came_from, nobody_else, passes_on, request_for, sent, shut
from teleconsult.bookings.steps import Channel
from teleconsult.bookings.world import open_offer
from teleconsult.cases.access import case_for
from teleconsult.cases.rows import Moment
from teleconsult.errors import NotFound, Overtaken, Refused
from teleconsult.extensions import transaction
from teleconsult.network.directory import by_name, unit_filter
from teleconsult.people.access import Permission, Role
from teleconsult.people.gate import acting_role, current_user, requires, signed_in
from teleconsult.people.models import User
from teleconsult.web import say
from teleconsult.web.messages import gettext as _
from teleconsult.web.words import in_language

SCREENS = (views_ending,)
"""Modules whose import puts more routes on the blueprint."""

__all__ = ["SCREENS", "bp"]


@events.panel("nav", order=25)
def _visits_item(user: User) -> dict[str, Any] | None:
    roles = (Role.REQUESTER, Role.SUPPORT, Role.ADMINISTRATOR)
    if Permission.BOOK_VISITS not in user.permissions or acting_role() not in roles:
        return None
    current = (request.endpoint or "").startswith(("bookings.", "agenda.", "sheets.", "absence."))
    return {
        "label": _("Consultas"), "icon": "inperson", "url": url_for("bookings.waiting"), "count": 0,
        "count_new": False, "current": current,
    }  # fmt: skip


@bp.get("")
@requires(Permission.BOOK_VISITS)
def waiting() -> str:
    """Show who waits for a visit, what is booked, what is to be decided; a unit sees its own, the desk everything."""
    asked, user = queries_list.asked_of(request.args), signed_in()
    page, base = queries_list.listed(asked, user), url_for("bookings.waiting")
    kept = {"show": asked.show, "specialty": asked.specialty, "unit": asked.unit}
    desk = Permission.RUN_AGENDA in user.permissions
    return render_template(
        "bookings/list.html",
        asked=asked,
        rows=rows_of(
            page.rows, Moment(), owing_days=settings.number("counter_referral_days") if asked.show == "owing" else 0
        ),
        may_counter=desk,
        counts=queries_list.counts(user),
        shown=queries_list.SHOWN,
        newer=card.address(base, **kept, before=page.newer or "") if page.newer else None,
        older=card.address(base, **kept, after=page.older or "") if page.older else None,
        specialties=[
            ("", _("Toda especialidade")),
            *(
                (row.slug, in_language(row.name_pt, row.name_en))
                for row in by_name(queries_list.specialties_listed(asked.specialty))
            ),
        ],
        units=unit_filter() if desk else [],
        balance=queries_quota.balance_words(user),
        sheets=Permission.IMPORT_SHEETS in user.permissions,
    )


@bp.get("/<ref>")
@requires(Permission.BOOK_VISITS)
def show(ref: str) -> str:
    """Show one request: where it stands, what can be done, and its history."""
    found = request_for(current_user, ref)
    return render_template(
        "bookings/show.html", card=card.card_of(found, signed_in()), history=card.history(found), case=_seen(found)
    )


def _seen(found: BookingRequest) -> Any:
    """Return the case, if this person may open it."""
    try:
        return case_for(current_user, found.case.ref)[0]
    except NotFound:
        return None


@bp.route("/<ref>/book", methods=["GET", "POST"])
@requires(Permission.BOOK_VISITS)
def book(ref: str) -> Any:
    """Book a request in a free slot."""
    found = request_for(current_user, ref)
    form = BookForm(version=found.version)

    def act() -> None:
        channel = form.channel.data if Permission.RUN_AGENDA in current_user.permissions else Channel.SCREEN
        if Permission.IMPORT_SHEETS in current_user.permissions and queries_sheets.on_open_sheet(found.id):
            channel = Channel.SHEET
        terms = actions.Terms(channel, form.day_why.data or "", form.over_why.data or "")
        actions.book(found, form.slot.data, terms, by=signed_in())

    return shut("book", found, form) or _slot_page(
        "bookings/book.html", found, form, act, _("Consulta marcada. A unidade recebe o aviso.")
    )


@bp.route("/<ref>/move", methods=["GET", "POST"])
@requires(Permission.BOOK_VISITS)
def move(ref: str) -> Any:
    """Move a booking to another slot."""
    found = request_for(current_user, ref)
    form = MoveBookingForm(version=found.version)
    return shut("move", found, form) or _slot_page(
        "bookings/move.html",
        found,
        form,
        lambda: actions.move(found, form.slot.data, form.why.data or "", by=signed_in()),
        _("Horário mudado. A unidade recebe o aviso."),
    )


def _slot_page(template: str, found: BookingRequest, form: SlotForm, act: Callable[[], object], done: str) -> Any:
    status = sent(form, found, act, done)
    if not isinstance(status, int):
        return status
    choice = choice_for(found)
    form.offer(choice.slots)
    page = render_template(
        template,
        form=form,
        choice=choice,
        card=card.card_of(found, signed_in()),
        came=came_from(),
        passes_on=passes_on(found),
        quota=queries_quota.quota_of(found),
        weekdays=WEEKDAYS,
        desk=Permission.RUN_AGENDA in current_user.permissions,
        may_override=Permission.OVERRIDE_BOOKINGS in current_user.permissions,
    )
    return page, status


@bp.post("/<ref>/accept", endpoint="accept", defaults={"verb": "accept"})
@bp.post("/<ref>/refuse", endpoint="refuse", defaults={"verb": "refuse"})
@bp.post("/<ref>/requeue", endpoint="requeue", defaults={"verb": "requeue"})
@requires(Permission.BOOK_VISITS)
def press(ref: str, verb: str) -> Response:
    """Make a move that needs only a press; what stands in its way is said where it can be put right."""
    found = request_for(current_user, ref)
    words = {
        "accept": _("Consulta marcada. A unidade recebe o aviso."),
        "refuse": _("Vaga recusada. O pedido continua no seu lugar da lista."),
        "requeue": _("O pedido está de volta na lista de espera, sem perder o tempo já esperado."),
    }
    try:
        with transaction(found, request.form.get("version")):
            _press(found, verb)
    except Refused as refusal:
        flash(say(refusal), "warning")
        return redirect(url_for("bookings.book" if verb == "accept" else "bookings.show", ref=ref))
    except Overtaken:
        if not nobody_else(card.last_step(request_for(current_user, ref))):
            raise
        words[verb] = already_changed()  # most often the same press, sent twice on a bad line
    flash(words[verb])
    return redirect(url_for("bookings.show", ref=ref))


def _press(found: BookingRequest, verb: str) -> None:
    if verb == "accept":
        offer = open_offer(found)
        actions.book(found, offer.slot_id if offer else 0, actions.Terms(), by=signed_in())
    else:
        getattr(actions, verb)(found, by=signed_in())
