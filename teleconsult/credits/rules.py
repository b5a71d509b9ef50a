"""What a minute of each kind of work is worth, as dated versions. Pure: standard library only.

A version counts from the local day on which it begins until the next one begins. An entry names the version that made
it, and no later version changes it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from teleconsult.errors import N_, Refused

Span = tuple[datetime, datetime]


class Kind(StrEnum):
    """What an entry of the ledger pays."""

    SHIFT = "shift"
    OPINION = "opinion"
    ASK = "ask"
    COUNTER_REFERRAL = "counter_referral"
    GIVEN = "given"
    EDUCATION = "education"
    CORRECTION = "correction"


KIND_WORDS = {
    Kind.SHIFT: N_("Turno"),
    Kind.OPINION: N_("Parecer"),
    Kind.ASK: N_("Pedido de informação"),
    Kind.COUNTER_REFERRAL: N_("Contrarreferência"),
    Kind.GIVEN: N_("Atividade ministrada"),
    Kind.EDUCATION: N_("Educação permanente"),
    Kind.CORRECTION: N_("Correção"),
}
WORK = (Kind.OPINION, Kind.ASK, Kind.COUNTER_REFERRAL)
VERBS = {"answer": Kind.OPINION, "conclude": Kind.OPINION, "ask": Kind.ASK, "counter_refer": Kind.COUNTER_REFERRAL}
"""The verbs of a case that earn, and what they earn as."""


class Inside(StrEnum):
    """Which of the two pays where work is done inside an attended shift."""

    SHIFT = "shift"
    WORK = "work"


INSIDE_WORDS = {
    Inside.SHIFT: N_("o turno: o trabalho feito nele não soma minutos"),
    Inside.WORK: N_("o trabalho: os minutos dele saem do tempo do turno"),
}


@dataclass(frozen=True)
class Rules:
    """One version. Amounts are whole minutes; an activity pays a percentage of its time; a cap of 0 is none."""

    number: int
    begins_on: date
    opinion: int = 18
    ask: int = 12
    counter_referral: int = 12
    given: int = 100
    education: int = 100
    round_to: int = 5
    grace: int = 10
    inside: str = Inside.SHIFT
    cap_shift: int = 720
    cap_day: int = 720
    cap_month: int = 9600

    def minutes_of(self, kind: str) -> int:
        """Return what one piece of work is worth."""
        return {Kind.OPINION: self.opinion, Kind.ASK: self.ask, Kind.COUNTER_REFERRAL: self.counter_referral}[
            Kind(kind)
        ]

    def percent_of(self, kind: str) -> int:
        """Return how much of its time an activity pays."""
        return {Kind.GIVEN: self.given, Kind.EDUCATION: self.education}[Kind(kind)]

    def amounts(self) -> dict[str, int | str]:
        """Return what the management sets, by name."""
        return {name: value for name, value in asdict(self).items() if name not in ("number", "begins_on")}


LIMITS: Mapping[str, tuple[int, int]] = {
    "opinion": (0, 240), "ask": (0, 240), "counter_referral": (0, 240), "given": (0, 300), "education": (0, 300),
    "round_to": (1, 60), "grace": (0, 60), "cap_shift": (0, 1440), "cap_day": (0, 1440), "cap_month": (0, 44640),
}  # fmt: skip
"""Lowest and highest of each amount."""


def amounts_checked(given: Mapping[str, int | str | None]) -> dict[str, int | str]:
    """Return the amounts of a version when each is within its limits.

    Raises:
        Refused: one is missing, negative or absurd; `field` names it.
    """
    found: dict[str, int | str] = {}
    for name in (field.name for field in fields(Rules)):
        value = given.get(name)
        if name in LIMITS:
            low, high = LIMITS[name]
            if not isinstance(value, int) or not low <= value <= high:
                raise Refused(N_("Use um número inteiro de %(low)d a %(high)d."), name, low=low, high=high)
            found[name] = value
    if given.get("inside") not in list(Inside):
        raise Refused(N_("Escolha uma das opções."), "inside")
    return found | {"inside": str(given["inside"])}


def check_begin(begins_on: date, today: date, newest: date | None) -> None:
    """Hold the first day of a version to the future, after the one before it.

    Raises:
        Refused: what has been paid would change.
    """
    if begins_on <= today:
        raise Refused(N_("As regras começam a valer amanhã ou depois: o que já foi lançado não muda."), "begins_on")
    if newest is not None and begins_on <= newest:
        raise Refused(N_("Escolha um dia depois do começo da versão anterior."), "begins_on")


def in_force(versions: Sequence[Rules], day: date) -> Rules:
    """Return the version of a day; `versions` in the order of their beginnings, the first before any day."""
    found = versions[0]
    for version in versions:
        if version.begins_on <= day:
            found = version
    return found


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """Return the day of a moment where the network is."""
    return moment.astimezone(zone).date()


def month_of(day: date) -> date:
    """Return the first day of a day's month."""
    return day.replace(day=1)


def next_month(month: date) -> date:
    """Return the first day of the month after."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def previous_month(month: date) -> date:
    """Return the first day of the month before."""
    return (month.replace(day=1) - timedelta(days=1)).replace(day=1)


def begin_of(day: date, zone: ZoneInfo) -> datetime:
    """Return the moment when a local day begins; one whose midnight the clocks skip begins at the change."""
    return datetime.combine(day, datetime.min.time(), zone).astimezone(ZoneInfo("UTC"))


def whole_minutes(spans: Iterable[Span]) -> int:
    """Return the whole minutes of spans that do not overlap."""
    return int(sum((until - since).total_seconds() for since, until in spans) // 60)


def attended(starts: datetime, ends: datetime, came: datetime, left: datetime, rules: Rules) -> Span | None:
    """Return the part of a shift that is paid: presence within what was scheduled, with the grace at both ends."""
    if left <= max(came, starts) or came >= ends:
        return None
    grace = timedelta(minutes=rules.grace)
    since = starts if came <= starts + grace else came
    until = ends if left >= ends - grace else left
    return (since, until)


def without(span: Span, others: Iterable[Span]) -> list[Span]:
    """Return what is left of a span when others are taken out of it."""
    left = [span]
    for since, until in others:
        left = [
            part
            for begin, end in left
            for part in ((begin, min(end, since)), (max(begin, until), end))
            if part[1] > part[0]
        ]
    return left


def rounded(minutes: int, rules: Rules) -> int:
    """Return minutes to the nearest step; half a step counts as a whole one."""
    step = rules.round_to
    return (2 * minutes + step) // (2 * step) * step


def days_of(span: Span, zone: ZoneInfo) -> list[tuple[date, Span]]:
    """Return a span cut at each local midnight."""
    parts, since = list[tuple[date, Span]](), span[0]
    while True:
        day = local_day(since, zone)
        midnight = begin_of(day + timedelta(days=1), zone)
        if span[1] <= midnight:
            return [*parts, (day, (since, span[1]))]
        parts.append((day, (since, midnight)))
        since = midnight
