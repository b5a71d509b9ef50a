"""Vital signs: each with its unit, what is possible, and what is worth a second look. Pure.

They are kept as text in one form ("120/80", "36.5"), so that what was sent is what was read back. A value
that cannot be is refused; one that is rare only warns, because rare things are why people ask.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from teleconsult.errors import N_, Refused
from teleconsult.typed import read_number


@dataclass(frozen=True)
class Vital:
    """One sign. `low` to `high` is possible, `usual` is what nobody looks at twice."""

    name: str
    label: str
    unit: str
    low: Decimal
    high: Decimal
    usual: tuple[Decimal, Decimal]
    places: int = 0


def _vital(name: str, label: str, unit: str, low: str, high: str, usual: str, places: int = 0) -> Vital:
    least, most = usual.split()
    return Vital(name, label, unit, Decimal(low), Decimal(high), (Decimal(least), Decimal(most)), places)


VITALS: dict[str, Vital] = {
    vital.name: vital
    for vital in (
        _vital("blood_pressure", N_("Pressão arterial"), "mmHg", "20", "300", "50 180"),
        _vital("heart_rate", N_("Frequência cardíaca"), "bpm", "10", "350", "45 140"),
        _vital("respiratory_rate", N_("Frequência respiratória"), N_("irpm"), "2", "120", "10 40"),
        _vital("temperature", N_("Temperatura"), "°C", "20", "46", "35 39", 1),
        _vital("saturation", N_("Saturação de oxigênio"), "%", "1", "100", "92 100"),
        _vital("glucose", N_("Glicemia capilar"), "mg/dL", "5", "2000", "60 300"),
        _vital("weight", N_("Peso"), "kg", "0.2", "500", "2 180", 3),
        _vital("height", N_("Altura"), "cm", "20", "272", "45 205", 1),
    )
}
"""In the order of the form."""

_PAIR = re.compile(r"(\d{1,3}(?:[.,]\d)?)\s*(?:[/xX×]|por)\s*(\d{1,3}(?:[.,]\d)?)")
_UNITS = re.compile(
    r"(?:mm\s*hg|bpm|irpm|ipm|rpm|breaths\s*/\s*min|mg\s*/\s*dl|°\s*c|º\s*c|c|%|kg|cm|m)\.?$", re.IGNORECASE
)
_TEN = 10


def read_vital(name: str, text: str) -> str:
    """Return the form to keep of what was typed; reading that again gives the same.

    Raises:
        Refused: it is no such sign, or no living person has it.
    """
    vital = VITALS[name]
    text = _UNITS.sub("", " ".join(text.split())).strip()
    if name == "blood_pressure":
        return _pressure(vital, text)
    value = read_number(text, name)
    if name == "height" and value < 3:
        value *= 100  # Typed in metres.
    _possible(vital, value)
    return _plain(_precise(vital, value), vital.places)


def _pressure(vital: Vital, text: str) -> str:
    found = _PAIR.fullmatch(text)
    if not found:
        raise Refused(N_("Escreva a pressão com dois números, como 120/80."), vital.name)
    upper, lower = (Decimal(part.replace(",", ".")) for part in found.groups())
    if upper < 30 and lower < 20:
        upper, lower = upper * _TEN, lower * _TEN  # "12 por 8", as people say it.
    if upper < lower:
        raise Refused(N_("A pressão máxima vem primeiro, como em 120/80."), vital.name)
    for part in (upper, lower):
        _possible(vital, _precise(vital, part))
    return f"{_plain(upper, 0)}/{_plain(lower, 0)}"


_WHOLE = N_("Escreva um número inteiro, sem vírgula.")
_PRECISE = {
    1: N_("Escreva no máximo uma casa depois da vírgula, como em 36,5."),
    3: N_("Escreva no máximo três casas depois da vírgula, como em 3,250."),
}


def _precise(vital: Vital, value: Decimal) -> Decimal:
    """Return a value that is kept as it was typed: none is rounded without a word."""
    if value != round(value, vital.places):
        raise Refused(_PRECISE.get(vital.places, _WHOLE), vital.name)
    return value


def _possible(vital: Vital, value: Decimal) -> None:
    if not vital.low <= value <= vital.high:
        raise Refused(
            N_("Confira o valor: aqui cabe de %(low)s a %(high)s %(unit)s."),
            vital.name,
            low=vital.low,
            high=vital.high,
            unit=vital.unit,
        )


def unusual(name: str, kept: str) -> Refused | None:
    """Return a sentence for a value worth a second look, or None. It never stands in the way."""
    vital = VITALS[name]
    least, most = vital.usual
    values = [Decimal(part) for part in kept.split("/")]
    if all(least <= value <= most for value in values):
        return None
    return Refused(
        N_("Valor pouco comum: %(value)s %(unit)s. Se estiver certo, pode continuar."),
        name,
        value=kept if "/" in kept else values[0],
        unit=vital.unit,
    )


def show_vital(kept: str, mark: str = ",") -> str:
    """Return a kept value as it is read, with the decimal mark of the reader's language."""
    return kept.replace(".", mark)


def _plain(value: Decimal, places: int) -> str:
    rounded = round(value, places)
    return f"{rounded.normalize():f}" if rounded else "0"
