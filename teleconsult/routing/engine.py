"""The distribution of waiting cases over the coming shifts. Pure: no database, no clock of its own.

Cases are matched to slots: the turns in which consultants on shift will read. The objective is lexicographic:
fewest late cases weighted by priority; then the earliest expected answers; then even load; then continuity
(somebody who knew the patient or the linked case). docs/distribution.md has the mathematics and its sources. The
matching is exact for this model (a sparse shortest-augmenting-path algorithm of SciPy, a group of specialties that
share consultants at a time); a group beyond `MOST_PAIRS`, or one the solver refuses, is planned earliest due first,
never by elapsed time. The solver costs 60 MB: call `plan` in the worker only.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from teleconsult.errors import N_
from teleconsult.routing.forecast import Expected
from teleconsult.routing.pace import PRIOR_MINUTES, Pace
from teleconsult.routing.slots import Limits, Seat, Slot, Waiting, slots_of

WEIGHTS: Mapping[str, int] = {"urgent": 4, "high": 2, "routine": 1}
"""How much one late case of a priority counts; a choice of ours, to be set with the management."""

MOST_PAIRS = 4_000_000
"""Pairs of a case and a slot up to which the solver is asked (under 300 MB at its peak)."""


SLACK = 600
"""Seconds beyond the last needed slot that are looked at too: more than the grain in which the solver counts."""


PLENTY, SHIFT_MINUTES = 3, 180
"""Turns for each case in the shifts that are looked at first, of which each is taken to have so many minutes left."""


class Status(StrEnum):
    """How a plan came about."""

    OPTIMAL = "optimal"
    FALLBACK = "fallback"


@dataclass(frozen=True, slots=True)
class Line:
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


@dataclass
class Group:
    """A problem of its own: the cases and slots of specialties that share consultants."""

    cases: list[Waiting] = field(default_factory=list)
    coming: list[Expected] = field(default_factory=list)
    slots: list[Slot] = field(default_factory=list)
    reach: dict[int, list[int]] = field(default_factory=dict)
    """By specialty, the indexes of the slots beyond which no optimal plan needs to look."""

    def specialties(self) -> list[int]:
        """Return the specialty of each case, those that wait and those expected."""
        return [case.specialty_id for case in self.cases] + [case.specialty_id for case in self.coming]


NOBODY = N_("Ninguém desta especialidade tem turno marcado.")
DECLINED = N_("Todos os que têm turno recusaram este caso.")
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
    lines: list[Line] = []
    status = Status.OPTIMAL
    for group in _problems(cases, coming, seats, now, paces or {}, limits, kinds or {}):
        pairs, how = _match(group, now, limits, kinds or {})
        status = how if how is Status.FALLBACK else status
        lines += [_line(case, slot, now, limits, kinds or {}) for case, slot in pairs]
    lines.sort(key=lambda line: (line.median_at, line.case_id))
    placed = {line.case_id for line in lines}
    unplaced = tuple((case.case_id, _why(case, seats, now)) for case in cases if case.case_id not in placed)
    return Plan(tuple(lines), unplaced, status)


def _problems(
    cases: Sequence[Waiting],
    coming: Sequence[Expected],
    seats: Sequence[Seat],
    now: datetime,
    paces: Mapping[int, Pace],
    limits: Limits,
    kinds: Mapping[str, float],
) -> list[Group]:
    """Return the groups with the slots that they can need: of the next days only, if those are certain to suffice."""
    count = len(cases) + len(coming)
    for days in _looks(seats, now, count):
        until = now + timedelta(days=days)
        near = [seat for seat in seats if seat.starts_at < until]
        groups = _groups(cases, coming, slots_of(near, now, count, paces, limits, len(coming)))
        ends = [_reach(group, now, limits, kinds) for group in groups]
        if len(near) == len(seats) or all(end is not None and end < days * 86_400 for end in ends):
            break
    return groups


def _looks(seats: Sequence[Seat], now: datetime, count: int) -> list[int]:
    """Return after how many days to look whether the slots suffice: first when they are some times the cases."""
    begins = sorted((seat.starts_at - now).days + 1 for seat in seats) or [1]
    first = begins[min(len(begins) - 1, int(PLENTY * count * PRIOR_MINUTES / SHIFT_MINUTES))]
    return sorted({max(1, first), max(1, first) * 2, begins[-1] + 1})


def _groups(cases: Sequence[Waiting], coming: Sequence[Expected], slots: Sequence[Slot]) -> list[Group]:
    """Split into groups of specialties that share consultants; those without a waiting case are left out."""
    root: dict[int, int] = {}

    def find(x: int) -> int:
        while root.setdefault(x, x) != x:
            root[x] = root[root[x]]
            x = root[x]
        return x

    for together in sorted(tuple(sorted(skills)) for skills in {slot.specialties for slot in slots}):
        for other in together[1:]:
            root[find(other)] = find(together[0])
    found: dict[int, Group] = {}
    for case in cases:
        found.setdefault(find(case.specialty_id), Group()).cases.append(case)
    for expected in coming:
        if (group := found.get(find(expected.specialty_id))) is not None:
            group.coming.append(expected)
    of = {skills: found.get(find(min(skills))) for skills in {slot.specialties for slot in slots} if skills}
    for slot in slots:
        if (group := of.get(slot.specialties)) is not None:
            group.slots.append(slot)
    return list(found.values())


def _match(
    group: Group, now: datetime, limits: Limits, kinds: Mapping[str, float]
) -> tuple[list[tuple[Waiting, Slot]], Status]:
    pairs = sum(len(group.reach[specialty]) for specialty in group.specialties())
    if pairs <= MOST_PAIRS:
        from teleconsult.routing.solver import solve  # noqa: PLC0415 (numpy and scipy: the worker only)

        chosen = solve(group, now, limits, WEIGHTS, kinds)
        if chosen is not None:
            return [(group.cases[i], group.slots[j]) for i, j in chosen], Status.OPTIMAL
    return earliest_due_first(group.cases, group.slots, limits), Status.FALLBACK


def _reach(group: Group, now: datetime, limits: Limits, kinds: Mapping[str, float]) -> float | None:
    """Fill in `reach`, and return the second up to which slots are needed; None when all of them are.

    A case of specialty s in a slot after the first K that serve s could move to a free one of these, if K is more than
    the other cases can take of them: all others of s, and of another specialty o no more than it has cases or than
    slots among the K serve it. Nothing costs more in an earlier slot. Not counted are slots that some case may not use:
    of who declined one, above a limit of open cases, or before the last expected case arrives. `slack` covers what
    kinds of question move, and the grain of the solver.
    """
    need = Counter(group.specialties())
    last_at: dict[int, int] = {}
    for expected in group.coming:
        at = int((expected.at - now).total_seconds())
        last_at[expected.specialty_id] = max(at, last_at.get(expected.specialty_id, 0))
    serves: dict[int, list[int]] = {specialty: [] for specialty in need}
    lists = {
        skills: [serves[s] for s in skills if s in serves] for skills in {slot.specialties for slot in group.slots}
    }
    for j, slot in enumerate(group.slots):
        for found in lists[slot.specialties]:
            found.append(j)
    declined: dict[int, set[int]] = {}
    for case in group.cases:
        declined.setdefault(case.specialty_id, set()).update(case.declined)
    longer = max(0.0, max(kinds.values(), default=1.0) - 1)
    ends: list[float | None] = []
    for specialty, found in serves.items():
        cap = min(limits.most_open, limits.most_in.get(specialty, limits.most_open))
        gone, from_ = declined.get(specialty, set()), last_at.get(specialty, 0)
        serving = [group.slots[j] for j in found]
        usable = [s for s in serving if s.turn < cap and s.start >= from_ and s.user_id not in gone]
        last = _last_needed(usable, specialty, need, longer)
        group.reach[specialty] = (
            found if last is None else [j for j, slot in zip(found, serving, strict=True) if slot.start <= last]
        )
        ends.append(last)
    needed = [end for end in ends if end is not None]
    return max(needed, default=0.0) if len(needed) == len(ends) else None


def _last_needed(usable: Sequence[Slot], specialty: int, need: Mapping[int, int], longer: float) -> float | None:
    """Return the second by which enough usable slots have ended, whatever the other cases take; None: never."""
    taken: dict[int, int] = {}
    others, end = 0, 0.0
    for count, slot in enumerate(usable, 1):
        end = max(end, slot.median + longer * slot.minutes * 60)
        for other in slot.specialties:
            if other != specialty and taken.get(other, 0) < need.get(other, 0):
                taken[other] = taken.get(other, 0) + 1
                others += 1
        if count - others >= need[specialty]:
            return end + SLACK
    return None


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
    reads_at = now + timedelta(seconds=slot.start)
    median_at = now + timedelta(seconds=slot.median + more)
    ninety_at = now + timedelta(seconds=slot.ninety + more)
    late = median_at > case.due_at
    reasons: list[tuple[str, Mapping[str, object]]] = [
        (N_("Em turno %(when)s, atende nesta especialidade"), {"when": reads_at}),
        (N_("%(count)d casos com este consultor agora"), {"count": limits.open_now.get(slot.user_id, 0)}),
    ]
    if slot.user_id in case.knows:
        reasons.append((N_("Já conhece este paciente ou o caso ligado"), {}))
    if late:
        reasons.append((N_("Sem vaga em turno dentro do prazo"), {}))
    return Line(
        case.case_id, slot.user_id, slot.shift_id, reads_at, median_at, max(ninety_at, median_at), late, tuple(reasons)
    )


def _why(case: Waiting, seats: Sequence[Seat], now: datetime) -> str:
    serving = [s for s in seats if case.specialty_id in s.specialties and s.ends_at > now]
    if not serving:
        return NOBODY
    return DECLINED if all(seat.user_id in case.declined for seat in serving) else FULL
