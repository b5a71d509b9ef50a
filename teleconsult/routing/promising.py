"""The rules of a promise: what is told, when it is told anew, and whether it was kept. Pure: standard library only."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from teleconsult.routing.engine import earliest_due_first
from teleconsult.routing.pace import Pace
from teleconsult.routing.slots import Limits, Seat, Slot, Waiting, slots_of

QUARTER = timedelta(minutes=15)
"""A promise is told in quarters of an hour, always rounded to the later one."""

LITTLE = timedelta(hours=1)
"""What moves by less than this is the same promise."""

MUCH = timedelta(hours=3)
"""What moves by as much as this is another promise, also within the same day."""

NO_LIMIT = Limits(most_open=1_000_000)


class Expected(NamedTuple):
    """When an answer is expected: as likely before as after the first, nine times in ten before the second."""

    median_at: datetime
    ninety_at: datetime


def told(median_at: datetime, ninety_at: datetime) -> Expected:
    """Return the times as they are told: never earlier than they are."""
    return Expected(_up(median_at), _up(max(median_at, ninety_at)))


def _up(moment: datetime) -> datetime:
    seconds = QUARTER.total_seconds()
    return datetime.fromtimestamp(math.ceil(moment.timestamp() / seconds) * seconds, moment.tzinfo)


def is_another(before: datetime, after: datetime, zone: ZoneInfo, now: datetime) -> bool:
    """Tell whether a promise is made anew: its time has passed, or it has moved by much."""
    return before <= now or has_moved(before, after, zone)


def has_moved(before: datetime, after: datetime, zone: ZoneInfo) -> bool:
    """Tell whether a time has moved by much: by three hours, or by one hour and to another day."""
    moved = abs(after - before)
    other_day = before.astimezone(zone).date() != after.astimezone(zone).date()
    return moved >= MUCH or (moved >= LITTLE and other_day)


def is_told(before: datetime, after: datetime, zone: ZoneInfo) -> bool:
    """Tell whether the requester is told of a time, beside seeing it: when it is later by much than what was told last."""
    return after > before and has_moved(before, after, zone)


def told_last(promised: Sequence[datetime], zone: ZoneInfo) -> datetime:
    """Return which of the times promised in one wait, oldest first, the requester was told last.

    The first, and each one that came later by much than what had been told: a promise that swings to and fro between two
    days is told once, and not each time that it swings back.
    """
    last, *others = promised
    for moment in others:
        last = moment if is_told(last, moment, zone) else last
    return last


def queued(
    waiting: Sequence[Waiting],
    seats: Sequence[Seat],
    now: datetime,
    paces: Mapping[int, Pace],
    limits: Limits,
) -> dict[int, datetime]:
    """Return when each waiting case is answered (median) if they are read earliest due first.

    What the worker's plan says takes its place a second or two later; this asks for no solver, so that the request
    which sends a case can tell a time at once.
    """
    slots = slots_of(seats, now, len(waiting), paces, limits)
    return {case.case_id: _median(slot, now) for case, slot in earliest_due_first(waiting, slots, limits)}


def in_hand(
    held: Mapping[int, Sequence[Waiting]], seats: Sequence[Seat], now: datetime, paces: Mapping[int, Pace]
) -> dict[int, datetime]:
    """Return when what each consultant has in hand is answered (median): earliest due first, in their own shifts."""
    made: dict[int, datetime] = {}
    for user_id, cases in held.items():
        slots = slots_of([seat for seat in seats if seat.user_id == user_id], now, len(cases), paces, NO_LIMIT)
        found = earliest_due_first(cases, slots, NO_LIMIT)
        made |= {case.case_id: _median(slot, now) for case, slot in found}
    return made


def _median(slot: Slot, now: datetime) -> datetime:
    return now + timedelta(seconds=slot.median)


class Row(NamedTuple):
    """A promise as it is kept; `awaited` tells that its case waits for an answer in that round."""

    case_id: int
    round: int
    specialty_id: int
    made_at: datetime
    median_at: datetime
    ninety_at: datetime
    replaced_at: datetime | None
    answered_at: datetime | None
    awaited: bool


@dataclass(frozen=True)
class Wait:
    """What was promised of one wait for an answer: as it was told first, and as it was told last."""

    first: Row
    last: Row

    @property
    def awaited(self) -> bool:
        """Tell whether the answer is still waited for."""
        return self.last.answered_at is None and self.last.replaced_at is None and self.last.awaited

    def kept(self, promised: datetime, now: datetime) -> bool | None:
        """Tell whether the answer came by a moment that has passed.

        None before the moment, also if the answer came already (or what is quick would count before what is slow), and
        if nobody waited any more when it passed. What is still open then was not kept.
        """
        if promised > now:
            return None
        if self.last.answered_at is not None:
            return self.last.answered_at <= promised
        until = self.last.replaced_at or (now if self.last.awaited else None)
        return False if until is not None and until >= promised else None


def waits(rows: Iterable[Row]) -> list[Wait]:
    """Return the waits that the promises belong to; `rows` are in the order of case, round and row.

    A promise told anew is made at the very moment at which the one before is replaced; a case that was returned and
    came again begins a new wait.
    """
    made: list[Wait] = []
    for row in rows:
        last = made[-1].last if made else None
        if last and (last.case_id, last.round) == row[:2] and last.replaced_at == row.made_at:
            made[-1] = Wait(made[-1].first, row)
        else:
            made.append(Wait(row, row))
    return made


class Share(NamedTuple):
    """How many of how many, with the 95 % interval of the share."""

    kept: int
    of: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """Return the share; nothing of nothing is nothing."""
        return self.kept / self.of if self.of else 0.0


Z95 = 1.959963984540054


def share_of(kept_ones: int, of: int) -> Share:
    """Return a share with its 95 % interval (E. B. Wilson, J. Am. Stat. Assoc. 22, 1927): honest also for few cases."""
    if not of:
        return Share(0, 0, 0.0, 1.0)
    share, z2 = kept_ones / of, Z95**2
    centre = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = Z95 / (1 + z2 / of) * math.sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    return Share(kept_ones, of, max(0.0, min(share, centre - half)), min(1.0, max(share, centre + half)))
