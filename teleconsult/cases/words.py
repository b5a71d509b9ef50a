"""The words of a case: its states, its moves before they are made and after, and its marks.

One row per verb, and rows for the states in which a verb is called otherwise. Message ids are Portuguese;
whoever shows them translates them.
"""

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from teleconsult.cases.lifecycle import State
from teleconsult.errors import N_

UNSEEN_WORDS = {"called_off": N_("consulta suspensa"), "unseen": N_("encerrado sem consulta")}
"""How a referral ended without a visit: its sheet says so, wherever it turns up."""

STATE_WORDS = {
    State.DRAFT: N_("Rascunho"),
    State.SUBMITTED: N_("Na fila"),
    State.RETURNED: N_("Devolvido"),
    State.ASSIGNED: N_("Com consultor"),
    State.AWAITING_INFORMATION: N_("Aguarda informação"),
    State.ANSWERED: N_("Respondido"),
    State.IN_PERSON: N_("Consulta presencial"),
    State.CONCLUDED: N_("Concluído"),
    State.CANCELLED: N_("Cancelado"),
}


@dataclass(frozen=True)
class MoveWords:
    """How a move is called on its button, what it will do, and how it is told afterwards.

    `done` follows the name of who did it; its `%(name)s` places are filled by the timeline. `tone` is the
    state whose colour the mark takes.
    """

    label: str
    does: str
    done: str
    icon: str
    tone: State


_WORDS = {
    "submit": MoveWords(
        N_("Continuar o pedido"),
        N_("nada foi enviado ainda"),
        N_("enviou o caso"),
        "inbox",
        State.SUBMITTED,
    ),
    "return": MoveWords(
        N_("Devolver à unidade"),
        N_("diz o que falta, campo por campo; o prazo fica parado"),
        N_("devolveu à unidade"),
        "returned",
        State.RETURNED,
    ),
    "redirect": MoveWords(
        N_("Passar a outra especialidade"),
        N_("volta à fila da outra especialidade, com o motivo; o prazo continua"),
        N_("passou de %(source)s para %(target)s"),
        "swap",
        State.SUBMITTED,
    ),
    "reprioritise": MoveWords(
        N_("Mudar a prioridade"),
        N_("o prazo é contado de novo, com o tempo já usado"),
        N_("mudou a prioridade de %(source)s para %(target)s"),
        "flag",
        State.RETURNED,
    ),
    "assign": MoveWords(
        N_("Distribuir a um consultor"),
        N_("ele recebe o caso, e a unidade é avisada"),
        N_("distribuiu para %(target)s"),
        "assigned",
        State.ASSIGNED,
    ),
    "claim": MoveWords(
        N_("Assumir o caso"),
        N_("fica com você, e a unidade é avisada"),
        N_("assumiu o caso"),
        "claim",
        State.ASSIGNED,
    ),
    "decline": MoveWords(
        N_("Recusar o caso"),
        N_("volta à fila, com o motivo; o prazo continua"),
        N_("recusou o caso"),
        "undo",
        State.SUBMITTED,
    ),
    "release": MoveWords(
        N_("Devolver à fila"),
        N_("o consultor deixou de atender nesta especialidade"),
        N_("devolveu o caso à fila, porque o consultor deixou de atender"),
        "inbox",
        State.SUBMITTED,
    ),
    "ask": MoveWords(
        N_("Pedir exame ou informação"),
        N_("o prazo fica parado até a unidade responder"),
        N_("pediu exame ou informação"),
        "ask",
        State.AWAITING_INFORMATION,
    ),
    "supply": MoveWords(
        N_("Responder ao que foi pedido"),
        N_("o caso volta ao consultor, e o prazo continua"),
        N_("respondeu ao que foi pedido"),
        "send",
        State.ASSIGNED,
    ),
    "add": MoveWords(
        N_("Acrescentar mensagem ou arquivo"),
        N_("o outro lado é avisado; nada muda no prazo"),
        N_("acrescentou uma mensagem"),
        "clip",
        State.DRAFT,
    ),
    "answer": MoveWords(
        N_("Enviar a resposta"),
        N_("a unidade ainda pode perguntar de novo"),
        N_("respondeu"),
        "answered",
        State.ANSWERED,
    ),
    "follow_up": MoveWords(
        N_("Perguntar de novo"),
        N_("volta ao consultor, com um novo prazo"),
        N_("perguntou de novo"),
        "ask",
        State.ASSIGNED,
    ),
    "conclude": MoveWords(
        N_("Concluir o caso"),
        N_("com respostas, diagnóstico e conduta; encerra o caso"),
        N_("respondeu e concluiu o caso"),
        "done",
        State.CONCLUDED,
    ),
    "escalate": MoveWords(
        N_("Encaminhar para consulta presencial"),
        N_("gera a referência e o pedido de marcação"),
        N_("encaminhou para consulta presencial"),
        "inperson",
        State.IN_PERSON,
    ),
    "call_off": MoveWords(
        N_("Suspender a consulta presencial"),
        N_("libera a vaga; o caso volta ao consultor, com um novo prazo"),
        N_("suspendeu a consulta presencial"),
        "cancelled",
        State.ASSIGNED,
    ),
    "close_unseen": MoveWords(
        N_("Encerrar sem consulta"),
        N_("diz por que a consulta não aconteceu; encerra o caso"),
        N_("encerrou sem consulta: %(cause)s"),
        "stop",
        State.CONCLUDED,
    ),
    "counter_refer": MoveWords(
        N_("Registrar a contrarreferência"),
        N_("encerra o caso com o que o especialista escreveu"),
        N_("registrou a contrarreferência"),
        "reply",
        State.CONCLUDED,
    ),
    "accept": MoveWords(
        N_("Aceitar a resposta e encerrar"),
        N_("o caso é concluído; ainda pode ser reaberto"),
        N_("aceitou a resposta"),
        "done",
        State.CONCLUDED,
    ),
    "reopen": MoveWords(
        N_("Reabrir o caso"),
        N_("volta ao consultor, com um novo prazo"),
        N_("reabriu o caso"),
        "reopen",
        State.ASSIGNED,
    ),
    "hand_over": MoveWords(
        N_("Passar a outro solicitante"),
        N_("para quando alguém sai da unidade"),
        N_("passou o caso de %(source)s para %(target)s"),
        "handover",
        State.DRAFT,
    ),
    "lapse": MoveWords(
        N_("Encerrar por falta de resposta"),
        N_("a unidade não respondeu no prazo"),
        N_("encerrou o caso, porque a unidade não respondeu no prazo"),
        "cancelled",
        State.CANCELLED,
    ),
    "cancel": MoveWords(
        N_("Cancelar o pedido"),
        N_("encerra sem esperar resposta, com o motivo"),
        N_("cancelou o pedido"),
        "cancelled",
        State.CANCELLED,
    ),
    "correct": MoveWords(
        N_("Corrigir o parecer"),
        N_("escreve uma nova versão; a anterior continua legível"),
        N_("corrigiu o parecer"),
        "pencil",
        State.ANSWERED,
    ),
    "withdraw": MoveWords(
        N_("Retirar o parecer"),
        N_("fica riscado, mas legível, com o motivo"),
        N_("retirou o parecer"),
        "undo",
        State.CANCELLED,
    ),
    "revoke_consent": MoveWords(
        N_("Registrar que o paciente retirou o consentimento"),
        N_("nada novo é enviado sobre o caso"),
        N_("registrou que o paciente retirou o consentimento"),
        "stop",
        State.CANCELLED,
    ),
    "repoint": MoveWords(
        N_("Passar a outro cadastro"),
        N_("o caso foi enviado no cadastro de outra pessoa"),
        N_("passou o caso a outro cadastro de paciente"),
        "user",
        State.DRAFT,
    ),
    "withdraw_file": MoveWords(
        N_("Retirar o arquivo"),
        N_("fica riscado, mas legível, com o motivo"),
        N_("retirou um arquivo"),
        "trash",
        State.DRAFT,
    ),
}

