"""Reasons that the product gives for what it proposes: kept as message ids with their parameters, told in each reader's words."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from teleconsult.web.messages import gettext as _
from teleconsult.web.words import localtime

Reason = tuple[str, Mapping[str, object]]
Kept = list[Any]
"""Reasons as JSON: a list of [message id, parameters]; a moment among them is {"at": …}."""


def kept_reasons(reasons: Iterable[Reason]) -> Kept:
    """Return reasons as they are kept."""
    return [[message, {name: _kept(value) for name, value in given.items()}] for message, given in reasons]


def _kept(value: object) -> object:
    return {"at": value.isoformat()} if isinstance(value, datetime) else value


def reasons_in_words(kept: Iterable[Any]) -> list[str]:
    """Return kept reasons in the reader's language, moments in the reader's zone."""
    return [str(_(message, **{name: _value(value) for name, value in given.items()})) for message, given in kept]


def _value(value: Any) -> Any:
    return localtime(datetime.fromisoformat(value["at"])) if isinstance(value, dict) else value


def in_one_line(kept: Iterable[Any]) -> str:
    """Return kept reasons in the reader's language, one after the other."""
    line = ""
    for words in reasons_in_words(kept):
        line += ("" if not line else " " if line.endswith(".") else " · ") + words
    return line
