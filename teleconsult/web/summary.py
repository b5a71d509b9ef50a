"""What stands on top of a form that must be put right: each complaint with the field it leads to."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from teleconsult.typed import fold
from teleconsult.web.controls import kind_of


class Line(NamedTuple):
    """One complaint: its words, and the id of the control it leads to; '' for what no control shows."""

    words: str
    target: str


def lines_of(form: Any) -> list[Line]:
    """Return the complaints about the fields of a form, in their order.

    A sentence that does not name its field, or stands beside several, is told with the field's label.
    """
    found = list(_found(form))
    times = Counter(words for words, _label, _target in found)
    return [
        Line(words if not label or (times[words] == 1 and _names(words, label)) else _told_of(label, words), target)
        for words, label, target in found
    ]


def _told_of(label: str, words: str) -> str:
    return f"{label} {words}" if label.endswith("?") else f"{label}: {words}"


def _names(words: str, label: str) -> bool:
    """Tell whether a sentence has the label in it, as far as a label goes before its unit, format or explanation."""
    name = fold(re.split(r"[,(:?]", label)[0])
    return not name or f" {name} " in f" {fold(words)} "


def _found(fields: Iterable[Any]) -> Iterator[tuple[str, str, str]]:
    for field in fields:
        if hasattr(field, "form"):
            yield from _found(field.form)
        elif hasattr(field, "entries"):
            yield from _found(field.entries)
            inner = any(entry.errors for entry in field.entries)
            own = field.errors[len(field.entries) :] if inner else field.errors
            yield from ((str(line), str(field.label.text), field.id) for line in own)
        elif kind_of(field) == "hidden":
            yield from ((str(line), "", "") for line in field.errors)
        else:
            first = "-0" if kind_of(field) in ("radio", "checks") and field.choices else ""
            yield from ((str(line), str(field.label.text), field.id + first) for line in field.errors)
