"""The pages of the moves, as one table: the form of each, what it does, what it says before and after.

`views_moves.py` makes one page of each row. A move whose page is more than a form of its own words
(opinion, supply) has a module of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from teleconsult.cases import actions, backup, choices
from teleconsult.cases import forms_moves as forms
from teleconsult.cases import queries_moves as queries
from teleconsult.cases.models import Case
from teleconsult.cases.world import facts_for
from teleconsult.errors import N_, Refused
from teleconsult.people.access import Permission
from teleconsult.people.models import User

Act = Callable[[Case, Any, User], Any]
Prepare = Callable[[Any, Case], dict[str, Any]]
"""Fills the choices of a form; returns what else its page shows: `helps` (lines under choices), `will` in the place of the row's."""


def _nothing(_form: Any, _case: Case) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Screen:
    """One move's page. `will` is said before, `done` after, with places for asker, holder and specialty.

    `leaves` says that who makes it usually has the next case to see: the page leads home afterwards.
    `aside` is the page from which, without scripts, files go that belong to it; the text is kept meanwhile (aside.py).
    """

    verb: str
    form: type[forms.MoveForm]
    act: Act
    will: tuple[str, ...]
    done: str
    permission: Permission = Permission.READ_CASES
    prepare: Prepare = _nothing
    leaves: bool = False
    aside: str = ""
    template: str = "cases/moves/move.html"
    rows: dict[str, int] = field(default_factory=dict)


def _redirect(case: Case, form: Any, by: User) -> Any:
    return actions.redirect(case, to=queries.specialty_by(form.specialty.data), why=form.why.data, by=by)


def _assign(case: Case, form: Any, by: User) -> Any:
    to, why = queries.person_by(form.consultant.data, "consultant"), form.why.data
    found = backup.proposal_for(case)
    if found is not None and found.who.id == to.id and found.words == why:  # the words are the product's own
        return actions.assign(case, to=to, reasons=found.reasons, by=by)
    return actions.assign(case, to=to, why=why, by=by)


def _hand_over(case: Case, form: Any, by: User) -> Any:
    return actions.hand_over(case, to=queries.person_by(form.requester.data, "requester"), by=by)


def _return(case: Case, form: Any, by: User) -> Any:
    missing = form.missing()
    if not missing:
        raise Refused(N_("Escreva, em ao menos um campo, o que falta."), field="missing_subjective")
    return actions.return_(case, missing, note=form.note.data or "", by=by)


def _ask(case: Case, form: Any, by: User) -> Any:
    if not form.wanted():
        raise Refused(N_("Escreva ao menos um exame ou uma informação."), field="items")
    return actions.ask(case, form.wanted(), note=form.note.data or "", by=by)


def _escalate(case: Case, form: Any, by: User) -> Any:
    return actions.escalate(
        case,
        to=queries.specialty_by(form.specialty.data),
        priority=form.priority.data,
        justification=form.justification.data,
        diagnosis=form.diagnosis.data or "",
        bring=form.bring.data,
        by=by,
    )


def _counter_refer(case: Case, form: Any, by: User) -> Any:
    visit = actions.Visit(
        attended_on=form.attended_on.data,
        attended_by=form.attended_by.data,
        diagnosis=form.diagnosis.data or "",
        opinion=form.opinion.data or "",
        conduct=form.conduct.data or "",
        returns=form.returns.data == "yes",
        return_when=form.return_when.data or "",
        earlier="earlier" in form and form.earlier.data,
    )
    return actions.counter_refer(case, visit, by=by, from_paper=not facts_for(case, by).attending)


TRIAGE = (
    Screen(
        "return",
        forms.ReturnForm,
        _return,
        (
            N_("O caso volta a %(asker)s com esta lista, campo por campo."),
            N_("O relógio do prazo fica parado até o caso ser reenviado."),
        ),
        N_("Caso devolvido à unidade. %(asker)s recebe o aviso."),
        Permission.TRIAGE,
        leaves=True,
        template="cases/moves/return.html",
    ),
    Screen(
        "assign",
        forms.AssignForm,
        _assign,
        (
            N_(
                "O consultor escolhido recebe o caso. Ele, %(asker)s e, se houver, quem está com o caso agora são avisados."
            ),
        ),
        N_("Caso distribuído para %(holder)s."),
        Permission.TRIAGE,
        choices.consultants,
        leaves=True,
        rows={"why": 2},
    ),
    Screen(
        "redirect",
        forms.RedirectForm,
        _redirect,
        (
            N_("O caso sai de %(specialty)s e espera na fila da especialidade escolhida; o prazo continua."),
            N_("%(asker)s recebe o aviso."),
        ),
        N_("Caso passado para a fila de %(specialty)s."),
        prepare=choices.specialties,
        leaves=True,
    ),
    Screen(
        "reprioritise",
        forms.ReprioritiseForm,
        lambda case, form, by: actions.reprioritise(case, priority=form.priority.data, why=form.why.data, by=by),
        (N_("O prazo é contado de novo para a nova prioridade, descontado o tempo já usado."),),
        N_("Prioridade mudada; o novo prazo já vale."),
        prepare=choices.priorities,
    ),
    Screen(
        "hand_over",
        forms.HandOverForm,
        _hand_over,
        (N_("A pessoa escolhida passa a responder pelo caso no lugar de %(asker)s. As duas são avisadas."),),
        N_("Caso passado para %(asker)s."),
        prepare=choices.colleagues,
    ),
)

