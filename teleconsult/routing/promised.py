"""How well promises are kept in the simulation, with margins learnt as it goes on. Pure; the engine loads SciPy."""

from datetime import datetime
from typing import NamedTuple

from teleconsult.routing.margins import Margins, Past, ShiftTime, quantile, score
from teleconsult.routing.policies import Ours
from teleconsult.routing.simulation import Case, Desk, World, moment


class Told(NamedTuple):
    """A promise of the simulation."""

    case: Case
    priority: str
    made_at: datetime
    median_at: datetime
    ninety_at: datetime

    @property
    def kept(self) -> bool:
        """Tell whether the answer came by the promised time."""
        return self.case.answered is not None and moment(self.case.answered) <= self.ninety_at

    def past(self, now: datetime) -> Past:
        """Return it as the margins learn from it."""
        answered = moment(self.case.answered) if self.case.answered is not None else now
        return Past(self.case.specialty, self.priority, self.made_at, self.median_at, answered)


class Promising(Ours):
    """Ours, which tells each case when it comes by when it is answered, and learns from how that went."""

    def __init__(self, world: World, *, forecast: bool = True) -> None:
        super().__init__(world, forecast=forecast)
        self.clocks = {
            s: ShiftTime(seat for seat in self.seats if s in seat.specialties) for s in range(world.network.specialties)
        }
        self.told: dict[int, Told] = {}
        self.scores: dict[str, list[float]] = {}
        self.open: list[Told] = []

    def look(self, t: int, desk: Desk) -> None:
        super().look(t, desk)
        now = moment(t)
        self._learn(now)
        margins = Margins({priority: quantile(found) for priority, found in self._seen(now).items()})
        for line in self.plan.lines if self.plan else ():
            if line.case_id not in self.told:
                case = desk.waiting[line.case_id]
                priority = "urgent" if case.urgent else "routine"
                ninety = margins.ninety(self.clocks[case.specialty], priority, now, line.median_at)
                told = Told(case, priority, now, line.median_at, ninety)
                self.told[case.id] = told
                self.open.append(told)

    def _learn(self, now: datetime) -> None:
        still = []
        for told in self.open:
            if told.case.answered is None or moment(told.case.answered) > now:
                still.append(told)
            else:
                self.scores.setdefault(told.priority, []).append(
                    score(self.clocks[told.case.specialty], told.past(now))
                )
        self.open = still

    def _seen(self, now: datetime) -> dict[str, list[float]]:
        """Return the scores of the answered, and of the open ones that are later already than was expected."""
        seen = {priority: list(found) for priority, found in self.scores.items()}
        for told in self.open:
            if now > told.median_at:
                past = told.past(now)._replace(answered_at=now)
                seen.setdefault(told.priority, []).append(score(self.clocks[told.case.specialty], past))
        return seen
