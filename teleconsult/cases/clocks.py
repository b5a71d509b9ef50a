"""The two clocks of a case. Pure: standard library only.

Service time runs while the case is submitted or assigned; requester time while it is returned or
awaiting information; never both. The target to the first opinion of a round counts service time only, round the
clock or in business hours (`hours`), as the management has it for the priority.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Protocol

from teleconsult.cases.hours import Hours, after, open_seconds
from teleconsult.cases.lifecycle import REQUESTER_TIME, SERVICE
from teleconsult.errors import N_

NEW_ROUND = frozenset({"follow_up", "reopen", "call_off"})
"""Actions that begin a new round."""

OPINIONS = frozenset({"answer", "conclude"})
"""Actions that give the opinion of a round."""

LAPSE_REMINDERS = (7, 21)
"""Days of waiting after which a unit is reminded, where its case ends a day later at the earliest."""


class Priority(StrEnum):
    """How soon an opinion is needed. A threat to life is not for this system (SAMU 192)."""

    ROUTINE = "routine"
    HIGH = "high"
    URGENT = "urgent"


PRIORITY_WORDS = {
    Priority.ROUTINE: N_("Rotina"),
    Priority.HIGH: N_("Alta"),
    Priority.URGENT: N_("Urgente"),
}


class Step(Protocol):
    """One event of the case, as the clocks see it."""

    @property
    def verb(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def state(self) -> str: ...


class Times(NamedTuple):
    """What the events say: seconds used of the present round, and since when which clock runs."""

    service_seconds: float
    requester_seconds: float
    running_since: datetime | None
    clock: str


def every_second(from_: datetime, to: datetime) -> float:
    """Return the seconds between two moments, all of which count round the clock."""
    return open_seconds(from_, to, None)


def read(steps: Iterable[Step], counted: Callable[[datetime, datetime], float] = every_second) -> Times:
    """Fold the events of a case, oldest first, into its clocks. `state` is the state after the event.

    `counted` says how much of a stretch of service time counts; requester time always counts whole. Both totals belong to the present round. The last interval, still running, is not counted: add
    `now - running_since` when `clock` is the one you want.
    """
    service = requester = 0.0
    since: datetime | None = None
    clock = ""
    answered = False
    for step in steps:
        if since is not None:
            service += max(0.0, counted(since, step.at)) if clock == "service" else 0
            requester += max(0.0, every_second(since, step.at)) if clock == "requester" else 0
        if begins_target(step.verb, answered=answered):
            service = requester = 0.0
        answered = step.verb in OPINIONS or (answered and step.verb not in NEW_ROUND)
        clock = "service" if step.state in SERVICE else "requester" if step.state in REQUESTER_TIME else ""
        since = step.at if clock else None
    return Times(service, requester, since, clock)


def begins_target(verb: str, *, answered: bool) -> bool:
    """Tell whether the time used starts at nothing again. A visit that is called off before the round was `answered` leaves it.

    The target is that of an opinion; else whoever holds a case could put it off for ever, alone.
    """
    return verb in NEW_ROUND and (verb != "call_off" or answered)


def due_at(started: datetime, used_seconds: float, target_hours: float, hours: Hours | None = None) -> datetime:
    """Return when the target ends if the service clock runs from `started` with `used_seconds` gone."""
    return after(started, target_hours * 3600 - used_seconds, hours)


def reminders(window: int) -> tuple[float, ...]:
    """Return after how many days of a window a unit is reminded: a short one has one reminder, halfway."""
    return tuple(days for days in LAPSE_REMINDERS if days < window) or (window / 2,)


def within(since: datetime | None, days: int, now: datetime) -> bool:
    """Tell whether `now` is at most `days` days after `since`."""
    return since is not None and now <= since + timedelta(days=days)
