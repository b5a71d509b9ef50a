"""Signed-in browsers: the cookie holds a random token, the database its hash, who, and until when."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import current_app, g, request
from flask import session as cookie
from flask_login import login_user
from sqlalchemy import ColumnElement, bindparam, select, update

from teleconsult import clock
from teleconsult.extensions import changed, db, read
from teleconsult.people.models import Session, User
from teleconsult.people.tokens import new_token, token_hash
from teleconsult.web.tokens import name_owner

ENDED = "was"
"""Where the cookie keeps the token of a session that was signed out: it opens nothing, but names whose form
a tab left open still sends."""

KEPT_OF_COOKIE = ("language",)
"""What stays in a browser's cookie when somebody signs in or out; everything else is begun anew."""


def idle_limit(shared: bool, seen: datetime) -> datetime:
    """Return when a session ends if nothing more is done in it."""
    minutes = current_app.config["SESSION_SHARED_IDLE_MINUTES" if shared else "SESSION_IDLE_MINUTES"]
    return seen + timedelta(minutes=minutes)


def begin(user: User, *, shared: bool) -> str:
    """Write a new session of the person and return its token; `enter()` puts it in the cookie after the commit."""
    now = clock.now()
    token = new_token()
    db.session.add(
        Session(
            token_hash=token_hash(token),
            user_id=user.id,
            shared_computer=shared,
            address=request.remote_addr or "",
            agent=request.user_agent.string[:200],
            created_at=now,
            last_seen_at=now,
            idle_until=idle_limit(shared, now),
            expires_at=now + timedelta(hours=current_app.config["SESSION_ABSOLUTE_HOURS"]),
        )
    )
    return token


def enter(user: User, token: str) -> None:
    """Give the browser a new cookie for the session: nothing of the old one stays, its CSRF token least of all."""
    _empty_cookie()
    name_owner(user.ref)
    user.session_token = token
    login_user(user)


def leave() -> None:
    """Empty the browser's cookie; `end()` has ended the row."""
    token = cookie.get("_user_id")
    _empty_cookie()
    cookie[ENDED] = token
    g.pop("session_row", None)


def _empty_cookie() -> None:
    kept = {name: cookie[name] for name in KEPT_OF_COOKIE if name in cookie}
    cookie.clear()
    cookie.update(kept)
    g.pop("csrf_token", None)


def own_row() -> Session:
    """Return the session that this request came in."""
    row: Session = g.session_row
    return row


def has_ended() -> bool:
    """Tell whether the session of this request was ended since it came in: by signing out, or by switching the person off."""
    return not read(_GOES_ON, {"own": own_row().id})


_GOES_ON = select(Session.id).where(Session.id == bindparam("own"), Session.ended_at.is_(None))


def end(session_id: int, user_id: int) -> bool:
    """End one session of a person; tell whether it was still going on."""
    return _end(Session.id == session_id, Session.user_id == user_id) == 1


def end_marked(mark: str, user_id: int) -> bool:
    """End the session of a person that `going_on()` lists under a mark."""
    if len(mark) != Session.MARK:
        return False
    return _end(Session.user_id == user_id, Session.token_hash.startswith(mark, autoescape=True)) == 1


def end_all(user_id: int, *, but: int | None = None) -> int:
    """End every session of a person (but one); return how many."""
    which: list[ColumnElement[bool]] = [Session.user_id == user_id]
    if but is not None:
        which.append(Session.id != but)
    return _end(*which)


def _end(*which: ColumnElement[bool]) -> int:
    return changed(update(Session).where(Session.ended_at.is_(None), *which).values(ended_at=clock.now()))


def addresses_of(user_id: int) -> Sequence[str]:
    """Return the addresses from which a person came in lately: those of the sessions that are not forgotten yet."""
    return db.session.scalars(select(Session.address).where(Session.user_id == user_id).distinct()).all()


def going_on(user_id: int) -> Sequence[Session]:
    """Return the sessions of a person that have not ended, last seen first."""
    now = clock.now()
    return db.session.scalars(
        select(Session)
        .where(
            Session.user_id == user_id,
            Session.ended_at.is_(None),
            Session.idle_until > now,
            Session.expires_at > now,
        )
        .order_by(Session.last_seen_at.desc(), Session.id.desc())
        .limit(100)
    ).all()
