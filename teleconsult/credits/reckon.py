"""From what a person did to the lines of the ledger. Pure: the live ledger and the replay both reckon here.

A `Book` holds what one person has been paid so far, as far as the rules must know it. Each function returns the lines
that one source earns, and puts them in the book.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import teleconsult.credits.rules as r
from teleconsult.credits.rules import Inside, Kind, Rules, Span

OPINION_TOO_QUICK = 60
"""Seconds with a case below which an opinion is looked at in the month's review."""


@dataclass(frozen=True)
class Work:
    """An opinion, an information request or a counter-referral.

    What is `copied` from somebody else's paper earns nothing, nor an opinion that is given `again` with nothing asked anew.
    """

    source: str
    kind: str
    at: datetime
    subject: str
    odd: str = ""
    specialty_id: int | None = None
    copied: bool = False
    again: bool = False

    @property
    def earns(self) -> bool:
        """Tell whether it is work of one's own that was not paid before."""
        return not (self.copied or self.again)


@dataclass(frozen=True)
class Turn:
    """A shift with its check-in and check-out."""

    ref: str
    starts: datetime
    ends: datetime
    came: datetime
    left: datetime
    forgotten: bool = False
    specialty_id: int | None = None


@dataclass(frozen=True)
class Part:
    """One person's part in an activity: given, or attended."""

    source: str
    kind: str
    since: datetime
    until: datetime
    subject: str


@dataclass(frozen=True)
class Line:
    """What an entry holds. `within` is the source of the shift's entry that pays for it."""

    source: str
    kind: str
    minutes: int
    day: date
    since: datetime
    until: datetime
    subject: str
    rules: int
    reason: str
    data: dict[str, Any] = field(default_factory=dict)
    within: str = ""
    odd: str = ""
    specialty_id: int | None = None


class Book:
    """What a person has been paid, by day and month, and which time is paid already."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self.days: dict[date, int] = defaultdict(int)
        self.months: dict[date, int] = defaultdict(int)
        self.spans: list[tuple[Span, str]] = []
        self.works: dict[date, list[tuple[datetime, int]]] = defaultdict(list)
        self.sources: set[str] = set()

    def put(self, line: Line) -> Line:
        """Count a line."""
        self.days[line.day] += line.minutes
        self.months[r.month_of(line.day)] += line.minutes
        self.sources.add(line.source)
        if line.kind in r.WORK:
            self.works[line.day].append((line.since, line.minutes))
        elif line.until > line.since:
            self.spans.append(((line.since, line.until), line.source))
        return line

    def paying(self, at: datetime) -> str:
        """Return the source of the shift's entry whose time holds a moment; '' for none."""
        return next(
            (source for (since, until), source in self.spans if since <= at <= until and source.startswith("shift:")),
            "",
        )

    def paid_spans(self, around: Span) -> list[Span]:
        """Return the time inside a span that is paid already."""
        return [span for span, _ in self.spans if span[1] > around[0] and span[0] < around[1]]

    def paid_work(self, day: date, span: Span) -> int:
        """Return the minutes of work that were paid with their event inside a span."""
        return sum(minutes for at, minutes in self.works[day] if span[0] <= at <= span[1])

    def within_caps(self, minutes: int, day: date, rules: Rules) -> tuple[int, str]:
        """Return how much of an amount the caps leave, and which of them cut it ('' for none)."""
        left, cut = minutes, ""
        for cap, used, name in (
            (rules.cap_day, self.days[day], "day"),
            (rules.cap_month, self.months[r.month_of(day)], "month"),
        ):
            if cap and left > max(0, cap - used):
                left, cut = max(0, cap - used), name
        return left, cut


def work_line(work: Work, rules: Rules, book: Book) -> Line:
    """Return the line of a piece of work: nothing more where a shift's entry pays for its moment already."""
    within = book.paying(work.at)
    return book.put(_covered(work, rules, within, book) if within else _paid(work, rules, book))


def _covered(work: Work, rules: Rules, within: str, book: Book) -> Line:
    day = r.local_day(work.at, book.zone)
    return Line(
        work.source, work.kind, 0, day, work.at, work.at, work.subject, rules.number, "covered",
        {}, within, work.odd, work.specialty_id,
    )  # fmt: skip


def _paid(work: Work, rules: Rules, book: Book, most: int | None = None) -> Line:
    day = r.local_day(work.at, book.zone)
    each = rules.minutes_of(work.kind)
    minutes, cut = book.within_caps(each, day, rules)
    if most is not None and minutes > most:
        minutes, cut = most, "shift"
    data: dict[str, Any] = {"each": each} | ({"cut": cut} if cut else {})
    return Line(
        work.source, work.kind, minutes, day, work.at, work.at, work.subject, rules.number, "each",
        data, "", work.odd, work.specialty_id,
    )  # fmt: skip


