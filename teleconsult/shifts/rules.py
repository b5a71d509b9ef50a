"""How often a shift comes again: between the words of the form and the RFC 5545 rule that is kept. Pure."""

import re
from collections.abc import Iterable
from datetime import date

from teleconsult.errors import N_

CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

EVERY = {
    "1": N_("Toda semana"),
    "2": N_("A cada 2 semanas"),
    "3": N_("A cada 3 semanas"),
    "4": N_("A cada 4 semanas"),
    "month": N_("Uma vez por mês, na mesma semana do mês"),
}
"""How often, as the form offers it."""

_WEEKLY = re.compile(r"FREQ=WEEKLY(?:;INTERVAL=([234]))?;BYDAY=([A-Z,]+)")
_MONTHLY = re.compile(r"FREQ=MONTHLY;BYDAY=(-1|[1-4])([A-Z]{2})")
LAST_SURE = 4
"""Every month has four of each weekday; a fifth one is meant as the last."""


def rule_of(every: str, weekdays: Iterable[int], first_day: date) -> str:
    """Return the rule for what was chosen; without weekdays it is that of the first day.

    Once a month it is the weekday of the first day, in the same week of the month (the second Thursday).
    """
    if every == "month":
        week = (first_day.day - 1) // 7 + 1
        return f"FREQ=MONTHLY;BYDAY={week if week <= LAST_SURE else -1}{CODES[first_day.weekday()]}"
    days = ",".join(CODES[day] for day in sorted(set(weekdays))) or CODES[first_day.weekday()]
    interval = "" if every == "1" else f";INTERVAL={int(every)}"
    return f"FREQ=WEEKLY{interval};BYDAY={days}"


def read_rule(rule: str) -> tuple[str, list[int]]:
    """Return how often and on which weekdays, of a rule that `rule_of` made; ('', []) for any other."""
    weekly = _WEEKLY.fullmatch(rule)
    if weekly:
        return weekly[1] or "1", [CODES.index(code) for code in weekly[2].split(",")]
    monthly = _MONTHLY.fullmatch(rule)
    return ("month", [CODES.index(monthly[2])]) if monthly else ("", [])
