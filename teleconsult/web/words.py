"""Messages of the pure rules, dates and times, in the reader's language and the unit's zone."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_decimal, get_decimal_symbol
from flask import has_request_context
from flask.globals import _cv_app
from flask_babel import force_locale, get_locale

from teleconsult import clock
from teleconsult.errors import Refused
from teleconsult.extensions import current_user
from teleconsult.typed import show_clock
from teleconsult.web.language import DEFAULT, THOUSAND, spoken
from teleconsult.web.messages import gettext, ngettext

MINUTE, HOUR, DAY = 60, 3600, 86400
ONE_IN_A_HUNDRED = 0.01


def say(refusal: Refused) -> str:
    """Return the sentence of a refusal in the reader's language; its parameters are translated too."""
    # Of the empty id a catalogue tells its own heading.
    # Not by `gettext`, which keeps what it was asked: a parameter may be what somebody typed.
    heard = spoken().catalogue.gettext
    params = {name: _said(value, heard) for name, value in refusal.params.items()}
    if "%(limit)s" in refusal.message and isinstance(params["limit"], int):
        params["limit"] = thousands(params["limit"])
    return gettext(refusal.message, **params) if params else gettext(refusal.message)


def say_in_english(refusal: Refused) -> str:
    """Return the sentence of a refusal as the operator's commands say it: they speak English, help and questions too."""
    with force_locale("en"):
        return say(refusal)


def _said(value: object, heard: Callable[[str], str]) -> object:
    if isinstance(value, Decimal):
        return format_decimal(value, locale=spoken().code)
    return heard(value) if value and isinstance(value, str) else value


def zone() -> ZoneInfo:
    """Return the zone in which the reader's unit keeps its time."""
    if not has_request_context():
        return clock.home()
    kept = _cv_app.get().g.__dict__
    if "zone" not in kept:
        unit = current_user.unit if current_user.is_authenticated else None
        kept["zone"] = ZoneInfo(unit.zone) if unit else clock.home()
    return kept["zone"]  # type: ignore[no-any-return]  # a zone was put there, now or earlier


def local(moment: datetime) -> datetime:
    """Return the moment in the reader's zone."""
    return moment.astimezone(zone())


def localtime(moment: datetime | None, of: ZoneInfo | None = None) -> str:
    """Show a moment: 'sex., 21 nov., 14:00'; the year is added when it is another one.

    `of` is the zone of whoever will read it, where that is not the person who asks: a mail is written by nobody's request.
    """
    if moment is None:
        return ""
    here = moment.astimezone(of or zone())
    return _told(here, year=here.year != clock.now().astimezone(here.tzinfo).year)


def papertime(moment: datetime | None) -> str:
    """Show a moment on paper, which is read in other years too: 'sex., 21 nov. 2026, 14:00'."""
    return "" if moment is None else _told(local(moment), year=True)


def _told(here: datetime, *, year: bool) -> str:
    return f"{spoken().day(here, weekday=True, year=year)}, {show_clock(here.hour, here.minute)}"


def localclock(moment: datetime) -> str:
    """Show the time of day alone: '14:02'."""
    here = local(moment)
    return show_clock(here.hour, here.minute)


def saved_words(moment: datetime) -> str:
    """Say when a text was saved: “Salvo às 14:02”, with the day when it was not today."""
    if local(moment).date() == local(clock.now()).date():
        return gettext("Salvo às %(time)s", time=localclock(moment))
    return gettext("Salvo %(when)s", when=localtime(moment))


def localdate(day: date | datetime | None) -> str:
    """Show a date in the reader's language: '21 de nov. de 2026', '21 Nov 2026'."""
    if day is None:
        return ""
    if isinstance(day, datetime):
        day = local(day).date()
    return spoken().day(day, year=True) if spoken().code == "en" else _medium(day)


def localday(day: date) -> str:
    """Show a day that is near: 'sex., 21 nov.'; the year is added when it is another one."""
    return spoken().day(day, weekday=True, year=day.year != local(clock.now()).year)


@lru_cache(maxsize=512)
def _medium(day: date) -> str:
    """Return a day as the default language writes it; Babel reads its pattern anew each time."""
    return str(format_date(day, "medium", locale=DEFAULT))


def relative(moment: datetime | None) -> str:
    """Show how far a moment is: 'há 2 horas', 'em 5 horas'."""
    if moment is None:
        return ""
    return spoken().away(moment - clock.now())


def short_span(seconds: float) -> str:
    """Show a length of time with one unit: '40 min', '5 h', '3 dias'."""
    minutes, hours, days = (round(abs(seconds) / unit) for unit in (MINUTE, HOUR, DAY))
    if minutes < HOUR // MINUTE:
        return gettext("%(n)d min", n=max(1, minutes))
    if hours < 2 * DAY // HOUR:
        return gettext("%(n)d h", n=hours)
    return str(ngettext("%(num)d dia", "%(num)d dias", days))


def hours_said(minutes: int) -> str:
    """Say minutes in a sentence: '14 h 18 min', '2 h', '40 min'."""
    whole, rest = divmod(abs(minutes), 60)
    parts = ([f"{whole} h"] if whole else []) + ([f"{rest} min"] if rest or not whole else [])
    return ("−" if minutes < 0 else "") + " ".join(parts)


def decimal_mark() -> str:
    """Return what stands before the fraction of a number in the reader's language: a comma, in English a point."""
    return _mark(spoken().code)


@lru_cache(maxsize=8)
def _mark(code: str) -> str:
    return get_decimal_symbol(code)


def thousands(number: int) -> str:
    """Show a whole number with its thousands told apart: '10.000', in English '10,000'."""
    return str(number) if abs(number) < THOUSAND else format_decimal(number, locale=get_locale())


def percent(share: float, *, short: bool = False) -> str:
    """Show a share without decimals: '92%'. All is said of all alone and none of none: 199 of 200 are 'mais de 99%'.

    `short` is for the figure in a picture, where words would leave it: '>99%'.
    """
    share = round(share, 9)  # what was reckoned as all may be less by the last bit
    if 0 < share < ONE_IN_A_HUNDRED:
        return "<1%" if short else gettext("menos de %(share)s", share="1%")
    if 1 - ONE_IN_A_HUNDRED < share < 1:
        return ">99%" if short else gettext("mais de %(share)s", share="99%")
    return f"{round(share * 100)}%"


def initials(name: str) -> str:
    """Return the initials under which lists show a person: 'A. F. S.'; particles are left out, and signs before a letter."""
    words = [word for word in name.split() if word.lower() not in {"da", "de", "do", "das", "dos", "e"}]
    firsts = [next(filter(str.isalnum, word), "") for word in words]
    return " ".join(f"{first.upper()}." for first in firsts if first)


def in_language(portuguese: str, english: str) -> str:
    """Return the one of two names that is in the reader's language: {{ s.name_pt|in_language(s.name_en) }}."""
    return english if spoken().code == "en" else portuguese


def language_names() -> dict[str, str]:
    """Return the languages of the product, each in its own words."""
    return {"pt_BR": "Português", "en": "English"}


def template_words() -> dict[str, Any]:
    """Return the filters that templates use for words and times."""
    return {
        "localtime": localtime,
        "papertime": papertime,
        "localclock": localclock,
        "localdate": localdate,
        "localday": localday,
        "relative": relative,
        "short_span": short_span,
        "hours_said": hours_said,
        "thousands": thousands,
        "initials": initials,
        "in_language": in_language,
    }
