"""The list of what a person was told, and the e-mails they want of it."""

import re

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from teleconsult import mail
from teleconsult.errors import NotFound
from teleconsult.events import panels
from teleconsult.extensions import transaction
from teleconsult.notices import actions, queries
from teleconsult.notices.alike import bundled
from teleconsult.notices.forms import mail_form
from teleconsult.notices.words import KINDS, kinds_for
from teleconsult.people.access import Permission
from teleconsult.people.gate import current_user, requires
from teleconsult.typed import carried
from teleconsult.web import page_by_key
from teleconsult.web.messages import gettext as _

bp = Blueprint("notices", __name__)

NEW_AT_ONCE = 100
"""New notices on a page: those of a day that say the same are one line."""

REF = re.compile(r"[A-Za-z]{2}-[0-9A-Za-z]{1,12}")


@bp.get("/notices")
@requires(Permission.READ_NOTICES)
def index() -> str:
    """Show what is new first, then what was seen; `?new=1` pages through what is new alone."""
    only_new = request.args.get("new") == "1"
    further = not only_new and ("after" in request.args or "before" in request.args)
    fresh = None if further else page_by_key(queries.unseen_of(current_user.id), queries.BY_AGE, NEW_AT_ONCE)
    seen = None if only_new else page_by_key(queries.seen_of(current_user.id), queries.BY_AGE)
    bundles = bundled(fresh.rows) if fresh else []
    return render_template(
        "notices/index.html", fresh=fresh, bundles=bundles, seen=seen, only_new=only_new, kinds=KINDS
    )


@bp.get("/notices/<ref>")
@requires(Permission.READ_NOTICES)
def show(ref: str) -> Response:
    """Lead to what a notice is about; everything told of it counts as seen. Mails lead here too.

    It is a case, unless the panel "notice" of a floor knows the reference. A notice of several things names one of
    them, so that its kind is in its address.
    """
    if not REF.fullmatch(ref):
        raise NotFound
    ref = ref.upper()
    if queries.has_unseen(current_user.id, ref):
        user_id = current_user.id
        with transaction():
            actions.see(user_id, ref)
    place = next(iter(panels("notice", ref=ref, user=current_user, kind=request.args.get("kind", ""))), None)
    return redirect(place or url_for("cases.show", ref=ref))


@bp.post("/notices/seen")
@requires(Permission.READ_NOTICES)
def see_all() -> Response:
    """Mark as seen what the page showed and counted: what came since is still new."""
    shown = [carried(number) for number in request.form.get("shown", "").split()]
    if not shown or len(shown) > NEW_AT_ONCE or None in shown:
        abort(400)
    numbers = [number for number in shown if number is not None]
    with transaction():
        count = actions.see_shown(current_user.id, numbers, older="older" in request.form)
    flash(_("Avisos marcados como vistos.") if count else _("Não havia aviso novo."))
    return redirect(url_for("notices.index"))


@bp.route("/account/mail", methods=["GET", "POST"])
@requires(Permission.READ_NOTICES)
def preferences() -> str | Response | tuple[str, int]:
    """Let a person choose each e-mail, one a day, or none."""
    kinds = kinds_for(current_user.roles)
    off = queries.switched_off(current_user.id)
    wanted = {str(role): [kind.word for kind in rows if kind.word not in off] for role, rows in kinds.items()}
    form = mail_form(kinds, mode=current_user.mail_mode, hour=queries.digest_hour(current_user.id), **wanted)
    if not form.validate_on_submit():
        roles = [form[str(role)] for role in kinds]
        page = render_template("notices/mail.html", form=form, roles=roles, in_files=mail.is_kept_in_files())
        return (page, 422) if form.errors else page
    chosen = {word for role in kinds for word in form[str(role)].data}
    offered = {kind.word for rows in kinds.values() for kind in rows}
    with transaction():
        actions.choose_mail(current_user, mode=form.mode.data, hour=form.hour.data, off=(off | offered) - chosen)
    flash(_("Escolha salva."))
    return redirect(url_for("people.account"))
