"""Passwords: hashing with argon2, and the rule of what is accepted."""

from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app


@lru_cache(maxsize=4)
def _hasher(time_cost: int, memory_cost: int, parallelism: int) -> PasswordHasher:
    return PasswordHasher(time_cost=time_cost, memory_cost=memory_cost, parallelism=parallelism)


def hasher() -> PasswordHasher:
    """Return the hasher at the configured cost."""
    return _hasher(**current_app.config["ARGON2"])


def hash_password(password: str) -> str:
    """Return the argon2 hash of a password, with its salt and cost in it."""
    return hasher().hash(password)


def is_right(kept: str, password: str) -> bool:
    """Tell whether a password is the one whose hash is kept; takes as long when it is not."""
    try:
        return hasher().verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False
