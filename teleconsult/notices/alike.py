"""What says the same on one day, put together: of three hundred lines alike the one that says otherwise was found by nobody."""

from collections.abc import Sequence
from typing import Any

from teleconsult.web.words import local

TOGETHER = 4
"""From so many on they are one line; fewer are read as quickly one by one."""


def bundled(rows: Sequence[Any]) -> list[list[Any]]:
    """Return notices, the newest first, in bundles: what says the same of one day stands where its newest is."""
    alike: dict[tuple[Any, ...], list[Any]] = {}
    for row in rows:
        alike.setdefault((row.kind, row.by_title, row.by_name, local(row.at).date()), []).append(row)
    bundles = [
        part for found in alike.values() for part in ([found] if len(found) >= TOGETHER else [[row] for row in found])
    ]
    return sorted(bundles, key=lambda bundle: -bundle[0].id)
