"""Who is away, for who keeps the calendar."""

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from teleconsult import clock
from teleconsult.people.access import Permission, Role
from teleconsult.people.gate import requires, signed_in
from teleconsult.people.queries import active_with_role
from teleconsult.shifts import actions, words
from teleconsult.shifts.blueprint import bp
from teleconsult.shifts.doing import Answer, done, shown, told
from teleconsult.shifts.forms_mine import LeaveForm
from teleconsult.shifts.keeping import leaves_from
from teleconsult.shifts.views_mine import say_leave_ended
from teleconsult.web.messages import gettext as _


@bp.get("/leaves")
@requires(Permission.MANAGE_SHIFTS)
def leaves() -> str:
    """List who is away, now and later."""
    return render_template(
        "shifts/leaves.html", rows=leaves_from(clock.now()), kinds=words.LEAVE_KINDS, away=words.leave_words
    )


@bp.route("/leaves/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_SHIFTS)
def new_leave() -> Answer | Response:
    """Note that somebody is away."""
    form = LeaveForm(people=active_with_role(Role.CONSULTANT))
    if form.validate_on_submit() and done(form, lambda: actions.take_leave(**form.values(), by=signed_in())):
        told(_("Afastamento registrado. Os turnos deste período ficam sem ninguém."))
        return redirect(url_for("shifts.leaves"))
    return shown("shifts/leave.html", form, back=url_for("shifts.leaves"), back_words=_("Afastamentos"))


@bp.post("/leaves/<ref>/cancel")
@requires(Permission.MANAGE_SHIFTS)
def cancel_leave(ref: str) -> Response:
    """End somebody's leave before its time."""
    say_leave_ended(ref)
    return redirect(url_for("shifts.leaves"))
