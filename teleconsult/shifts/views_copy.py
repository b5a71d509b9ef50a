"""Some weeks of a room laid again later: which, then every shift of them, then done."""

from datetime import date, timedelta
from typing import Any, NamedTuple

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from teleconsult.errors import Refused
from teleconsult.people.access import Permission
from teleconsult.people.gate import current_user, requires
from teleconsult.shifts import actions, words
from teleconsult.shifts.asked import Asked
from teleconsult.shifts.blueprint import bp
from teleconsult.shifts.doing import Answer, done, refuse, shown, told
from teleconsult.shifts.forms import CopyForm
from teleconsult.shifts.models import Room, Shift
from teleconsult.shifts.queries import room_by_slug
from teleconsult.shifts.shift_page import day_of_shift, span_of_shift
from teleconsult.shifts.showing import today_in
from teleconsult.shifts.week import WHOLE, monday_of
from teleconsult.web.messages import gettext as _
from teleconsult.web.messages import ngettext
from teleconsult.web.words import in_language, say


class Copy(NamedTuple):
    """One shift on the page that shows what is copied: `why` it is left out, or whether it is ticked."""

    ref: str
    when: str
    who: str
    why: str
    kept: bool


@bp.route("/shifts/copy", methods=["GET", "POST"])
@requires(Permission.MANAGE_SHIFTS)
def copy() -> Answer | Response:
    """Lay the shifts of a week, or of four, again later; every one is shown first."""
    asked = Asked.of(request.args)
    room = room_by_slug(asked.room)
    first, weeks = monday_of(asked.day or today_in(room)), request.args.get("weeks", "1")
    form = CopyForm(data={"weeks": weeks, "to": first + timedelta(days=WHOLE * (4 if weeks == "4" else 1))})
    page = {"room": room, "first": first, "title": words.day_of_month(first)}
    if not form.validate_on_submit() or "edit" in request.form:
        return shown("shifts/copy.html", form, **page)
    skip = frozenset(request.form.getlist("shown")) - frozenset(request.form.getlist("keep"))
    return ("sure" in request.form and _lay(form, room, first, skip)) or _preview(form, page, skip)


def _lay(form: CopyForm, room: Room, first: date, skip: frozenset[str]) -> Response | None:
    """Lay the shifts again and lead to them; None when the form says why not."""
    what, laid = _what(form, room, first), list[actions.Copied]()
    if not done(form, lambda: laid.append(actions.copy_shifts(**what, skip=skip))):
        return None
    told(ngettext("%(num)d turno publicado.", "%(num)d turnos publicados.", len(laid[0].pairs)))
    return redirect(url_for("shifts.week", room=room.slug, day=what["to"]))


def _preview(form: CopyForm, page: dict[str, Any], skip: frozenset[str]) -> Answer:
    try:
        found = actions.preview_copy(**_what(form, page["room"], page["first"]))
    except Refused as refusal:
        refuse(form, refusal)
        return shown("shifts/copy.html", form, **page)
    return shown("shifts/copy_preview.html", form, **page, lines=_lines(found, skip))


def _what(form: CopyForm, room: Room, first: date) -> dict[str, Any]:
    to: date = form.to.data  # type: ignore[assignment]  # required
    days = WHOLE * int(form.weeks.data)
    return {"room": room, "first": first, "days": days, "to": monday_of(to), "by": current_user}


def _lines(found: actions.Copied, skip: frozenset[str]) -> list[Copy]:
    lines = [Copy(old.ref, _when(new), _who(new), "", old.ref not in skip) for old, new in found.pairs]
    left = [Copy(row.shift.ref, _when(row.shift), _who(row.shift), say(row.why), False) for row in found.left_out]
    return lines + left


def _when(shift: Shift) -> str:
    return _("%(day)s, %(span)s", day=day_of_shift(shift, first=True), span=span_of_shift(shift))


def _who(shift: Shift) -> str:
    specialty = in_language(shift.specialty.name_pt, shift.specialty.name_en)
    return _("%(name)s, %(specialty)s", name=shift.user.full_name, specialty=specialty)
