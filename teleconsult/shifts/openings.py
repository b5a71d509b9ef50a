"""When a room is open on a weekday, between what people write and minutes. Pure: standard library only."""

import itertools
import re

from teleconsult.errors import N_, Refused
from teleconsult.typed import fold, show_clock

DAY = 1440
HOUR = 60
_TIME = r"(\d{1,2}?)(?:[:.]?h?(\d{2}))?(?:h(?:s|rs?|oras?)?|:|min)*"
_SPAN = re.compile(rf"(?:das|de|from)?{_TIME}(?:[-–—]|às|as|a|até|to){_TIME}", re.IGNORECASE)
_SHUT = frozenset({"fechado", "fechada", "nao abre", "closed"})
_APART = re.compile(r"[,;]|\be\b|\band\b")


def read(text: str) -> list[tuple[int, int]]:
    """Return from which minute to which, in order; '' is a day on which the room is closed.

    An end that is not after its start is on the next day: '18:00–2:00' goes on past midnight, '0:00–24:00' is the
    whole day.

    Raises:
        Refused: it cannot be read, a time is none of the day, or two spans share a time.
    """
    if fold(text) in _SHUT:
        return []
    spans = sorted(_span("".join(part.split())) for part in _APART.split(text.strip()) if part.strip())
    if any(first[1] > second[0] for first, second in itertools.pairwise(spans)):
        raise Refused(N_("Dois horários deste dia se sobrepõem."))
    return spans


def _span(text: str) -> tuple[int, int]:
    found = _SPAN.fullmatch(text)
    opens, closes = (_minute(found[1], found[2]), _minute(found[3], found[4])) if found else (-1, -1)
    if not (0 <= opens < DAY and 0 <= closes <= DAY):
        raise Refused(N_("Escreva assim: 8:00–12:00, 13:00–21:00. Deixe em branco o dia em que a sala não abre."))
    return opens, closes if closes > opens else closes + DAY


def _minute(hours: str, minutes: str | None) -> int:
    return int(hours) * HOUR + int(minutes or 0) if int(minutes or 0) < HOUR else -1


def written(spans: list[tuple[int, int]]) -> str:
    """Return spans as `read` takes them."""
    return ", ".join(f"{_clock(opens)}–{_clock(closes)}" for opens, closes in spans)


def _clock(minute: int) -> str:
    minute = minute if minute <= DAY else minute - DAY
    return show_clock(*divmod(minute, HOUR))
