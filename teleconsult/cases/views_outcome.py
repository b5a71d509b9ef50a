"""What came of a case: the survey after its conclusion, and the question at 30 and at 90 days."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from teleconsult.cases import outcome, unsent
from teleconsult.cases.access import case_for
from teleconsult.cases.blueprint import bp
from teleconsult.cases.forms_outcome import AskingForm, LaterForm, OutcomeForm
from teleconsult.cases.models import Case
from teleconsult.cases.queries_case import people_named
from teleconsult.errors import NotFound, Overtaken, Refused
from teleconsult.extensions import transaction
from teleconsult.people.access import Permission
from teleconsult.people.gate import current_user, requires
from teleconsult.web import show_overtaken, show_refusal
from teleconsult.web.messages import gettext as _


@bp.route("/<ref>/outcome", methods=["GET", "POST"])
@requires(Permission.FILE_CASES)
def outcome_survey(ref: str) -> Any:
    """Ask how a concluded case went."""
    case = _asked(ref, 0)
    last = outcome.answered(case, 0)
    form = OutcomeForm(obj=last, seen=outcome.mark_of(last))
    return _answered(case, form, lambda: outcome.answer(case, form.survey(), by=current_user))


@bp.route("/<ref>/outcome/<int:days>", methods=["GET", "POST"])
@requires(Permission.FILE_CASES)
def outcome_later(ref: str, days: int) -> Any:
    """Ask, 30 and 90 days after the conclusion, whether the advice was followed and what came of it."""
    case = _asked(ref, days)
    last = outcome.answered(case, days)
    form = LaterForm(obj=last, seen=outcome.mark_of(last))

    def act() -> Any:
        followed = form.followed.data or outcome.NOT_INFORMED
        return outcome.answer_later(case, days, followed=followed, result=form.result.data or "", by=current_user)

    return _answered(case, form, act, days)


def _asked(ref: str, days: int) -> Case:
    case, sight = case_for(current_user, ref)
    if not sight.identity or days not in (0, *outcome.LATER):
        raise NotFound
    return case


def _answered(case: Case, form: AskingForm, act: Callable[[], Any], days: int = 0) -> Any:
    """Show the questions while they are asked, and keep the answers."""
    if request.method == "GET":
        outcome.check_asked(case, days, current_user)
    part, status = str(days or ""), 200
    if request.method == "POST":
        status = _kept(case, form, act, days) if form.validate() else 422
        if status == 302:
            unsent.forget(case, "outcome", part)
            flash(_("Obrigado. Sua resposta ajuda a rede a melhorar."))
            return redirect(url_for("cases.show", ref=case.ref))
    copy = unsent.copy_of(case, "outcome", part)
    return render_template("cases/case_outcome_form.html", case=case, form=form, days=days, unsent=copy), status


def _kept(case: Case, form: AskingForm, act: Callable[[], Any], days: int) -> int:
    """Keep the answers, joined with those given since the page was shown; where both say otherwise, ask."""
    for _again in range(2):  # two windows that meet in the same moment: the second time the other is seen
        last = outcome.answered(case, days)
        since = last is not None and form.seen.data != outcome.mark_of(last)
        apart = form.join(outcome.words_given(last)) if since else {}
        if apart:
            form.seen.data = outcome.mark_of(last)
            _tell(form, apart, people_named([last.given_by_id]))
            return 409
        try:
            with transaction(case):
                act()
            return 302
        except Refused as refusal:
            show_refusal(form, refusal)
            return 422
        except Overtaken:
            continue
    show_overtaken(form, _("Nada foi gravado. Confira o que mudou e tente de novo."))
    return 409


def _tell(form: AskingForm, apart: dict[str, str], who: Sequence[Any]) -> None:
    """Say whose the other answers are, and beside each field what they say."""
    name = next((person.full_name for person in who if person.id != current_user.id), "")
    if name:
        show_overtaken(
            form,
            _(
                "%(name)s respondeu enquanto você escrevia. Deixe em cada campo marcado a resposta que vale e envie de novo.",
                name=name,
            ),
        )
    else:
        show_overtaken(
            form,
            _("Você já respondeu em outra janela. Deixe em cada campo marcado a resposta que vale e envie de novo."),
            own=True,
        )
    for field, words in apart.items():
        said = (
            _("%(name)s salvou: “%(text)s”", name=name, text=words)
            if name
            else _("Você salvou em outra janela: “%(text)s”", text=words)
        )
        form[field].errors = [*form[field].errors, said]
