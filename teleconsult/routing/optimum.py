"""The optimum that knows the future, for the simulation: linear assignments of cases to slots. Loads SciPy.

Each case takes one slot in it; declines, exams asked for and different times are unknown to it. It is a bound where
answers take one slot, and a mark to look at where they do not.
"""

from contextlib import suppress
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from teleconsult.routing.engine import WEIGHTS
from teleconsult.routing.outcome import Result
from teleconsult.routing.simulation import PER_HOUR, World

LATE = 10_000_000
"""What a late case of weight 1 costs: above all the waiting together that it could save."""

REACH = 600
"""Slots of its specialty that a case may look at, from its arrival on: several working days."""


def optimum(world: World, *, late_first: bool) -> Result:
    """Return the least total wait, or the fewest weighted late cases and the least wait among those.

    Raises:
        RuntimeError: a case found no slot within `REACH`, so that the result would not be a bound.
    """
    pairs = [(t, person) for t, duty in enumerate(world.duty) for person in duty]
    at = np.array([t for t, _ in pairs], dtype=np.int64)
    serves = [
        np.array([j for j, (_, p) in enumerate(pairs) if s in world.skills[p]], dtype=np.int64)
        for s in range(world.network.specialties)
    ]
    columns, costs = [], []
    for case in world.cases:
        near = serves[case.specialty]
        begin = int(np.searchsorted(at[near], case.arrives))
        found = near[begin : begin + REACH]
        cost = at[found] - case.arrives + 1.0
        if late_first:
            weight = WEIGHTS["urgent" if case.urgent else "routine"]
            cost = cost + (at[found] + 1 > case.due) * float(LATE * weight)
        columns.append(found)
        costs.append(cost)
    ends = at[_assign(columns, costs, len(pairs))] + 1
    waits = [(int(end) - case.arrives) / PER_HOUR for end, case in zip(ends, world.cases, strict=True)]
    late = [int(end) > case.due for end, case in zip(ends, world.cases, strict=True)]
    return Result.of(waits, late, [case.urgent for case in world.cases])


def _assign(columns: list[Any], costs: list[Any], width: int) -> Any:
    rows = np.repeat(np.arange(len(columns)), [len(found) for found in columns])
    matrix = csr_matrix((np.concatenate(costs), (rows, np.concatenate(columns))), shape=(len(columns), width))
    if len(columns) <= width:
        with suppress(ValueError):
            return min_weight_full_bipartite_matching(matrix)[1]
    raise RuntimeError("a case finds no slot in reach")
