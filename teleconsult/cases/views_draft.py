"""Writing a request: begun once, in steps that can be left and resumed, saved as one types, thrown away."""

import re
from secrets import token_urlsafe
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from teleconsult import clock
from teleconsult.cases import actions, draft_late, drafts, request_page
from teleconsult.cases.access import record_reading
from teleconsult.cases.beginning import begin, is_unanswered, specialty_of
from teleconsult.cases.blueprint import bp
from teleconsult.cases.draft_fields import LISTS, STEP_WORDS, STEPS, Fields, differing, pick, step_of
from teleconsult.cases.draft_merge import marks_of, merged
from teleconsult.cases.draft_problems import write_problem
from teleconsult.cases.forms_request import BeginForm
from teleconsult.cases.lifecycle import State, being_written
from teleconsult.cases.looking_up import left_in
from teleconsult.cases.models import Case
from teleconsult.cases.request import Problem
from teleconsult.cases.sending import undecided
from teleconsult.errors import NotFound, Overtaken, Refused
from teleconsult.events import panel
from teleconsult.extensions import transaction
from teleconsult.people.access import Permission, Role
from teleconsult.people.confirm import ask
from teleconsult.people.gate import acting_role, current_user, requires
from teleconsult.people.models import User
from teleconsult.typed import one_line
from teleconsult.web import say, show_refusal
from teleconsult.web.language import spoken
from teleconsult.web.messages import gettext as _
from teleconsult.web.words import in_language, localclock

_TOKEN = re.compile(r"[\w-]{16,43}", re.ASCII)
STEP = f"any({','.join(STEPS)}):step"


@panel("nav", order=20)
def nav(user: User) -> dict[str, Any] | None:
    """Return the way to a new request, for those who may file one and act as such."""
    if Permission.FILE_CASES not in user.permissions or acting_role() not in (Role.REQUESTER, Role.SUPPORT):
        return None
    return {
        "label": _("Novo caso"),
        "icon": "plus",
        "url": url_for("cases.new"),
        "count": 0,
        "count_new": False,
        "current": request.endpoint in ("cases.new", "cases.edit_step", "cases.match", "cases.review"),
    }


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.FILE_CASES)
def new() -> Any:
    """Begin a request, or go on with one of the drafts; the form sent twice begins one case."""
    form = BeginForm(linked=request.args.get("linked", ""), token=token_urlsafe(24))
    if request.method == "GET":
        return _new_page(form)
    if not _TOKEN.fullmatch(form.token.data or ""):
        form.token.data = token_urlsafe(24)
    try:
        return redirect(url_for("cases.edit", ref=begin(form, current_user)))
    except Refused as refusal:
        show_refusal(form, refusal)
        return _new_page(form), 422


def _new_page(form: BeginForm) -> str:
    rows = drafts.specialties(to_choose=True)
    names = {row.slug: in_language(row.name_pt, row.name_en) for row in rows}
    own, named = current_user.has(Role.REQUESTER), drafts.named_requesters(current_user)
    linked = drafts.linkable(current_user, form.linked.data or "")
    form.offer(rows, named, own=own)
    if linked is not None and request.method == "GET":
        form.begin_with(specialty=specialty_of(linked, current_user), requester=linked.requester.ref)
    return render_template(
        "cases/request/new.html",
        form=form,
        own=own,
        named=named,
        drafts=drafts.drafts_of(current_user),
        names=names,
        linked=linked,
        whole=is_unanswered(linked),
    )


@bp.get("/<ref>/edit")
@requires(Permission.FILE_CASES)
def edit(ref: str) -> Response:
    """Go on where the request is not complete yet."""
    case = drafts.draft_for(current_user, ref)
    if not being_written(case):
        return redirect(url_for("cases.show", ref=case.ref))
    wanted = [step_of(name) for name in drafts.missing_of(case)]
    step = drafts.reading_of(case).first_open() or next((step for step in STEPS if step in wanted), "review")
    return redirect(request_page.address(case, step))


@bp.get("/<ref>/edit/files")
@requires(Permission.FILE_CASES)
def edit_files(ref: str) -> Response:
    """Lead to the files of the request, which stand beside the questions."""
    return redirect(url_for("cases.edit_step", ref=ref, step="questions", _anchor="arq"))


@bp.route(f"/<ref>/edit/<{STEP}>", methods=["GET", "POST"])
@requires(Permission.FILE_CASES)
def edit_step(ref: str, step: str) -> Any:
    """Show a step, or keep what was typed in it and go where the pressed button leads."""
    if request.method == "POST":
        return _posted(ref, step)
    case = drafts.draft_for(current_user, ref)
    if not being_written(case):
        return redirect(url_for("cases.show", ref=case.ref))
    page = request_page.step_page(case, step, check="check" in request.args)
    _record_reading(case)
    return page


def _posted(ref: str, step: str) -> Any:
    texts, editor, marks = _problems(pick(request.form, step)), _editor(), request.form.get("draft_marks", "")
    try:
        case, clash = _keep(ref, step, texts)
    except NotFound:
        return draft_late.not_there(ref, step, texts)
    if not being_written(case):
        return draft_late.after_sending(case, step, texts, marks)
    if clash:
        joined, _both = merged(texts, case.draft.fields if case.draft else {}, step, marks)
        return request_page.step_page(case, step, texts=joined, clash=clash, editor=editor), 409
    query = _looked_for()
    stays = bool({"find", "drop"} & set(request.form))
    if stays or query:
        page = request_page.step_page(case, step, editor=editor, query=query, going="find" not in request.form)
        return page if stays else (page, 422)
    return _go_on(case, step, request.form.get("go", "next"), editor)


