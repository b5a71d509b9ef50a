"""Answering what a consultant asked the unit for: item by item, each kept on its own, then all sent."""

import re
from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from teleconsult import events
from teleconsult.cases import actions, supplying, unsent
from teleconsult.cases.access import Sight, case_for
from teleconsult.cases.blueprint import bp
from teleconsult.cases.forms_moves import MoveForm, supply_form
from teleconsult.cases.models import Case
from teleconsult.cases.models_opinion import InformationRequest
from teleconsult.cases.moving import (
    DONE,
    GONE,
    again,
    attempt,
    away,
    faster,
    gone_on,
    has_moved_on,
    shut,
    still_open,
    too_late,
    words_in,
)
from teleconsult.cases.queries_moves import events_since
from teleconsult.errors import N_, NotFound
from teleconsult.people.access import Permission
from teleconsult.people.gate import current_user, requires
from teleconsult.typed import carried
from teleconsult.web.messages import gettext as _

Supplies = dict[int, tuple[str, str]]
SENT = N_("Enviado a %(holder)s. O relógio do prazo voltou a correr.")
TO_THE_QUEUE = N_("Enviado. Quem perguntou não atende mais: o caso voltou à fila.")


@bp.route("/<ref>/supply", methods=["GET", "POST"])
@requires(Permission.FILE_CASES)
def supply(ref: str) -> Any:
    """Show the items, keep the answers to them, and send them when they are complete."""
    try:
        case, sight = case_for(current_user, ref)
    except NotFound:
        return away(ref, _posted, "supply", SENT)
    closed = shut("supply", case, sight) if request.method == "GET" else None
    if closed is not None:
        return closed
    asked = actions.open_request(case)
    if asked is None or sight is not Sight.FULL or has_moved_on("supply", case) or _asked_anew(case.id):
        return _late(case.id, ref, sight)
    form = _form(case, asked)
    return _page(case, form) if request.method == "GET" else _sent(case, sight, form, asked)


def _sent(case: Case, sight: Sight, form: Any, asked: InformationRequest) -> Any:
    case_id, ref, status = case.id, case.ref, _settle(case, form, asked)
    if status == GONE or (status == 409 and not still_open("supply", ref)):
        return _late(case_id, ref, sight)
    if status != DONE:
        return _page(case, form, faster(case_id) if status == 409 and not form.errors else ""), status
    unsent.forget(case, "supply")
    if request.form.get("save"):
        flash(_("Salvo. Falta enviar ao consultor."))
        return redirect(url_for("attachments.files" if request.form["save"] == "files" else "cases.supply", ref=ref))
    # Switched off since it was asked, the consultant gave the case back in the same moment.
    return gone_on(case, TO_THE_QUEUE if case.holder_id is None else SENT)


def _late(case_id: int, ref: str, sight: Sight) -> Any:
    """Answer what nobody waits for any more: this person sent it before, or somebody was faster; nothing typed is lost."""
    before = [event for event in events_since(case_id, 0) if event.verb == "ask" and event.number <= (_seen() or 0)]
    form = _posted(before[-1].data["items"] if before and sight is Sight.FULL else ())
    done = None if request.form.get("save") else again("supply", case_id, form, SENT)
    return too_late(case_id, ref, words_in(form)) if done is None else done


def _posted(items: Sequence[str] = ()) -> MoveForm:
    """Return what was posted, whatever is asked for now; each field is named after its item."""
    found = (re.fullmatch("(?:answer|why_not)_([1-9][0-9]?)", name) for name in request.form)
    numbers = sorted({int(name[1]) for name in found if name})
    form = supply_form(tuple(numbers))()
    for number in numbers:
        wanted = f"{number}. {items[number - 1]}" if number <= len(items) else _("Item %(number)d", number=number)
        for label in (form[f"answer_{number}"].label, form[f"why_not_{number}"].label):
            label.text = f"{wanted} ({label.text})"
    return form


def _asked_anew(case_id: int) -> bool:
    """Tell whether the list was supplied and another one made since the page was shown: its answers are to others."""
    seen = _seen() if request.method == "POST" else None
    return seen is not None and any(event.verb == "ask" for event in events_since(case_id, seen))


def _seen() -> int | None:
    return carried(request.form.get("seen"))


def _form(case: Case, asked: InformationRequest) -> Any:
    values = {f"answer_{item.number}": item.answer for item in asked.items}
    values |= {f"why_not_{item.number}": item.why_not for item in asked.items}
    values |= {f"shown_{item.number}": supplying.mark_of(item.answer, item.why_not) for item in asked.items}
    numbers = tuple(item.number for item in asked.items)
    form = supply_form(numbers)(version=case.version, seen=case.steps, **values)
    for number in numbers:
        form[f"answer_{number}"].label.text = _("Item %(number)d", number=number)
    return form


def _settle(case: Case, form: MoveForm, asked: InformationRequest) -> int:
    """Keep what was typed, or send it; an item that is not complete says so at its place."""
    whole = not request.form.get("save")
    if not form.validate():
        return 422
    if not supplying.reconcile(form, asked.items, whole=whole):
        form.overtaken = True
        return 409
    numbers = [item.number for item in asked.items]
    supplies = {n: (form[f"answer_{n}"].data or "", form[f"why_not_{n}"].data or "") for n in numbers}
    if not _agree(form, supplies, whole=whole):
        return 422
    if not whole:
        return attempt(case, form, lambda: actions.save_supplies(case, supplies, by=current_user))
    return attempt(case, form, lambda: actions.supply(case, supplies, by=current_user))


def _agree(form: MoveForm, supplies: Supplies, *, whole: bool) -> bool:
    good = True
    for number, (answer, why_not) in supplies.items():
        if answer and why_not:
            form[f"answer_{number}"].errors = [_("Responda, ou diga por que não foi possível: uma coisa só.")]
        elif whole and not answer and not why_not:
            form[f"answer_{number}"].errors = [_("Responda, ou diga por que não foi possível.")]
        else:
            continue
        good = False
    return good


def _page(case: Case, form: MoveForm, overtaken: str = "") -> str:
    asked = actions.open_request(case)
    return render_template(
        "cases/moves/supply.html",
        case=case,
        form=form,
        unsent=unsent.copy_of(case, "supply"),
        items=asked.items if asked else [],
        words=asked.note if asked else "",
        overtaken=overtaken,
        panels=events.panels("draft_files", case=case, user=current_user),
    )
