"""The page of a case, and its opening on purpose."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from teleconsult.cases import unsent
from teleconsult.cases.access import Look, Sight, case_for, look_at, open_on_purpose, record_reading
from teleconsult.cases.actions import UNSEEN_CAUSES
from teleconsult.cases.blueprint import bp
from teleconsult.cases.clocks import PRIORITY_WORDS
from teleconsult.cases.forms_moves import OpenForm
from teleconsult.cases.forms_outcome import OutcomeForm
from teleconsult.cases.moving import no_longer
from teleconsult.cases.page import build
from teleconsult.cases.request import CONSENT_GIVERS, CONSENT_WAYS
from teleconsult.cases.words import STATE_WORDS
from teleconsult.cases.writing import Writing, writing_for
from teleconsult.errors import NotFound, Refused
from teleconsult.extensions import transaction
from teleconsult.people.access import Permission
from teleconsult.people.gate import current_user, requires, signed_in
from teleconsult.web import show_refusal
from teleconsult.web.messages import gettext as _


@bp.context_processor
def words() -> dict[str, Any]:
    """Give the templates of cases the words of the values that the database keeps."""
    return {
        "state_words": STATE_WORDS,
        "priority_words": PRIORITY_WORDS,
        "unseen_causes": UNSEEN_CAUSES,
        "consent_givers": CONSENT_GIVERS,
        "consent_ways": CONSENT_WAYS,
    }


@bp.get("/<ref>")
@requires(Permission.READ_CASES)
def show(ref: str) -> str | Response:
    """Show a case to whoever may see it, as far as they may; the reading is recorded before it is answered."""
    try:
        look = look_at(current_user, ref)
    except NotFound:
        return no_longer(ref)
    if not look.sent and look.sight is Sight.FULL:
        return redirect(url_for("cases.edit", ref=look.case.ref))
    return read_page(look)


def read_page(look: Look, writing: Writing | None = None) -> str:
    """Return the page of a case, its reading recorded; `writing` is the opinion's form when it was posted."""
    page = build(look, signed_in())
    if writing is None and any(move.verb == "answer" for move in page.moves):
        writing = writing_for(look.case, asked=page.open_questions)
    survey = OutcomeForm(formdata=None) if page.outcome and 0 in page.outcome.asked else None
    copy = unsent.copy_of(look.case, "outcome") if survey else None
    answer = render_template("cases/case.html", page=page, writing=writing, survey=survey, unsent=copy)
    record_reading(look.case, current_user, seen=look.seen)
    return answer


@bp.route("/<ref>/open", methods=["GET", "POST"])
@requires(Permission.READ_CASES)
def open(ref: str) -> Any:
    """Open the clinical content on purpose, for an hour; recorded."""
    case, sight = case_for(current_user, ref)
    form = OpenForm()
    if request.method == "POST" and form.validate():
        try:
            with transaction(case):
                open_on_purpose(case, sight, by=current_user, why=form.why.data or "")
            unsent.forget(case, "open")
            flash(_("Aberto para você por uma hora; a abertura ficou registrada."))
            return redirect(url_for("cases.show", ref=case.ref))
        except Refused as refusal:
            show_refusal(form, refusal)
    page = render_template("cases/case_open.html", case=case, form=form, unsent=unsent.copy_of(case, "open"))
    return page, 422 if form.errors else 200