_OTHERWISE: dict[tuple[str, State], dict[str, Any]] = {
    ("submit", State.RETURNED): {
        "label": N_("Completar e reenviar"),
        "does": N_("volta à fila, e o prazo continua de onde parou"),
        "icon": "send",
    },
    ("assign", State.ASSIGNED): {
        "label": N_("Passar a outro consultor"),
        "does": N_("os dois consultores e a unidade são avisados"),
        "icon": "swap",
    },
    ("redirect", State.ASSIGNED): {
        "does": N_("sai do consultor e volta à fila da outra especialidade; o prazo continua"),
    },
    ("add", State.IN_PERSON): {"does": N_("o outro lado é avisado; a consulta continua como está")},
    ("follow_up", State.CONCLUDED): {"does": N_("o caso é reaberto e volta ao consultor, com um novo prazo")},
    ("hand_over", State.DRAFT): {"does": N_("o rascunho passa a outra pessoa da unidade")},
    ("cancel", State.RETURNED): {"does": N_("encerra sem reenviar, com o motivo")},
}
"""What differs from the verb's row while a case is in a state."""

SENT_AGAIN = N_("completou e reenviou")
ACCEPTED_BY_TIME = N_("encerrou o caso: terminou o prazo para perguntar de novo")

MAIN = ("submit", "claim", "assign", "supply", "answer", "accept", "counter_refer")
"""The verbs that can be the one filled button, in the order of preference."""


@cache
def words_of(verb: str, state: str) -> MoveWords:
    """Return the words of a verb for a case in a state."""
    return replace(_WORDS[verb], **_OTHERWISE.get((verb, State(state)), {}))


def told() -> frozenset[str]:
    """Return every verb that has words."""
    return frozenset(_WORDS)


def is_main(verb: str, state: str) -> bool:
    """Tell whether a verb can be the main button; passing a held case on is not what usually comes next."""
    return verb in MAIN and (verb, state) != ("assign", State.ASSIGNED)
