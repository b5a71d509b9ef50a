"""What every page of the bare program needs: the driver, the session, the token of its forms, the record, the frame."""

import hashlib
import hmac
import json
import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
from flask import Flask, abort, g, request
from markupsafe import Markup, escape

URL = os.environ["BENCH_DB"]
FILES = Path(os.environ["BENCH_FILES"])
KEY = os.environ["AUDIT_KEY"].encode()
SQLITE = URL.startswith("sqlite")
ROLES = {
    "administrator": "Técnico administrativo",
    "consultant": "Consultor",
    "requester": "Solicitante",
    "support": "Unidade de apoio",
}
NAV = {
    "administrator": (
        ("/desk", "inbox", "Fila"), ("/bookings", "inperson", "Consultas"), ("/shifts", "calendar", "Escala"),
        ("/guide", "book", "Guia"), ("/patients", "user", "Pacientes"),
    ),
    "consultant": (
        ("/waiting", "inbox", "Para responder"), ("/bookings/agenda", "inperson", "Consultas"),
        ("/shifts/mine", "clock", "Turnos"), ("/hours", "hours", "Horas"), ("/guide", "book", "Guia"),
    ),
    "requester": (
        ("/mine", "cases", "Meus casos"), ("/cases/new", "plus", "Novo caso"), ("/bookings", "inperson", "Consultas"),
        ("/guide", "book", "Guia"),
    ),
    "support": (
        ("/district", "cases", "Casos do distrito"), ("/cases/new", "plus", "Novo caso"),
        ("/bookings", "inperson", "Consultas"), ("/guide", "book", "Guia"),
    ),
}  # fmt: skip
WAITS = {
    "administrator": "SELECT count(*) FROM cases WHERE state = 'submitted'",
    "consultant": "SELECT count(*) FROM cases WHERE holder_id = ? AND state = 'assigned'"
    " AND state NOT IN ('concluded','cancelled','draft')",
    "requester": "SELECT count(*) FROM cases WHERE requester_id = ? AND state IN ('awaiting_information','returned')"
    " AND state NOT IN ('concluded','cancelled')",
}

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 64 * 1024 * 1024
_local = threading.local()


def connection() -> Any:
    """Return this thread's connection, set up as the product's is."""
    if not hasattr(_local, "db"):
        if SQLITE:
            _local.db = sqlite3.connect(URL.removeprefix("sqlite:///"), isolation_level=None)
            for pragma in ("synchronous=FULL", "busy_timeout=5000", "foreign_keys=ON", "cache_size=-1000"):
                _local.db.execute(f"PRAGMA {pragma}")
        else:
            _local.db = psycopg.connect(URL.replace("+psycopg", ""), autocommit=True)
    return _local.db


def sql(text: str, *values: Any) -> Any:
    """Run a statement and return its cursor."""
    return connection().execute(text if SQLITE else text.replace("?", "%s"), values)


def many(text: str, rows: Sequence[Sequence[Any]]) -> None:
    """Run a statement for each row."""
    connection().cursor().executemany(text if SQLITE else text.replace("?", "%s"), rows)


@contextmanager
def transaction() -> Iterator[None]:
    """Do everything inside, or nothing."""
    sql("BEGIN IMMEDIATE" if SQLITE else "BEGIN")
    try:
        yield
        sql("COMMIT")
    except BaseException:
        sql("ROLLBACK")
        raise


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def put(moment: datetime) -> Any:
    """Return a moment as the database keeps it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f") if SQLITE else moment


def moment(value: Any) -> datetime | None:
    """Return a moment as it came from the database, with its zone."""
    return datetime.fromisoformat(value).replace(tzinfo=UTC) if isinstance(value, str) else value


@app.before_request
def who() -> None:
    """Read the session, the person and what their frame shows; check the token of a form."""
    if request.path == "/health":
        return
    token = request.cookies.get("bare", "")
    row = sql(
        "SELECT u.id, u.ref, u.title, u.name, r.role, h.name FROM sessions s JOIN users u ON u.id = s.user_id"
        " JOIN user_roles r ON r.user_id = u.id LEFT JOIN health_units h ON h.id = u.unit_id"
        " WHERE s.token_hash = ? AND s.ended_at IS NULL AND s.idle_until > ? AND u.switched_off_at IS NULL",
        hashlib.sha256(token.encode()).hexdigest(),
        put(now()),
    ).fetchone()
    if row is None:
        abort(401)
    g.csrf = hmac.new(KEY, token.encode(), hashlib.sha256).hexdigest()
    if request.method == "POST":
        given = request.headers.get("X-CSRFToken") or request.form.get("csrf_token", "")
        if not hmac.compare_digest(given, g.csrf):
            abort(400)
    names = row[3].split()
    g.role = row[4]
    g.user = SimpleNamespace(
        id=row[0], ref=row[1], name=row[3], full_name=f"{row[2]} {row[3]}".strip(), role=ROLES[row[4]], unit=row[5],
        letters=names[0][0] + names[-1][0],
    )  # fmt: skip


@app.get("/health")
def health() -> str:
    """Answer a monitor."""
    return "ok"


def frame() -> None:
    """Read what the frame of a page shows: the navigation with its count, and the notices that are new."""
    text = WAITS.get(g.role)
    count = sql(text, *([g.user.id] if "?" in text else [])).fetchone()[0] if text else 0
    g.nav = [
        {"url": url, "icon": icon, "label": label, "count": 0 if n else count}
        for n, (url, icon, label) in enumerate(NAV[g.role])
    ]
    g.unread = sql("SELECT count(*) FROM notices WHERE user_id = ? AND seen_at IS NULL", g.user.id).fetchone()[0]


def append(stream: str, word: str, subject: str, data: dict[str, Any]) -> None:
    """Append an event to a stream of the record, with the keyed hash of the one before."""
    wait = "" if SQLITE else " FOR UPDATE"
    head = sql(f"SELECT length, hash FROM audit_heads WHERE stream = ?{wait}", stream).fetchone()
    length, before = head or (0, "0" * 64)
    at, address = now(), request.remote_addr
    told = [before, stream, length + 1, at.isoformat(), word, g.user.id, None, subject, address, data]
    text = json.dumps(told, sort_keys=True, separators=(",", ":"))
    link = hmac.new(KEY, text.encode(), hashlib.sha256).hexdigest()
    if head is None:
        sql("INSERT INTO audit_heads (stream, length, hash) VALUES (?, 1, ?)", stream, link)
    else:
        sql(
            "UPDATE audit_heads SET length = ?, hash = ? WHERE stream = ? AND length = ?",
            length + 1, link, stream, length,
        )  # fmt: skip
    sql(
        "INSERT INTO audit_events (stream, number, at, word, user_id, subject, address, data, hash)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        stream, length + 1, put(at), word, g.user.id, subject, address, json.dumps(data), link,
    )  # fmt: skip


@app.template_filter()
def rich(text: str) -> Markup:
    """Return a text as paragraphs."""
    return Markup("").join(Markup("<p>{}</p>\n").format(part) for part in escape(text).split("\n\n") if part)
