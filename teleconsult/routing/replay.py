"""A policy run over what was recorded, beside others and beside the optimum that knows the future. Pure.

The recorded submissions, targets and shifts become a world of the simulation: moments become slots of a quarter of an
hour from the Monday of the first week on, and a consultant in the shifts of one specialty is a person of that world
(somebody with two specialties is on shift for one of them at a time). What the record cannot say is left as in the
simulation's plain variant: an answer takes one slot, nobody declines or asks. After the record the last week's roster
goes on until all is read. `optimum` loads SciPy, and so does the policy "ours".
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil, floor

from teleconsult.errors import N_, Refused
from teleconsult.routing.optimum import optimum
from teleconsult.routing.outcome import Result
from teleconsult.routing.policies import POLICIES
from teleconsult.routing.replay_record import Record, Row, Sent
from teleconsult.routing.simulation import EPOCH, PER_WEEK, SLOT, Case, Network, World, make, run

WEEK = timedelta(days=7)
AFTERWARDS = 3
"""How many times the roster is repeated after the record."""


def simulated(policy: str, seed: int, load: float, consultants: int = 50) -> list[Row]:
    """Return the comparison in the simulation's world of a seed; five consultants to a specialty, of which there are ten at most."""
    network = Network(load=load, consultants=consultants, specialties=min(10, max(1, consultants // 5)))
    return compare(make(network, seed), policy)


def compare(world: World, policy: str) -> list[Row]:
    """Return a policy beside earliest due first, first come first served and the two optima."""
    names = list(dict.fromkeys([policy, "edf", "fcfs"]))
    rows = [Row.of(name, run(world, POLICIES[name](world))) for name in names]
    for name, late_first in (("least-wait", False), ("fewest-late", True)):
        try:
            rows.append(Row.of(name, optimum(world, late_first=late_first), known=False))
        except RuntimeError:  # more was sent than the shifts of the record can ever read
            break
    return rows


def recorded(record: Record, policy: str) -> tuple[list[Row], int]:
    """Return what really happened and the comparison over the same cases; and how many are left out.

    Left out is a case whose specialty had no shift in the week after it was sent: nobody could have read it.

    Raises:
        Refused: nothing was sent for a specialty with shifts.
    """
    world, cases = world_of(record)
    return [Row.of("recorded", happened(record, cases), known=False), *compare(world, policy)], len(record.sent) - len(
        cases
    )


def happened(record: Record, cases: Sequence[Sent]) -> Result:
    """Return what came of the cases; one still open has waited until the end of the record."""
    ends = [case.answered_at or record.until for case in cases]
    return Result.of(
        [(end - case.sent_at) / timedelta(hours=1) for case, end in zip(cases, ends, strict=True)],
        [end > case.due_at for case, end in zip(cases, ends, strict=True)],
        [case.priority == "urgent" for case in cases],
    )


def world_of(record: Record) -> tuple[World, list[Sent]]:
    """Return the record as a world of the simulation, and the cases that are in it.

    Raises:
        Refused: nothing was sent for a specialty with shifts.
    """
    monday = _monday(record)
    served = {sat.specialty_id for sat in record.sat}
    cases = sorted((case for case in record.sent if _could_be_read(case, record)), key=lambda case: case.sent_at)
    if not cases:
        raise Refused(N_("Não há casos enviados para especialidades com turno nesse período."))
    specialties = {number: i for i, number in enumerate(sorted(served))}
    people = {pair: i for i, pair in enumerate(sorted({(sat.user_id, sat.specialty_id) for sat in record.sat}))}
    shifts = _shifts(record, monday, people)
    duty: list[set[int]] = [set() for _ in range(max(end for _, _, end in shifts))]
    for person, begin, end in shifts:
        for slot in range(begin, end):
            duty[slot].add(person)
    weeks = ceil((record.until - monday) / WEEK)
    made = [
        Case(
            i,
            specialties[c.specialty_id],
            ceil(_slot(c.sent_at, monday)),
            c.priority == "urgent",
            floor(_slot(c.due_at, monday)),
        )
        for i, c in enumerate(cases)
    ]
    world = World(
        Network(specialties=len(specialties), consultants=len(people), weeks=weeks),
        tuple(frozenset({specialties[specialty]}) for _, specialty in people),
        tuple(tuple(sorted(on)) for on in duty),
        tuple(shifts),
        tuple(made),
        tuple((specialties[s], EPOCH + (at - monday)) for s, at in record.before if s in specialties),
        {person: [float(SLOT)] for person in people.values()},
    )
    return world, cases


def _could_be_read(case: Sent, record: Record) -> bool:
    return any(
        sat.specialty_id == case.specialty_id and sat.ends_at > case.sent_at and sat.starts_at < case.sent_at + WEEK
        for sat in record.sat
    )


def _monday(record: Record) -> datetime:
    local = record.since.astimezone(record.zone)
    return (local - timedelta(days=local.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)


def _slot(at: datetime, monday: datetime) -> float:
    return (at - monday) / timedelta(minutes=SLOT)


def _shifts(record: Record, monday: datetime, people: Mapping[tuple[int, int], int]) -> list[tuple[int, int, int]]:
    """Return (person, first slot, end) of the record's roster, and of the same roster afterwards."""
    once = [
        (people[s.user_id, s.specialty_id], max(0, ceil(_slot(s.starts_at, monday))), floor(_slot(s.ends_at, monday)))
        for s in record.sat
    ]
    period = ceil((record.until - monday) / WEEK) * PER_WEEK
    every = [(p, begin + n * period, end + n * period) for n in range(AFTERWARDS + 1) for p, begin, end in once]
    return sorted((shift for shift in every if shift[1] < shift[2]), key=lambda shift: (shift[1], shift[0]))
