"""Logs: one JSON line an event on standard error, without personal data.

A request is told by its endpoint, never by its address (which may hold a name or a secret); an exception by its
kind and place, never by its message (which may repeat what was typed). The words of libraries are left out,
except of the few that know nothing of people.

Code of ours calls `log.info("what happened", kind=...)` with references, kinds and figures only.
"""

import logging
import re
import secrets
import sys
from collections.abc import Mapping, MutableMapping
from json import JSONEncoder
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Any, TextIO

import structlog
from flask import Flask, Response, g, request
from flask.globals import request_ctx
from structlog.contextvars import bind_contextvars, clear_contextvars, merge_contextvars

Event = MutableMapping[str, Any]

log = structlog.stdlib.get_logger("teleconsult")

TRUSTED = ("teleconsult", "huey", "alembic")
"""Loggers whose words hold references and kinds only."""

ROOT = str(Path(__file__).resolve().parents[1]) + "/"
FRAMES = 4
_written = JSONEncoder(ensure_ascii=False).encode
_root, _ours = logging.getLogger(), logging.getLogger("teleconsult")
_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


class _Lines(logging.StreamHandler[TextIO]):
    """Writes to whatever standard error is at the moment."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        self.stream = sys.stderr
        super().emit(record)

    def line(self, facts: Mapping[str, Any]) -> None:
        """Write one line of facts, past the machinery that would ask eight times what is known here."""
        self.acquire()
        try:
            sys.stderr.write(f"{_written(facts)}\n")
            sys.stderr.flush()
        finally:
            self.release()


def fault(error: BaseException) -> dict[str, Any]:
    """Return an exception as its kind, what caused it, and where: what a log may hold of it."""
    kinds = [type(error).__name__]
    cause = error.__cause__ or error.__context__
    while cause is not None and len(kinds) < FRAMES:
        kinds.append(type(cause).__name__)
        cause = cause.__cause__ or cause.__context__
    return {"fault": " < ".join(kinds), "where": _where(error.__traceback__)}


def _where(trace: TracebackType | None) -> list[str]:
    places: list[str] = []
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename.removeprefix(ROOT)}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    ours = [place for place in places if place.startswith("teleconsult/")]
    return ours[-FRAMES:] + [place for place in places[-1:] if place not in ours]


def _scrub(_logger: Any, _method: str, event: Event) -> Event:
    """Keep of an exception its kind and place, and of a stranger's words nothing."""
    trouble = event.pop("exc_info", None)
    event.pop("stack_info", None)
    if trouble is True:
        trouble = sys.exc_info()
    if isinstance(trouble, tuple):
        trouble = trouble[1]
    if isinstance(trouble, BaseException):
        event.update(fault(trouble))
    record: logging.LogRecord | None = event.get("_record")
    if record is not None and record.name.partition(".")[0] not in TRUSTED:
        event["event"] = "said something"
    return event


_stamp = structlog.processors.TimeStamper(fmt="iso", utc=True, key="at")
_SHARED: list[Any] = [
    merge_contextvars,
    structlog.stdlib.add_log_level,
    _stamp,
]


def _formatter() -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_SHARED, structlog.stdlib.add_logger_name],
        processors=[
            _scrub,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )


def init_logs(app: Flask) -> None:
    """Send every log line through one handler, and write one for each request."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    if not any(isinstance(handler, _Lines) for handler in _root.handlers):
        handler = _Lines()
        handler.setFormatter(_formatter())
        _root.addHandler(handler)
    _root.setLevel(logging.WARNING)
    _ours.setLevel(app.config["LOG_LEVEL"])
    logging.captureWarnings(True)
    # Flask's own would write what the error says, and with it what somebody typed. Mypy knows methods only on classes.
    app.log_exception = lambda exc_info: log.error("fault", **fault(exc_info[1]))  # type: ignore[method-assign, arg-type]
    # Before the gate, so that whoever is turned away there is logged too; who asks is known behind it.
    app.before_request_funcs.setdefault(None, []).insert(0, _begin)
    app.before_request(_who)
    app.after_request(_end)


def _begin() -> None:
    """Name the request."""
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
    g.began = perf_counter()
    g.user_ref = ""
    clear_contextvars()
    bind_contextvars(request=g.request_id)


def _who() -> None:
    """Remember who asks, whom the gate has read: later a lazy load could be a statement more for a log line."""
    person = g.get("_login_user")
    g.user_ref = person.__dict__.get("ref", "") if person else ""


def _end(response: Response) -> Response:
    if "request_id" not in g:
        return response
    response.headers["X-Request-ID"] = g.request_id
    asked = request_ctx.request
    if asked.endpoint != "asset" and _ours.isEnabledFor(logging.INFO):
        _tell(asked.method, asked.endpoint, response.status_code)
    return response


def _tell(method: str, endpoint: str | None, status: int) -> None:
    """Write the line of a request: what `log.info()` would write, for a tenth. Every request has one."""
    took = round((perf_counter() - g.began) * 1000, 1)
    facts: Event = {
        "method": method,
        "endpoint": endpoint,
        "status": status,
        "ms": took,
        "user": g.user_ref,
        "event": "request",
        "request": g.request_id,
        "level": "info",
    }
    _stamp(None, "", facts)
    for handler in _root.handlers:
        if isinstance(handler, _Lines):
            handler.line(facts)
