"""The moves of a booking request, as one table. Pure: standard library only.

The same mechanism as the life cycle of a case (`teleconsult.moves`): the referral waits, is offered a slot, is booked,
and the patient is seen or not. What the rules must know of the world is handed in as `Facts`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from teleconsult import moves
from teleconsult.errors import N_, Refused


class State(StrEnum):
    """Where a booking request stands."""

    WAITING = "waiting"
    OFFERED = "offered"
    BOOKED = "booked"
    ATTENDED = "attended"
    MISSED = "missed"
    CANCELLED = "cancelled"
    ENDED = "ended"


STATE_WORDS = {
    State.WAITING: N_("Na lista de espera"),
    State.OFFERED: N_("Vaga oferecida"),
    State.BOOKED: N_("Marcada"),
    State.ATTENDED: N_("Compareceu"),
    State.MISSED: N_("Faltou"),
    State.CANCELLED: N_("Desmarcada"),
    State.ENDED: N_("Encerrada"),
}
NEXT_WORDS = {
    State.WAITING: N_("Veja o que falta para marcar."),
    State.OFFERED: N_("Há uma vaga oferecida: aceite ou recuse."),
    State.BOOKED: N_("A consulta foi marcada."),
    State.ATTENDED: N_("O paciente compareceu; falta a contrarreferência."),
    State.MISSED: N_("O paciente faltou: diga se o pedido volta à lista de espera."),
    State.CANCELLED: N_("A consulta foi desmarcada: diga se o pedido volta à lista de espera."),
    State.ENDED: N_("O pedido de consulta foi encerrado."),
}
"""What a visit leaves to be done by whoever asked for the opinion, while its case is open."""

TAKEN_AWAY = N_("A agenda mudou e a consulta que estava marcada não vai acontecer: avise o paciente.")
"""The same of one that waits again because its agenda changed, until the hour at which it was booked."""

LISTED = frozenset({State.WAITING, State.OFFERED})
"""On the waiting list: an offer keeps its place until it is taken."""


class Kind(StrEnum):
    """What the visit is: the first of a referral, or a return to the specialist."""

    FIRST = "first"
    RETURN = "return"


KIND_WORDS = {Kind.FIRST: N_("Primeira consulta"), Kind.RETURN: N_("Retorno")}


class Channel(StrEnum):
    """How a booking came in."""

    SCREEN = "screen"
    PHONE = "phone"
    SHEET = "sheet"


CHANNEL_WORDS = {
    Channel.SCREEN: N_("na tela"),
    Channel.PHONE: N_("por telefone"),
    Channel.SHEET: N_("pela planilha"),
}


class Who(StrEnum):
    """The part a person plays towards one request."""

    UNIT = "unit"
    SUPPORT = "support"
    ADMINISTRATOR = "administrator"
    SYSTEM = "system"


class Person(Protocol):
    """What the rules must know of a person."""

    unit_id: int | None

    @property
    def roles(self) -> frozenset[str]: ...


class RequestLike(Protocol):
    """What the rules must know of a request."""

    state: str
    unit_id: int
    kind: str


@dataclass(frozen=True)
class Facts:
    """What is so in the world.

    `own_district` lets support act for the unit, `open` says that a visit can still come of the referral, `begun`
    that the day of the visit has come, `due` that its hour has, `over` that the day has ended, `expired` that nobody
    answered the offer.
    """

    own_district: bool = False
    open: bool = True
    begun: bool = False
    due: bool = False
    over: bool = False
    expired: bool = False


def _open(_request: RequestLike, _user: Person | None, facts: Facts) -> None:
    if not facts.open:
        raise Refused(N_("O caso deste encaminhamento já foi encerrado: não há consulta a marcar."))


def _begun(_request: RequestLike, user: Person | None, facts: Facts) -> None:
    if user is not None and not facts.begun:
        raise Refused(N_("A consulta ainda não aconteceu: a presença é anotada no dia."))


def _due(_request: RequestLike, _user: Person | None, facts: Facts) -> None:
    """A patient may come early, but has not failed to come before the hour: the place would go to somebody else."""
    if not facts.due:
        raise Refused(N_("A hora da consulta ainda não chegou: a falta é anotada depois dela."))


def _not_over(_request: RequestLike, _user: Person | None, facts: Facts) -> None:
    """What is past cannot be put off: an absence would be told as a visit that was called off in time."""
    if facts.over:
        raise Refused(N_("O dia da consulta já passou: falta anotar se o paciente compareceu ou faltou."))


def _expired(_request: RequestLike, _user: Person | None, facts: Facts) -> None:
    if not facts.expired:
        raise Refused(N_("O prazo para aceitar a vaga ainda não terminou."))


def _return(request: RequestLike, _user: Person | None, _facts: Facts) -> None:
    """A first visit ends with its referral, on the case; nothing but a person ends a return."""
    if request.kind != Kind.RETURN:
        raise Refused(N_("A primeira consulta se encerra no caso, com o encaminhamento."))


S = State
Move = moves.Move[State, Who]
_SIDE = frozenset({Who.UNIT, Who.SUPPORT, Who.ADMINISTRATOR})
_DESK = frozenset({Who.ADMINISTRATOR, Who.SYSTEM})
_TO_END = {S.WAITING, S.OFFERED, S.BOOKED, S.MISSED, S.CANCELLED}


def _move(
    verb: str, sources: set[State], target: State | None, who: frozenset[Who], *carries: str, needs: Any = ()
) -> Move:
    return Move(verb, frozenset(sources), target, who, carries, needs)


MOVES: dict[str, Move] = {
    move.verb: move
    for move in (
        _move("offer", {S.WAITING}, S.OFFERED, _DESK, "slot", needs=(_open,)),
        _move("refuse", {S.OFFERED}, S.WAITING, _SIDE),
        _move("expire", {S.OFFERED}, S.WAITING, frozenset({Who.SYSTEM}), needs=(_expired,)),
        _move("book", {S.WAITING, S.OFFERED}, S.BOOKED, _SIDE, "slot", "channel", needs=(_open,)),
        _move("move", {S.BOOKED}, None, _SIDE, "slot", "why", needs=(_open, _not_over)),
        _move("cancel", {S.BOOKED}, S.CANCELLED, _SIDE, "why", needs=(_not_over,)),
        _move("release", {S.BOOKED, S.OFFERED}, S.WAITING, _DESK, "why"),
        _move("attend", {S.BOOKED}, S.ATTENDED, _DESK, needs=(_begun,)),
        _move("miss", {S.BOOKED}, S.MISSED, frozenset({Who.ADMINISTRATOR}), needs=(_begun, _due)),
        _move("correct", {S.ATTENDED, S.MISSED}, S.BOOKED, frozenset({Who.ADMINISTRATOR}), "why", needs=(_open,)),
        _move("requeue", {S.MISSED, S.CANCELLED}, S.WAITING, _SIDE, needs=(_open,)),
        _move("end", _TO_END, S.ENDED, frozenset({Who.SYSTEM}), "why"),
        _move("close_unseen", _TO_END, S.ENDED, _SIDE, "cause", needs=(_return, _not_over)),
        _move("reopen", {S.ENDED}, S.WAITING, _SIDE, "why", needs=(_return,)),
    )
}

CARRY_WORDS = {
    "slot": N_("o horário"),
    "channel": N_("como a marcação chegou"),
    "why": N_("o motivo"),
    "cause": N_("por que a consulta não aconteceu"),
}

DONE_WORDS = {
    "make": N_("entrou na lista de espera"),
    "offer": N_("vaga oferecida"),
    "refuse": N_("vaga recusada"),
    "expire": N_("a vaga oferecida não foi aceita no prazo"),
    "book": N_("marcada"),
    "move": N_("mudada de horário"),
    "cancel": N_("desmarcada"),
    "release": N_("voltou à lista: a agenda mudou"),
    "attend": N_("o paciente compareceu"),
    "miss": N_("o paciente faltou"),
    "correct": N_("presença corrigida"),
    "requeue": N_("voltou à lista de espera"),
    "end": N_("encerrada"),
    "close_unseen": N_("retorno encerrado sem consulta"),
    "reopen": N_("encerramento desfeito: voltou à lista de espera"),
    "remind": N_("a unidade foi lembrada"),
    "book_due": N_("marcação cobrada"),
    "mark_due": N_("presença cobrada"),
    "counter_due": N_("contrarreferência cobrada"),
}
"""How the history of a request tells each move."""

REMINDERS = frozenset({"remind", "book_due", "mark_due", "counter_due"})
"""Lines of the history that only tell: nothing changes by them, and they are in nobody's way."""

