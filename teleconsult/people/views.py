"""Signing in and out, and the language of the pages."""

from flask import flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask_babel import gettext as _
from sqlalchemy import update
from werkzeug.wrappers import Response

from teleconsult.extensions import changed, transaction
from teleconsult.people import sessions
from teleconsult.people import sign_in as door
from teleconsult.people.access import Permission
from teleconsult.people.blueprint import bp
from teleconsult.people.forms import SignInForm
from teleconsult.people.gate import current_user, public, requires
from teleconsult.people.models import User
from teleconsult.people.throttle import limited
from teleconsult.web.paths import own_path
from teleconsult.web.setup import LANGUAGES

__all__ = ["bp"]


@bp.route("/sign-in", methods=["GET", "POST"])
@public
@limited("30 per 5 minutes;300 per day", of="failed-sign-in", failures_only=True)
@limited("120 per minute", of="sign-in")
def sign_in() -> str | Response | tuple[str, int]:
    """Let a person in by e-mail or CPF and password."""
    form = SignInForm(next=request.args.get("next", ""))
    if not form.validate_on_submit():
        return redirect("/") if current_user.is_authenticated else render_template("people/sign_in.html", form=form)
    entered = door.sign_in(form.who.data or "", form.password.data or "", shared=bool(form.shared.data))
    if entered is None:
        form.form_errors.append(_("O acesso não conferiu."))
        return render_template("people/sign_in.html", form=form), 401
    sessions.enter(entered.user, entered.token)
    return redirect(own_path(form.next.data))


@bp.post("/sign-out")
@requires(Permission.OWN_ACCOUNT)
def sign_out() -> Response:
    """End this session."""
    with transaction():
        door.sign_out(current_user)
    sessions.leave()
    flash(_("Você saiu. Até a próxima."))
    return redirect(url_for("people.sign_in"))


@bp.post("/language")
@public
def language() -> Response:
    """Choose the language of the pages: for good when signed in, otherwise in this browser."""
    locale = request.form.get("locale", "")
    if locale in LANGUAGES:
        cookie["language"] = locale
        if current_user.is_authenticated:
            with transaction():
                changed(update(User).where(User.id == current_user.id).values(language=locale))
    return redirect(own_path(request.form.get("next")))


@bp.get("/account")
@requires(Permission.OWN_ACCOUNT)
def account() -> str:
    return ""


@bp.get("/account/sessions", endpoint="sessions")
@requires(Permission.OWN_ACCOUNT)
def sessions_list() -> str:
    return ""


@bp.post("/account/role")
@requires(Permission.OWN_ACCOUNT)
def switch_role() -> str:
    return ""
