"""One's own account: what is known, the password, the terms, where one is signed in, the role."""

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from teleconsult import events
from teleconsult.errors import Refused
from teleconsult.extensions import transaction
from teleconsult.people import account as own
from teleconsult.people import sessions
from teleconsult.people.access import ROLE_WORDS, Permission, Role
from teleconsult.people.blueprint import bp
from teleconsult.people.confirm import ask
from teleconsult.people.devices import device
from teleconsult.people.forms import ChangePasswordForm, TermsForm
from teleconsult.people.gate import current_user, requires
from teleconsult.people.throttle import limited
from teleconsult.web import show_refusal
from teleconsult.web.messages import gettext as _
from teleconsult.web.paths import own_path


@bp.get("/account")
@requires(Permission.OWN_ACCOUNT)
def account() -> str:
    """Show what is known of the person, and the ways to change what is theirs to change."""
    roles = [_(ROLE_WORDS[role]) for role in Role if current_user.has(role)]
    ways = events.panels("account", user=current_user)
    return render_template("people/account.html", user=current_user, roles=roles, ways=ways)


@bp.route("/account/password", methods=["GET", "POST"])
@requires(Permission.OWN_ACCOUNT)
@limited("10 per 15 minutes", of="password", failures_only=True)
def change_password() -> str | Response | tuple[str, int]:
    """Change one's password; every other session ends."""
    form = ChangePasswordForm(next=request.args.get("next", ""))
    if not form.validate_on_submit():
        page = render_template("people/change_password.html", form=form, user=current_user)
        return (page, 422) if form.errors else page
    try:
        own.change_password(current_user, form.password_now.data or "", form.password.data or "")
    except Refused as refusal:
        show_refusal(form, refusal)
        guessed = refusal.field == "password_now"
        return render_template("people/change_password.html", form=form, user=current_user), 401 if guessed else 422
    flash(_("A senha foi trocada. Os outros aparelhos saíram da conta."))
    return redirect(own_path(form.next.data, url_for("people.account")))


@bp.route("/terms", methods=["GET", "POST"])
@requires(Permission.OWN_ACCOUNT)
def accept_terms() -> str | Response | tuple[str, int]:
    """Show the terms of use, and take the agreement to their present version."""
    form = TermsForm(next=request.args.get("next", ""))
    if form.validate_on_submit():
        with transaction():
            own.accept_terms(current_user)
        return redirect(own_path(form.next.data))
    page = render_template(
        "people/terms.html",
        form=form,
        user=current_user,
        text=own.terms_file(current_user.language),
        accepted=own.has_accepted(current_user),
    )
    return (page, 422) if form.errors else page


@bp.get("/account/sessions", endpoint="sessions")
@requires(Permission.OWN_ACCOUNT)
def list_sessions() -> str:
    """Show where the person is signed in."""
    rows = sessions.going_on(current_user.id)
    return render_template("people/sessions.html", rows=rows, own=sessions.own_row(), device=device)


@bp.post("/account/sessions/end")
@requires(Permission.OWN_ACCOUNT)
def end_session() -> Response:
    """End one of the person's sessions."""
    with transaction():
        own.end_session(current_user, request.form.get("session", ""))
    flash(_("Aquele aparelho saiu da conta."))
    return redirect(url_for("people.sessions"))


@bp.post("/account/sessions/end-all")
@requires(Permission.OWN_ACCOUNT)
def sign_out_everywhere() -> str | Response:
    """End every session of the person, this one too."""
    if not request.form.get("sure"):
        return ask(
            _("Sair da conta em todos os aparelhos?"),
            [_("Cada aparelho em que você entrou volta à página de entrada, este também.")],
            yes=_("Sair de todos"),
            back={"url": url_for("people.sessions"), "label": _("Voltar")},
        )
    with transaction():
        own.sign_out_everywhere(current_user)
    sessions.leave()
    flash(_("Você saiu da conta em todos os aparelhos."))
    return redirect(url_for("people.sign_in"))


@bp.post("/account/role")
@requires(Permission.OWN_ACCOUNT)
def switch_role() -> Response:
    """Choose the role in which one looks at the product in this session."""
    role = request.form.get("role", "")
    if role not in current_user.roles:
        abort(403)
    with transaction():
        sessions.own_row().role = role
    return redirect("/")
