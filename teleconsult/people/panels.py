"""What the people floor shows on every page: its place in the navigation, and the choice of roles."""

from typing import Any

from flask import g, request, url_for

from teleconsult.events import panel
from teleconsult.people.access import ROLE_WORDS, Permission, Role
from teleconsult.people.gate import acting_role
from teleconsult.people.models import User
from teleconsult.web.messages import gettext as _


@panel("nav", order=80)
def people_in_nav(user: User) -> dict[str, Any] | None:
    """Lead managers to the people of the network, while they act as such: a bar with the items of two roles fits no phone."""
    if Permission.MANAGE_PEOPLE not in user.permissions or acting_role() != Role.MANAGER:
        return None
    return {
        "label": _("Pessoas"),
        "icon": "people",
        "url": url_for("people.index"),
        "count": None,
        "count_new": False,
        "current": request.path.startswith("/people"),
    }


@panel("standing")
def standing(user: User) -> tuple[frozenset[str], Role | None]:
    """Tell what settles the navigation of a person: their roles, and the one they act in."""
    return user.roles, acting_role() if "session_row" in g else None


@panel("roles")
def roles_to_choose(user: User) -> list[dict[str, Any]] | None:
    """Offer the roles that the person holds; with a single one there is nothing to choose."""
    if "session_row" not in g:
        return None
    now = acting_role()
    return [{"value": r.value, "label": _(ROLE_WORDS[r]), "current": r == now} for r in Role if user.has(r)]
