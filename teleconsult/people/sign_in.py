"""Signing in and out. Whatever is wrong, the answer is the same and takes the same time.

One argon2 check is made for every attempt: nobody of that name, a wrong password, an account that is
switched off, not invited yet, or resting. After ten failures an account rests, each further failure
twice as long, at most an hour; failures while it rests do not count, and a reset ends the rest, so that
a guesser is slow and the owner is never out for long.

A whole unit shares one address. Where too many failures come from (see `FAILED`), only those still come in who
did so from there in the last month: against guessing them stands the rest of their account.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import g
from sqlalchemy import select, update

from teleconsult import audit, clock
from teleconsult.checks import normalise
from teleconsult.extensions import changed, db, transaction
from teleconsult.people import kept, passwords, sessions
from teleconsult.people.models import User
from teleconsult.people.throttle import Failures, network_of

FAILURES_BEFORE_REST = 10
LONGEST_REST = 60
"""Minutes."""

FAILED = Failures("30 per 5 minutes;60 per hour", of="failed-sign-in")
"""Of one address, whosever account is tried. Nobody waits longer than for an account that rests."""

_CPF = re.compile(r"[0-9]{11}")


@dataclass(frozen=True)
class Entered:
    """Who came in, and the token of the new session."""

    user: User
    token: str


def stream_of(user: User) -> str:
    """Return the name of the audit stream of what is done to an account."""
    return f"person:{user.ref}"


def find(who: str) -> User | None:
    """Return the person with this e-mail or CPF (with or without its punctuation)."""
    digits = normalise(who)
    if _CPF.fullmatch(digits):
        return db.session.scalar(select(User).where(User.cpf == digits))
    return db.session.scalar(select(User).where(User.email == who.strip().lower()))


def sign_in(who: str, password: str, *, shared: bool, known_at: str | None = None) -> Entered | None:
    """Check a password and begin a session; None for every kind of no. Commits by itself.

    The check stands outside the transaction: it takes as long as it must, and nobody waits for it.

    Args:
        who: an e-mail or a CPF.
        password: as it was typed.
        shared: whether others use this computer.
        known_at: a network; who has not come in from it lately is taken for nobody, and nothing is recorded of it.
    """
    user = find(who) if len(who) <= 254 else None
    if user is not None and known_at is not None and known_at not in map(network_of, sessions.addresses_of(user.id)):
        user = None
    present = user.password_hash if user is not None and _is_awake(user) else None
    db.session.rollback()  # the check takes its time: no connection waits with it
    short = len(password) <= passwords.LONGEST
    right = passwords.is_right(present if short else None, password[: passwords.LONGEST])
    if user is None and known_at is not None:
        return None
    if user is None or present is None or not right:
        with transaction():
            _failed(user)
        return None
    newer = passwords.hash_password(password) if passwords.is_outdated(present) else present
    with transaction():
        return _came_in(user, present, newer, shared)


def _is_awake(user: User) -> bool:
    return user.is_active and (user.rests_until is None or not _rests(user.rests_until))


def _rests(until: datetime) -> bool:
    """Tell whether a rest goes on; one longer than any can be, by a minute, was begun while the clock was ahead."""
    return timedelta() < until - clock.now() <= timedelta(minutes=LONGEST_REST + 1)


def _came_in(user: User, present: str, newer: str, shared: bool) -> Entered | None:
    entered = changed(
        update(User)
        .where(User.id == user.id, User.password_hash == present, User.switched_off_at.is_(None))
        .values(
            password_hash=newer,
            failures=0,
            rests_until=None,
            previous_sign_in_at=User.last_sign_in_at,
            last_sign_in_at=clock.now(),
        )
    )
    if not entered:  # switched off, or another password, while this one was checked
        return None
    db.session.expire(user)
    if "session_row" in g:
        sessions.end(g.session_row.id, g.session_row.user_id)
    token = sessions.begin(user, shared=shared)
    audit.record(stream_of(user), "person.sign_in", by_id=user.id, subject=user.ref, shared=shared)
    return Entered(user, token)


def _failed(user: User | None) -> None:
    """Count a failure. What was typed is not recorded: it may be a password in the wrong field."""
    if user is None:
        audit.record("system", "person.sign_in_failed")
        return
    if not _is_awake(user):
        audit.record(stream_of(user), "person.sign_in_refused", subject=user.ref)
        return
    failures = db.session.scalar(
        update(User)
        .where(User.id == user.id)
        .values(failures=User.failures + 1)
        .returning(User.failures)
        .execution_options(synchronize_session=False)
    )
    audit.record(stream_of(user), "person.sign_in_failed", subject=user.ref, failures=failures)
    if failures is not None and failures >= FAILURES_BEFORE_REST:
        minutes = min(2 ** (failures - FAILURES_BEFORE_REST), LONGEST_REST)
        until = clock.now() + timedelta(minutes=minutes)
        changed(update(User).where(User.id == user.id).values(rests_until=until))


def sign_out(user: User) -> None:
    """End the session of this request. The caller holds the transaction and empties the cookie after it."""
    row = sessions.own_row()
    kept.discard_all(user.id)
    if sessions.end(row.id, user.id):
        audit.record(stream_of(user), "person.sign_out", by_id=user.id, subject=user.ref)
