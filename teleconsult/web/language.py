"""The language of whoever reads: its catalogue, its names of days and months, at hand without asking six times.

Flask-Babel decides which language it is (and `force_locale` may change that for a while). What is said in it is
looked up here and in `messages`: a page says a hundred things, and each must cost next to nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import Any

from babel import Locale
from babel.dates import TIMEDELTA_UNITS, format_timedelta
from babel.numbers import format_decimal
from babel.support import NullTranslations
from flask.globals import _cv_app
from flask_babel import get_domain, get_locale

DEFAULT = "pt_BR"
SENTENCES = 8192
"""More than there are."""

THOUSAND = 1000

THRESHOLD = 1.2
"""How much of a unit of time there must be before it is the one that is said."""


@dataclass(frozen=True)
class Language:
    """One language of the product."""

    code: str
    catalogue: NullTranslations
    days: Mapping[int, str]
    months: Mapping[int, str]
    said: dict[str, str] = field(default_factory=dict)
    """Sentences that were looked up before: a catalogue asks three times for each."""

    counted: dict[tuple[str, str, int], str] = field(default_factory=dict)
    """The same of sentences with a small figure in them."""

    def say(self, message: str) -> str:
        """Return a sentence of ours in this language."""
        found = self.said.get(message)
        if found is None:
            found = str(self.catalogue.gettext(message))
            if len(self.said) < SENTENCES:
                self.said[message] = found
        return found

    def count(self, one: str, many: str, number: int) -> str:
        """Return the form of a sentence of ours that goes with a number, in this language.

        From a thousand on the number is in it already, with its thousands told apart; below, its place is left to be filled.
        """
        key = (one, many, number)
        found = self.counted.get(key)
        if found is None:
            found = str(self.catalogue.ngettext(one, many, number))
            if abs(number) >= THOUSAND:
                found = found.replace("%(num)d", format_decimal(number, locale=self.code))
            if len(self.counted) < SENTENCES:
                self.counted[key] = found
        return found

    def day(self, moment: date, *, weekday: bool = False, year: bool = False) -> str:
        """Return a day in few words: 'sex., 21 nov. 2026', or less of it."""
        words = f"{moment.day} {self.months[moment.month]}"
        if weekday:
            words = f"{self.days[moment.weekday()]}, {words}"
        return f"{words} {moment.year}" if year else words

    def away(self, delta: timedelta) -> str:
        """Return how far a moment is, in one unit: 'há 2 horas', 'em 5 horas'."""
        seconds = delta.days * 86400 + delta.seconds
        length = abs(seconds)
        for unit, size in TIMEDELTA_UNITS:
            if length / size >= THRESHOLD:
                return _away(self.code, unit, size * round(length / size), seconds < 0)
        return _away(self.code, "second", length, seconds < 0)


@lru_cache(maxsize=1024)
def _away(code: str, unit: Any, length: int, past: bool) -> str:
    seconds = -length if past else length
    # A threshold that is never reached leaves the unit that was chosen.
    return str(format_timedelta(seconds, unit, threshold=10**9, add_direction=True, locale=code))


@cache
def _made(code: str) -> Language:
    locale = Locale.parse(code)
    names = locale.days["format"]["abbreviated"], locale.months["format"]["abbreviated"]
    return Language(code, get_domain().get_translations(), *(dict(one) for one in names))


def spoken() -> Language:
    """Return the language of whoever reads; outside of a request and of `force_locale`, the default one."""
    context = _cv_app.get(None)
    if context is None:
        return _made(DEFAULT)
    kept = context.g.__dict__
    try:
        locale, language = kept["_spoken"]
        if kept["_flask_babel"].babel_locale is locale:
            return language  # type: ignore[no-any-return]  # put there below
    except (KeyError, AttributeError):
        pass  # not asked for yet
    locale = get_locale()
    language = _made("en" if locale is not None and locale.language == "en" else DEFAULT)
    kept["_spoken"] = (locale, language)
    return language
