"""Days, hours and rules of the calendar in words, in the reader's language."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from itertools import groupby
from operator import itemgetter
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_location
from flask_babel import get_locale

from teleconsult import clock
from teleconsult.errors import N_
from teleconsult.shifts.models import RoomHours
from teleconsult.typed import show_clock
from teleconsult.web.language import spoken
from teleconsult.web.messages import gettext as _
from teleconsult.web.messages import ngettext
from teleconsult.web.words import local, localday, localtime, relative

LEFT = N_("A pessoa deixou de atender nesta especialidade.")
"""Why the shifts of who leaves are cancelled; kept as people's own reasons are, in Portuguese."""

WEEKDAYS = (
    N_("segunda"),
    N_("terça"),
    N_("quarta"),
    N_("quinta"),
    N_("sexta"),
    N_("sábado"),
    N_("domingo"),
)

ROOM_KINDS = {"telehealth": N_("Sala de telessaúde"), "support": N_("Computadores da unidade de apoio")}
LEAVE_KINDS = {"leave": N_("Licença"), "unavailable": N_("Indisponível")}
SCOPES = {"national": N_("Nacional"), "state": N_("Estadual"), "municipal": N_("Municipal")}


def leave_words(from_at: datetime, until_at: datetime, zone: str | None) -> tuple[str, str]:
    """Return since and until when somebody is away: of whole days the first and the last, otherwise the moments.

    By the clock of their unit (`zone`; None: of the network), as it was noted: their whole days are no others' whole days.
    """
    place = ZoneInfo(zone) if zone else clock.home()
    first, after = from_at.astimezone(place), until_at.astimezone(place)
    if first.time() == after.time() == time():
        return localday(first.date()), localday((after - timedelta(days=1)).date())
    return on_clock(localtime(from_at, place), place.key), on_clock(localtime(until_at, place), place.key)


def clock_words(minutes: int) -> str:
    """Return a minute of the day as people write it: 480 → '8:00'; past midnight it begins again."""
    return show_clock(minutes // 60 % 24, minutes % 60)


def span_words(starts: int, ends: int) -> str:
    """Return from when to when, without a line break: '8:00–12:00'."""
    return f"{clock_words(starts)}–{clock_words(ends)}"


def why_cancelled(kept: str) -> str:
    """Return why a shift was cancelled: in the words of who did it, or the system's in the reader's language."""
    return _(LEFT) if kept == LEFT else kept


def other_clock(zone: str) -> str:
    """Return whose clock the hours of a room are on, where the reader's shows another hour: 'horário de Rio Branco'; else ''.

    Who reads 22:00 in Recife and comes then is two hours early for a shift of Rio Branco's.
    """
    now = clock.now()
    if now.astimezone(ZoneInfo(zone)).utcoffset() == local(now).utcoffset():
        return ""
    return _("horário de %(place)s", place=get_timezone_location(zone, locale=get_locale(), return_city=True))


def on_clock(span: str, zone: str) -> str:
    """Return a span of a room's hours with whose clock it is on, where that is not the reader's."""
    whose = other_clock(zone)
    return f"{span} ({whose})" if whose else span


def day_words(day: date) -> str:
    """Return a day as a heading: 'Seg., 16 nov.'."""
    words = day_inside(day)
    return words[:1].upper() + words[1:]


def day_inside(day: date) -> str:
    """Return a day as it stands inside a sentence: 'seg., 16 nov.'."""
    return spoken().day(day, weekday=True)


def month_name(day: date) -> str:
    """Return the name of the month in full."""
    locale = get_locale()
    return str(locale.months["format"]["wide"][day.month]) if locale else str(day.month)


def day_of_month(day: date) -> str:
    """Return '16 de novembro'."""
    return _("%(day)d de %(month)s", day=day.day, month=month_name(day))


def ahead_words(moment: datetime, zone: ZoneInfo) -> str:
    """Return how far a shift is, as days are counted on a calendar of its room: 'em 5 horas', 'amanhã', 'em 4 dias'.

    By hours alone the Friday after a Monday evening would be three days away.
    """
    days = (moment.astimezone(zone).date() - clock.now().astimezone(zone).date()).days
    if days == 1:
        return _("amanhã")
    return spoken().away(timedelta(days=days)) if days > 1 else relative(moment)


def days_title(name: str, first: date, last: date) -> str:
    """Return what a page of some days is called: 'Sala de telessaúde, 16 a 21 de novembro'."""
    if (first.year, first.month) == (last.year, last.month):
        return _(
            "%(room)s, %(first)d a %(last)d de %(month)s",
            room=name, first=first.day, last=last.day, month=month_name(first),
        )  # fmt: skip
    return _("%(room)s, %(first)s a %(last)s", room=name, first=day_of_month(first), last=day_of_month(last))


def month_title(name: str, first: date) -> str:
    """Return what the page of a month is called: 'Sala de telessaúde, novembro de 2026'."""
    return _("%(room)s, %(month)s de %(year)d", room=name, month=month_name(first), year=first.year)


def listed(words: Sequence[str]) -> str:
    """Return words one after the other: 'segunda, quarta e sexta'."""
    if len(words) < 2:
        return "".join(words)
    return _("%(some)s e %(last)s", some=", ".join(words[:-1]), last=words[-1])


def weekday_words(weekdays: Iterable[int]) -> str:
    """Return days of the week: 'segunda, quarta e sexta'."""
    return listed([_(WEEKDAYS[day]) for day in weekdays])


def workstation_words(room_workstations: int) -> str:
    """Return how many people a room takes."""
    return ngettext("%(num)d estação", "%(num)d estações", room_workstations)


def hours_words(hours: Iterable[RoomHours]) -> str:
    """Return when a room is open: 'segunda a sexta, 8:00 a 21:00; sábado, 8:00 a 12:00'."""
    spans: dict[int, list[tuple[int, int]]] = {}
    for row in hours:
        spans.setdefault(row.weekday, []).append((row.opens, row.closes))
    alike = [([day for day, _spans in run], span) for span, run in groupby(sorted(spans.items()), key=itemgetter(1))]
    return "; ".join(_days_and_hours(days, span) for days, span in alike) or _("sem horário")


def _days_and_hours(days: list[int], spans: Sequence[tuple[int, int]]) -> str:
    times = listed([
        _("%(opens)s a %(closes)s", opens=clock_words(opens), closes=clock_words(closes)) for opens, closes in spans
    ])  # fmt: skip
    return _("%(days)s, %(times)s", days=_run(days), times=times)


def _run(days: list[int]) -> str:
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return _("%(first)s a %(last)s", first=_(WEEKDAYS[days[0]]), last=_(WEEKDAYS[days[-1]]))
    return weekday_words(days)
