"""Headers, language, error pages and what every template may use."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from babel import Locale
from flask import Flask, Response, current_app, g, has_request_context, render_template, request, session
from jinja2 import StrictUndefined
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.middleware.proxy_fix import ProxyFix

from teleconsult import clock, events
from teleconsult.errors import NotFound, Overtaken, Refused, StorageFault, StorageFull
from teleconsult.extensions import current_user, db
from teleconsult.version import VERSION
from teleconsult.web.addresses import init_addresses
from teleconsult.web.assets import init_assets
from teleconsult.web.controls import FOR_TEMPLATES
from teleconsult.web.direction import straighten_page
from teleconsult.web.health import init_health
from teleconsult.web.language import spoken
from teleconsult.web.messages import gettext as _
from teleconsult.web.messages import init_messages
from teleconsult.web.navigation import navigation
from teleconsult.web.rich import rich
from teleconsult.web.summary import lines_of
from teleconsult.web.words import language_names, say, template_words

LANGUAGES = ("pt_BR", "en")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
KNOWN_PAGES = frozenset({400, 403, 404, 405, 409, 410, 413, 422, 429, 500, 503, 507})


def choose_locale() -> Locale:
    """Return the reader's language for Flask-Babel, which would read its code anew for each request."""
    return _locale(choose_language())


_locale = lru_cache(maxsize=16)(Locale.parse)


def choose_language() -> str:
    """Return the reader's language: the one set for a mail, the account's, the browser's choice or own."""
    if "language" in g:
        return str(g.language)
    if not has_request_context():
        return "pt_BR"
    if current_user and current_user.is_authenticated:
        return str(current_user.language)
    if session.get("language") in LANGUAGES:
        return str(session["language"])
    # A browser's plain "pt" means our pt_BR.
    match = request.accept_languages.best_match(["pt-BR", "pt", "en"])
    return "en" if match == "en" else "pt_BR"


def init_web(app: Flask) -> None:
    """Give the application its pages' common ground."""
    init_assets(app)
    app.after_request(straighten_page)  # before it is compressed: the last that is named here comes first
    init_addresses(app)
    init_messages(app)
    init_health(app)
    _trust_proxies(app)
    app.after_request(_headers)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(template_words(), rich=rich)
    app.jinja_env.globals.update(app_version=VERSION, language_names=language_names, lines_of=lines_of, **FOR_TEMPLATES)
    app.context_processor(_context)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(NotFound, lambda _none: error_page(404))
    app.register_error_handler(Overtaken, lambda _late: error_page(409))
    app.register_error_handler(Refused, lambda refusal: error_page(422, say(refusal)))
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(StorageFault, lambda fault: error_page(storage_fault(fault), _(fault.message)))
    app.register_error_handler(Exception, _fault)


def _trust_proxies(app: Flask) -> None:
    """Believe forwarded addresses only from as many proxies as are configured; from nobody by default."""
    proxies = app.config["TRUSTED_PROXIES"]
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies)  # type: ignore[method-assign]  # as Flask has it wrapped


def _context() -> dict[str, Any]:
    asker = current_user._get_current_object()
    shown = bool(asker and asker.is_authenticated) and not g.get("plain")
    user = asker if shown else None
    nav, role_choices = navigation(user) if shown else ([], [])
    return {
        "nav": nav,
        "unread_notices": sum(events.panels("unread", user=user)) if nav else 0,
        "role_choices": role_choices,
        "user_key": user.ref if user else "",
        "current_locale": spoken().code,
        "now": clock.now(),
        "demo_profile": _demo(),
    }


def _demo() -> bool:
    return bool(current_app.config["PROFILE"] == "demo")


def _headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY)
    headers.setdefault("Cache-Control", "no-store")
    if request.is_secure or current_app.config["PROFILE"] == "production":  # which is reached by https:// alone
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return response


def error_page(
    code: int,
    sentence: str = "",
    typed: Sequence[tuple[str, str]] = (),
    *,
    way: tuple[str, str] | None = None,
    **more: Any,
) -> tuple[str, int]:
    """Show an error page; its template needs no database, so it works when that is what failed.

    Args:
        code: of HTTP.
        sentence: what happened, if the page alone does not say it.
        typed: what the person had written and can be sent no more, each text with its label: to be copied.
        way: where it can still be sent: the address and the words of the link.
        more: what else the page of this code reads.
    """
    name = code if code in KNOWN_PAGES else 500 if code >= 500 else 400
    db.session.rollback()
    if code >= 500:
        g.plain = True
    return render_template(f"errors/{name}.html", sentence=sentence, typed=typed, way=way, **more), code


def _http_error(error: HTTPException) -> Any:
    if error.response is not None or error.code is None or error.code < 400:
        return error.get_response()
    if request.accept_mimetypes.best == "application/json":
        return {"error": error.name}, error.code
    return error_page(error.code, _particular(error))


def _particular(error: HTTPException) -> str:
    """Return what can be said of a refusal beyond what the page of its code says."""
    if isinstance(error, SecurityError):
        # To the reader it looks like any bad request; who set up the names or the proxy would look for it everywhere.
        current_app.logger.warning("the name in Host is none of ALLOWED_HOSTS; a proxy must pass it on as it came")
        return _("O sistema não atende por este endereço. Entre pelo que a gerência deu.")
    return _limit() if error.code == 413 else ""


def _limit() -> str:
    """Name the limit that was passed: that of everything sent at once, or that of what is no file."""
    most, text = request.max_content_length or 0, request.max_form_memory_size or 0
    passed = most if not request.content_length or request.content_length > most else text
    return _("O limite é de %(size)d MB de cada vez.", size=passed // 2**20)


def _database_away(error: OperationalError) -> Any:
    text = str(error.orig)
    current_app.logger.error("database: %s", type(error.orig).__name__)
    if "disk is full" in text or "No space left" in text:
        return error_page(507)
    return error_page(503)


def storage_fault(fault: StorageFault) -> int:
    """Note that storage failed, for who runs the product; return the status that says so."""
    cause = fault.__cause__
    current_app.logger.error("storage: %s: %s", type(fault).__name__, type(cause).__name__)
    return 507 if isinstance(fault, StorageFull) else 503


def _fault(error: Exception) -> Any:
    if current_app.testing or current_app.debug:
        raise error
    # Only the kind and the place: the message of an exception may repeat what a patient's doctor typed.
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
    current_app.logger.error("fault %s at %s in %s", type(error).__name__, place, request.endpoint)
    return error_page(500)
