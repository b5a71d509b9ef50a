"""Answering what a consultant asked the unit for: item by item, each kept on its own, then all sent."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from teleconsult import events
from teleconsult.cases import actions, unsent
from teleconsult.cases.access import case_for
from teleconsult.cases.blueprint import bp
from teleconsult.cases.forms_moves import MoveForm, supply_form
from teleconsult.cases.models import Case
from teleconsult.cases.models_opinion import InformationRequest
from teleconsult.cases.moving import DONE, GONE, attempt, check_open, faster, gone_on, words_in
from teleconsult.errors import N_, NotFound
from teleconsult.people.access import Permission
from teleconsult.people.gate import current_user, requires
from teleconsult.web.messages import gettext as _
from teleconsult.web.setup import error_page

Supplies = dict[int, tuple[str, str]]


@bp.route("/<ref>/supply", methods=["GET", "POST"])
@requires(Permission.FILE_CASES)
def supply(ref: str) -> Any:
    """Show the items, keep the answers to them, and send them when they are complete."""
    case, _sight = case_for(current_user, ref)
    asked = actions.open_request(case)
    if request.method == "GET" or asked is None:
        check_open("supply", case)
    if asked is None:
        raise NotFound
    form = _form(case, asked)
    if request.method == "GET":
        return _page(case, form)
    case_id, status = case.id, _settle(case, form, asked)
    if status == GONE:
        return error_page(409, faster(case_id), words_in(form))
    if status != DONE:
        return _page(case, form, faster(case_id) if status == 409 else ""), status
    unsent.forget(case, "supply")
    if request.form.get("save"):
        flash(_("Salvo. Falta enviar ao consultor."))
        return redirect(url_for("attachments.files" if request.form["save"] == "files" else "cases.supply", ref=ref))
    if case.holder_id is None:  # switched off since it was asked: the case went back in the same moment
        return gone_on(case, N_("Enviado. Quem perguntou não atende mais: o caso voltou à fila."))
    return gone_on(case, N_("Enviado a %(holder)s. O relógio do prazo voltou a correr."))


def _form(case: Case, asked: InformationRequest) -> Any:
    values = {f"answer_{item.number}": item.answer for item in asked.items}
    values |= {f"why_not_{item.number}": item.why_not for item in asked.items}
    numbers = tuple(item.number for item in asked.items)
    return supply_form(numbers)(version=case.version, seen=case.steps, **values)


def _settle(case: Case, form: MoveForm, asked: InformationRequest) -> int:
    """Keep what was typed, or send it; an item that is not complete says so at its place."""
    numbers = [item.number for item in asked.items]
    supplies = {n: (form[f"answer_{n}"].data or "", form[f"why_not_{n}"].data or "") for n in numbers}
    whole = not request.form.get("save")
    if not form.validate() or not _agree(form, supplies, whole=whole):
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
