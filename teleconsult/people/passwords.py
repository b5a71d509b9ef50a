"""Hashing of passwords with argon2: one check of one hash takes the same time, right or wrong.

What a password must be like is in `password_rules`. Hashing takes time and memory on purpose: never do
it inside `transaction()`.
"""

from functools import lru_cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app

LONGEST = 1024
"""Characters of a password that are taken; all of them count."""

_AT_ONCE = BoundedSemaphore(2)
"""Each hash takes 64 MiB: a crowd signing in must not take the worker's memory."""


@lru_cache(maxsize=4)
def _hasher(time_cost: int, memory_cost: int, parallelism: int) -> PasswordHasher:
    return PasswordHasher(time_cost=time_cost, memory_cost=memory_cost, parallelism=parallelism)


@lru_cache(maxsize=4)
def _nobodys(hasher_in_use: PasswordHasher) -> str:
    return hasher_in_use.hash("nobody signs in with this")


def hasher() -> PasswordHasher:
    """Return the hasher at the configured cost."""
    return _hasher(**current_app.config["ARGON2"])


def hash_password(password: str) -> str:
    """Return the argon2 hash of a password, with its salt and cost in it."""
    with _AT_ONCE:
        return hasher().hash(password)


def is_right(kept: str | None, password: str) -> bool:
    """Tell whether a password is the one whose hash is kept; takes as long when it is not.

    Without a kept hash (nobody of that name, or not allowed in now) a stand-in is checked, so that the
    time tells nothing, and the answer is no.
    """
    with _AT_ONCE:
        try:
            hasher().verify(kept or _nobodys(hasher()), password)
        except (VerificationError, InvalidHashError):
            return False
    return kept is not None


def is_outdated(kept: str) -> bool:
    """Tell whether a hash was made at another cost than the configured one."""
    return hasher().check_needs_rehash(kept)
