"""A seeded discrete-event simulation of a network, for comparing ways of distributing. Pure: standard library only.

Time is counted in slots of 15 minutes from Monday 00:00 of the first week. Cases come at the beginning of a slot; who
finishes within one goes on at once with the next case. A case begun in a shift is finished. The parameters are those of
the benchmark (docs/distribution.md); the same seed gives the same demand and shifts to every policy.
"""

import heapq
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from teleconsult.routing.outcome import Result

SLOT = 15
PER_HOUR = 4
PER_DAY = 96
PER_WEEK = 7 * PER_DAY
EPOCH = datetime(2026, 3, 2, tzinfo=UTC)
HISTORY_WEEKS = 4


@dataclass(frozen=True)
class Network:
    """What is simulated. `skew` is how far the demand of specialties differs from even, `load` counts all reading.

    `spread` is the standard deviation of the logarithm of the slots an answer takes (their mean is 1). A declined case
    costs its reader `decline_slots`; one asked about is read again when the exams come, `supply_hours` later (median).
    """

    specialties: int = 10
    consultants: int = 50
    shifts_a_week: int = 3
    shift_slots: int = 16
    second_share: float = 0.5
    skew: float = 0.25
    load: float = 0.85
    weeks: int = 2
    first_hour: int = 8
    last_hour: int = 18
    urgent_share: float = 0.10
    urgent_hours: int = 24
    routine_hours: int = 72
    spread: float = 0.0
    declines: float = 0.0
    asks: float = 0.0
    decline_slots: float = 1 / 3
    supply_hours: float = 24.0

    @property
    def weekly(self) -> float:
        """Return how many cases a week make the load."""
        each = 1 + self.declines * self.decline_slots + self.asks
        return self.load * self.consultants * self.shifts_a_week * self.shift_slots / each


@dataclass
class Case:
    """One case of the simulation; times in slots, `work` and `again` (after exams came) in slots of reading."""

    id: int
    specialty: int
    arrives: int
    urgent: bool
    due: int
    work: float = 1.0
    again: float = 1.0
    supplied_after: float = 0.0
    declines: bool = False
    asks: bool = False
    declined_by: set[int] = field(default_factory=set)
    answered: float | None = None


@dataclass(frozen=True)
class World:
    """Demand and shifts of one seed: `duty[t]` are the consultants on shift in slot t.

    `shifts` are (person, first slot, end). `history` is what came in the weeks before, `record` what answers took in
    minutes: all that a policy may learn from.
    """

    network: Network
    skills: tuple[frozenset[int], ...]
    duty: tuple[tuple[int, ...], ...]
    shifts: tuple[tuple[int, int, int], ...]
    cases: tuple[Case, ...]
    history: tuple[tuple[int, datetime], ...]
    record: Mapping[int, Sequence[float]]


def moment(slot: float) -> datetime:
    """Return a time of the simulation as a moment."""
    return EPOCH + timedelta(minutes=SLOT * slot)


def make(network: Network, seed: int) -> World:
    """Return the world of a seed; after the weeks of demand the same roster goes on until all is read."""
    dice = random.Random(seed)  # noqa: S311 (a simulation wants repeatable dice, not secrets)
    skills = tuple(_skills(i, network, dice) for i in range(network.consultants))
    week = sorted(_week(network, dice), key=lambda shift: (shift[1], shift[0]))
    shifts = [(p, w * PER_WEEK + a, w * PER_WEEK + b) for w in range(network.weeks + 4) for p, a, b in week]
    duty: list[list[int]] = [[] for _ in range(PER_WEEK * (network.weeks + 4))]
    for person, begin, end in shifts:
        for t in range(begin, end):
            duty[t].append(person)
    cases = _demand(network, network.weeks, dice)
    before = _demand(network, HISTORY_WEEKS, dice)
    history = tuple((c.specialty, moment(c.arrives - HISTORY_WEEKS * PER_WEEK)) for c in before)
    record = {p: [_work(network, dice) * SLOT for _ in range(40)] for p in range(network.consultants)}
    return World(network, skills, tuple(map(tuple, duty)), tuple(shifts), tuple(cases), history, record)


def _skills(i: int, network: Network, dice: random.Random) -> frozenset[int]:
    first = i % network.specialties
    if dice.random() >= network.second_share:
        return frozenset({first})
    return frozenset({first, dice.choice([s for s in range(network.specialties) if s != first])})


def _week(network: Network, dice: random.Random) -> list[tuple[int, int, int]]:
    latest = network.last_hour - network.shift_slots // PER_HOUR
    made = []
    for person in range(network.consultants):
        for day in dice.sample(range(5), network.shifts_a_week):
            start = day * PER_DAY + dice.randint(network.first_hour, latest) * PER_HOUR
            made.append((person, start, start + network.shift_slots))
    return made


def _demand(network: Network, weeks: int, dice: random.Random) -> list[Case]:
    last = max(1, network.specialties - 1)
    shares = [1 + network.skew * (2 * s / last - 1) for s in range(network.specialties)]
    open_slots = (network.last_hour - network.first_hour) * PER_HOUR
    days = [(dice.randrange(weeks), dice.randrange(5)) for _ in range(round(network.weekly * weeks))]
    arrivals = sorted(
        w * PER_WEEK + d * PER_DAY + network.first_hour * PER_HOUR + dice.randrange(open_slots) for w, d in days
    )
    return [_case(i, arrives, shares, network, dice) for i, arrives in enumerate(arrivals)]


