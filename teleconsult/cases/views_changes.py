"""Changing what is final: a correction is a new edition, a withdrawal strikes through, a consent is taken back."""

from typing import Any

from flask import render_template, request

from teleconsult.cases import actions, lifecycle, unsent
from teleconsult.cases.access import Sight, case_for
from teleconsult.cases.blueprint import bp
from teleconsult.cases.forms_moves import WhyForm
from teleconsult.cases.lifecycle import Who
from teleconsult.cases.models import Case
from teleconsult.cases.models_opinion import Opinion
from teleconsult.cases.moving import DONE, attempt, faster, gone_on
from teleconsult.cases.opinion_form import CorrectionForm, from_opinion, opinion_form
from teleconsult.cases.queries_case import last_edition
from teleconsult.cases.world import facts_for
from teleconsult.cases.writing import Writing, look_up
from teleconsult.errors import N_, NotFound, Refused
from teleconsult.people.access import Permission
from teleconsult.people.gate import current_user, requires
from teleconsult.web.messages import gettext as _


def _own_opinion(ref: str, number: int) -> tuple[Case, Opinion]:
    """Return the last edition of one's own opinion of a round.

    Raises:
        NotFound: there is none, or somebody else wrote it.
    """
    case, sight = case_for(current_user, ref)
    row = last_edition(case, number)
    if sight is not Sight.FULL or row is None or row.author_id != current_user.id:
        raise NotFound
    if row.withdrawn_at is not None:
        raise Refused(N_("Esta versão do parecer já não vale; veja a mais nova."))
    return case, row


@bp.route("/<ref>/opinions/<int:number>/correct", methods=["GET", "POST"])
@requires(Permission.TAKE_CASES)
def correct(ref: str, number: int) -> Any:
    """Write a new edition of one's own opinion; the old one stays readable."""
    case, opinion = _own_opinion(ref, number)
    asked = [answer.question for answer in opinion.answers]
    kind = opinion_form(tuple(question.number for question in asked), CorrectionForm)
    form: Any = kind(version=case.version, seen=case.steps, **from_opinion(opinion))
    writing, case_id, status = Writing(form, asked), case.id, 200
    if {"find", "drop"} & set(request.form):
        look_up(writing)
    elif request.method == "POST":
        status = 422
        if form.validate():
            written = form.written(asked)
            status = attempt(case, form, lambda: actions.correct(opinion, written, why=form.why.data, by=current_user))
    if status == DONE:
        unsent.forget(case, "correct", str(number))
        return gone_on(case, N_("Parecer corrigido. %(asker)s recebe o aviso."))
    overtaken = faster(case_id) if status == 409 else ""
    copy = unsent.copy_of(case, "correct", str(number))
    return render_template(
        "cases/moves/correct.html", case=case, writing=writing, form=form, overtaken=overtaken, unsent=copy
    ), status


@bp.route("/<ref>/opinions/<int:number>/withdraw", methods=["GET", "POST"])
@requires(Permission.TAKE_CASES)
def withdraw(ref: str, number: int) -> Any:
    """Strike one's own opinion through, with the reason."""
    case, opinion = _own_opinion(ref, number)
    return _with_reason(
        case,
        "withdraw",
        lambda why: actions.withdraw(opinion, why=why, by=current_user),
        heading=_("Retirar o parecer"),
        icon="undo",
        will=[
            _("O parecer fica riscado na página do caso, com o motivo, e continua legível."),
            _("%(asker)s recebe o aviso. O caso não muda de situação.", asker=case.requester.full_name),
        ],
        done=N_("Parecer retirado. %(asker)s recebe o aviso."),
    )


@bp.route("/<ref>/revoke_consent", methods=["GET", "POST"])
@requires(Permission.FILE_CASES)
def revoke_consent(ref: str) -> Any:
    """Record that the patient took the consent back."""
    case, _sight = case_for(current_user, ref)
    mine = lifecycle.parts(case, current_user, facts_for(case, current_user))
    if not mine & {Who.REQUESTER, Who.SUPPORT}:
        raise NotFound
    return _with_reason(
        case,
        "revoke_consent",
        lambda why: actions.revoke_consent(case, why=why, by=current_user),
        heading=_("O paciente retirou o consentimento"),
        icon="stop",
        will=[
            _("A retirada fica registrada com a data e quem a anotou. Nada novo é enviado sobre este caso."),
            _("O que já foi enviado e respondido continua no registro, como a lei pede."),
        ],
        done=N_("Retirada do consentimento registrada."),
    )


def _with_reason(case: Case, verb: str, act: Any, *, heading: str, icon: str, will: list[str], done: str) -> Any:
    """Show the page of a change that carries its reason, and make the change."""
    form = WhyForm(version=case.version, seen=case.steps)
    case_id, status = case.id, 200
    if request.method == "POST":
        status = attempt(case, form, lambda: act(form.why.data)) if form.validate() else 422
    if status == DONE:
        unsent.forget(case, verb)
        return gone_on(case, done)
    said = {"heading": heading, "icon": icon, "will": will, "overtaken": faster(case_id) if status == 409 else ""}
    page = render_template("cases/moves/reason.html", case=case, form=form, unsent=unsent.copy_of(case, verb), **said)
    return page, status
