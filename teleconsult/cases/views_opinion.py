"""Writing an opinion: on the page of the case itself, saved as one types, then answered or concluded."""

import re
from collections.abc import Iterable
from typing import Any

from flask import flash, jsonify, redirect, request, url_for

from teleconsult.cases import actions
from teleconsult.cases.access import Sight, case_for, look_at
from teleconsult.cases.blueprint import bp
from teleconsult.cases.models import Case, CaseQuestion
from teleconsult.cases.moving import (
    DONE,
    GONE,
    again,
    attempt,
    away,
    faster,
    gone_on,
    is_behind,
    overtaken,
    shut,
    still_open,
    too_late,
    words_in,
)
from teleconsult.cases.opinion_form import ANSWER, CONCLUDE, OpinionForm, name_answers, opinion_form, typed
from teleconsult.cases.queries_case import opinion_draft_of
from teleconsult.cases.queries_moves import taken_from
from teleconsult.cases.views_case import read_page
from teleconsult.cases.writing import Writing, keep, left_over, look_up, valid, writing_for
from teleconsult.errors import N_, NotFound, Overtaken, Refused
from teleconsult.extensions import transaction
from teleconsult.people.access import Permission
from teleconsult.people.gate import current_user, requires
from teleconsult.web import say
from teleconsult.web.messages import gettext as _
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
        return away(ref, _posted, _decision(_posted()), GIVEN[_decision(_posted())][1])
    if request.method == "GET":
        return shut(ANSWER, look.case, look.sight) or read_page(look, writing_for(look.case, verb))
    return _sent(look.case, ref)


def _sent(case: Case, ref: str) -> Any:
    case_id, writing = case.id, writing_for(case)
    if request.form.get("then") in ASIDE and keep(case, writing, left_over(writing)):
        flash(_("O que você escreveu do parecer está salvo."))
        return redirect(url_for(ASIDE[request.form["then"]], ref=ref))
    status = 409 if request.form.get("then") in ASIDE else _settle(case, writing)
    done = GIVEN[_decision(writing.form)][1]
    if status == DONE:
        flash(f"{case.ref}:opinion", "draft_done")
        return gone_on(case, done)
    given = again(_decision(writing.form), case_id, _posted(), done) if status in (GONE, 409) else None
    if given is not None:
        return given
    if status != GONE:
        keep(case, writing)
    if status == GONE or (status == 409 and (_answers_others(writing) or not still_open(ANSWER, ref))):
        return _too_late(case_id, ref, writing)
    writing.overtaken = faster(case_id) if status == 409 else ""
    return read_page(look_at(current_user, ref), writing), status


def _decision(form: OpinionForm) -> str:
    return CONCLUDE if form.decision.data == CONCLUDE else ANSWER


def _settle(case: Case, writing: Writing) -> int:
    form = writing.form
    if {"find", "drop"} & set(request.form):
        look_up(writing)
        return 200
    if not valid(writing):
        return overtaken(case, form) if is_behind(case, form) else 422
    act, written = GIVEN[_decision(form)][0], form.written(writing.asked)
    return attempt(case, form, lambda: act(case, written, by=current_user))


def _too_late(case_id: int, ref: str, writing: Writing) -> Any:
    """Say who was faster; what was typed is kept for later where there is a later, else shown to be copied."""
    try:
        look = look_at(current_user, ref)
    except NotFound:
        return too_late(case_id, ref, words_in(_posted()))
    if _answers_others(writing) or not keep(look.case, writing):
        questions = look.case.questions if look.sight is Sight.FULL else ()
        return too_late(case_id, ref, words_in(_posted(questions)))
    flash(faster(case_id), "warning")
    flash(_("O que você escreveu do parecer está salvo."))
    return read_page(look), 409


def _answers_others(writing: Writing) -> bool:
    """Tell whether an answer was posted to a question that has been answered meanwhile: the form has no place for it."""
    return any(name.startswith("answer_") and name not in writing.form for name in request.form)


def _posted(questions: Iterable[CaseQuestion] = ()) -> OpinionForm:
    """Return what was posted, whatever is asked now; each answer is named after its question."""
    numbers = sorted(int(name[7:]) for name in request.form if re.fullmatch("answer_[1-9][0-9]?", name))
    form = opinion_form(tuple(numbers))()
    name_answers(form, {question.number: question.text for question in questions})
    return form


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
