"""The days and hours of agenda sessions: an RFC 5545 rule, local clocks, first visits and returns."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from teleconsult.bookings.steps import Kind
from teleconsult.errors import N_, Refused

MOST_DAYS = 200
"""Sessions that one series may write at once: a weekly one for almost four years, a daily one for half a year."""

RULE_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True)
class Place:
    """One slot to be: its number, its moment and what it is for."""

    number: int
    at: datetime
    kind: Kind


def weekly(weekdays: Sequence[int], every: int = 1) -> str:
    """Return the RFC 5545 rule of sessions on weekdays (0 is Monday), each week or each `every` weeks."""
    days = ",".join(RULE_DAYS[day] for day in sorted(set(weekdays)))
    return f"FREQ=WEEKLY;INTERVAL={every};BYDAY={days}"


def days_of(rule: str, first: date, until: date, without: Collection[date] = ()) -> list[date]:
    """Return the days of a series, exceptions and holidays left out.

    Raises:
        Refused: the rule cannot be read, or gives too many days.
    """
    start = datetime(first.year, first.month, first.day)  # noqa: DTZ001 (a day, not a moment)
    try:
        found = rrulestr(rule, dtstart=start)
    except (ValueError, TypeError) as error:
        raise Refused(N_("A repetição não pôde ser lida."), field="rule") from error
    last = datetime(until.year, until.month, until.day)  # noqa: DTZ001 (the same)
    days: list[date] = []
    for moment in found:
        if moment > last:
            break
        if len(days) >= MOST_DAYS:
            raise Refused(N_("Publique no máximo %(most)d dias de uma vez."), field="until", most=MOST_DAYS)
        if moment.date() not in without:
            days.append(moment.date())
    return days


def moment_of(day: date, minute: int, zone: str) -> datetime:
    """Return a minute of a local day as a moment in UTC.

    Raises:
        Refused: the clocks jump over that minute on that day.
    """
    local = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=ZoneInfo(zone))
    moment = local.astimezone(UTC)
    if moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise Refused(N_("Neste dia o relógio é adiantado, e este horário não existe."), field="starts")
    return moment


def places(starts_at: datetime, minutes: int, first: int, returns: int) -> list[Place]:
    """Return the slots of a session: the first visits, then the returns, one after the other."""
    kinds = [Kind.FIRST] * first + [Kind.RETURN] * returns
    return [Place(n, starts_at + timedelta(minutes=minutes * (n - 1)), kind) for n, kind in enumerate(kinds, 1)]