ENDED_WORDS = {
    "called_off": N_("A consulta presencial foi suspensa"),
    "unseen": N_("O caso foi encerrado sem consulta"),
    "counter_referred": N_("A contrarreferência foi registrada sem a consulta marcada"),
}
"""Why a request ended: how its referral did."""

ABSENCES = {
    "unknown": N_("Não se sabe"),
    "forgot": N_("Esqueceu"),
    "ill": N_("Estava doente"),
    "transport": N_("Não teve transporte"),
    "work": N_("Não pôde sair do trabalho"),
    "notice": N_("Não recebeu o aviso"),
    "solved": N_("Já estava melhor ou foi atendido em outro lugar"),
}
"""Why a patient did not come, as far as anybody knows."""


def parts(request: RequestLike, user: Person | None, facts: Facts) -> frozenset[Who]:
    """Return the parts the person plays towards this request; nobody (None) is the system."""
    if user is None:
        return frozenset({Who.SYSTEM})
    plays = {
        Who.UNIT: "requester" in user.roles and user.unit_id == request.unit_id,
        Who.SUPPORT: "support" in user.roles and facts.own_district,
        Who.ADMINISTRATOR: "administrator" in user.roles,
    }
    return frozenset(part for part, holds in plays.items() if holds)


def check(
    verb: str, request: RequestLike, user: Person | None, facts: Facts, carry: Mapping[str, Any] | None = None
) -> Move:
    """Return the move if this person may make it on this request now, carrying this.

    `carry` None asks only whether the move is open.

    Raises:
        Refused: with a sentence that says why.
    """
    move = MOVES[verb]
    moves.hold(
        move,
        request.state,
        lambda: parts(request, user, facts),
        (request, user, facts),
        carry,
        words=CARRY_WORDS,
        elsewhere=_elsewhere(verb, request.state),
    )
    return move


def _elsewhere(verb: str, state: str) -> str:
    if verb in ("attend", "miss") and state in (State.ATTENDED, State.MISSED):
        return N_("A presença desta consulta já foi anotada.")
    if verb in ("book", "offer") and state == State.BOOKED:
        return N_("A consulta deste encaminhamento já está marcada.")
    if verb == "close_unseen" and state == State.ENDED:
        return N_("Este retorno já foi encerrado.")
    return N_("Este passo não é possível na situação em que a marcação está agora.")


def open_verbs(request: RequestLike, user: Person | None, facts: Facts) -> frozenset[str]:
    """Return the verbs open to this person on this request now."""
    found = set()
    for verb in MOVES:
        try:
            check(verb, request, user, facts)
        except Refused:
            continue
        found.add(verb)
    return frozenset(found)
