"""Deadlines in words: the chip of lists and of the case page, and the clock under it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypedDict

from teleconsult.cases.counting import Clocks
from teleconsult.cases.deadline import PAUSED, due_words
from teleconsult.cases.hours import Hours, open_seconds
from teleconsult.cases.lifecycle import REQUESTER_TIME, SERVICE, State
from teleconsult.network import settings
from teleconsult.web.language import spoken
from teleconsult.web.messages import gettext as _
from teleconsult.web.words import local, localclock, localtime, short_span

SOON = 0.25
"""What is left of the target when a deadline turns amber."""
NEAR = timedelta(days=3)
"""The same, of what the unit has to answer."""


class Timed(Protocol):
    """The columns of a case that tell its time."""

    @property
    def state(self) -> str: ...
    @property
    def priority(self) -> str: ...
    @property
    def due_at(self) -> datetime | None: ...
    @property
    def ends_at(self) -> datetime | None: ...
    @property
    def clock_since(self) -> datetime | None: ...
    @property
    def service_seconds(self) -> float: ...


class Chip(TypedDict):
    """What `due_chip` of macros/tags.html shows."""

    kind: str
    text: str


def due_chip(case: Timed, now: datetime, clocks: Clocks, *, asker: bool = False, consented: bool = True) -> Chip:
    """Return the deadline of a case in a few words; `asker`: as its requester reads it.

    Without the patient's consent nobody asks again, and there is no day until which one may.

    kind is clock, soon, late, paused or none; a tone never comes without its words.
    """
    if case.state in SERVICE:
        return service_chip(case, local(now), clocks, asker=asker)
    if case.state in REQUESTER_TIME:
        if not asker or case.ends_at is None:
            return Chip(kind="paused", text=_(PAUSED.message))
        kind = "soon" if case.ends_at - now <= NEAR else "clock"
        return Chip(kind=kind, text=_("responder até %(when)s", when=short_when(case.ends_at, now)))
    if case.state == State.ANSWERED and case.ends_at is not None and consented:
        return Chip(kind="clock", text=_("dúvidas até %(when)s", when=short_when(case.ends_at, now)))
    return Chip(kind="none", text="")


def service_chip(case: Timed, here: datetime, clocks: Clocks, *, asker: bool = False) -> Chip:
    """Return the deadline of a case whose answer is awaited; `here` is the present in the reader's zone."""
    due_at, hours = case.due_at, clocks.of(case.priority)
    soon = SOON * _target_seconds(case, due_at, hours) if due_at else 0
    counted = open_seconds(here, due_at, hours) if hours is not None and due_at else None
    kind, message, params = due_words(due_at, here, case.state, soon_seconds=soon, asker=asker, counted=counted)
    if "when" in params and due_at:
        params = {"when": weekday_when(due_at, here)}
    return Chip(kind=kind, text=_(message, **params) if message else "")


def _target_seconds(case: Timed, due_at: datetime, hours: Hours | None) -> float:
    """Return the target as it was when the clock last started; what is set today may be another."""
    return open_seconds(case.clock_since or due_at, due_at, hours) + case.service_seconds


@dataclass(frozen=True)
class Clock:
    """How much of the promised time is used, in hours, and until when; `business`: in hours of work alone."""

    used: int
    total: int
    when: str
    late: str
    running: bool
    business: bool


def clock_of(case: Timed, now: datetime, clocks: Clocks) -> Clock | None:
    """Return the clock of a case whose answer is awaited; None when no time is promised."""
    if case.state in SERVICE and case.due_at is not None:
        hours = clocks.of(case.priority)
        total = _target_seconds(case, case.due_at, hours)
        used = total - open_seconds(now, case.due_at, hours)
        late = short_span((case.due_at - now).total_seconds()) if case.due_at < now else ""
        return Clock(_hours(used), _hours(total), when(case.due_at, now), late, True, hours is not None)
    if case.state in REQUESTER_TIME:
        target = settings.target_hours()[case.priority]
        ends = when(case.ends_at, now) if case.ends_at else ""
        return Clock(_hours(case.service_seconds), target, ends, "", False, clocks.of(case.priority) is not None)
    return None


def _hours(seconds: float) -> int:
    return max(0, int(seconds // 3600))


def when(moment: datetime, now: datetime) -> str:
    """Show a moment near today in words: 'hoje às 15:45', 'amanhã às 9:00', else with its date."""
    days = (local(moment).date() - local(now).date()).days
    if days not in (-1, 0, 1):
        return localtime(moment)
    time = localclock(moment)
    words = {-1: _("ontem às %(time)s", time=time), 0: _("hoje às %(time)s", time=time)}
    return words.get(days) or _("amanhã às %(time)s", time=time)


def weekday_when(moment: datetime, now: datetime) -> str:
    """Show a moment of the coming week by its weekday: 'seg., 10:00'; a later one with its date."""
    here = local(moment)
    if (here.date() - local(now).date()).days > 6:  # from then on a weekday could be either
        return localtime(moment)
    return f"{spoken().days[here.weekday()]}, {localclock(moment)}"


def short_when(moment: datetime, now: datetime) -> str:
    """Show a day near today in words: 'hoje, 15:45', 'amanhã', '3 dez.'."""
    days = (local(moment).date() - local(now).date()).days
    if days == 0:
        return _("hoje, %(time)s", time=localclock(moment))
    if days == 1:
        return str(_("amanhã"))
    return short_date(moment, now)


def short_date(moment: datetime, now: datetime) -> str:
    """Show a day without its weekday: '3 de dez.'; the year is added when it is another one."""
    day = local(moment)
    other_year = day.year != local(now).year
    return spoken().day(day, year=other_year)
