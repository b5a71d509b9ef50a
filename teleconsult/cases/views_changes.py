"""Changing what is final: a correction is a new edition, a withdrawal strikes through, a consent is taken back."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from teleconsult.cases import actions, lifecycle, unsent
from teleconsult.cases.access import Sight, case_for
from teleconsult.cases.blueprint import bp
from teleconsult.cases.forms_moves import MoveForm, WhyForm
from teleconsult.cases.lifecycle import Who
from teleconsult.cases.models import Case
from teleconsult.cases.models_opinion import Opinion
from teleconsult.cases.moving import DONE, GONE, again, attempt, away, faster, gone_on, sentence_of, too_late, words_in
from teleconsult.cases.opinion_form import CorrectionForm, from_opinion, name_answers, opinion_form
from teleconsult.cases.queries_case import last_edition
from teleconsult.cases.queries_moves import last_event
from teleconsult.cases.world import facts_for
from teleconsult.cases.writing import Writing, look_up, valid
from teleconsult.errors import N_, NotFound
from teleconsult.people.access import Permission
from teleconsult.people.gate import current_user, requires
from teleconsult.web.messages import gettext as _

REVOKED = N_("Retirada do consentimento registrada.")
Closed = Callable[[], str]
"""Returns the sentence that says why a change can be made no more, as things stand now; '' while it can."""


def _own_opinion(ref: str, number: int) -> tuple[Case, Opinion, Closed]:
    """Return the last edition of one's own opinion of a round, and what tells whether it was withdrawn.

    Raises:
        NotFound: there is none, or somebody else wrote it.
    """
    case, sight = case_for(current_user, ref)
    row = last_edition(case, number)
    if sight is not Sight.FULL or row is None or row.author_id != current_user.id:
        raise NotFound
    return case, row, lambda: _("Você já retirou este parecer.") if row.withdrawn_at is not None else ""


@bp.route("/<ref>/opinions/<int:number>/correct", methods=["GET", "POST"])
@requires(Permission.TAKE_CASES)
def correct(ref: str, number: int) -> Any:
    """Write a new edition of one's own opinion; the old one stays readable."""
    case, opinion, closed = _own_opinion(ref, number)
    asked = [answer.question for answer in opinion.answers]
    kind = opinion_form(tuple(question.number for question in asked), CorrectionForm)
    form: Any = kind(version=case.version, seen=case.steps, **from_opinion(opinion))
    writing = Writing(form, asked)

    def act() -> Any:
        return actions.correct(opinion, form.written(asked), why=form.why.data, by=current_user)

    def page(overtaken: str) -> str:
        copy = unsent.copy_of(case, "correct", str(number))
        given = {"case": case, "writing": writing, "form": form, "overtaken": overtaken, "unsent": copy}
        return render_template("cases/moves/correct.html", **given)

    if {"find", "drop"} & set(request.form) and not closed():
        look_up(writing)
        return page("")
    done = N_("Parecer corrigido. %(asker)s recebe o aviso.")
    mark: Any = {"about": {"round": number}, "part": str(number)}
    return _change("correct", case, form, act, page, closed, done, holds=lambda: valid(writing), **mark)


@bp.route("/<ref>/opinions/<int:number>/withdraw", methods=["GET", "POST"])
@requires(Permission.TAKE_CASES)
def withdraw(ref: str, number: int) -> Any:
    """Strike one's own opinion through, with the reason."""
    case, opinion, closed = _own_opinion(ref, number)
    return _with_reason(
        "withdraw",
        case,
        lambda why: actions.withdraw(opinion, why=why, by=current_user),
        closed,
        heading=_("Retirar o parecer"),
        icon="undo",
        will=[
            _("O parecer fica riscado na página do caso, com o motivo, e continua legível."),
            _("%(asker)s recebe o aviso. O caso não muda de situação.", asker=case.requester.full_name),
            _(
                "Para dar outra resposta no lugar desta, use Corrigir: a um parecer retirado só se volta se a unidade perguntar."
            ),
        ],
        done=N_("Parecer retirado. %(asker)s recebe o aviso."),
        about={"round": number},
    )


@bp.route("/<ref>/revoke_consent", methods=["GET", "POST"])
@requires(Permission.FILE_CASES)
def revoke_consent(ref: str) -> Any:
    """Record that the patient took the consent back."""
    try:
        case, _sight = case_for(current_user, ref)
    except NotFound:  # the case may have been passed to a colleague while the reason was written
        return away(ref, WhyForm, "revoke_consent", REVOKED)
    mine = lifecycle.parts(case, current_user, facts_for(case, current_user))
    if not mine & {Who.REQUESTER, Who.SUPPORT}:  # the same, in a unit that shares its cases
        return away(ref, WhyForm, "revoke_consent", REVOKED)
    return _with_reason(
        "revoke_consent",
        case,
        lambda why: actions.revoke_consent(case, why=why, by=current_user),
        lambda: _already_revoked(case),
        heading=_("Registrar que o paciente retirou o consentimento"),
        submit=_("Registrar a retirada"),
        icon="stop",
        will=[
            _("A retirada fica registrada com a data e quem a anotou. Nada novo é enviado sobre este caso."),
            _("O que já foi enviado e respondido continua no registro, como a lei pede."),
        ],
        done=REVOKED,
    )


def _already_revoked(case: Case) -> str:
    if actions.live_consent(case) is not None:
        return ""
    event = last_event(case.id, "revoke_consent")
    return sentence_of(event) if event else _("Não há consentimento a retirar.")


def _with_reason(verb: str, case: Case, act: Any, closed: Closed, *, done: str, about: Any = None, **shown: Any) -> Any:
    """Show the page of a change that carries its reason, and make the change."""
    form = WhyForm(version=case.version, seen=case.steps)

    def page(overtaken: str) -> str:
        given = {"case": case, "form": form, "overtaken": overtaken, "unsent": unsent.copy_of(case, verb)}
        return render_template("cases/moves/reason.html", **given, **shown)

    return _change(verb, case, form, lambda: act(form.why.data), page, closed, done, about)


def _change(
    verb: str,
    case: Case,
    form: MoveForm,
    act: Callable[[], Any],
    page: Callable[[str], str],
    closed: Closed,
    done: str,
    about: Any = None,
    part: str = "",
    holds: Callable[[], bool] | None = None,
) -> Any:
    """Show the page of a change, or make it; what comes too late is given back, to be copied, and says why."""
    case_id, ref, shut = case.id, case.ref, closed()
    if request.method == "GET":
        if not shut:
            return page("")
        flash(shut, "warning")
        return redirect(url_for("cases.show", ref=ref))
    status = 409 if shut else attempt(case, form, act) if (holds or form.validate)() else 422
    if status == DONE:
        unsent.forget(case, verb, part)
        return gone_on(case, done)
    before = again(verb, case_id, form, done, about=about, part=part) if status in (GONE, 409) else None
    if before is not None:
        return before
    if status == GONE or closed():
        name_answers(form)
        return too_late(case_id, ref, words_in(form), closed())
    return page(faster(case_id) if status == 409 else ""), status
