"""What a unit may book, and on which day. Pure: standard library only.

The period is the local calendar month; a unit books on its own weekday. High priority passes the weekday with a reason;
everything else out of rule wants a reason of somebody who may override.
"""

from dataclasses import dataclass
from datetime import date

from teleconsult.errors import N_, Refused

SHEET_LINES = 6
"""Patients on a booking sheet (Quadro 2)."""

PASSES = frozenset({"high", "urgent"})
"""Priorities that pass the weekday rule with a reason."""

WEEKDAYS = (
    N_("segunda-feira"),
    N_("terça-feira"),
    N_("quarta-feira"),
    N_("quinta-feira"),
    N_("sexta-feira"),
    N_("sábado"),
    N_("domingo"),
)


def month_of(day: date) -> date:
    """Return the period a day belongs to: the first of its month."""
    return day.replace(day=1)


def sheets_for(lines: int) -> int:
    """Return how many booking sheets so many patients take."""
    return -(-lines // SHEET_LINES)


@dataclass(frozen=True)
class Asked:
    """One booking as the rules look at it: when it is made, for whom, with which reasons."""

    today: date
    priority: str
    day_why: str = ""
    over_why: str = ""
    may_override: bool = False


def check_weekday(weekday: int | None, asked: Asked) -> None:
    """Hold a booking to its unit's weekday (0 is Monday; None: any day).

    Raises:
        Refused: it is another day, and neither the priority nor an override lets it pass; or the reason is missing.
    """
    if weekday is None or asked.today.weekday() == weekday:
        return
    day = WEEKDAYS[weekday]
    if asked.priority not in PASSES and not asked.may_override:
        raise Refused(N_("O dia de marcação desta unidade é %(day)s. Prioridade alta passa, com o motivo."), day=day)
    if not asked.day_why:
        raise Refused(
            N_("O dia de marcação desta unidade é %(day)s: diga por que marcar hoje."), field="day_why", day=day
        )


def check_balance(given: int | None, spent: int, asked: Asked) -> bool:
    """Return whether the booking goes over what the unit was given (None: nothing was set for it).

    Raises:
        Refused: it does, and nobody who may override gives a reason.
    """
    if given is not None and spent < given:
        return False
    if not asked.may_override:
        if given is None:
            raise Refused(N_("Nenhuma cota foi definida para esta unidade. Peça à gerência, ou ao distrito."))
        raise Refused(
            N_("A cota de formulários de referência deste mês (%(given)d) já foi usada. O distrito pode autorizar."),
            given=given,
        )
    if not asked.over_why:
        raise Refused(N_("Esta marcação passa da cota da unidade: diga por quê."), field="over_why")
    return True
