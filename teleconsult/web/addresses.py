"""Addresses: what Flask's `url_for` would give, put together from what it gave before.

A page holds fifty addresses of a handful of kinds, and building each anew would be a tenth of its time.
"""

import re
from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.globals import _cv_request

_PLAIN = re.compile(r"[A-Za-z0-9_.~-]+", re.ASCII)
"""Stands in an address as it is."""

_MARK = 982_451_653
"""Of what is not known yet; a number, so that a place for a number takes it too."""

Pattern = tuple[str, ...]


class Addresses:
    """The addresses of one application."""

    def __init__(self, url_for: Callable[..., str]) -> None:
        self._url_for = url_for
        self._patterns: dict[tuple[str, ...], Pattern | None] = {}

    def __call__(
        self,
        endpoint: str,
        *,
        _anchor: str | None = None,
        _method: str | None = None,
        _scheme: str | None = None,
        _external: bool | None = None,
        **values: Any,
    ) -> str:
        """Return the address of a view, as `flask.url_for` does."""
        usual = _method is None and _scheme is None and _external is None
        if usual and (_anchor is None or _PLAIN.fullmatch(_anchor)) and _cv_request.get(None) is not None:
            # What is not said stands nowhere: Flask leaves it out too.
            told = {name: value for name, value in values.items() if value is not None}
            made = self._put_together(endpoint, told)
            if made is not None:
                return made if _anchor is None else f"{made}#{_anchor}"
        return self._url_for(endpoint, _anchor=_anchor, _method=_method, _scheme=_scheme, _external=_external, **values)

    def _put_together(self, endpoint: str, values: dict[str, Any]) -> str | None:
        key = (endpoint, *values)
        if key not in self._patterns:
            self._patterns[key] = _pattern(self._url_for, endpoint, tuple(values))
        pattern = self._patterns[key]
        if pattern is None:
            return None
        if not values:
            return pattern[0]
        made = pattern[0]
        for value, rest in zip(values.values(), pattern[1:], strict=True):
            word = value if type(value) is str else str(value) if type(value) is int and value >= 0 else ""
            if not _PLAIN.fullmatch(word):
                return None
            made += word + rest
        return made


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