def shift_lines(turn: Turn, works: Sequence[Work], rules: Rules, book: Book) -> list[Line]:
    """Return the lines of a check-out: the shift's, one for each local day it touches, and those of the work done in it.

    `works` are those of the shift's time that have no line yet; one that the paid time does not hold is paid for itself.
    """
    span = r.attended(turn.starts, turn.ends, turn.came, turn.left, rules)
    scheduled = r.whole_minutes([(turn.starts, turn.ends)])
    facts = {"scheduled": scheduled, "came": turn.came.isoformat(), "left": turn.left.isoformat()}
    if span is None:
        none = _shift_line(turn, rules, book, (turn.starts, turn.starts), 0, facts | {"attended": 0, "outside": True})
        return [book.put(none), *(book.put(_paid(work, rules, book)) for work in works)]
    free = r.without(span, book.paid_spans(span))
    facts["attended"] = exact = r.whole_minutes(free)
    # Work that was paid with its event, and lies in the grace, is not paid a second time.
    paid_before = sum(book.paid_work(day, piece) for day, piece in r.days_of(span, book.zone))
    taken = r.whole_minutes([span]) - exact + paid_before
    if taken:
        facts["paid_already"] = taken
    left = min(r.rounded(exact, rules), scheduled) - paid_before
    room = rules.cap_shift or max(0, left)
    inside = [work for work in works if span[0] <= work.at <= span[1]]
    pays, paid = first_source(turn, rules, book.zone), list[Line]()
    if rules.inside == Inside.WORK:
        for work in inside:
            paid.append(book.put(replace(_paid(work, rules, book, most=room), within=pays)))
            room -= paid[-1].minutes
            left -= paid[-1].minutes
        facts["paid_work"] = sum(line.minutes for line in paid)
    facts["covers"] = [work.source for work in inside]
    lines = _by_day(turn, span, free, (max(0, left), room), rules, book, facts)
    if rules.inside == Inside.SHIFT:
        paid = [book.put(_covered(work, rules, pays, book)) for work in inside]
    outside = [book.put(_paid(work, rules, book)) for work in works if work not in inside]
    return [*lines, *paid, *outside]


def _by_day(
    turn: Turn, span: Span, free: list[Span], amount: tuple[int, int], rules: Rules, book: Book, facts: dict[str, Any]
) -> list[Line]:
    """Return a shift's line, or its lines when it crosses midnight: they add up to what the shift earns."""
    left, room = amount
    whole, exact = left, max(1, r.whole_minutes(free))
    days, lines = r.days_of(span, book.zone), []
    for number, (day, piece) in enumerate(days, 1):
        here = r.whole_minutes(part for span_ in free for part in _cut(span_, piece))
        # The last day takes what rounding left over.
        minutes = left if number == len(days) else min(left, here * whole // exact)
        left -= minutes
        allowed, cut = book.within_caps(min(minutes, room), day, rules)
        cut = cut or ("shift" if minutes > room else "")
        room -= allowed
        told = dict(facts) if number == 1 else {name: facts[name] for name in ("scheduled", "came", "left", "attended")}
        if cut:
            told["cut"] = cut
        lines.append(book.put(_shift_line(turn, rules, book, piece, allowed, told, first=number == 1)))
    return lines


def _cut(span: Span, piece: Span) -> list[Span]:
    since, until = max(span[0], piece[0]), min(span[1], piece[1])
    return [(since, until)] if until > since else []


def _shift_line(
    turn: Turn, rules: Rules, book: Book, piece: Span, minutes: int, data: dict[str, Any], first: bool = True
) -> Line:
    odd = "forgotten" if turn.forgotten else "longer" if _longer(turn, rules) else ""
    day = r.local_day(piece[0], book.zone)
    return Line(
        f"shift:{turn.ref}:{day.isoformat()}", Kind.SHIFT, minutes, day, piece[0], piece[1], turn.ref, rules.number,
        "attended", data, "", odd if first else "", turn.specialty_id,
    )  # fmt: skip


def _longer(turn: Turn, rules: Rules) -> bool:
    present = r.whole_minutes([(turn.came, turn.left)])
    return present > r.whole_minutes([(turn.starts, turn.ends)]) + 2 * rules.grace


def part_line(part: Part, rules: Rules, book: Book) -> Line:
    """Return the line of a part in an activity; time that a shift or another activity pays already is left out."""
    span = (part.since, part.until)
    whole, free = r.whole_minutes([span]), r.whole_minutes(r.without(span, book.paid_spans(span)))
    day = r.local_day(part.since, book.zone)
    percent = rules.percent_of(part.kind)
    minutes, cut = book.within_caps(free * percent // 100, day, rules)
    data: dict[str, Any] = {"whole": whole, "percent": percent}
    if free < whole:
        data["paid_already"] = whole - free
    if cut:
        data["cut"] = cut
    return book.put(
        Line(part.source, part.kind, minutes, day, *span, part.subject, rules.number, "activity", data)
    )  # fmt: skip


def first_source(turn: Turn, rules: Rules, zone: ZoneInfo) -> str:
    """Return the source of the first line of a shift."""
    span = r.attended(turn.starts, turn.ends, turn.came, turn.left, rules)
    return f"shift:{turn.ref}:{r.local_day(span[0] if span else turn.starts, zone).isoformat()}"
