"""The two sides that are compared: the product and the bare program, each served by the product's server."""

import hashlib
import secrets
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from bench import network, processes
from bench.browser import Browser, sign_in
from bench.databases import SECRETS, settings
from tests.servers import web


@dataclass
class Side:
    """A running server, and the processes whose time counts for it: its own, and PostgreSQL's on this database."""

    server: web.Web
    url: str
    bare: bool = False
    whole: bool = False
    """Whether its background worker runs too, from the same process, as `make run` has it."""

    def pids(self) -> list[int]:
        """Return the processes that work for it now."""
        own = processes.family(self.server.server.process.pid)
        return own if self.url.startswith("sqlite") else own + _postgres_backends()

    def workers(self) -> list[int]:
        """Return the worker processes of its web server."""
        first = self.server.server.process.pid
        return processes.workers(processes.named(first, "tc-web") if self.whole else first)

    def browsers(self, person: network.Person, users: int = 1) -> list[Browser]:
        """Return browsers of one signed-in person: one session, its cookies shared by the connections."""
        port = self.server.port
        if self.bare:
            first = Browser(port, {"bare": bare_session(self.url, person.id)}, multipart=True)
        else:
            first = Browser(port)
            sign_in(first, person.email, network.PASSWORD)
            first.get("/account")
        return [Browser(port, dict(first.cookies), multipart=self.bare) for _ in range(users)]


def _postgres_backends() -> list[int]:
    """Return the processes of the PostgreSQL server that serve connections to a bench database; not those that tidy up."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes()
        except OSError:
            continue
        if words.startswith(b"postgres: ") and b"bench_" in words and b"autovacuum" not in words:
            found.append(int(path.parent.name))
    return found


def serve(folder: Path, url: str, *, whole: bool = False) -> web.Web:
    """Start the product's web server on a database, with two workers; the whole product, if that is asked for."""
    return web.start(folder, settings(folder, url), whole=whole)


def serve_bare(folder: Path, url: str) -> web.Web:
    """Start the bare program on the same database, with the same server."""
    (folder / "bare").mkdir(exist_ok=True)
    env = {"BENCH_DB": url, "BENCH_FILES": str(folder / "bare"), **SECRETS}
    return web.start(folder / "bare", env, application="bench.bare.app:app", health="/health")


def bare_session(url: str, user_id: int) -> str:
    """Write a session row for the bare program and return its token."""
    token, now = secrets.token_hex(16), datetime.now(UTC)
    until = now + timedelta(hours=9)
    values = (hashlib.sha256(token.encode()).hexdigest(), user_id, False, "", "", now, now, until, until)
    text = (
        "INSERT INTO sessions (token_hash, user_id, shared_computer, address, agent, created_at, last_seen_at, idle_until,"
        " expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
    )
    execute(url, text, *(v.strftime("%Y-%m-%d %H:%M:%S.%f") if isinstance(v, datetime) else v for v in values))
    return token


def execute(url: str, text: str, *values: Any) -> list[Any]:
    """Run one statement in a connection of its own and return its rows."""
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=10)
        try:
            rows = connection.execute(text, values).fetchall()
            connection.commit()
        finally:
            connection.close()
        return rows
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as opened:
        cursor = opened.execute(text.replace("?", "%s"), values)
        return cursor.fetchall() if cursor.description else []
