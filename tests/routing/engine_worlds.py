"""Small problems of distribution, and their optimum found by trying everything."""

from datetime import UTC, datetime, timedelta
from itertools import product

from hypothesis import strategies as st

from teleconsult.routing import engine
from teleconsult.routing.pace import Pace
from teleconsult.routing.slots import Limits, Seat, Waiting, slots_of

NOW = datetime(2026, 3, 2, 11, tzinfo=UTC)
END = 14 * 24 * 12


def hours(number):
    return NOW + timedelta(hours=number)


@st.composite
def problems(draw, most_cases=5, most_people=3, huge=False):
    """Return waiting cases, seats, paces and limits of a small network; `huge` differences of work force two stages."""
    people = range(1, draw(st.integers(2 if huge else 1, most_people)) + 1)
    skills = {p: draw(st.frozensets(st.integers(1, 3), min_size=1, max_size=2)) for p in people}
    seats = []
    for number in range(draw(st.integers(0, 4))):
        person = draw(st.sampled_from(people))
        begins = draw(st.sampled_from([-1, 0, 0.5, 1, 3, 24]))
        length = draw(st.sampled_from([0.5, 0.75, 1]))
        seats.append(Seat(number + 1, person, skills[person], hours(begins), hours(begins + length)))
    waiting = []
    for number in range(draw(st.integers(0, most_cases))):
        due = draw(st.sampled_from([-2, 0.25, 0.5, 1, 2, 4, 30]))
        priority = draw(st.sampled_from(["urgent", "high", "routine"]))
        declined, knows = (draw(st.frozensets(st.sampled_from(people), max_size=1)) for _ in range(2))
        waiting.append(Waiting(number, draw(st.integers(1, 3)), priority, hours(due), hours(-5), declined, knows))
    paces = {p: Pace(draw(st.sampled_from([10.0, 15.0, 20.0])), draw(st.sampled_from([0.0, 0.4]))) for p in people}
    much = [0, 15, 10**11, 2 * 10**11] if huge else [0, 20, 40, 300]
    worked = {p: draw(st.sampled_from(much)) for p in people}
    held = {p: draw(st.integers(0, 2)) for p in people}
    limits = Limits(draw(st.integers(1, 5)), held, worked, draw(st.dictionaries(st.integers(1, 3), st.integers(1, 4))))
    return waiting, seats, paces, limits


def slots_for(problem):
    waiting, seats, paces, limits = problem
    return slots_of(seats, NOW, len(waiting), paces, limits)


def cost(pairs, waiting, limits, slots):
    """Return what a distribution is worth, as the documentation says it: late, waiting, evenness, continuity."""
    late = wait = load = strangers = 0
    least = min((limits.worked.get(slot.user_id, 0) for slot in slots), default=0)
    taken = dict(pairs)
    for case in waiting:
        weight = engine.WEIGHTS[case.priority]
        left = (case.due_at - NOW).total_seconds()
        tilt = 1000 + round(100 / (1 + max(0.0, left) / 86_400))
        slot = taken.get(case)
        if slot is None:
            late += weight
            wait += END * tilt
            continue
        late += weight * (slot.median > left)
        wait += min(slot.median // 300, END - 1) * tilt
        load += (limits.worked.get(slot.user_id, 0) - least) // 15 + slot.turn
        strangers += bool(case.knows) and slot.user_id not in case.knows
    return late, wait, load, strangers


def best_cost(problem):
    """Return the least cost over every way of giving each case a slot or none."""
    waiting, _, _, limits = problem
    slots = slots_for(problem)
    choices = [[None, *(s for s in slots if engine.may_read(case, s, limits))] for case in waiting]
    found = []
    for chosen in product(*choices):
        used = [slot for slot in chosen if slot is not None]
        if len(set(used)) == len(used):
            pairs = [(case, slot) for case, slot in zip(waiting, chosen, strict=True) if slot is not None]
            found.append(cost(pairs, waiting, limits, slots))
    return min(found)


def pairs_of(plan, problem):
    """Return the (case, slot) pairs of a plan."""
    cases = {case.case_id: case for case in problem[0]}
    at = {(s.user_id, s.start): s for s in slots_for(problem)}
    return [(cases[line.case_id], at[line.user_id, int((line.reads_at - NOW).total_seconds())]) for line in plan.lines]


def solved(problem, **more):
    waiting, seats, paces, limits = problem
    return engine.plan(waiting, seats, NOW, paces=paces, limits=limits, **more)
