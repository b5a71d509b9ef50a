"""What people type when they look for a unit or a specialty, and what of the network it may stand for. Pure.

The guide writes "USF Vila União" and "Dermatologia"; who looks for them types "psf vila uniao", "posto", "dermatologista".
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from teleconsult.typed import fold

MOST_WORDS = 8

KINDS = {
    "posto": ("us", "usf"),
    "ubs": ("us", "usf"),
    "psf": ("usf",),
    "usf": ("usf",),
    "esf": ("usf",),
    "familia": ("usf",),
    "caps": ("caps",),
    "policlinica": ("uer",),
    "unidade": ("us", "usf", "uer"),
    "saude": ("us", "usf", "caps"),
}
"""A word for a kind of unit -> the kinds; the units' own names hold some of these words and not the others."""

OTHERWISE = {
    "sta": ("santa",),
    "sto": ("santo",),
    "s": ("sao",),
    "r": ("rua",),
    "av": ("avenida",),
    "estr": ("estrada",),
    "prof": ("professor",),
    "dr": ("doutor",),
    "dra": ("doutora",),
    "mental": ("psicossocial", "psiquiatr", "psicolog"),
    "dentista": ("odontolog",),
    "enfermeiro": ("enferm",),
    "enfermeira": ("enferm",),
}
"""A word as it is typed -> how else it may stand there, by its beginning."""

NOTHING = frozenset({"a", "o", "e", "de", "da", "do", "das", "dos", "em", "na", "no", "the", "of"})
"""Words that tell nothing apart, and that many leave out."""

_PEOPLE = re.compile(
    r"(\w{2,}log)(?:ist[ao]|[ao])s?|(\w{2,}iatr)as?|(\w{3,}terap)eutas?|(nutri)cionistas?|(\w{3,}path?)as?|(ortop)edistas?"
    r"|(\w{4,})istas?"
)
"""Who practises a specialty, and the beginning that their name has in common with its own: cardiologista, cardiologia."""


class Sought(NamedTuple):
    """One word that is looked for: by its beginning in any of these forms, or by the kind of the unit."""

    forms: tuple[str, ...]
    kinds: tuple[str, ...]


def sought(typed: str) -> list[Sought]:
    """Return what each typed word may stand for; all of them must be met."""
    # "us06" is written apart, and a number may have lost the zero before it.
    words = re.sub(r"\b(us|usf)([0-9])", r"\1 \2", fold(typed)).split()
    words = [word for word in words if word not in NOTHING] or words
    return [Sought(tuple(_forms(word)), KINDS.get(word, ())) for word in words[:MOST_WORDS]]


def _forms(word: str) -> Iterator[str]:
    yield word
    yield from OTHERWISE.get(word, ())
    if re.fullmatch("[1-9]", word):
        yield f"0{word} "  # whole: not the beginning of a house number
    found = _PEOPLE.fullmatch(word)
    if found:
        yield next(filter(None, found.groups()))
