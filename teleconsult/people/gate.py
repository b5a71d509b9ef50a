"""The first two rings of permission: signed in (or on the short public list), and the screen's own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask.globals import _cv_app
from flask_wtf.csrf import CSRFError
from sqlalchemy import update
from werkzeug.wrappers import Response

from teleconsult import clock
from teleconsult.extensions import current_user as anybody
from teleconsult.extensions import db, keep_as_read, login_manager, transaction
from teleconsult.people import turned_away
from teleconsult.people.access import Permission, Role
from teleconsult.people.asking import asker
from teleconsult.people.models import Session, User
from teleconsult.people.sessions import idle_limit
from teleconsult.people.tokens import token_hash
from teleconsult.web.application import Request

View = TypeVar("View", bound=Callable[..., Any])
current_user: User = anybody
"""The person who asks; anonymous only in a view that is `@public`."""

SEEN_EVERY = timedelta(minutes=1)
EARLY = ("people.accept_terms", "people.change_password", "people.sign_out", "people.language")
"""Open to a signed-in person who still has to accept the terms or change a password set by somebody else."""


def requires(permission: Permission) -> Callable[[View], View]:
    """Let only people whose roles carry the permission reach a view; others get 403."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if permission not in signed_in().permissions:
                abort(403)
            return view(*args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]  # read by the gate and the house test
        return cast(View, guarded)

    return decorate


def signed_in() -> User:
    """Return the person who asks, not a stand-in for them: for code that asks for many of their attributes."""
    return cast(User, anybody._get_current_object())


def acting_role() -> Role:
    """Return the role in which the person looks at the product now: the chosen one, or the first they hold."""
    kept = _cv_app.get().g.__dict__
    chosen = kept["session_row"].role
    if "acting" not in kept or kept["acting"][0] != chosen:
        held = signed_in().roles
        kept["acting"] = (chosen, Role(chosen) if chosen in held else next(role for role in Role if role in held))
    return cast(Role, kept["acting"][1])


@contextmanager
def seen_by(user: User, role: Role) -> Iterator[None]:
    """Let pages be made outside of a request as this person would see them in a role: their zone, our addresses."""
    with current_app.test_request_context(base_url=current_app.config["BASE_URL"]):
        known = {"_login_user": user, "session_row": Session(role=role)}
        try:
            g.__dict__.update(known)
            yield
        finally:
            for name in (*known, "acting", "zone"):
                g.pop(name, None)


def public(view: View) -> View:
    """Put a view on the short list of what can be reached without signing in."""
    view.permission = None  # type: ignore[attr-defined]  # read by the gate and the house test
    return view


@login_manager.user_loader  # type: ignore[untyped-decorator]  # Flask-Login has no types
def load_session(token: str) -> User | None:
    """Return the person of a live session, in one statement; None when it ended, idled out or expired."""
    found = asker(token_hash(token), clock.now())
    if found is None:
        return None
    g.session_row, user = found
    if request.method == "POST":
        keep_as_read(g.session_row, user, *user.role_rows, *([user.unit] if user.unit else []))
    return user


def gate() -> Response | None:
    """Stop whoever is not signed in, or must do something else first. Registered before everything else."""
    endpoint = request.endpoint
    if endpoint is None or endpoint == "static":
        return None
    asked = cast(Request, request)
    if asked.holds_nul():
        abort(404)
    view = current_app.view_functions[endpoint]
    if request.method == "POST" and not turned_away.reads_its_own_body(view):
        # Before anything asks the database: a form that comes slowly may hold a thread, never a connection.
        # A view outside the CSRF check reads its own body, and sees to that itself.
        if not asked.is_form():
            abort(415)
        _ = request.form
    if getattr(view, "permission", False) is None:
        return None
    user = signed_in()
    if not user.is_authenticated:
        return cast("Response", turned_away.ask_to_sign_in())
    _touch(g.session_row)
    return None if endpoint in EARLY else _first_things(user)


def _first_things(user: User) -> Response | None:
    if user.must_change_password:
        return redirect(url_for("people.change_password", next=turned_away.way_back(user.id)))
    if user.terms_version != current_app.config["TERMS_VERSION"]:
        return redirect(url_for("people.accept_terms", next=turned_away.way_back(user.id)))
    return None


def _touch(row: Session) -> None:
    """Move the idle limit, at most once a minute: the one write that a GET may make besides the record."""
    now = clock.now()
    if abs(now - row.last_seen_at) < SEEN_EVERY:  # seen later than now: the clock was ahead, and so is the limit
        return
    row_id, idle_until = row.id, idle_limit(row.shared_computer, now)
    with transaction():
        db.session.execute(
            update(Session)
            .where(Session.id == row_id, Session.ended_at.is_(None))
            .values(last_seen_at=now, idle_until=idle_until)
            .execution_options(synchronize_session=False)
        )


def init_gate(app: Flask) -> None:
    """Put the gate in front of every request, before the CSRF check reads a body."""
    login_manager.init_app(app)
    login_manager.session_protection = None
    app.before_request(gate)
    app.after_request(turned_away.forget_taken)
    app.register_error_handler(CSRFError, turned_away.refused_token)
