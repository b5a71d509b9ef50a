"""The matching of cases to slots by SciPy, in stages that stay exact. Loaded by the worker only: it costs some 60 MB.

Costs are whole numbers held in doubles, exact below 2**53. Lateness and waiting always fit into one number; when
evenness and continuity fit beneath them too, one matching decides everything. Otherwise they are decided in a
second matching among the best of the first: those are exactly the matchings that use only edges whose cost the dual
prices pay in full, and every slot that has a price (complementary slackness of the assignment problem).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from teleconsult.routing.forecast import Expected
from teleconsult.routing.slots import Limits, Slot, Waiting

if TYPE_CHECKING:
    from teleconsult.routing.problems import Group

GRAIN = 300
"""Seconds of an expected answer that count as the same moment."""

END = 14 * 86_400 // GRAIN
"""Grains from now to the end of what is looked at; later answers count as given then, no answer as one grain later."""

EVEN, TILT = 1000, 100
"""What a grain of waiting costs, and what is added for a case that is due now (half of it a day before, and so on)."""

EXACT = 2**52
"""Up to here sums of whole doubles, and the differences that the solver takes of them, are exact."""

Array = Any


class Edges(NamedTuple):
    """Pairs of a row (case) and a column (slot) with what they cost: `time` first (late, waiting), then `even`."""

    rows: Array
    columns: Array
    time: Array
    even: Array


class Solved(NamedTuple):
    """The (case, slot) index pairs of the best plan of a group; `certain`: no slot beyond its reach could better it."""

    pairs: list[tuple[int, int]]
    certain: bool


def solve(
    group: "Group",
    now: datetime,
    limits: Limits,
    weights: Mapping[str, int],
    kinds: Mapping[str, float],
) -> Solved | None:
    """Return the best plan of one group, or None when it is too large or the solver finds none."""
    count, slots = len(group.cases) + len(group.coming), len(group.slots)
    late = count * END * (EVEN + TILT) + 1
    if count * max(weights.values()) * late > EXACT:
        return None
    edges = _edges(group, now, limits, weights, kinds, late)
    try:
        chosen, value = _best(edges, count, slots + count)
    except ValueError:
        return None
    pairs = [(i, int(j)) for i, j in enumerate(chosen[: len(group.cases)]) if j < slots]
    return Solved(pairs, bool((_beyond(group, now, weights, late) > value).all()))


def _beyond(group: "Group", now: datetime, weights: Mapping[str, int], late: int) -> Array:
    """Return for each case what a slot would cost at least that is not looked at.

    A plan that costs less by the dual value of the case (`_best`) than such a slot does is optimal with it too, and
    strictly less means that no optimal plan uses it (the reduced cost of the missing edge is above 0).
    """
    after = [group.after[specialty] for specialty in group.specialties()]
    seconds = np.minimum(np.array(after), float(END * GRAIN)).astype(np.int64)
    due = _seconds([case.due_at for case in group.cases] + [case.due_at for case in group.coming], now)
    at = np.concatenate([np.zeros(len(group.cases), np.int64), _seconds([case.at for case in group.coming], now)])
    weight = np.array([weights[case.priority] for case in group.cases] + [1] * len(group.coming))
    each = np.where(np.arange(len(due)) < len(group.cases), tilt(due), EVEN)
    cost = (seconds >= due) * weight * late + np.clip((seconds - at) // GRAIN, 0, END - 1) * each
    return np.where(np.isinf(after), np.inf, cost)


def _best(edges: Edges, count: int, width: int) -> tuple[Array, Array]:
    """Return the column of each row in a matching that is least in `time`, and among those least in `even`.

    Also the dual value of each row: its edges cost no less than this and the price of their columns.
    """
    below = count * int(edges.even.max()) + 1
    if (count * int(edges.time.max()) + 1) * below <= EXACT:
        chosen = _matching(edges, edges.time * below + edges.even, count, width)
        return chosen, _prices(edges, chosen, width)[1]
    first = _matching(edges, edges.time, count, width)
    price, value = _prices(edges, first, width)
    tight = edges.time == value[edges.rows] + price[edges.columns]
    # Every slot with a price must be used again: leaving one out costs more than all evenness together.
    among = Edges(*(part[tight] for part in edges))
    return _matching(among, among.even + (price[among.columns] == 0) * below, count, width), value


def _matching(edges: Edges, cost: Array, count: int, width: int) -> Array:
    """Solve by shortest augmenting paths (Jonker and Volgenant 1987, in SciPy); a cost of nothing would be no edge."""
    matrix = csr_matrix((cost + 1.0, (edges.rows, edges.columns)), shape=(count, width))
    return min_weight_full_bipartite_matching(matrix)[1]


def _prices(edges: Edges, chosen: Array, width: int) -> tuple[Array, Array]:
    """Return the dual price of each column (none above 0) and value of each row, by relaxing to a fixed point.

    The matching is optimal, so there is no negative cycle and it ends; columns without a row keep 0.
    """
    holder = np.full(width, -1)
    holder[chosen] = np.arange(len(chosen))
    to = holder[edges.columns]
    mine = to == edges.rows
    own = np.zeros(len(chosen), dtype=np.int64)
    own[edges.rows[mine]] = edges.time[mine]
    # Between slots that are taken, sorted by where they lead: each step is then one pass over memory in order.
    inner = np.flatnonzero((to >= 0) & ~mine)
    inner = inner[np.argsort(to[inner], kind="stable")]
    rows, step = edges.rows[inner], edges.time[inner] - own[edges.rows[inner]]
    first = np.flatnonzero(np.diff(to[inner], prepend=-1))
    led_to, price, through = to[inner[first]], np.zeros(len(chosen), dtype=np.int64), np.empty_like(step)
    while len(first):
        np.take(price, rows, out=through, mode="clip")
        through += step
        lower = np.minimum(np.minimum.reduceat(through, first), price[led_to])
        if (lower == price[led_to]).all():
            break
        price[led_to] = lower
    prices = np.zeros(width, dtype=np.int64)
    prices[chosen] = price
    return prices, own - price


def _edges(
    group: "Group",
    now: datetime,
    limits: Limits,
    weights: Mapping[str, int],
    kinds: Mapping[str, float],
    late: int,
) -> Edges:
    table = _Table(group.slots, limits, len(group.cases))
    parts: list[Edges] = []
    for specialty, found in group.reach.items():
        near = np.array(found, dtype=np.int64)
        rows = [i for i, case in enumerate(group.cases) if case.specialty_id == specialty]
        if rows and len(near):
            cap = min(limits.most_open, limits.most_in.get(specialty, limits.most_open))
            open_to = near[table.turn[near] < cap]
            parts.append(
                _waiting(table, np.array(rows), [group.cases[i] for i in rows], open_to, now, weights, kinds, late)
            )
        ahead = [i for i, case in enumerate(group.coming) if case.specialty_id == specialty]
        if ahead and len(near):
            at = np.array(ahead) + len(group.cases)
            parts.append(_coming(table, at, [group.coming[i] for i in ahead], near, now, late))
    parts.append(_nowhere(group, now, weights, late))
    return Edges(*(np.concatenate(column) for column in zip(*parts, strict=True)))


class _Table:
    """The slots as columns."""

    def __init__(self, slots: Sequence[Slot], limits: Limits, count: int) -> None:
        of = (
            dict(zip(Slot._fields, zip(*slots, strict=True), strict=True)) if slots else dict.fromkeys(Slot._fields, ())
        )
        self.owner = np.array(of["user_id"], dtype=np.int64)
        self.start = np.array(of["start"], dtype=np.int64)
        self.median = np.array(of["median"], dtype=np.int64)
        self.minutes = np.array(of["minutes"], dtype=np.float64)
        self.turn = np.array(of["turn"], dtype=np.int64)
        lately = {person: limits.worked.get(person, 0) for person in set(of["user_id"])}
        least = min(lately.values(), default=0)
        worked = np.array([lately[person] for person in of["user_id"]], dtype=np.int64)
        self.load = ((worked - least) // 15 + self.turn) * (count + 1)
        """Turns a person has had lately and has before this one: a sum that is least when everybody has as many."""


def _seconds(moments: Sequence[datetime], now: datetime) -> Array:
    return np.array([(moment - now) // timedelta(seconds=1) for moment in moments], dtype=np.int64)


def tilt(due: Array) -> Array:
    """Return what a grain of waiting costs for cases due in so many seconds: a little more the sooner it is due."""
    return EVEN + np.rint(TILT / (1 + np.maximum(due, 0) / 86_400)).astype(np.int64)


def _waiting(
    table: _Table,
    rows: Array,
    cases: Sequence[Waiting],
    near: Array,
    now: datetime,
    weights: Mapping[str, int],
    kinds: Mapping[str, float],
    late: int,
) -> Edges:
    due = _seconds([case.due_at for case in cases], now)[:, None]
    weight = np.array([weights[case.priority] for case in cases])[:, None]
    longer = np.array([kinds.get(case.kind, 1.0) - 1 for case in cases])[:, None]
    ends = table.median[near][None, :] + (longer * table.minutes[near][None, :] * 60).astype(np.int64)
    time = (ends > due) * weight * late + np.clip(ends // GRAIN, 0, END - 1) * tilt(due)
    # Somebody who knows the patient saves one; evenness counts more than all of that together.
    owner = table.owner[near]
    keep, strange = np.ones(time.shape, dtype=bool), np.zeros(time.shape, dtype=bool)
    for i, case in enumerate(cases):
        for person in case.declined:
            keep[i] &= owner != person
        if case.knows:
            strange[i] = True
            for person in case.knows:
                strange[i] &= owner != person
    even = table.load[near][None, :] + strange
    return _flat(rows, near, keep, time, even)


def _coming(table: _Table, rows: Array, cases: Sequence[Expected], near: Array, now: datetime, late: int) -> Edges:
    at = _seconds([case.at for case in cases], now)[:, None]
    due = _seconds([case.due_at for case in cases], now)[:, None]
    ends = table.median[near][None, :]
    time = (ends > due) * late + np.clip((ends - at) // GRAIN, 0, END - 1) * EVEN
    return _flat(rows, near, table.start[near][None, :] >= at, time, np.zeros(time.shape, dtype=np.int64))


def _flat(rows: Array, near: Array, keep: Array, time: Array, even: Array) -> Edges:
    where, which = np.nonzero(keep)
    return Edges(rows[where], near[which], time[keep], even[keep])


def _nowhere(group: "Group", now: datetime, weights: Mapping[str, int], late: int) -> Edges:
    """Return one column of its own for each case: to have no turn is to be late, and to wait beyond the end."""
    count = len(group.cases) + len(group.coming)
    due = _seconds([case.due_at for case in group.cases], now)
    weight = np.array([weights[case.priority] for case in group.cases], dtype=np.int64)
    time = np.concatenate([weight * late + END * tilt(due), np.full(len(group.coming), late + END * EVEN)])
    rows = np.arange(count)
    return Edges(rows, len(group.slots) + rows, time.astype(np.int64), np.zeros(count, dtype=np.int64))
