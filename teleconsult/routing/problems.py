"""The distribution cut into problems: groups of specialties that share consultants, and the slots worth looking at.

Pure. Looking at every turn of two weeks would cost ten times as much as the plan needs. So the first slots are looked
at, and the solver's dual prices tell whether a later one could be in any optimal plan (`solver.Solved.certain`); if so,
more are looked at, in the end all.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from teleconsult.routing.forecast import Expected
from teleconsult.routing.pace import PRIOR_MINUTES, Pace
from teleconsult.routing.slots import Limits, Seat, Slot, Waiting, slots_of

WIDTHS = (2.0, 4.0, math.inf)
"""Slots looked at for each case of a specialty, one attempt after the other."""

FEW = 4
"""Slots looked at beyond that, so that a handful of cases has a choice."""


@dataclass
class Group:
    """A problem of its own: the cases and slots of specialties that share consultants."""

    cases: list[Waiting] = field(default_factory=list)
    coming: list[Expected] = field(default_factory=list)
    slots: list[Slot] = field(default_factory=list)
    reach: dict[int, list[int]] = field(default_factory=dict)
    """By specialty, the indexes of the slots that are looked at."""

    after: dict[int, float] = field(default_factory=dict)
    """By specialty, the second before which no slot begins that is not looked at."""

    def specialties(self) -> list[int]:
        """Return the specialty of each case, those that wait and those expected."""
        return [case.specialty_id for case in self.cases] + [case.specialty_id for case in self.coming]


def cut(
    cases: Sequence[Waiting],
    coming: Sequence[Expected],
    seats: Sequence[Seat],
    now: datetime,
    paces: Mapping[int, Pace],
    limits: Limits,
    width: float,
) -> list[Group]:
    """Return the problems, with so many slots to look at for each case as `width` says."""
    count = len(cases) + len(coming)
    latest = max((case.at for case in coming), default=now)
    near, beyond = _near(seats, now, latest, 2 * width * (count + FEW))
    groups = _groups(cases, coming, slots_of(near, now, count, paces, limits, len(coming)))
    for group in groups:
        _look(group, now, beyond, width)
    return groups


def _near(seats: Sequence[Seat], now: datetime, latest: datetime, turns: float) -> tuple[list[Seat], float]:
    """Return the first shifts that have so many turns and go past `latest`, and the second when the next one begins."""
    found: list[Seat] = []
    enough = latest + timedelta(hours=6)
    for seat in sorted(
        (seat for seat in seats if seat.ends_at > now), key=lambda seat: (seat.starts_at, seat.shift_id)
    ):
        if turns <= 0 and seat.starts_at > enough:
            return found, (seat.starts_at - now).total_seconds()
        found.append(seat)
        turns -= (seat.ends_at - max(seat.starts_at, now)).total_seconds() / 60 / PRIOR_MINUTES
    return found, math.inf


def _groups(cases: Sequence[Waiting], coming: Sequence[Expected], slots: Sequence[Slot]) -> list[Group]:
    """Split into groups of specialties that share consultants; those without a waiting case are left out."""
    root: dict[int, int] = {}

    def find(x: int) -> int:
        while root.setdefault(x, x) != x:
            root[x] = root[root[x]]
            x = root[x]
        return x

    skill_sets = {slot.specialties for slot in slots}
    for together in sorted(tuple(sorted(skills)) for skills in skill_sets):
        for other in together[1:]:
            root[find(other)] = find(together[0])
    found: dict[int, Group] = {}
    for case in cases:
        found.setdefault(find(case.specialty_id), Group()).cases.append(case)
    for expected in coming:
        if (group := found.get(find(expected.specialty_id))) is not None:
            group.coming.append(expected)
    of = {skills: found.get(find(min(skills))) for skills in skill_sets if skills}
    for slot in slots:
        if (group := of.get(slot.specialties)) is not None:
            group.slots.append(slot)
    return list(found.values())


def _look(group: Group, now: datetime, beyond: float, width: float) -> None:
    """Fill in `reach` and `after`: slots until there are enough, also after the last expected case has come."""
    need = Counter(group.specialties())
    last_at: dict[int, float] = {}
    for expected in group.coming:
        at = (expected.at - now).total_seconds()
        last_at[expected.specialty_id] = max(at, last_at.get(expected.specialty_id, 0.0))
    serves: dict[int, list[int]] = {specialty: [] for specialty in need}
    lists = {
        skills: [serves[s] for s in skills if s in serves] for skills in {slot.specialties for slot in group.slots}
    }
    for j, slot in enumerate(group.slots):
        for found in lists[slot.specialties]:
            found.append(j)
    for specialty, found in serves.items():
        wanted = width * need[specialty] + FEW
        last = _last(group.slots, found, last_at.get(specialty, 0.0), wanted)
        group.after[specialty] = min(beyond, last)
        group.reach[specialty] = [j for j in found if group.slots[j].start < last] if last < math.inf else found


def _last(slots: Sequence[Slot], found: Sequence[int], from_: float, wanted: float) -> float:
    """Return the second by which enough slots have ended; infinite when there are not as many."""
    later = 0
    for count, j in enumerate(found, 1):
        later += slots[j].start >= from_
        if count >= wanted and later >= wanted / 4:
            return slots[j].median
    return math.inf
