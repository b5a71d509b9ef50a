"""Secrets that open something: random, 256 bits, and only their hash is kept."""

from hashlib import sha256
from secrets import token_urlsafe


def new_token() -> str:
    """Return a new secret, fit for a cookie or an address."""
    return token_urlsafe(32)


def token_hash(token: str) -> str:
    """Return what the database keeps of a random token (128 bits and more need no salt)."""
    return sha256(token.encode()).hexdigest()
