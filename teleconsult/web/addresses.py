"""Addresses: what Flask's `url_for` would give, put together from what it gave before.

A page holds fifty addresses of a handful of kinds, and building each anew would be a tenth of its time.
"""

import re
from collections.abc import Callable
from typing import Any

from flask import Flask, has_request_context

_PLAIN = re.compile(r"[A-Za-z0-9_.~-]+", re.ASCII)
"""Stands in an address as it is."""

_MARK = 982_451_653
"""Of what is not known yet; a number, so that a place for a number takes it too."""

_WAYS = ("_anchor", "_method", "_scheme", "_external")
"""What `url_for` takes besides the values of the address; Flask always hands these on."""

Pattern = tuple[str, ...]


class Addresses:
    """The addresses of one application."""

    def __init__(self, url_for: Callable[..., str]) -> None:
        self._url_for = url_for
        self._patterns: dict[tuple[str, ...], Pattern | None] = {}

    def __call__(self, endpoint: str, **values: Any) -> str:
        """Return the address of a view, as `flask.url_for` does."""
        ways = [values.pop(way, None) for way in _WAYS]
        if not any(way is not None for way in ways) and has_request_context():
            made = self._put_together(endpoint, values)
            if made is not None:
                return made
        return self._url_for(endpoint, **dict(zip(_WAYS, ways, strict=True)), **values)

    def _put_together(self, endpoint: str, values: dict[str, Any]) -> str | None:
        key = (endpoint, *values)
        if key not in self._patterns:
            self._patterns[key] = _pattern(self._url_for, endpoint, tuple(values))
        pattern = self._patterns[key]
        if pattern is None:
            return None
        made = [pattern[0]]
        for value, rest in zip(values.values(), pattern[1:], strict=True):
            word = value if type(value) is str else str(value) if type(value) is int and value >= 0 else ""
            if not _PLAIN.fullmatch(word):
                return None
            made += (word, rest)
        return "".join(made)


def _pattern(url_for: Callable[..., str], endpoint: str, names: tuple[str, ...]) -> Pattern | None:
    """Return the pieces between the values; None when they do not simply stand there, in this order."""
    if endpoint.startswith("."):
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


def init_addresses(app: Flask) -> None:
    """Let `flask.url_for` and the templates take the quick way."""
    app.url_for = Addresses(app.url_for)  # type: ignore[method-assign]  # what Flask calls for every address
