"""Tables of moves: what a case and a booking request have in common. Pure: standard library only.

A table is a mapping verb -> `Move`. Whoever keeps one says which parts people play and what must be so; `hold`
enforces a row in one order: the state, the person, the needs, what must be carried.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from teleconsult.errors import N_, Refused
from teleconsult.typed import says_nothing

S = TypeVar("S", bound=str)
W = TypeVar("W", bound=str)


@dataclass(frozen=True)
class Move(Generic[S, W]):
    """One action: from which states, to which (None: it stays), who may, what it must carry.

    `needs` are rules of its own; each is given what the keeper of the table hands in, and raises `Refused`.
    """

    verb: str
    sources: frozenset[S]
    target: S | None
    who: frozenset[W]
    carries: tuple[str, ...] = ()
    needs: tuple[Callable[..., None], ...] = field(default=(), compare=False)


def hold(
    move: Move[S, W],
    state: str,
    parts: Callable[[], frozenset[W]],
    asking: tuple[Any, ...],
    carry: Mapping[str, Any] | None,
    *,
    words: Mapping[str, str],
    elsewhere: str,
) -> None:
    """Let a move through, or say why not.

    Args:
        move: the row.
        state: where the thing stands.
        parts: returns the parts the person plays; asked only when the state fits.
        asking: what each of the move's needs is given.
        carry: what comes with the move; None asks only whether it is open.
        words: how what must be carried is called.
        elsewhere: the sentence for a thing in another state.

    Raises:
        Refused: with a sentence a clinician can read.
    """
    if state not in move.sources:
        raise Refused(elsewhere)
    if not move.who & parts():
        raise Refused(N_("Este passo cabe a outra pessoa."))
    for need in move.needs:
        need(*asking)
    for name in move.carries if carry is not None else ():
        given = (carry or {}).get(name)
        if not given or (isinstance(given, str) and says_nothing(given)):
            raise Refused(N_("Falta informar: %(what)s."), field=name, what=words[name])
