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

_PAIR = re.compile(r"(\d{1,3}(?:[.,]\d)?)\s*(?:[/xX×*-]|por|\s)\s*(\d{1,3}(?:[.,]\d)?)")
_WAYS: dict[str, tuple[str, str]] = {
    "blood_pressure": (r"P\.?A\.?|press[aã]o", r"mm\s*/?\s*hg"),
    "heart_rate": (r"FC|pulso", r"bpm|b\.p\.m|bat(?:imentos)?\.?\s*/\s*min"),
    "respiratory_rate": ("FR", r"irpm|ipm|rpm|mrpm|mpm|(?:ir|inc|mr|breaths)\s*/\s*min"),
    "temperature": (r"T(?:ax|emp)?\.?|temperatura", r"[°º]\s*c?|o?\s*c|graus(?:\s*celsius)?"),
    "saturation": (r"Sp?O2|Sat\.?(?:\s*O2)?|satura[cç][aã]o", "%"),
    "glucose": (r"HGT|DX|dextro|glicemia|GC", r"mg\s*/\s*dl|mg\s*%"),
    "weight": ("peso", r"kgs?|kilos?|quilos?"),
    "height": (r"alt\.?|altura|estatura", r"cm|m|mts?|metros?"),
}
"""How a sign is called before its value, and what stands behind it; what is of another sign is not taken for it."""

_LABELS = {name: re.compile(rf"(?:{label})\s*[:=]?\s*(?=\d)", re.IGNORECASE) for name, (label, _) in _WAYS.items()}
_UNITS = {name: re.compile(rf"\s*(?:{unit})\.?$", re.IGNORECASE) for name, (_, unit) in _WAYS.items()}
_BETWEEN = {
    "temperature": re.compile(r"(\d{2})\s*[°º'’]\s*(\d)(?:\s*c)?", re.IGNORECASE),
    "height": re.compile(r"([0-2])\s*m\s*(\d{2})(?:\s*cm)?", re.IGNORECASE),
}
"""The unit where the comma would stand: 36°5, 1m62."""

_GRAMS = re.compile(r"(\d)[.,]?(\d{3})\s*(?:g|gr|gramas)\.?", re.IGNORECASE)
_TEN = 10


def read_vital(name: str, text: str) -> str:
    """Return the form to keep of what was typed; reading that again gives the same.

    Raises:
        Refused: it is no such sign, or no living person has it.
    """
    vital = VITALS[name]
    text = _value_of(name, text)
    if name == "blood_pressure":
        return _pressure(vital, text)
    try:
        value = read_number(text, name)
    except Refused as refusal:
        raise Refused(_ALONE, name) from refusal
    if name == "height" and value < 3:
        value *= 100  # Typed in metres.
    _possible(vital, value)
    return _plain(_precise(vital, value), vital.places)


def _value_of(name: str, text: str) -> str:
    """Return the figures alone: without the name of the sign before them, and its own unit behind or between them."""
    text = " ".join(text.split())
    label = _LABELS[name].match(text)
    text = text[label.end() :] if label else text
    between = _BETWEEN[name].fullmatch(text) if name in _BETWEEN else None
    if between:
        return f"{between[1]},{between[2]}"
    grams = _GRAMS.fullmatch(text) if name == "weight" else None
    if grams:
        return f"{grams[1]},{grams[2]}"
    return _UNITS[name].sub("", text).strip().rstrip(".;")


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


_ALONE = N_("Escreva só o número; o mais cabe no exame físico.")
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
