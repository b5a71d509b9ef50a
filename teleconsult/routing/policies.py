"""Ways of distributing, for the simulation: the habits, and ours. Pure; ours calls the engine, which loads SciPy."""

from collections.abc import Callable
from datetime import timedelta

from teleconsult.routing import engine
from teleconsult.routing.forecast import expected, learn_rates
from teleconsult.routing.pace import Pace, learn
from teleconsult.routing.simulation import SLOT, Case, Desk, Policy, World, moment
from teleconsult.routing.slots import Limits, Seat, Waiting


class InOrder:
    """Who is free takes the first case by some order: first come, or earliest due, first served."""

    def __init__(self, key: Callable[[Case], tuple[int, int]]) -> None:
        self.key = key

    def look(self, t: int, desk: Desk) -> None:
        """Need no preparation."""

    def next(self, person: int, desk: Desk) -> Case | None:
        return min((c for c in desk.waiting.values() if desk.fits(c, person)), key=self.key, default=None)


def first_come(world: World) -> Policy:
    """Let each free consultant take the case that waits longest."""
    del world
    return InOrder(lambda case: (case.arrives, case.id))


def earliest_due(world: World) -> Policy:
    """Let each free consultant take the case that is due first."""
    del world
    return InOrder(lambda case: (case.due, case.id))


class RoundRobin:
    """Put each case into the inbox of the next consultant of its specialty: the habit of ticket queues."""

    def __init__(self, world: World) -> None:
        people = range(len(world.skills))
        self.able = [[p for p in people if s in world.skills[p]] for s in range(world.network.specialties)]
        self.turn = [0] * world.network.specialties
        self.inbox: dict[int, int] = {}

    def look(self, t: int, desk: Desk) -> None:
        del t
        for case in desk.waiting.values():
            while case.id not in self.inbox or self.inbox[case.id] in case.declined_by:
                able = self.able[case.specialty]
                self.inbox[case.id] = able[self.turn[case.specialty] % len(able)]
                self.turn[case.specialty] += 1

    def next(self, person: int, desk: Desk) -> Case | None:
        mine = (c for c in desk.waiting.values() if self.inbox.get(c.id) == person and desk.fits(c, person))
        return min(mine, key=lambda case: (case.arrives, case.id), default=None)


class Ours:
    """The engine of the product, asked again at each slot; what it gives the present turns is done.

    It knows what the product would know: the shifts, the weeks before, how long answers took, what each has in hand.
    """

    def __init__(self, world: World, *, forecast: bool = True) -> None:
        network = world.network
        self.rates = learn_rates(world.history, 4) if forecast else None
        known = {person: learn(minutes) for person, minutes in world.record.items()}
        self.paces = known if network.spread else dict.fromkeys(known, Pace(SLOT, 0.0))
        self.target = timedelta(hours=network.routine_hours)
        self.seats = [Seat(i, p, world.skills[p], moment(a), moment(b)) for i, (p, a, b) in enumerate(world.shifts)]
        self.turns: dict[int, list[Case]] = {}
        self.plan: engine.Plan | None = None

    def look(self, t: int, desk: Desk) -> None:
        now = moment(t)
        until = now + timedelta(days=14)
        self.plan = engine.plan(
            [waiting(case) for case in desk.waiting.values()],
            [self._from_free(seat, desk) for seat in self.seats if now < seat.ends_at and seat.starts_at < until],
            now,
            paces=self.paces,
            limits=Limits(
                most_open=40,
                open_now={person: len(cases) for person, cases in desk.in_hand.items()},
                worked={person: int(slots * SLOT) for person, slots in enumerate(desk.worked)},
            ),
            forecast=expected(self.rates, now, self.target) if self.rates else (),
        )
        self.turns = {}
        for line in self.plan.lines:
            self.turns.setdefault(line.user_id, []).append(desk.waiting[line.case_id])

    def _from_free(self, seat: Seat, desk: Desk) -> Seat:
        """Return a seat from when its consultant is expected to be free."""
        begun = desk.begun.get(seat.user_id)
        until = (
            moment(begun) + timedelta(minutes=self.paces[seat.user_id].mean) if begun is not None else seat.starts_at
        )
        if until <= seat.starts_at or until >= seat.ends_at:
            return seat
        return Seat(seat.shift_id, seat.user_id, seat.specialties, until, seat.ends_at)

    def next(self, person: int, desk: Desk) -> Case | None:
        """Return the next case of the person's own turns; who has none takes what is due first rather than wait."""
        for case in self.turns.get(person, ()):
            if case.id in desk.waiting and desk.fits(case, person):
                return case
        return min(
            (c for c in desk.waiting.values() if desk.fits(c, person)), key=lambda c: (c.due, c.id), default=None
        )


def waiting(case: Case) -> Waiting:
    """Return a case of the simulation as the engine knows it."""
    return Waiting(
        case.id,
        case.specialty,
        "urgent" if case.urgent else "routine",
        moment(case.due),
        moment(case.arrives),
        frozenset(case.declined_by),
    )


POLICIES: dict[str, Callable[[World], Policy]] = {
    "ours": Ours,
    "edf": earliest_due,
    "fcfs": first_come,
    "round-robin": RoundRobin,
}
"""The policies by the names of `flask replay`."""
