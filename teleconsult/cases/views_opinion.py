"""Writing an opinion: on the page of the case itself, saved as one types, then answered or concluded."""

import re
from typing import Any

from flask import flash, jsonify, redirect, request, url_for

from teleconsult.cases import actions
from teleconsult.cases.access import case_for, look_at
from teleconsult.cases.blueprint import bp
from teleconsult.cases.models import Case
from teleconsult.cases.moving import (
    DONE,
    GONE,
    attempt,
    away,
    check_open,
    faster,
    gone_on,
    is_behind,
    overtaken,
    still_open,
    words_in,
)
from teleconsult.cases.opinion_form import ANSWER, CONCLUDE, OpinionForm, opinion_form, typed
from teleconsult.cases.queries_case import opinion_draft_of
from teleconsult.cases.queries_moves import taken_from
from teleconsult.cases.views_case import read_page
from teleconsult.cases.writing import Writing, keep, look_up, writing_for
from teleconsult.errors import N_, NotFound, Overtaken, Refused
from teleconsult.extensions import transaction
from teleconsult.people.access import Permission
from teleconsult.people.gate import current_user, requires
from teleconsult.web import say
from teleconsult.web.messages import gettext as _
from teleconsult.web.setup import error_page
from teleconsult.web.words import localclock

GIVEN = {
    ANSWER: (actions.answer, N_("Resposta enviada. %(asker)s recebe o aviso.")),
    CONCLUDE: (actions.conclude, N_("Caso concluído. %(asker)s recebe o aviso.")),
}
ASIDE = {"ask": "cases.ask", "escalate": "cases.escalate", "files": "attachments.files", "stay": "cases.show"}
"""Where the other buttons of the form lead, once what was typed is kept."""


def give(ref: str, verb: str) -> Any:
    """Show the case with the form of its opinion, and take the opinion: answered, or concluded."""
    try:
        look = look_at(current_user, ref)
    except NotFound:
        return away(ref, _posted)
    if request.method == "GET":
        check_open(ANSWER, look.case)
        return read_page(look, writing_for(look.case, verb))
    return _sent(look.case, ref)


def _sent(case: Case, ref: str) -> Any:
    case_id, writing = case.id, writing_for(case)
    if request.form.get("then") in ASIDE and keep(case, writing):
        flash(_("O que você escreveu do parecer está salvo."))
        return redirect(url_for(ASIDE[request.form["then"]], ref=ref))
    status = 409 if request.form.get("then") in ASIDE else _settle(case, writing)
    if status == DONE:
        flash(f"{case.ref}:opinion", "draft_done")
        return gone_on(case, GIVEN[_decision(writing)][1])
    if status == GONE:
        return error_page(409, faster(case_id), words_in(writing.form))
    if status == 409 and not still_open(ANSWER, ref):
        return _too_late(case_id, ref, writing)
    writing.overtaken = faster(case_id) if status == 409 else ""
    return read_page(look_at(current_user, ref), writing), status


def _decision(writing: Writing) -> str:
    return CONCLUDE if writing.form.decision.data == CONCLUDE else ANSWER


def _settle(case: Case, writing: Writing) -> int:
    form = writing.form
    if {"find", "drop"} & set(request.form):
        look_up(writing)
        status = 200
    elif form.validate():
        act, written = GIVEN[_decision(writing)][0], form.written(writing.asked)
        status = attempt(case, form, lambda: act(case, written, by=current_user))
    else:
        status = overtaken(case, form) if is_behind(case, form) else 422
    if status != DONE:
        keep(case, writing)
    return status


def _too_late(case_id: int, ref: str, writing: Writing) -> Any:
    """Say who was faster; what was typed is kept for later where there is a later, else shown to be copied."""
    look = look_at(current_user, ref)
    if not keep(look.case, writing):
        return error_page(409, faster(case_id), words_in(writing.form))
    flash(faster(case_id), "warning")
    flash(_("O que você escreveu do parecer está salvo."))
    return read_page(look), 409


def _posted() -> OpinionForm:
    """Return what was posted, of a case that can be read no more."""
    numbers = sorted(int(name[7:]) for name in request.form if re.fullmatch("answer_[1-9][0-9]?", name))
    return opinion_form(tuple(numbers))()


for _verb in (ANSWER, CONCLUDE):
    bp.add_url_rule(
        f"/<ref>/{_verb}",
        _verb,
        requires(Permission.TAKE_CASES)(give),
        methods=["GET", "POST"],
        defaults={"verb": _verb},
    )


@bp.post("/<ref>/opinion-draft")
@requires(Permission.TAKE_CASES)
def opinion_draft(ref: str) -> Any:
    """Save an opinion while it is typed; the answers are those that macros/draft.html tells."""
    try:
        case, _sight = case_for(current_user, ref)
    except NotFound:
        case_id = taken_from(current_user, ref)
        if case_id is None:
            raise
        return jsonify({"error": faster(case_id)}), 422
    numbers = [question.number for question in actions.open_questions(case)]
    fields, version = typed(request.form, numbers), request.form.get("draft_version", "")
    try:
        with transaction():
            draft = actions.save_opinion_draft(case, fields, by=current_user, version=version)
            saved = {"version": draft.version, "saved_at": localclock(draft.saved_at)}
    except Overtaken:
        there = opinion_draft_of(case, current_user)
        return jsonify({"version": there.version if there else 0, "fields": there.fields if there else {}}), 409
    except Refused as refusal:
        return jsonify({"error": say(refusal)}), 422
    return jsonify(saved)
