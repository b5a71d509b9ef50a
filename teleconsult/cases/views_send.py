"""Sending a request: whose record the patient's is, everything seen once more, and off to triage."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, url_for

from teleconsult import audit, events
from teleconsult.cases import drafts, request_page
from teleconsult.cases.access import record_reading
from teleconsult.cases.blueprint import bp
from teleconsult.cases.draft_fields import REVIEW, STEPS
from teleconsult.cases.draft_text import Reading
from teleconsult.cases.forms_request import MatchForm, SendForm
from teleconsult.cases.lifecycle import being_written
from teleconsult.cases.models import Case
from teleconsult.cases.review import shown
from teleconsult.cases.sending import decide, is_somebody_else, send, undecided
from teleconsult.errors import Overtaken, Refused
from teleconsult.extensions import transaction
from teleconsult.patients.actions import NEW
from teleconsult.patients.queries import Found
from teleconsult.people.access import Permission
from teleconsult.people.gate import current_user, requires
from teleconsult.people.models import User
from teleconsult.web import say, show_refusal
from teleconsult.web.messages import gettext as _
from teleconsult.web.words import in_language


@bp.route("/<ref>/edit/match", methods=["GET", "POST"])
@requires(Permission.FILE_CASES)
def match(ref: str) -> Any:
    """Show the records that may be this patient's, as little of them as tells them apart, and ask which it is."""
    case = drafts.draft_for(current_user, ref)
    reading = drafts.reading_of(case)
    found = undecided(case, reading.request.patient) if being_written(case) else None
    if found is None:
        return redirect(request_page.address(case, "clinical"))
    form = MatchForm(draft_version=case.draft.version if case.draft else 0)
    form.choice.choices = _choices(found)
    if form.validate_on_submit():
        try:
            with transaction(case):
                decide(case, reading.request.patient, found, form.choice.data or "", by=current_user)
            return redirect(request_page.address(case, "clinical"))
        except Refused as refusal:
            show_refusal(form, refusal)
    page = render_template(
        "cases/request/match.html",
        form=form,
        found=found,
        had=_had(case, reading),
        **request_page.frame(case, "patient", reading),
    )
    _record_look(case, found)
    return page if not form.errors else (page, 422)


def _had(case: Case, reading: Reading) -> str:
    """Return the record in which the case is, when the request names somebody else now."""
    if case.patient is None or not is_somebody_else(case, reading.request.patient):
        return ""
    return case.patient.ref


def _choices(found: Found) -> list[tuple[str, str]]:
    new = [] if found.numbered else [(NEW, _("Nenhum destes: é um paciente novo"))]
    return [(one.ref, one.initials) for one in found.suggestions] + new


def _record_look(case: Case, found: Found) -> None:
    """Record whose records were shown, in the reader's stream; opens its own transaction."""
    stream, user_id, ref = f"reader:{current_user.ref}", current_user.id, case.ref
    with transaction():
        for one in found.suggestions:
            audit.record(stream, "patient.suggest", by_id=user_id, subject=one.ref, case=ref)


@bp.get("/<ref>/edit/review")
@requires(Permission.FILE_CASES)
def review(ref: str) -> Any:
    """Show the whole request as the specialist will see it, and what still stands in the way."""
    case = drafts.draft_for(current_user, ref)
    if not being_written(case):
        return redirect(url_for("cases.show", ref=case.ref))
    page = _review_page(case)
    if case.requester_id != current_user.id:
        record_reading(case, current_user, "case.edit")
    return page


def _review_page(case: Case) -> str:
    rows = drafts.specialties(to_choose=True)
    reading = drafts.reading_of(case, rows=rows)
    lacks = request_page.lacks_of(case, reading)
    if undecided(case, reading.request.patient):
        words = _("Confirme se o paciente já tem cadastro.")
        lacks.append({"text": words, "url": url_for("cases.match", ref=case.ref)})
    return render_template(
        "cases/request/review.html",
        form=SendForm(formdata=None, version=case.version, draft_version=case.draft.version if case.draft else 0),
        lacks=lacks,
        remarks=[*_unserved(reading.request.specialty_id, rows), *(say(remark) for remark in reading.remarks.values())],
        wishes=request_page.wishes_of(case),
        shown=shown(case, reading),
        beside=events.panels("review", case=case, request=reading.request),
        **request_page.frame(case, REVIEW, reading, rows),
    )


def _unserved(specialty_id: int | None, rows: Sequence[Any]) -> list[str]:
    """Say before the sending that nobody answers in the specialty: the request would wait until somebody is found."""
    chosen = next((row for row in rows if row.id == specialty_id and not row.served), None)
    if chosen is None:
        return []
    name = in_language(chosen.name_pt, chosen.name_en)
    return [
        _(
            "Ninguém atende em %(name)s agora. O pedido espera na fila até a administração encontrar quem responda.",
            name=name,
        )
    ]


@bp.post("/<ref>/submit")
@requires(Permission.FILE_CASES)
def submit(ref: str) -> Any:
    """Send the request to triage; whoever presses twice sees the case that was sent."""
    form = SendForm()
    try:
        with transaction():
            case = drafts.draft_for(current_user, ref)
            sent_ref = case.ref
            if not being_written(case):
                return redirect(url_for("cases.show", ref=sent_ref))
            if str(case.version) != str(form.version.data):
                raise Overtaken
            send(case, version=form.draft_version.data or "", by=current_user)
    except Refused as refusal:
        return _refused(drafts.draft_for(current_user, ref), refusal)
    except Overtaken:
        return _overtaken(drafts.draft_for(current_user, ref))
    for step in STEPS:
        flash(f"{sent_ref}/{step}", "draft_done")
    flash(_("Caso enviado. Você recebe um aviso a cada passo."), "success")
    return redirect(url_for("cases.show", ref=sent_ref))


def _refused(case: Case, refusal: Refused) -> Any:
    """Answer what stands in the way; it may be no more than the same request, sent by the other press."""
    if not being_written(case):
        return redirect(url_for("cases.show", ref=case.ref))
    flash(say(refusal), "error")
    return _review_page(case), 422


def _overtaken(case: Case) -> Any:
    """Answer whoever was slower: the case was sent meanwhile, or the draft is another one than was seen."""
    if not being_written(case):
        return redirect(url_for("cases.show", ref=case.ref))
    flash(_("Este pedido mudou enquanto você conferia. Veja como ficou e envie de novo."), "warning")
    return _review_page(case), 409


@events.panel("after_sign_in")
def ask_to_confirm(user: User) -> dict[str, Any] | None:
    """Tell a requester that support sent cases in their name."""
    if not drafts.waiting_to_confirm(user):
        return None
    action = {"label": _("Conferir"), "url": url_for("cases.confirmations")}
    return {"text": _("A unidade de apoio enviou casos em seu nome."), "action": action}


@bp.get("/confirm")
@requires(Permission.FILE_CASES)
def confirmations() -> str:
    """Show the cases that support sent in this person's name."""
    return render_template("cases/request/confirm.html", waiting=drafts.waiting_to_confirm(current_user))
