"""Every kind of notice in one table: how the list says it, how the preferences call it, and who can get it.

A kind is the audit word of what happened. Its mail is `templates/email/<kind with _>.txt`. Message ids are
Portuguese; whoever shows them translates them.
"""

from teleconsult.errors import N_
from teleconsult.notices import words_bookings, words_clock, words_credits, words_shifts
from teleconsult.notices.kinds import A, C, Kind, R
from teleconsult.notices.kinds import kind as _kind
from teleconsult.people.access import Role

KINDS: dict[str, Kind] = {
    kind.word: kind
    for kind in (
        _kind(
            "case.submit",
            "inbox",
            {A, R},
            by=N_("%(name)s enviou o caso para a fila"),
            choice=N_("Um caso chega à fila"),
        ),
        _kind(
            "case.submit_again",
            "inbox",
            {A, R},
            by=N_("%(name)s completou e reenviou o caso"),
            choice=N_("Um caso devolvido volta completado"),
        ),
        _kind(
            "case.return",
            "returned",
            {R},
            by=N_("%(name)s devolveu o caso: falta completar o pedido"),
            choice=N_("Um caso é devolvido para completar"),
        ),
        _kind(
            "case.redirect",
            "swap",
            {R, C},
            by=N_("%(name)s passou o caso a outra especialidade"),
            choice=N_("Um caso passa a outra especialidade"),
        ),
        _kind(
            "case.reprioritise",
            "flag",
            {R, C, A},
            by=N_("%(name)s mudou a prioridade do caso"),
            choice=N_("A prioridade de um caso muda"),
        ),
        _kind(
            "case.assign",
            "assigned",
            {R, C},
            by=N_("%(name)s distribuiu o caso a um consultor"),
            alone=N_("O caso foi distribuído a um consultor"),
            choice=N_("Um caso é distribuído a um consultor"),
        ),
        _kind(
            "case.assign_to_you",
            "assigned",
            {C},
            by=N_("%(name)s distribuiu o caso para você"),
            alone=N_("O caso foi distribuído para você"),
            choice=N_("Recebo um caso"),
        ),
        _kind("case.claim", "claim", {R}, by=N_("%(name)s assumiu o caso"), choice=N_("Um consultor assume um caso")),
        _kind(
            "case.decline",
            "undo",
            {R},
            by=N_("%(name)s recusou o caso, que voltou à fila"),
            choice=N_("Um consultor recusa um caso"),
        ),
        _kind(
            "case.release",
            "inbox",
            {R, C},
            alone=N_("O caso voltou à fila: o consultor deixou de atender nesta especialidade"),
            choice=N_("Um caso volta à fila porque o consultor deixou de atender"),
        ),
        _kind(
            "case.nobody_left",
            "warn",
            {A},
            alone=N_("Todos os consultores da especialidade recusaram o caso"),
            choice=N_("Não resta consultor para um caso"),
        ),
        _kind(
            "case.ask",
            "ask",
            {R},
            by=N_("%(name)s pediu exame ou informação"),
            choice=N_("O consultor pede exame ou informação"),
        ),
        _kind(
            "case.supply",
            "send",
            {C, R},
            by=N_("%(name)s respondeu ao que foi pedido"),
            choice=N_("A unidade responde ao que foi pedido"),
        ),
        _kind(
            "case.add",
            "clip",
            {R, C, A},
            by=N_("%(name)s acrescentou mensagem ou arquivo"),
            choice=N_("Chega mensagem ou arquivo novo"),
        ),
        _kind(
            "case.withdraw_file",
            "trash",
            {R, C, A},
            by=N_("%(name)s retirou um arquivo do caso"),
            choice=N_("Um arquivo é retirado"),
        ),
        _kind(
            "case.repoint",
            "user",
            {R},
            by=N_("%(name)s passou o caso a outro cadastro de paciente"),
            choice=N_("Um caso passa a outro cadastro de paciente"),
        ),
        _kind(
            "case.revoke_consent",
            "stop",
            {R, C, A},
            by=N_("%(name)s registrou que o paciente retirou o consentimento"),
            choice=N_("Um paciente retira o consentimento"),
        ),
        _kind("case.answer", "answered", {R}, by=N_("%(name)s respondeu o caso"), choice=N_("O consultor responde")),
        _kind(
            "case.conclude",
            "done",
            {R},
            by=N_("%(name)s respondeu e concluiu o caso"),
            choice=N_("O consultor responde e conclui"),
        ),
        _kind("case.correct", "pencil", {R}, by=N_("%(name)s corrigiu o parecer"), choice=N_("Um parecer é corrigido")),
        _kind("case.withdraw", "undo", {R}, by=N_("%(name)s retirou o parecer"), choice=N_("Um parecer é retirado")),
        _kind(
            "case.follow_up",
            "ask",
            {C, R},
            by=N_("%(name)s perguntou de novo"),
            choice=N_("A unidade pergunta de novo"),
        ),
        _kind(
            "case.accept",
            "done",
            {C, R},
            by=N_("%(name)s aceitou a resposta, e o caso foi concluído"),
            alone=N_("Terminou o prazo para perguntar de novo, e o caso foi concluído"),
            choice=N_("A resposta é aceita, ou termina o prazo para perguntar de novo"),
        ),
        _kind(
            "case.reopen", "reopen", {C, R}, by=N_("%(name)s reabriu o caso"), choice=N_("Um caso concluído é reaberto")
        ),
        _kind(
            "case.escalate",
            "inperson",
            {R},
            by=N_("%(name)s encaminhou para consulta presencial"),
            choice=N_("Um caso é encaminhado para consulta presencial"),
        ),
        _kind(
            "case.call_off",
            "cancelled",
            {R, C},
            by=N_("%(name)s suspendeu a consulta presencial"),
            choice=N_("Uma consulta presencial é suspensa"),
        ),
        _kind(
            "case.close_unseen",
            "stop",
            {R, C},
            by=N_("%(name)s encerrou o caso sem consulta"),
            choice=N_("Um caso é encerrado sem consulta"),
        ),
        _kind(
            "case.counter_refer",
            "reply",
            {R, C},
            by=N_("%(name)s registrou a contrarreferência"),
            choice=N_("A contrarreferência chega"),
        ),
        _kind(
            "case.hand_over",
            "handover",
            {R, C},
            by=N_("%(name)s passou o caso a outro solicitante"),
            choice=N_("Um caso passa a outro solicitante"),
        ),
        _kind(
            "case.hand_over_to_you",
            "handover",
            {R},
            by=N_("%(name)s passou o caso para você"),
            choice=N_("Recebo o caso de outro solicitante"),
        ),
        _kind(
            "case.requester_gone",
            "handover",
            {A, R},
            alone=N_("O caso ficou sem solicitante: passe-o a um colega da unidade"),
            choice=N_("Um caso fica sem solicitante"),
        ),
        _kind(
            "case.cancel",
            "cancelled",
            {C, R, A},
            by=N_("%(name)s cancelou o pedido"),
            choice=N_("Um pedido é cancelado"),
        ),
        _kind(
            "case.lapse",
            "cancelled",
            {R, C},
            alone=N_("O caso foi encerrado: a unidade não respondeu no prazo"),
            choice=N_("Um caso é encerrado por falta de resposta"),
        ),
        *words_clock.KINDS,
        *words_shifts.KINDS,
        *words_bookings.KINDS,
        *words_credits.KINDS,
    )
}

TO_YOU = {"case.assign": "case.assign_to_you", "case.hand_over": "case.hand_over_to_you"}
"""Kinds that speak otherwise to the one to whom the thing comes."""

WHERE = frozenset(
    {*TO_YOU, *TO_YOU.values(), "case.claim", "case.decline", "case.redirect", "case.release", "case.return"}
)
"""Kinds that say to whom a case went: each of them takes back what the one before it said."""


def kinds_for(roles: frozenset[str]) -> dict[Role, list[Kind]]:
    """Return what people of these roles can be told, each kind under the first of their roles that gets it."""
    shown: set[str] = set()
    found: dict[Role, list[Kind]] = {}
    for role in Role:
        # Support acts for requesters and is told what they are told.
        counts_as = R if role is Role.SUPPORT else role
        kinds = [k for k in KINDS.values() if counts_as in k.roles and not k.one and k.word not in shown]
        if role in roles and kinds:
            found[role] = kinds
            shown |= {kind.word for kind in kinds}
    return found
