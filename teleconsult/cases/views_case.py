"""The page of a case."""

from flask import render_template

from teleconsult.cases.access import case_and_seen, record_reading
from teleconsult.cases.blueprint import bp
from teleconsult.people.access import Permission
from teleconsult.people.gate import current_user, requires


@bp.get("/<ref>")
@requires(Permission.READ_CASES)
def show(ref: str) -> str:
    """Show a case to whoever may see it, as far as they may; the reading is recorded first."""
    case, sight, seen = case_and_seen(current_user, ref)
    page = render_template("cases/case.html", case=case, sight=sight)
    record_reading(case, current_user, seen=seen)
    return page
