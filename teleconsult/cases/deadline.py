"""A deadline as words: which sentence, with which figures. Pure: standard library only.

What somebody has to do is rounded down ("responder em 5 h" holds when five hours and a half are left), and so is how late
something is. What somebody waits for at most is rounded up: "resposta em até 72 h", and not 71 a second after sending.
"""

from collections.abc import Callable
from datetime import datetime
from math import ceil, floor
from typing import NamedTuple

from teleconsult.cases.lifecycle import REQUESTER_TIME, SERVICE
from teleconsult.errors import N_
from teleconsult.typed import show_clock

HOUR = 3600
DAY = 24 * HOUR
CLOSE = 8 * HOUR
"""Nearer than this, hours say more than the time of day."""


class Due(NamedTuple):
    """`kind` is clock, soon, late, paused or none; `message` is a message id with places for `params`."""

    kind: str
    message: str
    params: dict[str, int | str]


NOTHING = Due("none", "", {})
PAUSED = Due("paused", N_("relógio parado"), {})

_UNTIL = (N_("responder até %(when)s"), N_("resposta até %(when)s"))
_LATE = (N_("atrasado há %(n)d min"), N_("atrasado há %(n)d h"), N_("atrasado há 1 dia"), N_("atrasado há %(n)d dias"))
_ANSWER = (N_("responder em %(n)d min"), N_("responder em %(n)d h"), N_("responder em %(n)d dias"))
_AWAIT = (N_("resposta em até %(n)d min"), N_("resposta em até %(n)d h"), N_("resposta em até %(n)d dias"))


def due_words(
    due_at: datetime | None,
    now: datetime,
    state: str,
    *,
    soon_seconds: float = 12 * HOUR,
    asker: bool = False,
    counted: float | None = None,
) -> Due:
    """Return the deadline of a case in a few words.

    Args:
        due_at: when the target ends; None while no service clock runs.
        now: the present moment, in the reader's zone: it says what "today" is.
        state: the state of the case.
        soon_seconds: what must be left for the deadline to be calm.
        asker: as the requester reads it, who waits for the answer instead of giving it.
        counted: the seconds left that count, where business hours leave out some; then the words name the moment,
            not the distance, and `when` among the params is to be filled in by who shows them.
    """
    if state in REQUESTER_TIME:
        return PAUSED
    if state not in SERVICE or due_at is None:
        return NOTHING
    left = (due_at - now).total_seconds()
    if left < 0:
        return _late(-left)
    due = due_at.astimezone(now.tzinfo)
    today = due.date() == now.date()
    kind = "soon" if (left if counted is None else counted) <= soon_seconds or today else "clock"
    still = counted is not None and counted < left
    if today and not asker and (still or left >= CLOSE):
        return Due(kind, N_("vence hoje, %(time)s"), {"time": show_clock(due.hour, due.minute)})
    if still and not today:
        return Due(kind, _UNTIL[asker], {"when": ""})
    return Due(kind, *(_ahead(left, _AWAIT, ceil) if asker else _ahead(left, _ANSWER, floor)))


def _ahead(left: float, words: tuple[str, str, str], whole: Callable[[float], int]) -> tuple[str, dict[str, int | str]]:
    minutes, hours, days = words
    if left < HOUR:
        return minutes, {"n": max(1, whole(left / 60))}
    if left <= 3 * DAY:
        return hours, {"n": whole(left / HOUR)}
    return days, {"n": whole(left / DAY)}


def _late(passed: float) -> Due:
    minutes, hours, day, days = _LATE
    if passed < HOUR:
        return Due("late", minutes, {"n": max(1, int(passed // 60))})
    if passed < DAY:
        return Due("late", hours, {"n": int(passed // HOUR)})
    count = int(passed // DAY)
    return Due("late", day, {}) if count == 1 else Due("late", days, {"n": count})
