"""The waiting list, and what is done to one booking request: book, move, cancel, accept, refuse, put back."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from teleconsult import events
from teleconsult.bookings import (
    actions,
    card,
    queries,
    queries_list,
    queries_quota,
    queries_sheets,
    settings,
    steps,
    unattended,
)
from teleconsult.bookings.allowance import WEEKDAYS
from teleconsult.bookings.forms import BookForm, CancelBookingForm, MoveBookingForm, SlotForm
from teleconsult.bookings.models import BookingRequest
from teleconsult.bookings.rows import rows_of
from teleconsult.bookings.steps import Channel, parts
from teleconsult.bookings.words import visit_time
from teleconsult.bookings.world import facts_for, open_offer, standing_offer
from teleconsult.cases.access import case_for
from teleconsult.cases.moving import words_in
from teleconsult.cases.rows import Moment
from teleconsult.errors import NotFound, Overtaken, Refused
from teleconsult.extensions import transaction
from teleconsult.network.directory import unit_choices
from teleconsult.people.access import Permission, Role
from teleconsult.people.gate import acting_role, current_user, requires, signed_in
from teleconsult.people.models import User
from teleconsult.web import say, show_overtaken, show_refusal
from teleconsult.web.messages import gettext as _
from teleconsult.web.setup import error_page
from teleconsult.web.words import in_language

bp = Blueprint("bookings", __name__, url_prefix="/bookings")


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
            *((row.slug, in_language(row.name_pt, row.name_en)) for row in queries_list.specialties_listed()),
        ],
        units=[("", _("Toda unidade")), *((row.slug, row.name) for row in unit_choices())] if desk else [],
        balance=queries_quota.balance_words(user),
        sheets=Permission.IMPORT_SHEETS in user.permissions,
    )


def request_for(user: User, ref: str) -> BookingRequest:
    """Return a request on which this person plays a part.

    Raises:
        NotFound: it is not there, or not for this person.
    """
    found = queries.request_by(ref)
    if not parts(found, user, facts_for(found, user)):
        raise NotFound
    return found


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


def _slots(found: BookingRequest) -> list[tuple[int, str]]:
    """Return the slots to choose from: those kept for a higher priority are left out, but for those who may override."""
    skip = 0 if Permission.OVERRIDE_BOOKINGS in current_user.permissions else queries.kept_for_others(found)
    offer = standing_offer(found)
    mine = [(offer.slot_id, _slot_words(offer.slot.at, offer.slot.session))] if offer else []
    free = queries.free_slots(found.specialty_id, found.kind, skip=skip)
    why = unattended.reasons(free)
    return mine + [(row.id, _slot_words(row.at, row, why.get(row.id, ""))) for row in free]


def _slot_words(at: Any, session: Any, why: str = "") -> str:
    words = ", ".join(filter(None, (visit_time(at, session.zone), session.specialist_name, session.room)))
    return f"{words}. {why}" if why else words


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

    return _shut("book", found, form) or _slot_page(
        "bookings/book.html", found, form, act, _("Consulta marcada. A unidade recebe o aviso.")
    )


@bp.route("/<ref>/move", methods=["GET", "POST"])
@requires(Permission.BOOK_VISITS)
def move(ref: str) -> Any:
    """Move a booking to another slot."""
    found = request_for(current_user, ref)
    form = MoveBookingForm(version=found.version)
    return _shut("move", found, form) or _slot_page(
        "bookings/move.html",
        found,
        form,
        lambda: actions.move(found, form.slot.data, form.why.data or "", by=signed_in()),
        _("Horário mudado. A unidade recebe o aviso."),
    )


def _shut(verb: str, found: BookingRequest, form: Any) -> Any:
    """Lead whoever comes to the page of a step that is not possible any more, or sends it, to where the request stands now.

    Who had written a reason is told who was faster, and finds it, to be copied; but what was recorded when it was sent before.
    """
    try:
        steps.check(verb, found, signed_in(), facts_for(found, signed_in()))
    except Refused as refusal:
        way, last = url_for("bookings.show", ref=found.ref), card.history(found)[0]
        own = last["who"] == current_user.full_name
        typed = words_in(form) if request.method == "POST" else []
        if any(not (own and words == last["said"]) for _label, words in typed):
            sentence = f"{last['who']}: {last['did']}. {say(refusal)}"
            return error_page(409, sentence, typed, address=way, own=own)
        flash(say(refusal), "warning")
        return redirect(way)
    return None


def _slot_page(template: str, found: BookingRequest, form: SlotForm, act: Callable[[], object], done: str) -> Any:
    status = 200
    if request.method == "POST":
        status = settle(form, found, act) if form.validate() else 422
        if status == 302:
            flash(done)
            return redirect(_way_on(found.ref))
    form.offer(_slots(found))
    page = render_template(
        template,
        form=form,
        card=card.card_of(found, signed_in()),
        came=_came_from(),
        quota=queries_quota.quota_of(found),
        weekdays=WEEKDAYS,
        desk=Permission.RUN_AGENDA in current_user.permissions,
        may_override=Permission.OVERRIDE_BOOKINGS in current_user.permissions,
    )
    return page, status


def _came_from() -> dict[str, str] | None:
    """Return the list on which a short page was opened, the day's or a sheet's: it leads back there."""
    day, sheet = request.args.get("day"), request.args.get("sheet")
    if day and Permission.RUN_AGENDA in current_user.permissions:
        return {"url": url_for("agenda.day", day=day), "label": _("Agenda do dia")}
    if sheet and Permission.IMPORT_SHEETS in current_user.permissions:
        return {"url": url_for("sheets.show", ref=sheet), "label": _("Planilha %(ref)s", ref=sheet)}
    return None


def _way_on(ref: str) -> str:
    came = _came_from()
    return came["url"] if came else url_for("bookings.show", ref=ref)


def settle(form: Any, found: BookingRequest, act: Callable[[], object]) -> int:
    """Act in a transaction; a refusal, or that somebody was faster, is said on the form, and nothing typed is lost."""
    try:
        with transaction(found, form.version.data):
            act()
    except Refused as refusal:
        show_refusal(form, refusal)
        return 422
    except Overtaken:
        form.version.data = str(queries.request_by(found.ref).version)
        show_overtaken(form, _("Nada foi gravado. Confira o que mudou e tente de novo."))
        return 409
    return 302


@bp.route("/<ref>/cancel", methods=["GET", "POST"])
@requires(Permission.BOOK_VISITS)
def cancel(ref: str) -> Any:
    """Cancel a booking, with its reason."""
    found = request_for(current_user, ref)
    form, status = CancelBookingForm(version=found.version), 200
    if shut := _shut("cancel", found, form):
        return shut
    if request.method == "POST":
        act = (
            settle(form, found, lambda: actions.cancel(found, form.why.data or "", by=signed_in()))
            if form.validate()
            else 422
        )
        if act == 302:
            flash(_("Consulta desmarcada. A vaga vai para o próximo da lista."))
            return redirect(_way_on(ref))
        status = act
    page = render_template("bookings/cancel.html", form=form, card=card.card_of(found, signed_in()), came=_came_from())
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
    flash(words[verb])
    return redirect(url_for("bookings.show", ref=ref))


def _press(found: BookingRequest, verb: str) -> None:
    if verb == "accept":
        offer = open_offer(found)
        actions.book(found, offer.slot_id if offer else 0, actions.Terms(), by=signed_in())
    else:
        getattr(actions, verb)(found, by=signed_in())
