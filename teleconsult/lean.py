"""Parts of Flask's extensions without what every request would pay for and none here uses."""

from typing import Any, cast

from flask import Response, current_app, g, request
from flask import session as cookie
from flask_limiter import Limiter
from flask_login import LoginManager
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError, same_origin


class Door(LoginManager):
    """Flask-Login's, for who comes in by the cookie alone."""

    def _load_user(self) -> None:
        # Its own also looks for a cookie that remembers, a header, and a print of the browser. Nobody comes by these.
        token, loader = cookie.get("_user_id"), cast(Any, self._user_callback)
        g._login_user = (loader(token) if token is not None else None) or self.anonymous_user()

    def _update_remember_cookie(self, response: Response) -> Response:
        return response  # nobody is remembered


class Tokens(CSRFProtect):
    """Flask-WTF's. A token that was found right for what a cookie holds is known by itself: it has no time limit here."""

    MOST = 4096
    """Pairs that a worker remembers; then it begins anew."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Flask-WTF has no types
        self._right: set[tuple[str | None, str | None]] = set()

    def protect(self, apply_exemptions: bool = False) -> None:
        # Its own looks for exemptions of every page before it sees that nothing was posted.
        if request.method not in current_app.config["WTF_CSRF_METHODS"]:
            return
        if apply_exemptions and (not request.endpoint or self._is_exempt()):  # type: ignore[no-untyped-call]  # the same
            return
        pair = cookie.get("csrf_token"), self._get_csrf_token()
        if pair not in self._right or not _same_site():
            try:
                super().protect()  # type: ignore[no-untyped-call]  # the same
            except ValueError as error:
                raise CSRFError("The referrer is no address.") from error
            if len(self._right) >= self.MOST:
                self._right.clear()
            self._right.add(pair)
        g.csrf_valid = True

    def _get_csrf_token(self) -> str | None:
        # A script's comes in a header: in the file that it sends no form need be looked for.
        return request.headers.get("X-CSRFToken") or request.form.get("csrf_token")


def _same_site() -> bool:
    """Tell whether the form stood on a page of ours, which Flask-WTF asks of what came over TLS."""
    try:
        return not request.is_secure or bool(same_origin(request.referrer or "", f"https://{request.host}/"))
    except ValueError:  # no address at all, such as "http://["
        return False


class Limits(Limiter):
    """Flask-Limiter's, asked only by the pages that have a limit."""

    def _check_request_limit(self, callable_name: str | None = None, in_middleware: bool = True) -> None:
        # No limit is for all pages: those that have one are decorated, and their decorator asks.
        if not in_middleware:
            super()._check_request_limit(callable_name, in_middleware)