CONSULT = (
    Screen(
        "decline",
        forms.WhyForm,
        lambda case, form, by: actions.decline(case, form.why.data, by=by),
        (
            N_("O caso volta à fila e não retorna a você por si. O prazo continua."),
            N_("O motivo é visto por %(asker)s e por quem distribui."),
        ),
        N_("Caso devolvido à fila. %(asker)s recebe o aviso."),
        Permission.TAKE_CASES,
        leaves=True,
    ),
    Screen(
        "ask",
        forms.AskForm,
        _ask,
        (
            N_("%(asker)s recebe a lista e responde item por item."),
            N_("O relógio do prazo fica parado até a resposta, e o caso continua seu."),
        ),
        N_("Pedido enviado a %(asker)s. O relógio do prazo está parado."),
        Permission.TAKE_CASES,
        template="cases/moves/ask.html",
    ),
    Screen(
        "escalate",
        forms.EscalateForm,
        _escalate,
        (
            N_("Gera o formulário de referência, que %(asker)s imprime, e o pedido de marcação."),
            N_("O caso fica aberto até a contrarreferência."),
        ),
        N_("Encaminhamento feito. %(asker)s recebe o aviso."),
        Permission.TAKE_CASES,
        choices.referral,
        rows={"justification": 6, "bring": 3},
    ),
    Screen(
        "call_off",
        forms.WhyForm,
        lambda case, form, by: actions.call_off(case, form.why.data, by=by),
        (N_("A vaga é liberada e o caso volta a %(holder)s, com um novo prazo."),),
        N_("Consulta presencial suspensa. O caso voltou a %(holder)s."),
    ),
    Screen(
        "counter_refer",
        forms.CounterReferForm,
        _counter_refer,
        (N_("O caso é concluído. %(asker)s e quem encaminhou recebem o que você registrar."),),
        N_("Contrarreferência registrada; o caso está concluído."),
        prepare=choices.came_back,
        aside="scans.page",
        template="cases/moves/counter_refer.html",
        rows={"opinion": 6, "conduct": 4},
    ),
)

REQUEST = (
    Screen(
        "add",
        forms.AddForm,
        lambda case, form, by: actions.add(case, form.message.data, by=by),
        (N_("O outro lado recebe o aviso. O prazo e a situação do caso não mudam."),),
        N_("Mensagem enviada."),
        prepare=choices.files,
        aside="attachments.files",
        template="cases/moves/add.html",
        rows={"message": 5},
    ),
    Screen(
        "follow_up",
        forms.FollowUpForm,
        lambda case, form, by: actions.follow_up(case, form.question.data, by=by),
        (N_("A dúvida volta a %(holder)s, com um novo prazo."),),
        N_("Pergunta enviada a %(holder)s."),
        Permission.FILE_CASES,
    ),
    Screen(
        "accept",
        forms.MoveForm,
        lambda case, _form, by: actions.accept(case, by=by),
        (N_("O caso é concluído com o parecer de %(holder)s. Ainda pode ser reaberto, com um motivo."),),
        N_("Caso concluído. Conte em poucos toques como foi."),
        Permission.FILE_CASES,
        choices.accepted,
    ),
    Screen(
        "reopen",
        forms.WhyForm,
        lambda case, form, by: actions.reopen(case, form.why.data, by=by),
        (N_("O motivo vira uma nova pergunta a %(holder)s, com um novo prazo."),),
        N_("Caso reaberto. %(holder)s recebe o aviso."),
    ),
    Screen(
        "close_unseen",
        forms.CloseUnseenForm,
        lambda case, form, by: actions.close_unseen(case, form.cause.data, note=form.note.data or "", by=by),
        (N_("A vaga é liberada e o caso é concluído sem a consulta."),),
        N_("Caso encerrado sem consulta."),
    ),
    Screen(
        "cancel",
        forms.WhyForm,
        lambda case, form, by: actions.cancel(case, form.why.data, by=by),
        (N_("O pedido se encerra sem esperar resposta e não volta à fila. O que foi escrito continua no registro."),),
        N_("Pedido cancelado."),
        Permission.FILE_CASES,
    ),
)

SCREENS = {screen.verb: screen for screen in (*TRIAGE, *CONSULT, *REQUEST)}
