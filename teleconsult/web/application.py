"""Flask's application and its cookie, without what every request would pay for and none here uses."""

from collections.abc import Callable
from time import monotonic
from typing import Any, cast

from flask import Flask, Response
from flask import Request as FlasksRequest
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from itsdangerous import BadSignature
from werkzeug.datastructures import Headers, ImmutableMultiDict
from werkzeug.routing import IntegerConverter, Map
from werkzeug.sansio.http import parse_cookie
from werkzeug.utils import cached_property

OPENED = 2048
"""Cookies that a worker remembers; then it begins anew."""

FOR_SECONDS = 600
"""Then the signature is looked at again, and how old it is."""

PLAIN = (str, int, bool, type(None))
"""What nobody can change in its place."""


ALWAYS = [
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(self), geolocation=(), microphone=()"),
]
"""Headers of every answer, whatever it is; nobody else sets them."""


FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class Request(FlasksRequest):
    """A request whose fields hold what a text can, and whose cookies are read from where WSGI puts them.

    Werkzeug goes through every header for the cookies.
    """

    @cached_property
    def cookies(self) -> ImmutableMultiDict[str, str]:
        """Return what the browser sent as cookies."""
        found = parse_cookie(self.environ.get("HTTP_COOKIE", ""), cls=ImmutableMultiDict)
        return cast("ImmutableMultiDict[str, str]", found)

    def holds_nul(self) -> bool:
        """Tell whether its address holds the character that PostgreSQL takes in no text: it names nothing here."""
        return "\x00" in self.path or b"%00" in self.query_string or b"\x00" in self.query_string

    def is_form(self) -> bool:
        """Tell whether the body can be read as a form, or there is none."""
        return self.mimetype in FORMS or not self.content_length

    def _load_form_data(self) -> None:
        if "form" in self.__dict__:
            return
        super()._load_form_data()
        if any(_odd(name, values) for name, values in self.form.lists()):
            self.__dict__["form"] = ImmutableMultiDict(
                (name.replace("\x00", ""), value.replace("\x00", ""))
                for name, values in self.form.lists()
                if name
                for value in values
            )
        if not all(self.files):
            self.__dict__["files"] = ImmutableMultiDict(
                (name, file) for name, file in self.files.items(multi=True) if name
            )


def _odd(name: str, values: list[str]) -> bool:
    """Tell of a field that has no name (a part of a multipart body may have none), or a NUL anywhere."""
    return not name or "\x00" in name or any("\x00" in value for value in values)


class Answer(Response):
    """An answer whose headers were looked at when they were set: Werkzeug copies them one by one to look again."""

    def get_wsgi_headers(self, environ: Any) -> Headers:
        """Return the headers as they leave, with the length."""
        where = self.headers.get("Location")
        if not self.is_sequence or self.status_code in (204, 304) or not (where is None or where.isascii()):
            headers = super().get_wsgi_headers(environ)
        else:
            headers = self.headers
            if "Content-Length" not in headers:
                headers.add("Content-Length", str(sum(map(len, self.iter_encoded()))))
        return headers

    def get_wsgi_response(self, environ: Any) -> tuple[Any, str, list[tuple[str, str]]]:
        """Return what WSGI is told: body, status, headers with those of every answer."""
        body, status, headers = super().get_wsgi_response(environ)
        return body, status, headers + ALWAYS


class Cookies(SecureCookieSessionInterface):
    """Flask's signed cookie. One whose signature was found right a moment ago is known by itself.

    A browser sends the same cookie with every request; telling its signature anew takes as long as a statement.
    """

    def __init__(self) -> None:
        self._known: dict[str, tuple[dict[str, Any], float]] = {}
        self._signers: dict[Any, Any] = {}

    def open_session(self, app: Flask, request: FlasksRequest) -> SecureCookieSession | None:
        """Return what the browser's cookie says; nothing, of one that is none of ours or too old."""
        text = request.cookies.get(self.get_cookie_name(app))
        if not text:
            return self.session_class()
        known = self._known.get(text)
        if known is not None and known[1] > monotonic():
            return self.session_class(known[0])
        return self._open(app, text)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Send the cookie when it was changed; else only say, as Flask does, that the answer depends on it."""
        if session.modified or not session or session.permanent:
            super().save_session(app, session, response)
        elif session.accessed:
            said = response.headers.get("Vary")
            response.headers["Vary"] = f"{said}, Cookie" if said else "Cookie"

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


class RowNumber(IntegerConverter):
    """A number in an address, up to the most that a row can have; a greater one leads nowhere."""

    regex = r"\d{1,10}"

    def __init__(self, map: Map, **given: Any) -> None:
        super().__init__(map, **({"max": 2**31 - 1} | given))


class Application(Flask):
    """The application: nothing in it is asynchronous, so that no function is asked whether it is, eighteen times a page."""

    request_class = Request
    response_class = Answer

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.session_interface = Cookies()
        self.url_map.converters["int"] = RowNumber

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function as it is (Flask's own hook for how views are run)."""
        return func