def _work(network: Network, dice: random.Random) -> float:
    return dice.lognormvariate(-(network.spread**2) / 2, network.spread) if network.spread else 1.0


def _case(i: int, arrives: int, shares: Sequence[float], network: Network, dice: random.Random) -> Case:
    urgent = dice.random() < network.urgent_share
    hours = network.urgent_hours if urgent else network.routine_hours
    return Case(
        i,
        dice.choices(range(network.specialties), shares)[0],
        arrives,
        urgent,
        arrives + hours * PER_HOUR,
        _work(network, dice),
        _work(network, dice),
        network.supply_hours * PER_HOUR * dice.lognormvariate(0, 0.5),
        declines=dice.random() < network.declines,
        asks=dice.random() < network.asks,
    )


@dataclass
class Desk:
    """What a policy may see: who waits, what each has in hand, when each began the present case, minutes worked."""

    world: World
    waiting: dict[int, Case] = field(default_factory=dict)
    in_hand: dict[int, list[Case]] = field(default_factory=dict)
    begun: dict[int, float] = field(default_factory=dict)
    worked: list[float] = field(default_factory=list)

    def fits(self, case: Case, person: int) -> bool:
        """Tell whether a person may read a case."""
        return case.specialty in self.world.skills[person] and person not in case.declined_by


class Policy(Protocol):
    """A way of distributing: `look` at the beginning of each slot, then say the `next` case of whoever is free."""

    def look(self, t: int, desk: Desk) -> None: ...

    def next(self, person: int, desk: Desk) -> Case | None: ...


class Simulation:
    """One policy at work in one world."""

    def __init__(self, world: World, policy: Policy) -> None:
        self.world, self.policy = world, policy
        cases = [Case(**{**vars(case), "declined_by": set()}) for case in world.cases]
        self.cases, self.coming = cases, cases[::-1]
        self.desk = Desk(world, worked=[0.0] * len(world.skills))
        self.free_at = [0.0] * len(world.skills)
        self.supplied: list[tuple[float, int, int]] = []
        self.idle, self.idle_while_waiting = 0.0, 0

    def run(self) -> Result:
        """Let the policy work until everything is read."""
        for t, duty in enumerate(self.world.duty):
            while self.coming and self.coming[-1].arrives <= t:
                case = self.coming.pop()
                self.desk.waiting[case.id] = case
            while self.supplied and self.supplied[0][0] <= t:
                _, number, person = heapq.heappop(self.supplied)
                self.desk.in_hand.setdefault(person, []).append(self.cases[number])
            if not (self.coming or self.supplied or self.desk.waiting or any(self.desk.in_hand.values())):
                break
            self._slot(t, duty)
        return self._result()

    def _slot(self, t: int, duty: Sequence[int]) -> None:
        free = [(max(float(t), self.free_at[p]), p) for p in duty if self.free_at[p] < t + 1]
        if free and self.desk.waiting:
            self.policy.look(t, self.desk)
        heapq.heapify(free)
        while free:
            at, person = heapq.heappop(free)
            in_hand = self.desk.in_hand.get(person)
            if in_hand:
                in_hand.sort(key=lambda case: (case.due, case.id))
                self._read_again(in_hand.pop(0), person, at)
            elif self.desk.waiting and (case := self.policy.next(person, self.desk)) is not None:
                self._read(case, person, at)
            else:
                self.idle += t + 1 - at
                self.idle_while_waiting += any(self.desk.fits(c, person) for c in self.desk.waiting.values())
                continue
            if self.free_at[person] < t + 1:
                heapq.heappush(free, (self.free_at[person], person))

    def _busy(self, person: int, at: float, slots: float) -> float:
        self.desk.begun[person] = at
        self.desk.worked[person] += slots
        self.free_at[person] = at + slots
        return self.free_at[person]

    def _read(self, case: Case, person: int, at: float) -> None:
        if case.declines and not case.declined_by:
            case.declined_by.add(person)
            self._busy(person, at, self.world.network.decline_slots)
            return
        case.answered = self._busy(person, at, case.work)
        del self.desk.waiting[case.id]
        if case.asks:
            heapq.heappush(self.supplied, (case.answered + case.supplied_after, case.id, person))

    def _read_again(self, case: Case, person: int, at: float) -> None:
        self._busy(person, at, case.again)

    def _result(self) -> Result:
        ends = [case.answered if case.answered is not None else case.due + PER_WEEK for case in self.cases]
        return Result.of(
            [(end - c.arrives) / PER_HOUR for c, end in zip(self.cases, ends, strict=True)],
            [end > c.due + 1e-9 for c, end in zip(self.cases, ends, strict=True)],
            [case.urgent for case in self.cases],
            self.idle * SLOT,
            self.idle_while_waiting,
            self.desk.worked,
        )


def run(world: World, policy: Policy) -> Result:
    """Let a policy work through a world."""
    return Simulation(world, policy).run()
