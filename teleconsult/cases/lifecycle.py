"""The life cycle of a case, as one table. Pure: standard library only.

`MOVES` holds one row per action of the domain; `check` enforces a row, `open_moves` makes the buttons
from the same rows. What the rules must know of the world (who is on duty, whether a window is open)
is handed in as `needs.Facts`.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from teleconsult import moves
from teleconsult.cases.needs import (
    CaseLike,
    Facts,
    Need,
    Person,
    consented,
    follow_up_open,
    holder_gone,
    lapse_due,
    not_declined,
    not_own_answer,
    not_own_visit,
    reopen_open,
    shareable,
    window_over,
)
from teleconsult.errors import N_, Refused


class State(StrEnum):
    """Where a case stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ASSIGNED = "assigned"
    AWAITING_INFORMATION = "awaiting_information"
    ANSWERED = "answered"
    IN_PERSON = "in_person"
    CONCLUDED = "concluded"
    CANCELLED = "cancelled"


CLOSED = frozenset({State.CONCLUDED, State.CANCELLED})
OPEN = frozenset(State) - CLOSED
SERVICE = frozenset({State.SUBMITTED, State.ASSIGNED})
REQUESTER_TIME = frozenset({State.RETURNED, State.AWAITING_INFORMATION})
WRITTEN = frozenset({State.DRAFT, State.RETURNED})


class Who(StrEnum):
    """The part a person plays towards one case."""

    REQUESTER = "requester"
    HOLDER = "holder"
    ADMINISTRATOR = "administrator"
    SUPPORT = "support"
    SPECIALIST = "specialist"
    ESCALATOR = "escalator"
    ATTENDING = "attending"
    SYSTEM = "system"


Move = moves.Move[State, Who]


S = State
_REQUESTER = frozenset({Who.REQUESTER, Who.SUPPORT})
_HOLDER = frozenset({Who.HOLDER})


def _move(
    verb: str,
    sources: set[State] | frozenset[State],
    target: State | None,
    who: set[Who] | frozenset[Who],
    *carries: str,
    needs: tuple[Need, ...] = (),
) -> Move:
    return Move(verb, frozenset(sources), target, frozenset(who), carries, needs)


MOVES: dict[str, Move] = {
    move.verb: move
    for move in (
        _move("submit", {S.DRAFT, S.RETURNED}, S.SUBMITTED, _REQUESTER, "specialty", "questions", "summary", "consent"),
        _move("return", {S.SUBMITTED}, S.RETURNED, {Who.ADMINISTRATOR}, "missing"),
        _move("redirect", {S.SUBMITTED, S.ASSIGNED}, S.SUBMITTED, {Who.ADMINISTRATOR, Who.HOLDER}, "specialty", "why"),
        _move("reprioritise", {S.SUBMITTED, S.ASSIGNED}, None, _REQUESTER | {Who.ADMINISTRATOR}, "priority", "why"),
        _move(
            "assign",
            {S.SUBMITTED, S.ASSIGNED},
            S.ASSIGNED,
            {Who.ADMINISTRATOR, Who.SYSTEM},
            "consultant",
            "why",
            needs=(shareable,),
        ),
        _move("claim", {S.SUBMITTED}, S.ASSIGNED, {Who.SPECIALIST}, needs=(not_declined, shareable)),
        _move("decline", {S.ASSIGNED}, S.SUBMITTED, _HOLDER, "why"),
        _move("release", {S.ASSIGNED}, S.SUBMITTED, {Who.SYSTEM}, needs=(holder_gone,)),
        _move("ask", {S.ASSIGNED}, S.AWAITING_INFORMATION, _HOLDER, "items"),
        _move("supply", {S.AWAITING_INFORMATION}, S.ASSIGNED, _REQUESTER, "supplies", needs=(consented,)),
        _move(
            "add",
            {S.SUBMITTED, S.ASSIGNED, S.AWAITING_INFORMATION, S.ANSWERED, S.IN_PERSON},
            None,
            _REQUESTER | _HOLDER,
            "message",
            needs=(consented,),
        ),
        _move("answer", {S.ASSIGNED}, S.ANSWERED, _HOLDER, "answers", "conduct", "red_flags"),
        _move(
            "follow_up",
            {S.ANSWERED, S.CONCLUDED},
            S.ASSIGNED,
            _REQUESTER,
            "question",
            needs=(consented, follow_up_open),
        ),
        _move("conclude", {S.ASSIGNED}, S.CONCLUDED, _HOLDER, "answers", "diagnosis", "conduct"),
        _move(
            "escalate",
            {S.ASSIGNED, S.ANSWERED},
            S.IN_PERSON,
            _HOLDER,
            "specialty",
            "priority",
            "justification",
            "bring",
            needs=(shareable,),
        ),
        _move("call_off", {S.IN_PERSON}, S.ASSIGNED, {Who.ESCALATOR, Who.ADMINISTRATOR}, "why"),
        _move("close_unseen", {S.IN_PERSON}, S.CONCLUDED, _REQUESTER | {Who.ADMINISTRATOR}, "cause"),
        _move(
            "counter_refer",
            {S.IN_PERSON},
            S.CONCLUDED,
            {Who.ATTENDING, Who.ADMINISTRATOR},
            "attendance",
            "diagnosis",
            "opinion",
            "conduct",
            "return",
            needs=(not_own_visit,),
        ),
        _move("accept", {S.ANSWERED}, S.CONCLUDED, _REQUESTER | {Who.SYSTEM}, needs=(window_over,)),
        _move(
            "reopen",
            {S.CONCLUDED},
            S.ASSIGNED,
            _REQUESTER | {Who.ADMINISTRATOR},
            "why",
            needs=(consented, reopen_open, not_own_answer),
        ),
        _move("hand_over", OPEN, None, {Who.ADMINISTRATOR, Who.SUPPORT}, "requester"),
        _move("lapse", {S.RETURNED, S.AWAITING_INFORMATION}, S.CANCELLED, {Who.SYSTEM}, needs=(lapse_due,)),
        _move(
            "cancel",
            {S.SUBMITTED, S.RETURNED, S.ASSIGNED, S.AWAITING_INFORMATION},
            S.CANCELLED,
            _REQUESTER,
            "why",
        ),
    )
}

