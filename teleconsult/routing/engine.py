"""The distribution of waiting cases over the coming shifts. Pure: no database, no clock of its own.

Cases are matched to slots: the turns in which consultants on shift will read. The objective is lexicographic:
fewest late cases weighted by priority; then the earliest expected answers; then even load; then continuity
(somebody who knew the patient or the linked case). docs/distribution.md has the mathematics and its sources. The
matching is exact for this model (a sparse shortest-augmenting-path algorithm of SciPy, a group of specialties that
share consultants at a time); a group beyond `MOST_PAIRS`, or one the solver refuses, is planned earliest due first,
never by elapsed time. The solver costs 60 MB: call `plan` in the worker only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from teleconsult.errors import N_
from teleconsult.routing.forecast import Expected
from teleconsult.routing.pace import Pace
from teleconsult.routing.problems import WIDTHS, Group, cut
from teleconsult.routing.slots import Limits, Seat, Slot, Waiting

if TYPE_CHECKING:
    from teleconsult.routing.solver import Solved

WEIGHTS: Mapping[str, int] = {"urgent": 4, "high": 2, "routine": 1}
"""How much one late case of a priority counts; a choice of ours, to be set with the management."""

MOST_PAIRS = 4_000_000
"""Pairs of a case and a slot up to which the solver is asked (under 300 MB at its peak)."""


class Status(StrEnum):
    """How a plan came about."""

    OPTIMAL = "optimal"
    FALLBACK = "fallback"


class Line(NamedTuple):
    """One case of a plan: who, in which shift, the expected answer (median, and nine times in ten), and why.

    `reasons` are message ids with their parameters, for `gettext(text, **parameters)` where they are shown.
    """

    case_id: int
    user_id: int
    shift_id: int
    reads_at: datetime
    median_at: datetime
    ninety_at: datetime
    late: bool
    reasons: tuple[tuple[str, Mapping[str, object]], ...]


@dataclass(frozen=True)
class Plan:
    """What the engine proposes, in the order of the expected answers; `unplaced` are cases without a turn, and why."""

    lines: tuple[Line, ...]
    unplaced: tuple[tuple[int, str], ...]
    status: Status

    def of(self, case_id: int) -> Line | None:
        """Return the line of one case."""
        return next((line for line in self.lines if line.case_id == case_id), None)


ON_SHIFT = N_("Em turno, com vaga por volta de %(when)s; atende nesta especialidade")
OPEN_NOW = N_("Casos em aberto com este consultor agora: %(count)d")
KNOWS = N_("Já conhece este paciente ou o caso ligado")
TOO_LATE = N_("Sem vaga em turno dentro do prazo")
NOBODY = N_("Ninguém desta especialidade tem turno marcado.")
DECLINED = N_("Todos os que têm turno recusaram este caso, fizeram o pedido ou já estão com ele.")
ASKS = N_("Só tem turno nesta especialidade quem fez o pedido.")
FULL = N_("Os turnos marcados já estão cheios.")


def plan(
    waiting: Sequence[Waiting],
    seats: Sequence[Seat],
    now: datetime,
    *,
    paces: Mapping[int, Pace] | None = None,
    limits: Limits | None = None,
    forecast: Sequence[Expected] = (),
    kinds: Mapping[str, float] | None = None,
) -> Plan:
    """Return a consultant, a shift and an expected answer for each waiting case.

    Deterministic: the same input gives the same plan, whatever its order.

    Args:
        waiting: the cases that may be given to somebody (nobody has opened them).
        seats: the present and coming shifts, each with the specialties it serves.
        now: the moment of planning.
        paces: how long each consultant takes; a prior stands in for who is unknown.
        limits: open cases a person, what each holds already, minutes worked lately.
        forecast: cases expected to come (`forecast.expected`), so that what is done now leaves room for them.
        kinds: how many times as long as any other each kind of question takes.
    """
    limits = limits or Limits()
    cases = sorted(waiting, key=lambda case: (case.due_at, case.since, case.case_id))
    coming = sorted(forecast, key=lambda case: (case.at, case.specialty_id, case.due_at))
    pairs, status = _matched(cases, coming, seats, now, paces or {}, limits, kinds or {})
    lines = [_line(case, slot, now, limits, kinds or {}) for case, slot in pairs]
    lines.sort(key=lambda line: (line.median_at, line.case_id))
    placed = {line.case_id for line in lines}
    unplaced = tuple((case.case_id, _why(case, seats, now)) for case in cases if case.case_id not in placed)
    return Plan(tuple(lines), unplaced, status)


def _matched(
    cases: Sequence[Waiting],
    coming: Sequence[Expected],
    seats: Sequence[Seat],
    now: datetime,
    paces: Mapping[int, Pace],
    limits: Limits,
    kinds: Mapping[str, float],
) -> tuple[list[tuple[Waiting, Slot]], Status]:
    """Return who reads what: of the first slots, or of more of them until a later one is certain to be of no use."""
    for width in WIDTHS:
        pairs: list[tuple[Waiting, Slot]] = []
        status, certain = Status.OPTIMAL, True
        for group in cut(cases, coming, seats, now, paces, limits, width):
            found = _solved(group, now, limits, kinds)
            if found is None:
                status = Status.FALLBACK
                pairs += earliest_due_first(group.cases, group.slots, limits)
                certain = certain and width == WIDTHS[-1]
            else:
                pairs += [(group.cases[i], group.slots[j]) for i, j in found.pairs]
                certain = certain and found.certain
        if certain:
            break
    return pairs, status


def _solved(group: Group, now: datetime, limits: Limits, kinds: Mapping[str, float]) -> "Solved | None":
    if sum(len(group.reach[specialty]) for specialty in group.specialties()) > MOST_PAIRS:
        return None
    from teleconsult.routing.solver import solve  # noqa: PLC0415 (numpy and scipy: the worker only)

    return solve(group, now, limits, WEIGHTS, kinds)


def earliest_due_first(cases: Sequence[Waiting], slots: Sequence[Slot], limits: Limits) -> list[tuple[Waiting, Slot]]:
    """Give each slot, in the order of time, the case that is due first among those it can serve."""
    left = sorted(cases, key=lambda case: (case.due_at, case.since, case.case_id))
    pairs = []
    for slot in slots:
        found = next((case for case in left if may_read(case, slot, limits)), None)
        if found is not None:
            left.remove(found)
            pairs.append((found, slot))
    return pairs


def may_read(case: Waiting, slot: Slot, limits: Limits) -> bool:
    """Tell whether a case may be given a slot: its specialty, nobody who declined it, no limit passed."""
    cap = min(limits.most_open, limits.most_in.get(case.specialty_id, limits.most_open))
    return case.specialty_id in slot.specialties and slot.user_id not in case.declined and slot.turn < cap


def _line(case: Waiting, slot: Slot, now: datetime, limits: Limits, kinds: Mapping[str, float]) -> Line:
    more = int((kinds.get(case.kind, 1.0) - 1) * slot.minutes * 60)
    reads_at = now + timedelta(0, slot.start)
    median_at = now + timedelta(0, slot.median + more)
    ninety_at = now + timedelta(0, slot.ninety + more)
    late = median_at > case.due_at
    reasons: tuple[tuple[str, Mapping[str, object]], ...] = (
        (ON_SHIFT, {"when": reads_at}),
        (OPEN_NOW, {"count": limits.open_now.get(slot.user_id, 0)}),
    )
    if slot.user_id in case.knows:
        reasons += ((KNOWS, {}),)
    if late:
        reasons += ((TOO_LATE, {}),)
    return Line(
        case.case_id, slot.user_id, slot.shift_id, reads_at, median_at, max(ninety_at, median_at), late, reasons
    )


def _why(case: Waiting, seats: Sequence[Seat], now: datetime) -> str:
    serving = [s for s in seats if case.specialty_id in s.specialties and s.ends_at > now]
    if not serving:
        return NOBODY
    if all(seat.user_id == case.asker for seat in serving):
        return ASKS
    return DECLINED if all(seat.user_id in case.declined for seat in serving) else FULL
