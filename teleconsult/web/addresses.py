"""Addresses in templates: what `url_for` would give, put together from what it gave before.

A page holds fifty addresses of a handful of kinds, and building each anew would be a tenth of its time.
"""

import re
from typing import Any

from flask import has_request_context, url_for

_PLAIN = re.compile(r"[A-Za-z0-9_.~-]+", re.ASCII)
"""Stands in an address as it is."""

_MARK = 982_451_653
"""Of what is not known yet; a number, so that a place for a number takes it too."""

Pattern = tuple[str, ...]
_patterns: dict[tuple[str, ...], Pattern | None] = {}


def address(endpoint: str, **values: Any) -> str:
    """Return the address of a view, as `flask.url_for` does."""
    key = (endpoint, *values)
    if key not in _patterns and has_request_context():
        _patterns[key] = _pattern(endpoint, tuple(values))
    pattern = _patterns.get(key)
    if pattern is None or not has_request_context():
        return url_for(endpoint, **values)
    made = [pattern[0]]
    for value, rest in zip(values.values(), pattern[1:], strict=True):
        word = value if type(value) is str else str(value) if type(value) is int and value >= 0 else ""
        if not _PLAIN.fullmatch(word):
            return url_for(endpoint, **values)
        made += (word, rest)
    return "".join(made)


def _pattern(endpoint: str, names: tuple[str, ...]) -> Pattern | None:
    """Return the pieces between the values; None when they do not simply stand there, in this order."""
    if endpoint.startswith(".") or any(name.startswith("_") for name in names):
        return None
    marks = [str(_MARK + place) for place in range(len(names))]
    values: dict[str, Any] = {name: int(mark) for name, mark in zip(names, marks, strict=True)}
    try:
        rest = url_for(endpoint, **values)
    except ValueError:  # a place that takes only some words
        return None
    pieces = []
    for mark in marks:
        piece, found, rest = rest.partition(mark)
        if not found:
            return None
        pieces.append(piece)
    return (*pieces, rest)