COMES = tuple(verb for verb, move in MOVES.items() if move.target is State.ASSIGNED)
"""The moves with which a case comes to its holder, also to one who had it before."""

CLOSES = frozenset(verb for verb, move in MOVES.items() if move.target is State.CONCLUDED)
"""The moves that conclude a case; its outcome is asked after them."""

CARRY_WORDS = {
    "specialty": N_("a especialidade"),
    "questions": N_("de uma a três perguntas"),
    "summary": N_("o quadro clínico"),
    "consent": N_("o consentimento do paciente"),
    "missing": N_("a lista do que falta"),
    "why": N_("o motivo"),
    "priority": N_("a prioridade"),
    "consultant": N_("o consultor"),
    "items": N_("a lista do que é pedido"),
    "supplies": N_("uma resposta a cada item pedido"),
    "message": N_("uma mensagem ou um arquivo"),
    "answers": N_("uma resposta a cada pergunta"),
    "conduct": N_("a conduta"),
    "red_flags": N_("os sinais de alerta"),
    "question": N_("a pergunta"),
    "diagnosis": N_("o diagnóstico"),
    "justification": N_("a justificativa"),
    "bring": N_("o que o paciente deve levar"),
    "cause": N_("por que a consulta não aconteceu"),
    "attendance": N_("a data do atendimento"),
    "opinion": N_("o parecer"),
    "return": N_("se volta ao especialista"),
    "requester": N_("o novo solicitante"),
}


def parts(case: CaseLike, user: Person | None, facts: Facts) -> frozenset[Who]:
    """Return the parts the person plays towards this case; nobody (None) is the system."""
    if user is None:
        return frozenset({Who.SYSTEM})
    roles, own = user.roles, case.requester_id == user.id
    answers = "consultant" in roles and not own and not facts.asked_once  # nobody gives themselves the second opinion
    plays = {
        Who.REQUESTER: "requester" in roles and own,
        Who.HOLDER: "consultant" in roles and case.holder_id == user.id,
        Who.ADMINISTRATOR: "administrator" in roles,
        Who.SUPPORT: "support" in roles and facts.own_district,
        Who.SPECIALIST: answers and case.specialty_id in facts.specialties and facts.on_duty,
        Who.ESCALATOR: "consultant" in roles and facts.escalated,
        Who.ATTENDING: facts.attending,
    }
    return frozenset(part for part, holds in plays.items() if holds)


def check(
    verb: str,
    case: CaseLike,
    user: Person | None,
    facts: Facts,
    carry: Mapping[str, Any] | None = None,
) -> Move:
    """Return the move if this person may make it on this case now, carrying this.

    `carry` None asks only whether the move is open (what it must carry is not looked at).

    Raises:
        Refused: with a sentence a clinician can read.
    """
    move = MOVES[verb]
    moves.hold(
        move,
        case.state,
        lambda: parts(case, user, facts),
        (case, user, facts),
        carry,
        words=CARRY_WORDS,
        elsewhere=N_("Este passo não é possível na situação em que o caso está agora."),
    )
    return move


def being_written(case: CaseLike) -> bool:
    """Tell whether a case is still its requester's to write: its request can change, and its files go with it."""
    return case.state in WRITTEN


def open_moves(case: CaseLike, user: Person | None, facts: Facts) -> list[Move]:
    """Return the moves this person may make on this case now, in the order of the table."""
    return [move for move in MOVES.values() if is_open(move.verb, case, user, facts)]


def is_open(verb: str, case: CaseLike, user: Person | None, facts: Facts) -> bool:
    """Tell whether this person may make one move on this case now."""
    try:
        check(verb, case, user, facts)
    except Refused:
        return False
    return True
