"""Resets and invitations: asking for a link, and setting the password that it allows."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from teleconsult import audit
from teleconsult.errors import NotFound, Refused
from teleconsult.extensions import transaction
from teleconsult.people import links, sessions
from teleconsult.people.blueprint import bp
from teleconsult.people.forms import NewPasswordForm, ResetForm
from teleconsult.people.gate import public, signed_in
from teleconsult.people.models import LinkKind, User
from teleconsult.people.sign_in import stream_of
from teleconsult.people.throttle import limited
from teleconsult.web import show_refusal
from teleconsult.web.messages import gettext as _

bp.add_app_template_global(links.account_link, "account_link")
bp.add_app_template_global(links.link_ends, "link_ends")


@bp.route("/reset", methods=["GET", "POST"])
@public
@limited("20 per hour", of="reset")
def reset() -> str:
    """Send a link to the registered address; the answer is the same whether there is one."""
    form = ResetForm()
    sent = form.validate_on_submit()
    if sent:
        links.ask_reset(form.who.data or "")
    return render_template("people/reset.html", form=form, sent=sent, first="first" in request.args)


@bp.route("/reset/<token>", methods=["GET", "POST"])
@public
@limited("60 per hour", of="link")
def reset_link(token: str) -> str | Response | tuple[str, int]:
    """Set a new password in place of a forgotten one."""
    return _set_password(token, LinkKind.RESET)


@bp.route("/invitation/<token>", methods=["GET", "POST"])
@public
@limited("60 per hour", of="link")
def invitation_link(token: str) -> str | Response | tuple[str, int]:
    """Set the first password."""
    return _set_password(token, LinkKind.INVITATION)


def _set_password(token: str, kind: LinkKind) -> str | Response | tuple[str, int]:
    form = NewPasswordForm()
    try:
        link = links.find(token, kind)
        if form.validate_on_submit():
            other = _other(link.user)
            links.set_password(link, form.password.data or "")
            _take_out(other)
            flash(_("A senha está criada. Entre com ela."))
            return redirect(url_for("people.sign_in"))
    except NotFound:
        first, whole = kind == LinkKind.INVITATION, links.is_whole(token)
        return render_template("people/link_over.html", first=first, whole=whole), 410
    except Refused as refusal:
        show_refusal(form, refusal)
    page = render_template("people/new_password.html", form=form, link=link, other=_other(link.user))
    return (page, 422) if form.errors else page


def _other(owner: User) -> User | None:
    """Return who else is signed in in this browser."""
    here = signed_in()
    return here if here.is_authenticated and here.id != owner.id else None


def _take_out(other: User | None) -> None:
    """End the session of a colleague in this browser: from the door it would lead the owner of the link to their cases.

    What was kept of theirs stays for the rest of its day: they did not choose to leave.
    """
    if other is None:
        return
    with transaction():
        sessions.end(sessions.own_row().id, other.id)
        audit.record(stream_of(other), "person.end_session", subject=other.ref)
    sessions.leave()
