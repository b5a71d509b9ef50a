"""What the pages of the steps of one request share: whose request it is, a step that came too late, acting, and the way on."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from teleconsult.bookings import actions, card, queries, steps
from teleconsult.bookings.models import BookingRequest
from teleconsult.bookings.world import facts_for
from teleconsult.cases.moving import words_in
from teleconsult.errors import NotFound, Overtaken, Refused
from teleconsult.extensions import transaction
from teleconsult.people.access import Permission
from teleconsult.people.gate import current_user, signed_in
from teleconsult.people.models import User
from teleconsult.web import say, show_overtaken, show_refusal
from teleconsult.web.messages import gettext as _
from teleconsult.web.setup import error_page


def request_for(user: User, ref: str) -> BookingRequest:
    """Return a request on which this person plays a part.

    Raises:
        NotFound: it is not there, or not for this person.
    """
    found = queries.request_by(ref)
    if not steps.parts(found, user, facts_for(found, user)):
        raise NotFound
    return found


def shut(verb: str, found: BookingRequest, form: Any) -> Any:
    """Lead whoever comes to the page of a step that is not possible any more, or sends it, to where the request stands now.

    Who had written a reason is told who was faster, and finds it, to be copied; but what was recorded when it was sent before.
    """
    try:
        steps.check(verb, found, signed_in(), facts_for(found, signed_in()))
    except Refused as refusal:
        way, last = url_for("bookings.show", ref=found.ref), card.last_step(found)
        own = nobody_else(last)
        typed = words_in(form) if request.method == "POST" else []
        if any(not (own and words in last["said"]) for _label, words in typed):
            sentence = f"{last['who']}: {last['did']}. {say(refusal)}"
            return error_page(409, sentence, typed, address=way, own=own)
        flash(say(refusal), "warning")
        return redirect(way)
    return None


def nobody_else(last: Mapping[str, Any]) -> bool:
    """Tell whether the last line of a history is one's own, of another window, or the clock's: then nobody was faster."""
    return last["by_id"] in (None, current_user.id)


def already_changed() -> str:
    """Return what is said of a press that came after one's own, or the clock's, had changed the visit."""
    return _("Esta consulta já tinha mudado, e nada foi gravado agora. Confira abaixo.")


def came_from() -> dict[str, str] | None:
    """Return the list on which a short page was opened, the day's or a sheet's: it leads back there."""
    day, sheet = request.args.get("day"), request.args.get("sheet")
    if day and Permission.RUN_AGENDA in current_user.permissions:
        return {"url": url_for("agenda.day", day=day), "label": _("Agenda do dia")}
    if sheet and Permission.IMPORT_SHEETS in current_user.permissions:
        return {"url": url_for("sheets.show", ref=sheet), "label": _("Planilha %(ref)s", ref=sheet)}
    return None


def way_on(ref: str) -> str:
    """Return where a step leads that was made: the list on which its page was opened, else the request."""
    came = came_from()
    return came["url"] if came else url_for("bookings.show", ref=ref)


def passes_on(found: BookingRequest) -> bool:
    """Tell whether the slot that a request holds would be offered to somebody else of the list, were it given back now."""
    slot = queries.slot_of(found)
    return slot is not None and actions.next_for(slot) is not None


def sent(form: Any, found: BookingRequest, act: Callable[[], object], done: str | Callable[[], str]) -> Response | int:
    """Act as the page of a step asks; return the way on, or the status with which the page is shown (again).

    What is said of it is asked for afterwards where it tells what became of the step.
    """
    if request.method != "POST":
        return 200
    status = _settle(form, found, act) if form.validate() else 422
    if status != 302:
        return status
    flash(done if isinstance(done, str) else done())
    return redirect(way_on(found.ref))


def _settle(form: Any, found: BookingRequest, act: Callable[[], object]) -> int:
    """Act in a transaction; a refusal, or that somebody was faster, is said on the form, and nothing typed is lost."""
    try:
        with transaction(found, form.version.data):
            act()
    except Refused as refusal:
        show_refusal(form, refusal)
        return 422
    except Overtaken:
        posted, now = form.version.data, queries.request_by(found.ref)
        own = str(now.version) != posted and nobody_else(card.last_step(now))
        form.version.data = str(now.version)
        show_overtaken(form, _("Nada foi gravado. Confira o que mudou e tente de novo."), own=own)
        return 409
    return 302
