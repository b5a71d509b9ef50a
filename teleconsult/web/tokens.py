"""The token of a page's forms, signed once for a cookie and not anew for each page."""

from functools import lru_cache

from flask import current_app, g
from flask import session as cookie
from flask_wtf.csrf import generate_csrf
from itsdangerous import URLSafeTimedSerializer

FIELD = "csrf_token"
SALT = "wtf-csrf-token"
"""Flask-WTF's."""


def token_of_cookie() -> str:
    """Return the token for the forms of whoever asks, as `generate_csrf()` does; it has no time limit here (config.py).

    Flask-WTF finds it in `g` afterwards, as if it had made it.
    """
    said = cookie.get(FIELD)
    if FIELD in g or not isinstance(said, str):
        return str(generate_csrf())  # which also puts what it signs into the cookie
    g.csrf_token = token = _signed(str(current_app.secret_key), said)
    return token


@lru_cache(maxsize=2048)
def _signed(key: str, said: str) -> str:
    return str(URLSafeTimedSerializer(key, salt=SALT).dumps(said))
