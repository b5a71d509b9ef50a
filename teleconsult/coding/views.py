"""Looking up a code: JSON as one types, a page for those without scripts."""

from flask import Blueprint, jsonify, render_template, request
from flask_babel import get_locale
from werkzeug.wrappers import Response

from teleconsult.coding.models import SYSTEM_WORDS, System
from teleconsult.coding.search import Found, find
from teleconsult.people.access import Permission
from teleconsult.people.gate import requires
from teleconsult.web.messages import gettext

bp = Blueprint("coding", __name__, url_prefix="/codes")


@bp.get("/search")
@requires(Permission.USE_CODES)
def search() -> str | Response:
    """Answer `?q=&system=` with at most twenty codes: JSON, a fragment for htmx, or a page for a browser."""
    text, chosen = request.args.get("q", ""), request.args.get("system", "")
    found = find(text, [system for system in System if chosen in ("", system)], lang=str(get_locale()))
    if "HX-Request" in request.headers:
        return render_template("coding/_found.html", found=found, text=text)
    if request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html":
        choices = [("", gettext("Todas as classificações")), *((s, gettext(word)) for s, word in SYSTEM_WORDS.items())]
        return render_template("coding/search.html", found=found, text=text, chosen=chosen, choices=choices)
    return jsonify([_row(hit) for hit in found])


def _row(hit: Found) -> dict[str, str]:
    """What the combo of macros/combo.html shows and posts (value, label, hint), and the same in its parts."""
    return {
        "value": hit.value,
        "label": hit.label,
        "hint": gettext(SYSTEM_WORDS[hit.system]),
        "code": hit.code,
        "title": hit.title,
        "system": hit.system,
    }
