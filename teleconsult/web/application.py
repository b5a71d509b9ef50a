"""Flask's application and its cookie, without what every request would pay for and none here uses."""

from collections.abc import Callable
from time import monotonic
from typing import Any

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from itsdangerous import BadSignature

OPENED = 2048
"""Cookies that a worker remembers; then it begins anew."""

FOR_SECONDS = 600
"""Then the signature is looked at again, and how old it is."""

PLAIN = (str, int, bool, type(None))
"""What nobody can change in its place."""


class Cookies(SecureCookieSessionInterface):
    """Flask's signed cookie. One whose signature was found right a moment ago is known by itself.

    A browser sends the same cookie with every request; telling its signature anew takes as long as a statement.
    """

    def __init__(self) -> None:
        self._known: dict[str, tuple[dict[str, Any], float]] = {}
        self._signers: dict[Any, Any] = {}

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return what the browser's cookie says; nothing, of one that is none of ours or too old."""
        text = request.cookies.get(self.get_cookie_name(app))
        if not text:
            return self.session_class()
        known = self._known.get(text)
        if known is not None and known[1] > monotonic():
            return self.session_class(known[0])
        return self._open(app, text)

    def get_signing_serializer(self, app: Flask) -> Any:
        """Return what signs the cookies, made once for a key."""
        if app.secret_key not in self._signers:
            self._signers[app.secret_key] = super().get_signing_serializer(app)
        return self._signers[app.secret_key]

    def _open(self, app: Flask, text: str) -> SecureCookieSession:
        lifetime = int(app.permanent_session_lifetime.total_seconds())
        serializer: Any = self.get_signing_serializer(app)
        try:
            said = serializer.loads(text, max_age=lifetime)
        except BadSignature:
            return self.session_class()
        # A list in it (messages to show) would be changed for every later request too.
        if all(isinstance(value, PLAIN) for value in said.values()):
            if len(self._known) >= OPENED:
                self._known.clear()
            self._known[text] = (said, monotonic() + FOR_SECONDS)
        return self.session_class(said)


class Application(Flask):
    """The application: nothing in it is asynchronous, so that no function is asked whether it is, eighteen times a page."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.session_interface = Cookies()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function as it is (Flask's own hook for how views are run)."""
        return func
