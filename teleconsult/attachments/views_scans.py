"""Sending the scanned sheet of a counter-referral, from its page or from a page of its own without scripts."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from teleconsult.attachments import queries, scans, taking
from teleconsult.attachments.models import Attachment
from teleconsult.attachments.receive import Stored
from teleconsult.attachments.storage import forget
from teleconsult.cases.access import Sight, case_for
from teleconsult.cases.models import Case
from teleconsult.errors import Refused
from teleconsult.extensions import csrf, transaction
from teleconsult.people.access import Permission
from teleconsult.people.gate import current_user, requires, signed_in
from teleconsult.web import say
from teleconsult.web.messages import gettext as _

bp = Blueprint("scans", __name__, url_prefix="/cases/<ref>/counter_refer/scan")


@bp.get("")
@requires(Permission.READ_CASES)
def page(ref: str) -> str:
    """Show the control alone: where the form without scripts leads, its text kept."""
    case, _sight = case_for(current_user, ref)
    scans.referral_to_scan(case, signed_in())
    return render_template("attachments/scan_page.html", case=case, part=scans.part(case, signed_in()))


@bp.post("")
@csrf.exempt  # type: ignore[untyped-decorator]  # checked inside: the check would read the whole body before it is known who sends it
@requires(Permission.READ_CASES)
def send(ref: str) -> Any:
    """Take one sheet as the raw body (a script, with its name in a header), or several from a plain form."""
    case, sight = case_for(current_user, ref)
    user = signed_in()

    def keep(stored: Stored, _said: dict[str, Any]) -> Attachment:
        with transaction(case):
            return scans.add(case, stored, by=user)

    def line(row: Attachment) -> str:
        file = queries.one_of(row, user)
        return render_template("attachments/scan_item.html", case=case, file=file, opens=sight is Sight.FULL)

    name = taking.name_sent()
    try:
        scans.referral_to_scan(case, user)
    except Refused as refusal:
        if name is not None:
            return {"error": say(refusal)}, 422
        raise
    if name is not None:
        return taking.one(keep, name, line, scans.check_paper)
    taking.several(keep, scans.check_paper)
    return redirect(taking.came_from() or url_for("scans.page", ref=ref))


@bp.post("/<file>/remove")
@requires(Permission.READ_CASES)
def remove(ref: str, file: str) -> Response:
    """Take away a sheet that was sent by mistake, before it is recorded."""
    case, _sight = case_for(current_user, ref)
    with transaction(case):
        key = scans.take_away(case, file.upper(), by=signed_in())
    forget(key)
    flash(_("Folha retirada."))
    return redirect(taking.came_from() or _page_of(case))


def _page_of(case: Case) -> str:
    return url_for("cases.counter_refer", ref=case.ref)
