"""What becomes of a request that the gate or the token check turns away: nothing typed is lost.

A page leads through sign-in back to itself. A form is kept (people/kept.py) if the browser's cookie says
whose session it was: even an ended session's token names its owner, and a request from another site
carries no cookie. The sign-in page holds only the reference; after signing in as the same person, a page
offers to send the form again, with a fresh token and by a click of theirs.
"""

from collections.abc import Callable
from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask_wtf.csrf import CSRFError
from sqlalchemy import select
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.wrappers import Response

from teleconsult import clock
from teleconsult.extensions import csrf, current_user, db, transaction
from teleconsult.people import kept
from teleconsult.people.forms import SignInForm
from teleconsult.people.models import Session, User
from teleconsult.people.sessions import ENDED
from teleconsult.people.tokens import token_hash
from teleconsult.web.messages import gettext as _
from teleconsult.web.paths import own_path, parts_of
from teleconsult.web.setup import error_page
from teleconsult.web.tokens import owner_of


def reads_its_own_body(view: Callable[..., Any]) -> bool:
    """Tell whether a view takes its body as a stream (an upload), outside the CSRF check."""
    return f"{view.__module__}.{view.__name__}" in csrf._exempt_views


def ask_to_sign_in() -> Any:
    """Answer somebody who is not signed in: a page, a fragment or data, each in its own way."""
    if request.accept_mimetypes.best == "application/json":
        return {"error": _("A sua sessão terminou. Entre de novo.")}, 401
    if "HX-Request" in request.headers:
        here = parts_of(request.headers.get("HX-Current-URL"))
        back = url_for("people.sign_in", next=own_path(here.path))
        return Response(status=401, headers={"HX-Redirect": back})
    if request.method == "GET":
        return redirect(_sign_in_and_back(_here()))
    ref = keep_posted(_whose(_last_owner()))
    if ref is None:
        return redirect(_sign_in_and_back(page_before()))
    form = SignInForm(formdata=None, next="", kept=ref)
    return render_template("people/sign_in.html", form=form), 401


def _sign_in_and_back(path: str) -> str:
    return url_for("people.sign_in", next=path) if path != "/" else url_for("people.sign_in")


def _here() -> str:
    return request.full_path if request.query_string else request.path


def page_before() -> str:
    """Return the path of the page that the form stood on; for one that is only posted to (a question, a preview), of the page above it."""
    before = parts_of(request.referrer)
    path = f"{before.path}?{before.query}" if before.query else before.path
    if before.netloc != request.host or own_path(path) == "/":
        return "/"
    return path if _opens(before.path) else _above(before.path)


def _opens(path: str) -> bool:
    """Tell whether an address can be gone to; one of nothing at all can, and says so."""
    try:
        current_app.url_map.bind("").match(path, method="GET")
    except MethodNotAllowed:
        return False
    except HTTPException:
        pass
    return True


def _above(path: str) -> str:
    while path.count("/") > 1:
        path = path.rpartition("/")[0]
        if current_app.url_map.bind("").test(path, method="GET"):
            return path
    return "/"


def _last_owner() -> int | None:
    """Return whose session this browser had, if it ended within the life of what is kept."""
    token = cookie.get("_user_id") or cookie.get(ENDED)
    if not token:
        return None
    return db.session.scalar(
        select(Session.user_id).where(
            Session.token_hash == token_hash(str(token)), Session.expires_at > clock.now() - kept.LIFE
        )
    )


def _whose(user_id: int | None) -> int | None:
    """Return whose form came: who had its page open, where somebody else has come into this browser since."""
    view = current_app.view_functions.get(request.endpoint or "")
    if user_id is None or view is None or reads_its_own_body(view):
        return user_id
    ref = owner_of(csrf._get_csrf_token() or "")
    return db.session.scalar(select(User.id).where(User.ref == ref)) or user_id if ref else user_id


