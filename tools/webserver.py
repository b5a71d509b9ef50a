"""The production web server: Granian with two workers that share what they loaded. Why this one: docs/adr/0002-web-server.md.

`python -m tools.webserver`, from the project's folder. From the environment: HOST (127.0.0.1), PORT (8000),
WEB_WORKERS (2), HEADER_SECONDS (10). An argument names another WSGI application, for tests and measurements.
"""

import argparse
import ctypes
import gc
import os
import signal
import sys
from collections.abc import Iterable
from contextlib import redirect_stderr, suppress
from contextvars import copy_context
from importlib import import_module
from io import StringIO
from typing import TYPE_CHECKING, Any
from wsgiref.util import setup_testing_defaults

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer

from tools.ports import listening_place, number

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PRODUCT = "wsgi:app"
"""The application, as a module and its attribute."""

THREADS = 128
"""Of one worker, made when needed: a request whose body comes slowly keeps one, so there must be more than the slow."""

CONNECTIONS = 512
"""Of one worker, idle ones too."""

HEADER_SECONDS = 10.0
"""Unless the environment says otherwise. A client that has not said what it wants by then is cut off; so is a connection that stays idle."""

BUFFER_BYTES = 64 * 1024
"""Of one connection: the longest head that is read, the most of a body that is held."""

STOP_SECONDS = 10
"""What is being answered may finish; what comes too slowly for that is cut."""

GARBAGE = 10_000
"""New objects after which the collector looks through them: a page makes some thousands, nearly all gone by themselves."""

PR_SET_PDEATHSIG = 1

M_ARENA_MAX = -8
"""Of mallopt(3): without it each thread gets heaps of its own, and a worker with eight keeps eight times the rest."""


class WholeBodies:
    """Let the application see a request whose body was cut off as cut off.

    Granian ends such a body as if it were complete and says that it may be read to its end; half a form would pass for a
    whole one. Without that word Werkzeug counts against Content-Length and refuses what is short. A body without a length
    (chunked; no browser sends one) cannot be counted and is refused.
    """

    def __init__(self, application: "WSGIApplication") -> None:
        self.application = application

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        environ.pop("wsgi.input_terminated", None)
        if "HTTP_TRANSFER_ENCODING" in environ:
            start_response("411 Length Required", [("Content-Type", "text/plain"), ("Connection", "close")])
            return [b"The length of what you send must be said first.\n"]
        return self.application(environ, start_response)


def refuse_old_database(application: Any) -> None:
    """Stop the start where migrations were forgotten: everybody would meet a fault on every page, and few would know why.

    Raises:
        SystemExit: it says what to do.
    """
    revision = import_module("teleconsult.revision")
    with application.app_context():
        if revision.behind():
            sys.exit(f"Not started. {revision.MIGRATE_FIRST}")


def find(name: str) -> "WSGIApplication":
    """Return the application that `module:attribute` names."""
    module, _, attribute = name.partition(":")
    application: WSGIApplication = getattr(import_module(module), attribute)
    return application


def warm(application: Any) -> None:
    """Let the application answer for the first time, to nobody, before the workers are forked.

    What the first answer makes (the mappers of the ORM, templates, catalogues, the code that runs for every page) is then
    shared, not made in each worker: 12 MiB less in two of them. What fails here fails again for a person, who is told.
    """
    # None of it belongs into the log, nor what a request notes for its lines there into those of the workers.
    with suppress(Exception), redirect_stderr(StringIO()):
        for path in ("/health", "/sign-in"):
            copy_context().run(_ask, application, path)
    with application.app_context():
        application.extensions["sqlalchemy"].engine.dispose()  # nobody may use after the fork what was opened before it


def _ask(application: Any, path: str) -> None:
    environ: dict[str, Any] = {"PATH_INFO": path, "RAW_URI": path, "HTTP_HOST": host_name(application)}
    setup_testing_defaults(environ)
    answer = application(environ, lambda *_told: lambda _body: None)
    b"".join(answer)
    getattr(answer, "close", lambda: None)()


def host_name(application: Any) -> str:
    """Return a name that the product answers to; all others are refused."""
    names: list[str] = application.config.get("TRUSTED_HOSTS") or ["127.0.0.1"]
    return names[0].lstrip(".")


def load(name: str) -> "WSGIApplication":
    """Return the application as a worker serves it; called in each worker, after it was forked."""
    # A worker without its parent would go on serving old code on a port that the next server shares.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    return WholeBodies(find(name))


def header_milliseconds() -> int:
    """Return how long a client may take to say what it wants."""
    return int(number("HEADER_SECONDS", HEADER_SECONDS, least=0.1, most=3600, kind=float) * 1000)


def workers() -> int:
    """Return how many processes answer."""
    return int(number("WEB_WORKERS", 2, most=256))


def prepare(name: str = PRODUCT) -> None:
    """Load an application for processes that are forked from this one: they share what stands in memory now.

    Out of the collector's reach, for looking through it would copy it.
    """
    workers(), header_milliseconds()  # what cannot be is said before anything is loaded
    gc.disable()
    os.environ["TELECONSULT_ONLY_SERVES"] = "1"
    if name == PRODUCT:
        refuse_old_database(find(name))
        warm(find(name))
    else:
        find(name)
    del os.environ["TELECONSULT_ONLY_SERVES"]  # what is started from here as a program of its own may do more
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE, 20, 20)
    gc.enable()
    ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)


def serve(name: str = PRODUCT) -> None:
    """Serve what was prepared, until told to stop."""
    host, port = listening_place()
    MPServer(
        name,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=workers(),
        blocking_threads=THREADS,
        backpressure=CONNECTIONS,
        http1_settings=HTTP1Settings(header_read_timeout=header_milliseconds(), max_buffer_size=BUFFER_BYTES),
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=STOP_SECONDS,
        # Its warning about the number of threads is answered above.
        log_level=LogLevels.error,
    ).serve(target_loader=load)


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("application", nargs="?", default=PRODUCT, help="module:attribute")
    name = parser.parse_args().application
    listening_place()  # whoever may not listen is told at once
    prepare(name)
    serve(name)


if __name__ == "__main__":
    main()
