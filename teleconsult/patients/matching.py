"""Whether two records may be the same person. Pure: standard library only.

CNS and CPF match by themselves; everything here only suggests, and a person decides. Names are compared
without accents, particles and spelling habits ("Souza" and "Sousa"), with abbreviations ("Mª A. Silva"),
word by word and in order. Reasons and doubts are message ids, so that they can be shown in words.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from teleconsult.errors import N_

SUGGEST = 60
"""From this score on a record is worth showing to a person."""

ALIKE = 0.8
"""From this likeness on two names read as one name written twice."""

KEY_LENGTH = 120

SEXES = {
    "female": N_("Feminino"),
    "male": N_("Masculino"),
    "intersex": N_("Intersexo"),
    "not_informed": N_("Não informado"),
}

_PARTICLES = frozenset({"da", "das", "de", "del", "di", "do", "dos", "du", "e", "von", "van"})
_SHORT_FORMS = {
    "ma": "maria",
    "fco": "francisco",
    "fca": "francisca",
    "jse": "jose",
    "sta": "santa",
    "sto": "santo",
}
_HABITS = (("ph", "f"), ("th", "t"), ("y", "i"), ("z", "s"), ("w", "v"), ("k", "c"), ("h", ""))


class Known(Protocol):
    """What is known of a person, on a form or in a record; empty or None where it is not."""

    @property
    def name(self) -> str: ...
    @property
    def social_name(self) -> str: ...
    @property
    def birth_date(self) -> date | None: ...
    @property
    def sex(self) -> str: ...
    @property
    def cns(self) -> str | None: ...
    @property
    def cpf(self) -> str | None: ...
    @property
    def mother_name(self) -> str: ...
    @property
    def phone(self) -> str: ...


@dataclass(frozen=True)
class Likeness:
    """How much two records look like one person (0 to 100), and why, in message ids."""

    score: int
    reasons: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


def words(name: str) -> list[str]:
    """Return the words of a name that tell it apart: small, without accents, short forms written out, particles gone."""
    # Twice: a compatibility letter may be a capital, and a small one may be composed again.
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    letters = plain.translate(_letters)
    found = [_SHORT_FORMS.get(word, word) for word in letters.split()]
    return [word for word in found if word not in _PARTICLES] or found


class _Letters(dict[int, str]):
    """What each character is in the words of a name: itself, nothing, or the end of a word."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        # An accent and an apostrophe (Sant'Ana) are part of the word around them.
        joins = unicodedata.category(char).startswith("M") or char in "'’`´"
        made = char if char.isalnum() else "" if joins else " "
        if code < FEW:
            self[code] = made
        return made


FEW = 0x400
"""Latin letters and their accents: those of nearly every name. Of what is rare nothing is remembered."""


_letters = _Letters()


def name_key(name: str) -> str:
    """Return the form under which a name is kept and compared; '' for a name without a letter."""
    return " ".join(words(name))[:KEY_LENGTH].rstrip()


def alike(one: str, other: str) -> float:
    """Return how alike two names are, from 0 to 1; the order of the two does not matter."""
    return _alike(words(one), words(other))


def _alike(one: Sequence[str], other: Sequence[str]) -> float:
    if not one or not other:
        return 0.0
    if list(one) == list(other):
        return 1.0
    shorter, longer = sorted((len(one), len(other)))
    common = _common(one, other)
    likeness = 0.6 * common / shorter + 0.4 * common / longer
    if _word_alike(one[0], other[0]) < ALIKE:
        likeness *= 0.6
    # A first name alone, or nothing but initials, tells nobody apart.
    if shorter == 1 or all(len(word) == 1 for word in one) or all(len(word) == 1 for word in other):
        likeness = min(likeness, 0.5)
    return min(likeness, 0.99)


def _common(one: Sequence[str], other: Sequence[str]) -> float:
    """Return the best sum of likenesses over the words that can be paired without crossing."""
    best = [0.0] * (len(other) + 1)
    for word in one:
        before = best[:]
        for i, candidate in enumerate(other, 1):
            best[i] = max(best[i - 1], before[i], before[i - 1] + _word_alike(word, candidate))
    return best[-1]


def _word_alike(one: str, other: str) -> float:
    if one == other:
        return 1.0
    if len(one) == 1 or len(other) == 1:
        return ALIKE if one[0] == other[0] else 0.0
    heard, told = _sound(one), _sound(other)
    if heard == told:
        return 0.95
    return 0.85 if min(len(heard), len(told)) >= 4 and _one_slip(heard, told) else 0.0


