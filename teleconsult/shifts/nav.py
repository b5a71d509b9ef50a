"""The calendar in the navigation: 'Escala' for who keeps it, 'Turnos' for who is in it."""

from typing import Any

from flask import request, url_for

from teleconsult import events
from teleconsult.people.access import Permission, Role
from teleconsult.people.gate import acting_role
from teleconsult.people.models import User
from teleconsult.web.messages import gettext as _

KEEPERS = (Role.MANAGER, Role.ADMINISTRATOR)


@events.panel("nav", order=30)
def calendar_item(user: User) -> dict[str, Any] | None:
    """Lead to the calendar in the way that suits the role of this session."""
    role = acting_role()
    if role in KEEPERS and Permission.MANAGE_SHIFTS in user.permissions:
        return _item(_("Escala"), "calendar", "shifts.week")
    if role == Role.CONSULTANT:
        return _item(_("Turnos"), "clock", "shifts.mine")
    return None


def _item(label: str, icon: str, endpoint: str) -> dict[str, Any]:
    current = request.blueprint == "shifts"
    return {
        "label": label, "icon": icon, "url": url_for(endpoint), "count": 0, "count_new": False, "current": current,
    }  # fmt: skip
