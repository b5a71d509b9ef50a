"""Numbers that Brazil's health service writes with rules of their own: CPF, CNS, CNES, councils, phone.

Every `check_*` takes what a person typed, gives back the form to store (no dots, no spaces) and raises
`Refused` with a sentence that says what is wrong; `field` is the form field the sentence belongs to.
Checking what a check gave back gives the same again. Every `show_*` takes the stored form and writes it
the way people read it; what is not in the stored form comes back unchanged. E-mail is left to
email-validator. Pure.
"""

import re
import unicodedata
from typing import NamedTuple

from teleconsult.errors import N_, Refused

UFS = {
    "AC": "Acre",
    "AL": "Alagoas",
    "AP": "Amapá",
    "AM": "Amazonas",
    "BA": "Bahia",
    "CE": "Ceará",
    "DF": "Distrito Federal",
    "ES": "Espírito Santo",
    "GO": "Goiás",
    "MA": "Maranhão",
    "MT": "Mato Grosso",
    "MS": "Mato Grosso do Sul",
    "MG": "Minas Gerais",
    "PA": "Pará",
    "PB": "Paraíba",
    "PR": "Paraná",
    "PE": "Pernambuco",
    "PI": "Piauí",
    "RJ": "Rio de Janeiro",
    "RN": "Rio Grande do Norte",
    "RS": "Rio Grande do Sul",
    "RO": "Rondônia",
    "RR": "Roraima",
    "SC": "Santa Catarina",
    "SP": "São Paulo",
    "SE": "Sergipe",
    "TO": "Tocantins",
}
"""The 26 states and the Federal District: proper names, the same in every language."""

COUNCILS = {
    "CRM": N_("Medicina"),
    "COREN": N_("Enfermagem"),
    "CRO": N_("Odontologia"),
    "CREFITO": N_("Fisioterapia e Terapia Ocupacional"),
    "CRFa": N_("Fonoaudiologia"),
    "CRN": N_("Nutrição"),
    "CRP": N_("Psicologia"),
    "CRF": N_("Farmácia"),
    "CRESS": N_("Serviço Social"),
    "CREF": N_("Educação Física"),
    "CRBM": N_("Biomedicina"),
    "CRBio": N_("Biologia"),
    "CRMV": N_("Medicina Veterinária"),
    "RMS": N_("Registro do Ministério da Saúde (Mais Médicos)"),
}
"""Abbreviation of the register → the profession it is for (message ids). RMS stands in for a CRM."""

_UNUSED_AREA_CODES = (20, 23, 25, 26, 29, 30, 36, 39, 40, 50, 52, 56, 57, 58, 59, 60, 70, 72, 76, 78, 80, 90)
AREA_CODES = frozenset(str(code) for code in range(11, 100) if code not in _UNUSED_AREA_CODES)
"""The 67 area codes (DDD) of Anatel's numbering plan."""

# Any space, the dashes of a word processor and of a chat, and the marks without width that a copied number brings along.
_SEPARATORS = re.compile(r"[\s./()\-\xad\u2010-\u2015\u2212\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]+")


class Registration(NamedTuple):
    """A professional's entry in a council, in the form to store."""

    council: str
    number: str
    uf: str