def _sound(word: str) -> str:
    """Return a word as it sounds, for the spellings that Brazilian names come in."""
    for written, spoken in _HABITS:
        word = word.replace(written, spoken)
    return "".join(char for i, char in enumerate(word) if i == 0 or char != word[i - 1])


def _one_slip(one: str, other: str) -> bool:
    """Tell whether one slip makes the other: a letter more, fewer or wrong, or two neighbours swapped."""
    if len(one) > len(other):
        one, other = other, one
    start = next((i for i, char in enumerate(one) if char != other[i]), len(one))
    if len(one) < len(other):
        return one[start:] == other[start + 1 :]
    swapped = one[start + 1 : start + 2] + one[start : start + 1] == other[start : start + 2]
    return one[start + 1 :] == other[start + 1 :] or (swapped and one[start + 2 :] == other[start + 2 :])


def compare(one: Known, other: Known) -> Likeness:
    """Weigh what two records say of a person. Two different CPFs are two people."""
    if one.cpf and other.cpf and one.cpf != other.cpf:
        return Likeness(0, doubts=(N_("CPF diferente"),))
    parts = [_name(one, other), _birth(one.birth_date, other.birth_date), _mother(one, other)]
    known = [part for part in parts if part is not None]
    score = sum(part.points for part in known) / sum(part.weight for part in known)
    reasons = [part.reason for part in known if part.reason]
    doubts = [part.doubt for part in known if part.doubt]
    if len(known) == 1:
        score *= 0.55  # A name alone is shared by many.
    if one.phone and one.phone == other.phone:
        score += 0.1
        reasons.append(N_("mesmo telefone"))
    if {one.sex, other.sex} == {"female", "male"}:
        score -= 0.15
        doubts.append(N_("sexo diferente"))
    return Likeness(round(100 * min(max(score, 0.0), 1.0)), tuple(reasons), tuple(doubts))


@dataclass(frozen=True)
class _Part:
    weight: float
    points: float
    reason: str = ""
    doubt: str = ""


def _name(one: Known, other: Known) -> _Part:
    likeness = max(alike(a, b) for a in _names(one) for b in _names(other))
    if likeness == 1.0:
        return _Part(50, 50, N_("mesmo nome"))
    if likeness >= ALIKE:
        return _Part(50, 50 * likeness, N_("nome parecido"))
    if likeness >= 0.5:
        return _Part(50, 50 * likeness, N_("parte do nome igual"))
    return _Part(50, 0, doubt=N_("nome diferente"))


def _names(known: Known) -> list[str]:
    return [known.name, known.social_name] if known.social_name else [known.name]


def _birth(one: date | None, other: date | None) -> _Part | None:
    if one is None or other is None:
        return None
    if one == other:
        return _Part(30, 30, N_("mesma data de nascimento"))
    if (one.year, one.day, one.month) == (other.year, other.month, other.day):
        return _Part(30, 24, N_("data de nascimento com dia e mês trocados"))
    same = [one.year == other.year, one.month == other.month, one.day == other.day]
    if sum(same) == 2:
        return _Part(30, 18, N_("data de nascimento quase igual"))
    # Heavier than what it could have added: namesakes are many, and their dates tell them apart.
    return _Part(45, 0, doubt=N_("data de nascimento diferente"))


def _mother(one: Known, other: Known) -> _Part | None:
    if not one.mother_name or not other.mother_name:
        return None
    likeness = alike(one.mother_name, other.mother_name)
    if likeness == 1.0:
        return _Part(20, 20, N_("mesmo nome da mãe"))
    if likeness >= ALIKE:
        return _Part(20, 20 * likeness, N_("nome da mãe parecido"))
    if likeness >= 0.5:
        return _Part(20, 20 * likeness, N_("parte do nome da mãe igual"))
    return _Part(30, 0, doubt=N_("nome da mãe diferente"))


def conflicts(given: Known, record: Known) -> tuple[str, ...]:
    """Return in which fields a form contradicts the record that its CNS or CPF belongs to."""
    found = []
    if max(alike(a, b) for a in _names(given) for b in _names(record)) < ALIKE:
        found.append("name")
    if given.birth_date and record.birth_date and given.birth_date != record.birth_date:
        found.append("birth_date")
    return tuple(found)