def keep_posted(owner_id: int | None) -> str | None:
    """Keep the text fields of this request for a person; None when there is nobody or nothing to keep."""
    view = current_app.view_functions.get(request.endpoint or "")
    if owner_id is None or not _from_our_page() or view is None or reads_its_own_body(view):
        return None
    content = [(name, value) for name, values in request.form.lists() for value in values]
    if not kept.is_worth_keeping(content):
        return None
    with transaction():
        return kept.keep(owner_id, _here(), content)


def _from_our_page() -> bool:
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    origin = request.headers.get("Origin")
    return site in {"same-origin", "none"} and (origin is None or parts_of(origin).netloc == request.host)


def refused_token(_error: CSRFError) -> Any:
    """Answer a form whose token is missing or of an earlier session."""
    if request.accept_mimetypes.best == "application/json":
        return {"error": _("Esta página ficou aberta tempo demais. Recarregue a página.")}, 400
    if request.endpoint == "people.sign_in":
        return _to_the_door()
    if not current_user.is_authenticated or _is_public():
        # A public form is nobody's work: its page is asked for again, with a token that counts.
        flash(_("A página ficou aberta tempo demais. Tente de novo."), "warning")
        has_page = request.url_rule is not None and "GET" in (request.url_rule.methods or ())
        return redirect(request.path if has_page else page_before())
    owner = _other_owner()
    if owner is not None:
        return _page_of_another(owner)
    ref = keep_posted(current_user.id)
    return error_page(400, back=page_before()) if ref is None else redirect(url_for("people.kept_form", ref=ref))


def _other_owner() -> User | None:
    """Return whose page the form stood on, if somebody else has signed in in this browser since it was opened."""
    ref = owner_of(csrf._get_csrf_token() or "")
    return db.session.scalar(select(User).where(User.ref == ref)) if ref not in ("", current_user.ref) else None


def _page_of_another(owner: User) -> Any:
    """Keep what was posted for who had the page open, and say so: it is not to go out in another person's name."""
    names = {"whose": owner.full_name, "name": current_user.full_name}
    waits = keep_posted(owner.id) is not None
    sentence = _("Desde que %(whose)s a abriu, entrou %(name)s neste navegador.", **names)
    return error_page(400, sentence, back=page_before(), owner=names["whose"], waits=waits)


def _to_the_door() -> Response:
    """Ask for the sign-in page again; it leads on who came in by another window meanwhile. Nothing of it is kept."""
    if current_user.is_authenticated:
        flash(_("Você já entrou, como %(name)s.", name=current_user.full_name))
    else:
        flash(_("A página ficou aberta tempo demais. Tente de novo."), "warning")
    return redirect(url_for("people.sign_in", next=request.form.get("next"), kept=request.form.get("kept")))


def _is_public() -> bool:
    return getattr(current_app.view_functions.get(request.endpoint or ""), "permission", False) is None


def way_back(user_id: int) -> str:
    """Return where to go on after something that must be done first: the page, or what was posted to it.

    What stood on the page of who was here before waits for them, and is not offered to this person, who is told so.
    """
    if request.method == "GET":
        return _here()
    owner_id = _whose(user_id)
    ref = keep_posted(owner_id)
    if ref is not None and owner_id != user_id:
        say_it_waits()
        return page_before()
    return page_before() if ref is None else url_for("people.kept_form", ref=ref)


def say_it_waits() -> None:
    """Say on the next page that what was posted is kept, and for somebody else."""
    flash(_("O que estava escrito é de outra pessoa: fica guardado por um dia para quando ela entrar."), "warning")


def forget_taken(response: Response) -> Response:
    """Forget what was kept once it has been sent again and taken (the page leads on, its session goes on)."""
    if (
        request.method == "POST"
        and response.status_code in {302, 303}
        and request.mimetype == "application/x-www-form-urlencoded"
        and current_user.is_authenticated
        and "_kept" in request.form
    ):
        owner_id = current_user.id
        with transaction():
            kept.discard(request.form["_kept"], owner_id)
    return response
