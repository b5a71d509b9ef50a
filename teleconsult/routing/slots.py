"""Turns of reading inside shifts: the columns of the distribution's matching. Pure: standard library only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import repeat
from typing import NamedTuple

from teleconsult.routing.pace import Pace

ENOUGH = 0.75
"""Share of a turn that must fit before the end of the shift for the turn to count."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case that nobody reads yet.

    `since` is when its service clock began, `declined` who declined it, `knows` who knew the patient or the
    linked case, `kind` what its first question asks for (empty: unknown). `asker` is who asks, where they have shifts
    themselves: they are among the `declined` too, since nobody answers their own request.
    """

    case_id: int
    specialty_id: int
    priority: str
    due_at: datetime
    since: datetime
    declined: frozenset[int] = frozenset()
    knows: frozenset[int] = frozenset()
    kind: str = ""
    asker: int = 0


@dataclass(frozen=True, slots=True)
class Seat:
    """A consultant in a shift, and the specialties served in it."""

    shift_id: int
    user_id: int
    specialties: frozenset[int]
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Limits:
    """What a plan may not exceed, and what evenness is measured from.

    `most_open` and `open_now` are open cases a person; `most_in` lowers the first for a specialty: who holds
    that many open cases, of whatever specialty, gets no further case of it. `worked` are minutes read lately.
    """

    most_open: int = 20
    open_now: Mapping[int, int] = field(default_factory=dict)
    worked: Mapping[int, int] = field(default_factory=dict)
    most_in: Mapping[int, int] = field(default_factory=dict)

    def turns(self, user_id: int) -> int:
        """Return how many more cases a person may be given."""
        return max(0, self.most_open - self.open_now.get(user_id, 0))


class Slot(NamedTuple):
    """One turn of reading: whose, and when it is expected to begin and to end, in seconds from the planning moment.

    `turn` counts what the person holds already and the turns before this one. `minutes` is what one
    opinion takes this person (median), for the kinds of question that take longer or shorter. The fields stand in the
    order by which slots are sorted.
    """

    median: int
    start: int
    user_id: int
    shift_id: int
    specialties: frozenset[int]
    ninety: int
    turn: int
    minutes: float


SLOT = partial(tuple.__new__, Slot)
"""Make a slot of its values in their order."""


def slots_of(
    seats: Sequence[Seat], now: datetime, most: int, paces: Mapping[int, Pace], limits: Limits, beyond: int = 0
) -> list[Slot]:
    """Return the turns of all seats in the order of their expected ends.

    What a person holds already is read first: it takes the first turns, and counts to the limit of open cases.

    Args:
        seats: the present and coming shifts.
        now: the planning moment.
        most: cases to be placed; nobody needs more turns than that.
        paces: how long each consultant takes; a prior stands in for who is unknown.
        limits: open cases a person.
        beyond: turns a person that are made past the limit, for cases that are only expected.
    """
    by_person: dict[int, list[Seat]] = {}
    for seat in sorted(seats, key=lambda s: (s.starts_at, s.shift_id)):
        if seat.ends_at > now:
            by_person.setdefault(seat.user_id, []).append(seat)
    made: list[Slot] = []
    for user_id in sorted(by_person):
        wanted = min(most, limits.turns(user_id) + beyond)
        if wanted > 0:
            held = limits.open_now.get(user_id, 0)
            made += _turns(by_person[user_id], now, paces.get(user_id, Pace()), held, held + wanted)
    made.sort()
    return made


def _turns(seats: Sequence[Seat], now: datetime, pace: Pace, held: int, until: int) -> list[Slot]:
    """Return the turns of one person from number `held` (earlier ones are for what is held) up to `until`."""
    made: list[Slot] = []
    step = pace.mean * 60
    number = free = 0
    for seat in seats:
        begin = max(free, int((seat.starts_at - now).total_seconds()), 0)
        turns = max(0, int((int((seat.ends_at - now).total_seconds()) - begin) / step + 1 - ENOUGH))
        skipped = min(turns, max(0, held - number))
        taken = min(turns, until - number)
        medians, nineties = pace.ends(turns)
        columns = zip(
            [begin + median for median in medians[skipped:taken]],
            [begin + int(turn * step) for turn in range(skipped, taken)],
            repeat(seat.user_id),
            repeat(seat.shift_id),
            repeat(seat.specialties),
            [begin + ninety for ninety in nineties[skipped:taken]],
            range(number + skipped, number + taken),
            repeat(pace.minutes),
            strict=False,
        )
        made += map(SLOT, columns)  # a plan makes thousands: Slot(...) would take twice as long in all
        number += turns
        if number >= until:
            break
        free = max(free, begin + int(turns * step))
    return made
