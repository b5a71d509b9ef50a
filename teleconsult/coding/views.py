"""Looking up a code: JSON as one types, a page for those without scripts."""

from collections.abc import Mapping

from flask import Blueprint, jsonify, render_template, request
from flask_babel import get_locale
from werkzeug.wrappers import Response

from teleconsult.coding.models import SYSTEM_WORDS, System
from teleconsult.coding.search import Found, find_near
from teleconsult.people.access import Permission
from teleconsult.people.gate import requires
from teleconsult.web.messages import gettext

bp = Blueprint("coding", __name__, url_prefix="/codes")


@bp.get("/search")
@requires(Permission.USE_CODES)
def search() -> str:
    """Answer `?q=&system=` with at most twenty codes: a page for a browser, or its list for htmx."""
    found, text, chosen = _found(request.args)
    if "HX-Request" in request.headers:
        return render_template("coding/_found.html", found=found, text=text)
    choices = [("", gettext("Todas as classificações")), *((s, gettext(word)) for s, word in SYSTEM_WORDS.items())]
    return render_template("coding/search.html", found=found, text=text, chosen=chosen, choices=choices)


@bp.post("/search")
@requires(Permission.USE_CODES)
def look_up() -> Response:
    """Answer what is typed in a case's form with at most twenty codes, as JSON.

    Posted: an address is logged on the way, beside the page it is asked from, and would join a diagnosis to a case.
    """
    found, _text, _chosen = _found(request.form)
    return jsonify([_row(hit) for hit in found])


def _found(asked: Mapping[str, str]) -> tuple[list[Found], str, str]:
    text, chosen = asked.get("q", ""), asked.get("system", "")
    return (
        find_near(text, [system for system in System if chosen in ("", system)], lang=str(get_locale())),
        text,
        chosen,
    )


def _row(hit: Found) -> dict[str, str | bool]:
    """What the combo of macros/combo.html shows and posts (value, label, hint, near), and the same in its parts."""
    system = gettext(SYSTEM_WORDS[hit.system])
    return {
        "value": hit.value,
        "label": hit.label,
        "hint": gettext("parecido · %(system)s", system=system) if hit.near else system,
        "near": hit.near,
        "code": hit.code,
        "title": hit.title,
        "system": hit.system,
    }
