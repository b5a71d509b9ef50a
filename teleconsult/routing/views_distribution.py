"""The management's page of the distribution: its parts come from the modules that own them, `@panel("distribution")`."""

from flask import Blueprint, render_template

from teleconsult import events
from teleconsult.people.access import Permission
from teleconsult.people.gate import requires, signed_in

bp = Blueprint("distribution", __name__, url_prefix="/distribution")


@bp.get("")
@requires(Permission.MANAGE_TARGETS)
def index() -> str:
    """Show how promises were kept, and what else is known of how cases are distributed."""
    return render_template("routing/distribution.html", parts=events.panels("distribution", user=signed_in()))
