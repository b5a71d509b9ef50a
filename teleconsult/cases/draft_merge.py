"""Joins what two windows typed in one step of the request, field by field. Pure.

A page carries a mark of each value that it was shown with. With them it is known, when the page is sent, in which
fields somebody typed there, and in which somebody else's window did meanwhile: only one that both changed is a clash.
"""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2s
from typing import Any

from teleconsult.cases.draft_fields import FIELDS, Fields, blank, differing

_SIZE = 8


def marks_of(fields: Mapping[str, Any], step: str) -> str:
    """Return the marks of the values of a step, as the page of the step carries them in one hidden field."""
    return "".join(_mark(_plain(value)) for value in blank(fields, step).values())


def merged(here: Mapping[str, Any], there: Mapping[str, Any], step: str, marks: str) -> tuple[Fields, list[str]]:
    """Return a step with what was typed here and what was saved there meanwhile, and the fields that both changed.

    Args:
        here: the texts of the step as a page sends them.
        there: the texts as they are saved.
        step: one of `draft_fields.STEPS`.
        marks: of the values that the page was shown with; without good ones each difference is a clash.
    """
    joined, clash = dict(here), []
    known = _split(marks, step)
    for name in differing(here, there, step):
        shown = known.get(name)
        if shown is not None and _mark(_plain(here[name])) == shown:
            joined[name] = blank(there, step)[name]
        elif shown is None or _mark(_plain(blank(there, step)[name])) != shown:
            clash.append(name)
    return joined, clash


def _split(marks: str, step: str) -> dict[str, str]:
    names = FIELDS[step]
    if len(marks) != _SIZE * len(names):
        return {}
    return {name: marks[_SIZE * n : _SIZE * (n + 1)] for n, name in enumerate(names)}


def _plain(value: Any) -> str:
    return value.strip() if isinstance(value, str) else "\0".join(value)


@lru_cache(maxsize=256)
def _mark(text: str) -> str:
    return urlsafe_b64encode(blake2s(text.encode(), digest_size=6).digest()).decode()