def normalise(text: str) -> str:
    """Drop what people put between digits; anything else stays, for the check to name it."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", text))


def check_cpf(text: str, field: str = "cpf") -> str:
    """Eleven digits, the last two of which follow from the others (Receita Federal, module 11)."""
    number = _digits(text, "CPF", 11, field)
    _not_all_the_same(number, "CPF", field)
    for length in (9, 10):
        total = sum(int(digit) * weight for digit, weight in zip(number, range(length + 1, 1, -1), strict=False))
        if int(number[length]) != total * 10 % 11 % 10:
            raise _mistyped("CPF", field)
    return number


def check_cns(text: str, field: str = "cns") -> str:
    """Fifteen digits whose sum, weighted 15 to 1, divides by 11.

    The rule is the Ministry of Health's "Rotina de validação" of CNS numbers, as ANVISA and e-SUS APS
    publish it. Numbers that begin with 7, 8 or 9 are provisional and need no more than the sum. Those
    that begin with 1 or 2 are a PIS/PASEP number with a tail: `000` and a check digit or, where that
    digit would be 10, `0018`.
    """
    number = _digits(text, "CNS", 15, field)
    _not_all_the_same(number, "CNS", field)
    if number[0] not in "12789":
        raise Refused(N_("O CNS começa com 1, 2, 7, 8 ou 9. Confira o número no cartão."), field)
    sum_fits = sum(int(digit) * weight for digit, weight in zip(number, range(15, 0, -1), strict=True)) % 11 == 0
    tail_fits = number[0] in "789" or number[11:14] == "000" or number[11:] == "0018"
    if not (sum_fits and tail_fits):
        raise _mistyped("CNS", field)
    return number


def check_cnes(text: str, field: str = "cnes") -> str:
    """Seven digits. The register publishes no rule for a check digit."""
    number = _digits(text, "CNES", 7, field)
    if number == "0000000":
        raise Refused(N_("O CNES não pode ter só zeros."), field)
    return number


def check_phone(text: str, field: str = "phone") -> str:
    """Area code and number: ten digits (landline), eleven (mobile), or a toll-free 0800.

    The country code +55 and the trunk zero before the area code are dropped.
    """
    number = normalise(text)
    if number.startswith(("+55", "0055")):
        number = number.removeprefix("+55").removeprefix("0055")
    elif len(number) in (12, 13) and number.startswith("55"):
        number = number[2:]
    if not re.fullmatch("[0-9]*", number):
        raise Refused(N_("O telefone só pode ter números."), field)
    if re.fullmatch("0800[0-9]{6,7}", number):
        return number
    number = number.removeprefix("0")
    if len(number) in (8, 9):
        raise Refused(N_("Inclua o DDD antes do número do telefone."), field)
    if len(number) not in (10, 11):
        raise Refused(
            N_("O telefone tem 10 ou 11 dígitos com o DDD; o informado tem %(count)s."), field, count=len(number)
        )
    if number[:2] not in AREA_CODES:
        raise Refused(N_("O DDD %(area)s não existe."), field, area=number[:2])
    if len(number) == 11 and number[2] != "9":
        raise Refused(N_("Com 9 dígitos depois do DDD, o número é de celular e começa com 9."), field)
    if len(number) == 10 and number[2] not in "2345":
        raise Refused(N_("Com 8 dígitos depois do DDD, o número é fixo e começa com 2, 3, 4 ou 5."), field)
    return number


def check_uf(text: str, field: str = "uf") -> str:
    """Two letters of a state or of the Federal District."""
    uf = normalise(text).upper()
    if uf not in UFS:
        raise Refused(N_("Escolha a UF do registro profissional."), field)
    return uf


def check_council(text: str, field: str = "council") -> str:
    """An abbreviation of `COUNCILS`, in its own spelling (CRFa, CRBio)."""
    wanted = normalise(text).upper()
    for council in COUNCILS:
        if council.upper() == wanted:
            return council
    raise Refused(N_("Escolha o conselho profissional na lista."), field)


def check_registration(council: str, number: str, uf: str, field: str = "number") -> Registration:
    """A council, the number it gave and its UF.

    People write the number with the council, the UF and dots around it ("CRM-PE nº 12.345"); what repeats
    the other two fields is dropped, what contradicts them is refused. A category stays ("123456-ENF"),
    and so does the region of a CRP ("02/12345"). Refusals of council and UF carry the fields "council"
    and "uf".
    """
    council, uf = check_council(council), check_uf(uf)
    text = normalise(number).upper().replace(":", "").removeprefix(council.upper()).removeprefix(uf).removeprefix("NO")
    found = re.fullmatch("([0-9]{1,9})([A-Z]{0,4})", text)
    if not found:
        raise Refused(
            N_("O número do %(council)s tem até 9 dígitos e, se houver, a categoria no fim, como em 123456-ENF."),
            field,
            council=council,
        )
    digits, suffix = found.groups()
    # In a CREFITO, TO is occupational therapy (terapia ocupacional), not Tocantins.
    if suffix in UFS and council != "CREFITO":
        if suffix != uf:
            raise Refused(N_("O número traz a UF %(other)s, mas a UF escolhida é %(uf)s."), field, other=suffix, uf=uf)
        suffix = ""
    if not digits.strip("0"):
        raise Refused(N_("O número do %(council)s não pode ter só zeros."), field, council=council)
    if council == "CRP":
        if len(digits) < 4:
            raise Refused(N_("Escreva o CRP com a região na frente, como em 02/12345."), field)
        digits = f"{digits[:2]}/{digits[2:]}"
    else:
        digits = digits.lstrip("0")
    return Registration(council, f"{digits}-{suffix}" if suffix else digits, uf)


def show_cpf(number: str) -> str:
    """`12345678909` → `123.456.789-09`."""
    return _mask(number, "{}.{}.{}-{}", 3, 3, 3, 2)


def show_cns(number: str) -> str:
    """`898000000043208` → `898 0000 0004 3208`, as printed on the card."""
    return _mask(number, "{} {} {} {}", 3, 4, 4, 4)


def show_phone(number: str) -> str:
    """`8134462631` → `(81) 3446-2631`; `08001234567` → `0800 123 4567`."""
    if number.startswith("0800"):
        return _mask(number, "{} {} {}", 4, 3, len(number) - 7)
    return _mask(number, "({}) {}-{}", 2, len(number) - 6, 4)


def _digits(text: str, name: str, length: int, field: str) -> str:
    number = re.sub(f"^{name}:?", "", normalise(text), flags=re.IGNORECASE)
    if not re.fullmatch("[0-9]*", number):
        raise Refused(N_("O %(name)s só pode ter números."), field, name=name)
    if len(number) != length:
        raise Refused(
            N_("O %(name)s tem %(length)s dígitos; o informado tem %(count)s."),
            field,
            name=name,
            length=length,
            count=len(number),
        )
    return number


def _not_all_the_same(number: str, name: str, field: str) -> None:
    """Eleven times the same digit passes the sum of a CPF, but is given to nobody."""
    if len(set(number)) == 1:
        raise Refused(N_("O %(name)s não pode ter todos os dígitos iguais."), field, name=name)


def _mistyped(name: str, field: str) -> Refused:
    return Refused(
        N_("O dígito verificador do %(name)s não confere. Algum número pode ter sido trocado."), field, name=name
    )


def _mask(number: str, pattern: str, *lengths: int) -> str:
    if not number.isdecimal() or min(lengths) < 1 or sum(lengths) != len(number):
        return number
    pieces, start = [], 0
    for length in lengths:
        pieces.append(number[start : start + length])
        start += length
    return pattern.format(*pieces)
