"""The arithmetic of the calendar: rules, local days, quarters of an hour, opening hours. Pure; knows no row.

A shift is kept by the clock on the wall of its room. It begins and ends at times of the local day, and its moments
follow from the zone on that day. Where summer time begins or ends inside it, it lasts an hour less or more; a time of
day that the change leaves out is the moment just after it, one that comes twice is the first.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from teleconsult.errors import N_, Refused

DAY = 24 * 60
SLOT = timedelta(minutes=15)
SLOT_MINUTES = 15
MOST = 1000
"""Occurrences of one rule: more is a mistake, or the work of several rules."""

LONGEST_RULE = 200
PARTS = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "WKST"})
PARTS_OF_WEEKS = PARTS - {"BYMONTHDAY", "BYMONTH", "BYSETPOS"}
"""With days and weeks, the other parts only leave out, and can leave out every day until the year 9999."""

Span = tuple[datetime, datetime]


class Opening(NamedTuple):
    """When a room is open on a weekday, in minutes of the local day; past 1440 it is open across midnight."""

    weekday: int
    opens: int
    closes: int


def days_of(rule: str, first_day: date, until: date | None) -> list[date]:
    """Return the days of an RFC 5545 rule, from its first day to `until`, both included; '' is the first day alone.

    Raises:
        Refused: no end, an end before the beginning, words that are no rule of days, or more than `MOST` days.
    """
    if not rule.strip():
        return [first_day]
    if until is None:
        raise Refused(N_("Diga até quando o turno se repete."), field="until")
    if until < first_day:
        raise Refused(N_("O fim vem antes do primeiro dia."), field="until")
    from dateutil.rrule import rrulestr  # noqa: PLC0415 (only who lays shifts needs it; a start is spared its time)

    text = _checked(rule)
    try:
        found = rrulestr(f"RRULE:{text}", dtstart=datetime.combine(first_day, time.min))
        days = list(_until(iter(found), until))
    except (ValueError, TypeError, OverflowError, IndexError, KeyError, AttributeError) as error:
        raise Refused(N_("Esta regra de repetição não é entendida."), field="rule") from error
    if not days:
        raise Refused(N_("A regra não tem nenhum dia até a data escolhida."), field="rule")
    return days


def _checked(rule: str) -> str:
    """Return the rule in capitals, if it is one of days; what dateutil would take for an hour has no place here."""
    text = "".join(rule.split()).upper().removeprefix("RRULE:").rstrip(";")
    pairs = [part.partition("=") for part in text.split(";")]
    named = {name: value for name, _, value in pairs}
    freq = named.get("FREQ", "")
    allowed = PARTS if freq in ("MONTHLY", "YEARLY") else PARTS_OF_WEEKS if freq in ("DAILY", "WEEKLY") else frozenset()
    known = len(named) == len(pairs) and set(named) <= allowed and all(named.values())
    # An interval of nothing stands still; a count and an end at once are against the standard.
    moves = named.get("INTERVAL", "1").strip("0") and not {"COUNT", "UNTIL"} <= set(named)
    if len(text) > LONGEST_RULE or not known or not moves:
        raise Refused(N_("Esta regra de repetição não é entendida."), field="rule")
    if "UNTIL" in named:  # a moment would bring a zone; of a day only the date counts
        named["UNTIL"] = named["UNTIL"][:8]
    return ";".join(f"{name}={value}" for name, value in named.items())


def _until(moments: Iterator[datetime], until: date) -> Iterator[date]:
    for number, moment in enumerate(moments):
        if moment.date() > until:
            return
        if number >= MOST:
            raise Refused(N_("A regra passa de %(most)d turnos. Escolha um fim mais próximo."), "until", most=MOST)
        yield moment.date()


def span_of(day: date, starts: int, minutes: int, zone: str) -> Span:
    """Return the moments between which a shift lies that begins at a minute of a local day and lasts that long.

    Raises:
        Refused: it is off the quarters of an hour, has no length, or is longer than a day.
    """
    if not 0 <= starts < DAY or starts % SLOT_MINUTES:
        raise Refused(N_("Use horas em ponto, ou quartos de hora: 8:00, 8:15, 8:30, 8:45."), field="starts")
    if minutes <= 0:
        raise Refused(N_("O fim precisa vir depois do começo."), field="ends")
    if minutes > DAY:
        raise Refused(N_("Um turno dura no máximo 24 horas."), field="ends")
    if minutes % SLOT_MINUTES:
        raise Refused(N_("Use horas em ponto, ou quartos de hora: 8:00, 8:15, 8:30, 8:45."), field="ends")
    begin, end = moment_of(day, starts, zone), moment_of(day, starts + minutes, zone)
    # Where a change of the clock swallows the shift, its length stands.
    return begin, end if end - begin >= SLOT else begin + timedelta(minutes=minutes)


def moment_of(day: date, minute: int, zone: str) -> datetime:
    """Return the moment of a minute of a local day; past 1440 it is of the next day."""
    return (datetime.combine(day, time.min) + timedelta(minutes=minute)).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def local_day(moment: datetime, zone: str) -> date:
    """Return the local day of a moment."""
    return moment.astimezone(ZoneInfo(zone)).date()


def local_minute(moment: datetime, zone: str) -> int:
    """Return the minute of the local day, as the clock on the wall shows it."""
    here = moment.astimezone(ZoneInfo(zone))
    return here.hour * 60 + here.minute


def wall_minutes(span: Span, zone: str) -> int:
    """Return how long a span is by the clock on the wall: what `span_of` makes it from again."""
    begin, end = (moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for moment in span)
    return max(SLOT_MINUTES, int((end - begin).total_seconds()) // 60)


def slots(span: Span) -> list[datetime]:
    """Return the beginnings of the quarters of an hour that a span takes."""
    begin, end = span
    return [begin + SLOT * number for number in range(-((begin - end) // SLOT))]


def overlaps(one: Span, other: Span) -> bool:
    """Tell whether two spans share a moment; who goes when the other comes does not meet them."""
    return one[0] < other[1] and other[0] < one[1]


def without(span: Span, away: Iterable[Span]) -> list[Span]:
    """Return what is left of a span when the times away are cut out of it, in order."""
    left = [span]
    for gap in away:
        left = [piece for whole in left for piece in _cut(whole, gap)]
    return left


def _cut(whole: Span, gap: Span) -> list[Span]:
    if not overlaps(whole, gap):
        return [whole]
    pieces = [(whole[0], min(gap[0], whole[1])), (max(gap[1], whole[0]), whole[1])]
    return [piece for piece in pieces if piece[0] < piece[1]]


def minutes_left(spans: Iterable[Span], from_: datetime, to: datetime) -> int:
    """Return the whole minutes of the spans that lie between two moments."""
    return sum(max(0, int((min(end, to) - max(begin, from_)).total_seconds()) // 60) for begin, end in spans)


def is_open(openings: Sequence[Opening], day: date, starts: int, minutes: int) -> bool:
    """Tell whether a room is open from a minute of a local day on, for that long, without a break."""
    around = [
        (number * DAY + one.opens, number * DAY + one.closes)
        for number in (-1, 0, 1)
        for one in openings
        if one.weekday == (day.weekday() + number) % 7
    ]
    reached = starts
    for opens, closes in sorted(around):
        if opens <= reached < closes:
            reached = closes
    return reached >= starts + minutes


def check_openings(openings: Iterable[Opening]) -> list[Opening]:
    """Return the opening hours in order.

    Raises:
        Refused: none, a time that is not one, an end before its beginning, or hours that overlap on a day.
    """
    found = sorted(openings)
    if not found:
        raise Refused(N_("Diga quando a sala abre."), field="hours")
    for one in found:
        if one.weekday not in range(7) or not 0 <= one.opens < DAY or one.closes > one.opens + DAY:
            raise Refused(N_("Há um horário que não existe. Confira os dias e as horas."), field="hours")
        if one.closes <= one.opens:
            raise Refused(N_("A sala precisa fechar depois de abrir."), field="hours")
    for one, after in pairwise(found):
        if one.weekday == after.weekday and after.opens < one.closes:
            raise Refused(N_("Há dois horários que se sobrepõem no mesmo dia."), field="hours")
    return found
