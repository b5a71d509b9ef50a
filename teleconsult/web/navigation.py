"""The navigation of a page: its items are settled by the roles of who asks and by the page; only the figures are counted."""

from typing import Any

from flask import request

from teleconsult import events
from teleconsult.web.language import spoken

Item = dict[str, Any]
MOST = 4096
"""Pages times roles times languages are some hundreds."""

_known: dict[tuple[Any, ...], tuple[list[Item], list[Item]]] = {}


def navigation(user: Any) -> tuple[list[Item], list[Item]]:
    """Return the items of the navigation and the roles to choose from.

    Features give both by the panels "nav" and "roles". What they give may depend on what the panels "standing" tell (the
    roles), on the language and on the endpoint, and on nothing else: it is made once for each. A figure that must be counted
    for each page is given as a function of the person.
    """
    items, roles = _settled(user)
    return [item | {"count": item["count"](user)} if callable(item["count"]) else item for item in items], roles


def _settled(user: Any) -> tuple[list[Item], list[Item]]:
    asked = request
    if asked.endpoint is None:  # no page of ours: its address is anybody's word
        return _made(user)
    key = (asked.endpoint, asked.root_path, spoken().code, *events.panels("standing", user=user))
    found = _known.get(key)
    if found is None:
        if len(_known) >= MOST:
            _known.clear()
        found = _known[key] = _made(user)
    return found


def _made(user: Any) -> tuple[list[Item], list[Item]]:
    roles = [choice for part in events.panels("roles", user=user) for choice in part]
    return events.panels("nav", user=user), roles
