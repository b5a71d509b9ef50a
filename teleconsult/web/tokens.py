"""The token of a page's forms, signed once for a cookie and not anew for each page; it names whose page it is."""

from functools import lru_cache
from secrets import token_hex

from flask import current_app, g
from flask import session as cookie
from flask_wtf.csrf import generate_csrf
from itsdangerous import BadData, URLSafeTimedSerializer

FIELD = "csrf_token"
SALT = "wtf-csrf-token"
"""Flask-WTF's."""


def name_owner(ref: str) -> None:
    """Begin the tokens of a session: a page of it that is still open when somebody else has signed in tells whose it was."""
    cookie[FIELD] = f"{ref}.{token_hex(20)}"


def owner_of(token: str) -> str:
    """Return the reference of the person whose page a token of ours stood on; "" when it does not say."""
    try:
        said = URLSafeTimedSerializer(str(current_app.secret_key), salt=SALT).loads(token)
    except BadData:
        return ""
    return said.partition(".")[0] if isinstance(said, str) and "." in said else ""


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
