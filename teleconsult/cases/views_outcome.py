"""What came of a case: the survey after its conclusion, and the question at 30 and at 90 days."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from teleconsult.cases import outcome, unsent
from teleconsult.cases.access import case_for
from teleconsult.cases.blueprint import bp
from teleconsult.cases.forms_outcome import LaterForm, OutcomeForm
from teleconsult.cases.models import Case
from teleconsult.errors import NotFound, Refused
from teleconsult.extensions import transaction
from teleconsult.people.access import Permission
from teleconsult.people.gate import current_user, requires
from teleconsult.web import show_refusal
from teleconsult.web.messages import gettext as _


@bp.route("/<ref>/outcome", methods=["GET", "POST"])
@requires(Permission.FILE_CASES)
def outcome_survey(ref: str) -> Any:
    """Ask how a concluded case went."""
    case = _asked(ref, 0)
    given, _later = outcome.outcomes_of(case)
    last = next((row for row in given if row.round == case.round), None)
    form = OutcomeForm(obj=last)
    return _answered(case, form, lambda: outcome.answer(case, form.survey(), by=current_user))


@bp.route("/<ref>/outcome/<int:days>", methods=["GET", "POST"])
@requires(Permission.FILE_CASES)
def outcome_later(ref: str, days: int) -> Any:
    """Ask, 30 and 90 days after the conclusion, whether the advice was followed and what came of it."""
    case = _asked(ref, days)
    _given, later = outcome.outcomes_of(case)
    form = LaterForm(obj=next((row for row in later if row.days == days), None))

    def act() -> Any:
        followed = form.followed.data or outcome.NOT_INFORMED
        return outcome.answer_later(case, days, followed=followed, result=form.result.data or "", by=current_user)

    return _answered(case, form, act, days)


def _asked(ref: str, days: int) -> Case:
    case, sight = case_for(current_user, ref)
    if not sight.identity or days not in (0, *outcome.LATER):
        raise NotFound
    return case


def _answered(case: Case, form: Any, act: Callable[[], Any], days: int = 0) -> Any:
    """Show the questions while they are asked, and keep the answers."""
    if request.method == "GET":
        outcome.check_asked(case, days, current_user)
    part = str(days or "")
    if request.method == "POST" and form.validate():
        try:
            with transaction(case):
                act()
            unsent.forget(case, "outcome", part)
            flash(_("Obrigado. Sua resposta ajuda a rede a melhorar."))
            return redirect(url_for("cases.show", ref=case.ref))
        except Refused as refusal:
            show_refusal(form, refusal)
    copy = unsent.copy_of(case, "outcome", part)
    page = render_template("cases/case_outcome_form.html", case=case, form=form, days=days, unsent=copy)
    return page, 422 if form.errors else 200
