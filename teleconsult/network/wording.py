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
    "nutricionista": ("nutric",),
    "enfermeiro": ("enferm",),
    "enfermeira": ("enferm",),
}
"""A word as it is typed -> how else it may stand there, by its beginning."""

NOTHING = frozenset({"a", "o", "e", "de", "da", "do", "das", "dos", "em", "na", "no", "the", "of"})
"""Words that tell nothing apart, and that many leave out."""


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
    # Who does it stands for what is done: dermatologista, ortopedista, pediatra, psicóloga.
    if len(word) >= 8 and word.endswith("ista"):
        yield word.removesuffix("ista")
    elif len(word) >= 7 and word.endswith(("atra", "logo", "loga")):
        yield word[:-1]