def _keep(ref: str, step: str, texts: Fields) -> tuple[Case, list[str]]:
    """Keep what was typed in a step, unless the case was sent; return the case, and the fields that stand in the way.

    Raises:
        NotFound: it is not there, or not this person's to write.
    """
    version, marks = request.form.get("draft_version", ""), request.form.get("draft_marks", "")
    clash: list[str] = []
    for _again in range(2):  # two windows that meet in the same moment need not meet in the same field
        try:
            with transaction():
                case = drafts.draft_for(current_user, ref)
                if being_written(case):
                    actions.save_step(
                        case, step, texts, version=version, editor=_editor(), by=current_user, marks=marks
                    )
            return case, []
        except (Overtaken, Refused):
            case = drafts.draft_for(current_user, ref)
            there = case.draft.fields if case.draft else {}
            clash = merged(texts, there, step, marks)[1]
            if clash or not being_written(case):
                break
    return case, clash or differing(texts, there, step)


def _editor() -> str:
    return request.form.get("draft_editor", "")[:43]


def _looked_for() -> str:
    """Return the words to look up in the codes: searched for, or typed and not looked up yet when going on."""
    query = request.form.get("problems_q", "").strip()
    anew = request.form.get("go") == "next" and query != request.form.get("problems_seen_q", "")
    return query if "find" in request.form or anew else ""


def _problems(texts: Fields) -> Fields:
    """Take away the chosen problem whose button was pressed, and keep words of which nobody chose a result."""
    name, _colon, value = request.form.get("drop", "").partition(":")
    if name in LISTS and name in texts:
        return texts | {name: [kept for kept in texts[name] if kept != value]}
    words = one_line(request.form.get("problems_q", ""))
    if not words or "problems" not in texts or _looked_for():
        return texts
    seen = words == one_line(request.form.get("problems_seen_q", ""))
    left = left_in(words, texts["problems"], spoken().code) if seen else words
    problems = [*texts["problems"], *([write_problem(Problem(left))] if left else [])]
    return texts | {"problems": list(dict.fromkeys(problems))}


def _go_on(case: Case, step: str, go: str, editor: str) -> Any:
    if go in ("leave", "files"):  # the pages of the request say themselves what was taken, without a new cookie
        flash(f"{case.ref}/{step}", "draft_done")
    if go == "leave":
        flash(_("Rascunho salvo. Continue quando quiser."), "success")
        return redirect("/")
    if go == "files":
        return redirect(url_for("attachments.files", ref=case.ref))
    if go == "back" or go in STEP_WORDS:
        return redirect(request_page.address(case, go if go in STEP_WORDS else STEPS[max(0, STEPS.index(step) - 1)]))
    reading = drafts.reading_of(case)
    if reading.problems_of(step):
        return request_page.step_page(case, step, check=True, editor=editor), 422
    if step == "patient" and undecided(case, reading.request.patient):
        return redirect(url_for("cases.match", ref=case.ref))
    return redirect(request_page.address(case, (*STEPS, "review")[STEPS.index(step) + 1]))


@bp.post("/<ref>/draft")
@requires(Permission.FILE_CASES)
def save(ref: str) -> Any:
    """Keep what was typed in one step (`?step=`), for autosave.js; macros/draft.html says what is answered."""
    step = request.args.get("step", "")
    if step not in STEPS:
        raise NotFound
    try:
        case = drafts.draft_for(current_user, ref)
    except NotFound:
        return _not_saved(ref)
    if not being_written(case):
        return _not_saved(ref, case)
    texts, version = pick(request.form, step), request.form.get("draft_version", "")
    try:
        with transaction(case):
            new = actions.save_step(case, step, texts, version=version, editor=_editor(), by=current_user)
    except Overtaken:
        if case.draft is None:
            return _not_saved(ref, case)
        return request_page.two_texts(case, step), 409
    except Refused as refusal:
        return {"error": say(refusal)}, 422
    return {"version": new, "saved_at": localclock(clock.now()), "marks": marks_of(texts, step)}


def _not_saved(ref: str, case: Case | None = None) -> Any:
    why = draft_late.why_not_saved(ref, case)
    if why is None:
        raise NotFound
    return {"error": why}, 422


@bp.route("/<ref>/discard", methods=["GET", "POST"])
@requires(Permission.FILE_CASES)
def discard(ref: str) -> Any:
    """Throw a draft away, after saying that it does not come back."""
    case = drafts.draft_for(current_user, ref)
    if case.state != State.DRAFT:
        return redirect(url_for("cases.show", ref=case.ref))
    if request.method == "GET" or not request.form.get("sure"):
        does = [_("O que foi escrito e os arquivos deste rascunho são apagados."), _("Não há como desfazer.")]
        back = {"url": url_for("cases.edit", ref=case.ref), "label": _("Voltar ao rascunho")}
        return ask(_("Descartar este rascunho?"), does, yes=_("Descartar"), back=back)
    with transaction(case):
        actions.discard(case, by=current_user)
    for step in STEPS:
        flash(f"{ref}/{step}", "draft_done")
    flash(_("Rascunho descartado."), "success")
    return redirect("/")


def _record_reading(case: Case) -> None:
    """Record that somebody other than the requester read what the requester's patient told."""
    if case.requester_id != current_user.id:
        record_reading(case, current_user, "case.edit")
