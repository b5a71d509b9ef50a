"""The hours of a weekday as the management writes them: '8:00–12:00, 13:00–17:00'. Pure: standard library only."""

import re
from itertools import pairwise

from teleconsult.errors import N_, Refused
from teleconsult.typed import show_clock

MIDNIGHT = 1440
_TIME = r"(\d{1,2})(?:[:h](\d{2})?)?"
_SPAN = re.compile(rf"{_TIME}(?:[-–—]|às|as|a|to){_TIME}", re.IGNORECASE)
_APART = re.compile(r"[,;]|\be\b|\band\b")

SHAPE = N_("Escreva assim: 8:00–12:00, 13:00–17:00. Deixe em branco o dia sem atendimento.")


def parse(text: str) -> list[tuple[int, int]]:
    """Return the spans of a day in minutes, in their order.

    Raises:
        Refused: it cannot be read, a time is none of the day, or two spans share a time.
    """
    spans = sorted(_span("".join(part.split())) for part in _APART.split(text.strip()) if part.strip())
    if any(first[1] > second[0] for first, second in pairwise(spans)):
        raise Refused(N_("Dois horários deste dia se sobrepõem."))
    return spans


def _span(text: str) -> tuple[int, int]:
    found = _SPAN.fullmatch(text)
    if found is None:
        raise Refused(SHAPE)
    opens, closes = _minute(found[1], found[2]), _minute(found[3], found[4])
    if not opens < closes <= MIDNIGHT:
        raise Refused(N_("O fim do horário vem depois do início, no mesmo dia (até 24:00)."))
    return opens, closes


def _minute(hours: str, minutes: str | None) -> int:
    if int(minutes or 0) > 59:
        raise Refused(SHAPE)
    return int(hours) * 60 + int(minutes or 0)


def words(spans: list[tuple[int, int]]) -> str:
    """Return the spans of a day as `parse` reads them."""
    return ", ".join(f"{show_clock(*divmod(opens, 60))}–{show_clock(*divmod(closes, 60))}" for opens, closes in spans)
