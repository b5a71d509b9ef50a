"""The public page where anybody verifies a declaration by its code: name, period and hours, and nothing clinical."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from teleconsult.credits import declaring, papers, words
from teleconsult.people.gate import public
from teleconsult.people.throttle import limited

bp = Blueprint("declarations", __name__, url_prefix="/d")


@bp.get("")
@public
def ask() -> str | Answer:
    """Ask for a code; one that came in the address is looked up at its own."""
    code = declaring.read_code(request.args.get("code", ""))
    if code:
        return redirect(url_for("declarations.verify", code=declaring.shown(code)))
    return render_template("credits/verify.html", found=None, code="", last=None, words=words, papers=papers)


@bp.get("/<code>")
@public
@limited("30 per 10 minutes", of="declaration", methods=("GET",))
def verify(code: str) -> str | tuple[str, int]:
    """Tell whether a declaration is valid, was replaced (and by which), or was revoked."""
    found = declaring.coded(code)
    last = declaring.last_of(found) if found else None
    page = render_template(
        "credits/verify.html", found=found, code=declaring.shown(declaring.read_code(code)), last=last, words=words,
        papers=papers,
    )  # fmt: skip
    return page if found else (page, 404)
