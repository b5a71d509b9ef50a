"""From which day a return is wanted, read from a specialist's own words: “60 dias”, “em 6 meses”, “15/03/2027”. Pure.

The words stay as they were written. Where they say no day, or could mean another, a return is wanted from the day on
which it was asked for.
"""

import re
import unicodedata
from datetime import date, timedelta

EARLIER, AT_MOST = 4, 14
"""A visit may be earlier than asked by a fourth of the time, at most two weeks: the next free slot is never on the day."""

FARTHEST = 5 * 365
"""Days; what lies farther is a slip of the keyboard."""

_NUMBERS = {
    "um": 1, "uma": 1, "dois": 2, "duas": 2, "tres": 3, "quatro": 4, "cinco": 5, "seis": 6, "sete": 7, "oito": 8,
    "nove": 9, "dez": 10, "doze": 12, "quinze": 15, "vinte": 20, "trinta": 30, "quarenta": 40, "quarenta e cinco": 45,
    "sessenta": 60, "noventa": 90, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "nine": 9, "ten": 10,
    "twelve": 12, "cento e vinte": 120, "cento e oitenta": 180,
}  # fmt: skip
_DAYS = {"d": 1, "day": 1, "dia": 1, "semana": 7, "week": 7, "mes": 30, "month": 30, "ano": 365, "year": 365}
_UNIT = r"(dias?|d|semanas?|mes(?:es)?|anos?|days?|weeks?|months?|years?)"
_NUMBER = r"(\d{1,4}|" + "|".join(sorted(_NUMBERS, key=len, reverse=True)) + ")"
_SPAN = re.compile(
    rf"(?<![\w,.])(?<!\d/){_NUMBER}(?:\s*(?:a|e|ou|-|to|and|or)\s*{_NUMBER})?(?:\s*\([a-z ]*\))?\s*{_UNIT}\b"
)
_DATE = re.compile(rf"(?<![\d/])(\d{{1,2}})/(\d{{1,2}})/(\d{{4}}|\d{{2}})(?![\d/])(?!\s*{_UNIT}\b)")
_NOT_LATER = (
    r"ate|dentro|prazo|antes|maxim[oa]|max|menos|mais tardar|nao (?:ultra)?passar|imediat\w*|urgen\w*|breve|logo|"
    r"within|before|up to|at most|no later|not later|less|under|by|immediately|soon\w*|asap"
)
"""It says how late the return may be, not how early."""

_HOW_LONG = rf"(?:por|durante|for) {_NUMBER}|vez(?:es)?|(?:mens|seman|quinzen)al(?:mente)?|monthly|weekly"
"""It says for how long, or how often: the first of several returns is nearer."""

_SINCE_OTHER = rf"aos {_NUMBER} anos?|(?<!daqui )ha|faz|desde|idade|complet\w*|ago|since|age|aged|old"
"""It counts from another day than that of the visit: a birth, a treatment that goes on (“daqui há” is a slip for “daqui a”)."""

_OTHERWISE = re.compile(rf"\b(?:{_NOT_LATER}|{_HOW_LONG}|{_SINCE_OTHER})\b|\d[,.]\d")


def wanted_from(words: str, asked_on: date) -> date | None:
    """Return the first day on which a return is wanted that was asked for on a day; None where the words say none.

    Of “30 a 60 dias” the first counts. Dates are day/month/year, as the network writes them in both languages.
    """
    plain = unicodedata.normalize("NFKD", words.replace("–", "-")).replace("\N{FRACTION SLASH}", "/")
    said = plain.encode("ascii", "ignore").decode().lower()
    spans, dates = _SPAN.findall(said), _DATE.findall(said)
    if len(spans) + len(dates) != 1 or _OTHERWISE.search(said):
        return None
    days = _days(*spans[0]) if spans else _until(asked_on, *dates[0][:3])
    if days is None or not 0 < days <= FARTHEST:
        return None
    return asked_on + timedelta(days=days - min(days // EARLIER, AT_MOST))


def _days(first: str, _second: str, unit: str) -> int:
    number = int(first) if first.isdigit() else _NUMBERS[first]
    return number * next(days for word, days in _DAYS.items() if unit in (word, f"{word}s", f"{word}es"))


def _until(asked_on: date, day: str, month: str, year: str) -> int | None:
    try:
        return (date(int(year) if len(year) > 2 else 2000 + int(year), int(month), int(day)) - asked_on).days
    except ValueError:
        return None
