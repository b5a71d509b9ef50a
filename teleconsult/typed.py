"""Texts, dates and numbers as people type them. Pure: standard library only.

What cannot be read is `Refused` with a sentence that says how to write it; `field` is the form field the
sentence belongs to.
"""

import re
import unicodedata
from datetime import date, time, timedelta
from decimal import Decimal

from teleconsult.errors import N_, Refused

OLDEST = 130
"""Years that nobody has lived."""

_BRAZIL = re.compile(r"(\d{1,2})\s*[/.\-\s]\s*(\d{1,2})\s*[/.\-\s]\s*(\d{4})")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_SHORT_YEAR = re.compile(r"(\d{1,2})\s*[/.\-\s]\s*(\d{1,2})\s*[/.\-\s]\s*(\d{2})")
_MONTHS = ("jan", "fev", "mar", "abr", "mai", "jun", "jul", "ago", "set", "out", "nov", "dez")
_IN_WORDS = re.compile(
    r"(\d{1,2})[º°]?(?:\s*[/.\-]\s*|\s+(?:de\s+)?)(jan(?:eiro)?|fev(?:ereiro)?|mar(?:[cç]o)?|abr(?:il)?|mai(?:o)?|jun(?:ho)?"
    r"|jul(?:ho)?|ago(?:sto)?|set(?:embro)?|out(?:ubro)?|nov(?:embro)?|dez(?:embro)?)\.?(?:\s*[/.\-]\s*|\s+(?:de\s+)?)",
    re.IGNORECASE,
)
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_NO_WIDTH = re.compile("[\xad\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
"""What is copied along with a date from a word processor, a chat or a page."""

_NUMBER = re.compile(r"\d{1,7}(?:[.,]\d{1,4})?")


def read_day(text: str, field: str = "day") -> date:
    """Return the date of '14/03/1979', '14.3.1979', '14031979', '14 de março de 1979' or '1979-03-14'."""
    text = _between(text)
    if _SHORT_YEAR.fullmatch(text):
        raise Refused(N_("Escreva o ano com quatro números, como em 14/03/1979."), field)
    found = _BRAZIL.fullmatch(text)
    iso = _ISO.fullmatch(text)
    parts = found.groups()[::-1] if found else iso.groups() if iso else None
    if parts is None:
        raise Refused(N_("Escreva a data assim: 14/03/1979, ou só os números: 14031979."), field)
    try:
        return date(*(int(part) for part in parts))
    except ValueError:
        raise Refused(N_("Essa data não existe. Confira o dia e o mês."), field) from None


_NAMED = {
    "hoje": 0,
    "today": 0,
    "amanhã": 1,
    "amanha": 1,
    "tomorrow": 1,
    "depois de amanhã": 2,
    "ontem": -1,
    "yesterday": -1,
}
_NO_YEAR = re.compile(r"(\d{1,2})\s*[/.\-]\s*(\d{1,2})")


def read_day_near(text: str, today: date, field: str = "day") -> date:
    """Return a day of a calendar as people say it: also 'amanhã', '3/12', '3 de dezembro' and '03.12.26'.

    Without a year it is the one of such days that is nearest: a day just over is not taken for one of next year.
    """
    text = _NO_WIDTH.sub("", text).strip()
    named = _NAMED.get(text.casefold())
    if named is not None:
        return today + timedelta(days=named)
    short = _SHORT_YEAR.fullmatch(_between(text))
    if short:
        return read_day(f"{short[1]}/{short[2]}/20{short[3]}", field)
    bare = _NO_YEAR.fullmatch(_between(f"{text}.").rstrip("/. "))
    if bare is None:
        return read_day(text, field)
    around = [f"{bare[1]}/{bare[2]}/{today.year + step}" for step in (-1, 0, 1)]
    found = [day for day in map(_day_or_none, around) if day is not None]
    if not found:
        raise Refused(N_("Essa data não existe. Confira o dia e o mês."), field)
    return min(found, key=lambda day: abs(day - today))


def _day_or_none(text: str) -> date | None:
    try:
        return read_day(text)
    except Refused:
        return None


_CLOCK = re.compile(
    r"(\d{1,2})(?:\s*(?:h(?:s|rs?|oras?)?|[:.,])\s*(?:(\d{2})(?::00)?\s*(?:h(?:s|rs?|oras?)?|m(?:in)?)?)?)?\s*(am|pm)?\.?",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"(\d{1,2})(\d{2})")
_HALF_DAY = 12


def read_clock(text: str, field: str = "starts") -> time:
    """Return a time of day: '8:00', '8h', '8h30', '0830', '14:00 h', '8', '2 pm'."""
    text = _NO_WIDTH.sub("", text).strip()
    found = _DIGITS.fullmatch(text) or _CLOCK.fullmatch(text)
    hour, minute = (int(found[1]), int(found[2] or 0)) if found else (-1, -1)
    half = found[3].lower() if found and len(found.groups()) > 2 and found[3] else ""
    if half:
        hour = hour % _HALF_DAY + (_HALF_DAY if half == "pm" else 0) if 1 <= hour <= _HALF_DAY else -1
    try:
        return time(hour, minute)
    except ValueError:
        raise Refused(N_("Escreva a hora assim: 8:00, ou 14:30."), field) from None


def _between(text: str) -> str:
    """Return what was typed of a date with signs between its numbers, if it can be one."""
    text = _DASHES.sub("-", _NO_WIDTH.sub("", text)).strip()
    if re.fullmatch(r"\d{6}|\d{8}", text, re.ASCII):
        return f"{text[:2]}/{text[2:4]}/{text[4:]}"
    return _IN_WORDS.sub(lambda found: f"{found[1]}/{_MONTHS.index(found[2][:3].lower()) + 1}/", text)


def read_birth_date(text: str, today: date, field: str = "birth_date") -> date:
    """Return a birth date: not in the future, and not longer ago than anybody has lived.

    A year of two numbers is taken where only one is possible: '79', but not '20', which two living people may have.
    """
    short = _SHORT_YEAR.fullmatch(_between(text))
    if short and 2000 + int(short[3]) > today.year:
        text = f"{short[1]}/{short[2]}/{1900 + int(short[3])}"
    return check_birth_date(read_day(text, field), today, field)


_YEARS = re.compile(r"(\d{1,3})\s*(?:a|anos?)?(?:\s+de\s+idade)?\.?", re.IGNORECASE)
_MONTHS_OR_DAYS = re.compile(r"\d\s*(?:m|mes(?:es)?|mês|d|dias?|sem|semanas?)\b", re.IGNORECASE)


def read_age(text: str, field: str = "age") -> int:
    """Return an age in whole years: '47', '47 anos'; months are not dropped without a word."""
    text = _NO_WIDTH.sub("", text).strip()
    if _MONTHS_OR_DAYS.search(text):
        raise Refused(N_("Escreva só os anos: para um bebê, 0, ou a data de nascimento."), field)
    years = _YEARS.fullmatch(text)
    return read_whole(years[1] if years else text, 0, OLDEST, field)


def check_birth_date(day: date, today: date, field: str = "birth_date") -> date:
    """Return a birth date that is one: not in the future, and not longer ago than anybody has lived."""
    if day > today:
        raise Refused(N_("A data de nascimento está no futuro. Confira o ano."), field)
    if today.year - day.year > OLDEST:
        raise Refused(N_("A data de nascimento é antiga demais. Confira o ano."), field)
    return day


def show_day(day: date) -> str:
    """Write a date the way `read_day` and people read it: '14/03/1979'."""
    return f"{day.day:02}/{day.month:02}/{day.year:04}"


def show_clock(hour: int, minute: int) -> str:
    """Write a time of day the one way that people read it here: '8:05', '14:02'."""
    return f"{hour}:{minute:02}"


def read_whole(text: str, low: int, high: int, field: str) -> int:
    """Return a whole number from `low` to `high`."""
    text = text.strip()
    if not re.fullmatch(r"\d{1,9}", text) or not low <= int(text) <= high:
        raise Refused(N_("Use um número inteiro de %(low)d a %(high)d."), field, low=low, high=high)
    return int(text)


_LENGTH = re.compile(
    r"(?:(\d{1,3}(?:[.,]\d{1,2})?)\s*(?:h(?:s|rs?|oras?|ours?)?|:(?=\d\d\b)))?\s*(?:e\s+)?(?:(\d{1,40})\s*(?:m(?:in(?:utos?|utes?|s)?)?\.?)?)?",
    re.IGNORECASE,
)


def read_minutes(text: str, field: str = "minutes") -> int:
    """Return a length of time in whole minutes: '210', '210 min', '3h30', '3:30', '3 h', '3,5 h'."""
    plain = _NO_WIDTH.sub("", text).strip()
    found = _LENGTH.fullmatch(plain.removeprefix("-"))
    hours, minutes = (found[1], found[2]) if found else (None, None)
    length = Decimal((hours or "0").replace(",", ".")) * 60 + int(minutes or 0)
    fits = (hours is not None or minutes is not None) and not (hours and minutes and int(minutes) >= 60)
    if not fits or length != int(length):
        raise Refused(N_("Escreva os minutos, ou as horas assim: 3h30."), field)
    return -int(length) if plain.startswith("-") else int(length)


def carried(text: object) -> int | None:
    """Return the number that a page carried for itself, as a version; None for what no page of ours carries."""
    return int(str(text)) if re.fullmatch(r"[0-9]{1,9}", str(text)) else None


def read_number(text: str, field: str) -> Decimal:
    """Return a number typed with a decimal comma or point: '36,5', '36.5'."""
    text = text.strip()
    if not _NUMBER.fullmatch(text):
        raise Refused(N_("Escreva só o número, como em 36,5."), field)
    return Decimal(text.replace(",", "."))


_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_CONTROL_IN_LINES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_CONTROL_BUT_ENDS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""The characters of Unicode's category Cc; between lines without their ends and tabs."""


_BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
"""What Unicode calls letters and signs, and draws as nothing."""


def says_nothing(text: str) -> bool:
    """Tell whether nobody can read anything in a text: spaces, control characters, marks of no width and the like."""
    return not any(sign not in _BLANK_LETTERS and unicodedata.category(sign)[0] in "LNPS" for sign in text)


def legible(text: str) -> str:
    """Return a text as a form takes it: trimmed, without control characters but line ends and tabs; '' when it says nothing."""
    kept = _CONTROL_BUT_ENDS.sub("", text).strip()
    return "" if says_nothing(kept) else kept


def one_line(text: str) -> str:
    """Return a text as one line, without control characters; nothing else is taken away."""
    return " ".join(_CONTROL.sub(" ", text).split())


def check_name(name: str, field: str = "name") -> str:
    """Return a person's name, of one line, that has a letter; '' where none is known."""
    if name and not any(sign.isalpha() for sign in name):
        raise Refused(N_("Escreva o nome com letras."), field)
    return name


def same_lines(one: str, other: str) -> bool:
    """Tell whether two texts say the same: a browser ends each line with two signs, a draft keeps one."""
    return one.splitlines() == other.splitlines()


def several_lines(text: str) -> str:
    """Return a text without control characters but line ends and tabs, trimmed at its ends."""
    return _CONTROL_IN_LINES.sub("", text).strip()


# The apostrophe of a phone's keyboard, the dashes and bullets of a word processor; not what joins or has no width.
_ROUND_SIGNS = re.compile(r"[^\x00-\x7f\w\u0300-\u036f\xad\u200b-\u200f\u2060\ufeff]")


def fold(text: str) -> str:
    """Return a text as searches compare it: lower-case, no accents, every run of anything else one space."""
    plain = _ROUND_SIGNS.sub(" ", unicodedata.normalize("NFKD", text)).encode("ascii", "ignore").decode().lower()
    return " ".join(re.findall("[a-z0-9]+", plain))


def too_long(limit: int, count: int, field: str) -> Refused:
    """Return the refusal of a text over its limit, which names both: nothing is cut silently."""
    return Refused(
        N_("O texto passa do limite de %(limit)s caracteres: tem %(count)s."),
        field,
        limit=Decimal(limit),
        count=Decimal(count),
    )
