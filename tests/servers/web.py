"""The production web server as `make run` starts it, on a free port, with the settings that a test gives it."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from tests.servers import process

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Web:
    """A running web server, and its background worker if one was asked for. Their words are in `folder`."""

    url: str
    port: int
    server: process.Server
    worker: process.Server | None = None

    def logs(self) -> str:
        """Return what both wrote."""
        return self.server.tail() + (self.worker.tail() if self.worker else "")

    def stop(self) -> None:
        """Stop both, in an orderly way and at the same time."""
        parts = [part for part in (self.worker, self.server) if part is not None]
        for part in parts:
            part.tell()
        for part in parts:
            part.stop(seconds=20)


def start(
    folder: Path,
    env: Mapping[str, str] | None = None,
    *,
    application: str = "wsgi:app",
    health: str = "/health",
    worker: bool = False,
    whole: bool = False,
) -> Web:
    """Serve `application` with `env` as its only settings and its data in `folder`; return when it answers at `health`.

    With `worker`, the background worker runs as a program of its own; with `whole`, it and the web server run as one, as
    `make run` has them.

    The database must be there and migrated: `env["DATABASE_URL"]` says where.

    Raises:
        RuntimeError: it ended, or did not answer in time; the message holds the end of its log.
    """
    port = process.free_port()
    url = f"http://127.0.0.1:{port}"
    settings = {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONUNBUFFERED": "1",
        "TELECONSULT_PROFILE": "demo",
        "TELECONSULT_VAR": str(folder),
        "BASE_URL": url,
        "PORT": str(port),
        "WORKER_LOOK_SECONDS": "0.2",
        **(env or {}),
    }
    command = [sys.executable, "-m", *(["tools.serve"] if whole else ["tools.webserver", application])]
    server = process.start("The web server", command, log=folder / "web.log", env=settings, cwd=ROOT)
    found = Web(url, port, server)
    server.wait_until(lambda: _answers(url + health))
    if worker:
        command = [sys.executable, "-m", "flask", "--app", application, "worker"]
        found.worker = process.start("The worker", command, log=folder / "worker.log", env=settings, cwd=ROOT)
    return found


def _answers(address: str) -> bool:
    try:
        with urlopen(address, timeout=2):
            return True
    except HTTPError as refusal:
        return refusal.code < 500
    except (URLError, OSError):
        return False
