"""The same pages and writes as the product's, as a good engineer would write the least of them.

No ORM, no forms, no translation, no permission but the session: SQL through the driver, Jinja, the same rows, the same
number of bytes (`?pad=` fills a page up to the product's), the same session row read, the same read event with its
keyed hash, the same commit. Once committed it changes only by an ADR: it is what the figures are measured by.
"""

import hashlib
import hmac
import json
import os
import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask, g, redirect, render_template, request

URL = os.environ["BENCH_DB"]
FILES = Path(os.environ["BENCH_FILES"])
KEY = os.environ["AUDIT_KEY"].encode()
SQLITE = URL.startswith("sqlite")
FILLER = "x" * 400_000
_local = threading.local()

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 64 * 1024 * 1024


def connection() -> Any:
    """Return this thread's connection, set up as the product's is."""
    if not hasattr(_local, "db"):
        if SQLITE:
            _local.db = sqlite3.connect(URL.removeprefix("sqlite:///"), isolation_level=None)
            for pragma in ("synchronous=FULL", "busy_timeout=5000", "foreign_keys=ON", "cache_size=-8000"):
                _local.db.execute(f"PRAGMA {pragma}")
        else:
            _local.db = psycopg.connect(URL.replace("+psycopg", ""), autocommit=True)
    return _local.db


def sql(text: str, *values: Any) -> Any:
    return connection().execute(text if SQLITE else text.replace("?", "%s"), values)


@contextmanager
def transaction() -> Iterator[None]:
    sql("BEGIN IMMEDIATE" if SQLITE else "BEGIN")
    try:
        yield
        sql("COMMIT")
    except BaseException:
        sql("ROLLBACK")
        raise


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


@app.before_request
def who() -> None:
    if request.path == "/health":
        return
    token = hashlib.sha256(request.cookies.get("bare", "").encode()).hexdigest()
    g.user = sql(
        "SELECT u.id, u.name, u.ref, r.role FROM sessions s JOIN users u ON u.id = s.user_id"
        " JOIN user_roles r ON r.user_id = u.id WHERE s.token_hash = ? AND s.ended_at IS NULL AND s.idle_until > ?",
        token,
        now(),
    ).fetchone()
    g.unread = sql("SELECT count(*) FROM notices WHERE user_id = ? AND seen_at IS NULL", g.user[0]).fetchone()[0]


def page(name: str, **rows: Any) -> str:
    return render_template(name, pad=FILLER[: int(request.args.get("pad", 0))], **rows)


def append(stream: str, word: str, subject: str, data: dict[str, Any]) -> None:
    head = sql("SELECT length, hash FROM audit_heads WHERE stream = ?", stream).fetchone()
    length, before = head or (0, "0" * 64)
    at, user_id = now(), g.user[0]
    told = json.dumps([before, stream, length + 1, at, word, user_id, None, subject, "", data])
    link = hmac.new(KEY, told.encode(), hashlib.sha256).hexdigest()
    if head is None:
        sql("INSERT INTO audit_heads (stream, length, hash) VALUES (?, 1, ?)", stream, link)
    else:
        sql(
            "UPDATE audit_heads SET length = ?, hash = ? WHERE stream = ? AND length = ?",
            length + 1,
            link,
            stream,
            length,
        )
    sql(
        "INSERT INTO audit_events (stream, number, at, word, user_id, subject, address, data, hash)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        stream, length + 1, at, word, user_id, subject, "127.0.0.1", json.dumps(data), link,
    )  # fmt: skip


@app.get("/health")
def health() -> str:
    return "ok"


@app.get("/queue")
def queue() -> str:
    rows = sql(
        "SELECT c.ref, c.initials, c.age_years, c.priority, c.due_at, c.submitted_at, s.name_pt, u.name,"
        " (SELECT count(*) FROM case_questions q WHERE q.case_id = c.id)"
        " FROM cases c JOIN specialties s ON s.id = c.specialty_id JOIN health_units u ON u.id = c.unit_id"
        " WHERE c.state = 'submitted' ORDER BY c.due_at, c.id LIMIT 21"
    ).fetchall()
    rail = sql(
        "SELECT s.name_pt, count(*), sum(CASE WHEN c.due_at < ? THEN 1 ELSE 0 END) FROM cases c"
        " JOIN specialties s ON s.id = c.specialty_id WHERE c.state = 'submitted' GROUP BY s.name_pt ORDER BY s.name_pt",
        now(),
    ).fetchall()
    load = sql(
        "SELECT us.specialty_id, u.id, u.name, (SELECT count(*) FROM cases c WHERE c.holder_id = u.id"
        " AND c.state NOT IN ('concluded','cancelled','draft') AND c.state = 'assigned')"
        " FROM user_specialties us JOIN users u ON u.id = us.user_id WHERE u.switched_off_at IS NULL"
    ).fetchall()
    return page("queue.html", rows=rows[:20], rail=rail, load=load)


@app.get("/inbox")
def inbox() -> str:
    held = sql(
        "SELECT c.ref, p.name, c.age_years, c.complaint, c.due_at, s.name_pt, u.name, r.name FROM cases c"
        " JOIN case_patients p ON p.case_id = c.id JOIN specialties s ON s.id = c.specialty_id"
        " JOIN health_units u ON u.id = c.unit_id JOIN users r ON r.id = c.requester_id"
        " WHERE c.holder_id = ? AND c.state = 'assigned' AND c.state NOT IN ('concluded','cancelled','draft')"
        " ORDER BY c.due_at, c.id LIMIT 20",
        g.user[0],
    ).fetchall()
    waiting = sql(
        "SELECT c.ref, c.initials, c.age_years, c.complaint, c.due_at, s.name_pt, u.name, '' FROM cases c"
        " JOIN specialties s ON s.id = c.specialty_id JOIN health_units u ON u.id = c.unit_id"
        " WHERE c.state = 'submitted' AND c.specialty_id IN (SELECT specialty_id FROM user_specialties WHERE user_id = ?)"
        " ORDER BY c.due_at, c.id LIMIT 20",
        g.user[0],
    ).fetchall()
    counts = sql(
        "SELECT state, count(*) FROM cases WHERE holder_id = ? AND state NOT IN ('concluded','cancelled','draft')"
        " GROUP BY state",
        g.user[0],
    ).fetchall()
    return page("rows.html", held=held, waiting=waiting, counts=counts)


@app.get("/case/<ref>")
def case(ref: str) -> str:
    head = sql(
        "SELECT c.id, c.ref, c.state, c.priority, c.due_at, c.service_seconds, c.subjective, c.objective, c.assessment,"
        " c.plan, c.available, c.complaint, c.vitals, s.name_pt, u.name, r.name, h.name, p.name, p.birth_date, p.cns,"
        " p.cpf, p.mother_name, p.address, p.phone, c.steps FROM cases c JOIN specialties s ON s.id = c.specialty_id"
        " JOIN health_units u ON u.id = c.unit_id JOIN users r ON r.id = c.requester_id"
        " LEFT JOIN users h ON h.id = c.holder_id JOIN case_patients p ON p.case_id = c.id WHERE c.ref = ?",
        ref,
    ).fetchone()
    parts = {
        "questions": "SELECT number, kind, text FROM case_questions WHERE case_id = ? ORDER BY number",
        "problems": "SELECT code, title FROM case_problems WHERE case_id = ? ORDER BY number",
        "consents": "SELECT given_by, how, taken_at FROM case_consents WHERE case_id = ?",
        "files": "SELECT ref, name, caption, kind, size, taken_on FROM attachments WHERE case_id = ? ORDER BY id",
        "events": "SELECT e.verb, e.at, e.said, b.name FROM case_events e LEFT JOIN users b ON b.id = e.by_id"
        " WHERE e.case_id = ? ORDER BY e.number DESC",
        "opinions": "SELECT o.id, o.conduct, o.reasoning, o.red_flags, o.given_at, a.name FROM opinions o"
        " JOIN users a ON a.id = o.author_id WHERE o.case_id = ?",
        "answers": "SELECT a.text FROM opinion_answers a JOIN opinions o ON o.id = a.opinion_id WHERE o.case_id = ?",
        "asked": "SELECT i.text, i.answer FROM information_items i JOIN information_requests r ON r.id = i.request_id"
        " WHERE r.case_id = ?",
    }
    rows = {name: sql(text, head[0]).fetchall() for name, text in parts.items()}
    html = page("case.html", head=head, **rows)
    with transaction():
        append(f"reader:{g.user[2]}", "case.view", ref, {})
        sql(
            "INSERT INTO case_seen (user_id, case_id, number) VALUES (?, ?, ?)"
            " ON CONFLICT (user_id, case_id) DO UPDATE SET number = excluded.number",
            g.user[0], head[0], head[24],
        )  # fmt: skip
    return html


@app.get("/search")
def search() -> str:
    words = request.args["q"]
    found = (
        "SELECT rowid FROM case_search WHERE case_search MATCH ? ORDER BY rowid DESC LIMIT 21"
        if SQLITE
        else "SELECT case_id FROM case_search WHERE body_vector @@ to_tsquery('simple', ?) ORDER BY case_id DESC LIMIT 21"
    )
    ids = [row[0] for row in sql(found, words)]
    marks = ",".join("?" * len(ids)) or "0"
    rows = sql(
        "SELECT c.ref, c.initials, c.age_years, c.complaint, c.changed_at, s.name_pt, u.name, c.state FROM cases c"
        " JOIN specialties s ON s.id = c.specialty_id JOIN health_units u ON u.id = c.unit_id"
        f" WHERE c.id IN ({marks}) ORDER BY c.id DESC",
        *ids,
    ).fetchall()
    html = page("rows.html", held=rows[:20], waiting=[], counts=[])
    with transaction():
        append(f"reader:{g.user[2]}", "case.search", "", {"found": len(rows)})
    return html


@app.post("/answer/<ref>")
def answer(ref: str) -> Any:
    form, at = request.form, now()
    with transaction():
        row = sql(
            "SELECT id, version, steps, specialty_id, requester_id, round FROM cases WHERE ref = ?", ref
        ).fetchone()
        questions = sql("SELECT id, number FROM case_questions WHERE case_id = ? ORDER BY number", row[0]).fetchall()
        sql(
            "UPDATE cases SET state = 'answered', version = version + 1, steps = steps + 1, changed_at = ?, due_at = NULL,"
            " clock_since = NULL, ends_at = ?, first_opinion_at = coalesce(first_opinion_at, ?), last_opinion_at = ?"
            " WHERE id = ? AND version = ?",
            at, at, at, at, row[0], row[1],
        )  # fmt: skip
        opinion = sql(
            "INSERT INTO opinions (case_id, round, edition, author_id, specialty_id, decision, reasoning, conduct, red_flags,"
            " when_to_refer, sources, given_at, correction_why, withdrawn_why)"
            " VALUES (?, ?, 1, ?, ?, 'answer', ?, ?, ?, '', '', ?, '', '') RETURNING id",
            row[0], row[5], g.user[0], row[3], form["reasoning"], form["conduct"], form["red_flags"], at,
        ).fetchone()[0]  # fmt: skip
        for question_id, number in questions:
            sql(
                "INSERT INTO opinion_answers (opinion_id, question_id, text) VALUES (?, ?, ?)",
                opinion, question_id, form[f"answer_{number}"],
            )  # fmt: skip
        sql(
            "INSERT INTO case_events (case_id, number, verb, at, by_id, source, state, round, said, data)"
            " VALUES (?, ?, 'answer', ?, ?, 'assigned', 'answered', ?, '', '{}')",
            row[0], row[2] + 1, at, g.user[0], row[5],
        )  # fmt: skip
        append(f"case:{ref}", "case.answer", ref, {"number": row[2] + 1})
        sql(
            "INSERT INTO notices (user_id, kind, subject, by_id, at) VALUES (?, 'case.answer', ?, ?, ?)",
            row[4], ref, g.user[0], at,
        )  # fmt: skip
        sql(
            "INSERT INTO outbox_messages (kind, key, address, payload, created_at, next_at, attempts, last_error)"
            " VALUES ('email', ?, 'a@rede.example', '{}', ?, ?, 0, '')",
            f"bare:{secrets.token_hex(8)}", at, at,
        )  # fmt: skip
    return redirect(f"/case/{ref}", 303)


@app.post("/submission")
def submission() -> Any:
    """Take a whole request with its files in one multipart form, as the least program would."""
    kept = []
    for part in request.files.getlist("files"):
        key = secrets.token_hex(20)
        part.save(FILES / key)
        digest = hashlib.sha256((FILES / key).read_bytes()).hexdigest()
        kept.append((key, part.filename, digest, (FILES / key).stat().st_size))
    form, at, ref = request.form, now(), f"BB-{secrets.token_hex(4).upper()}"
    with transaction():
        patient = sql(
            "INSERT INTO patients (version, ref, name, social_name, name_key, sex, mother_name, mother_key, record_number,"
            " address, neighbourhood, municipality, phone, created_at) VALUES (1, ?, ?, '', '', ?, '', '', '', '', '', '', '', ?)"
            " RETURNING id",
            f"PB-{secrets.token_hex(4).upper()}", form["patient_name"], form["sex"], at,
        ).fetchone()[0]  # fmt: skip
        case_id = sql(
            "INSERT INTO cases (version, ref, state, specialty_id, priority, priority_reason, unit_id, requester_id,"
            " filed_by_id, patient_id, initials, complaint, subjective, objective, vitals, assessment, plan, available,"
            " would_refer, round, created_at, changed_at, submitted_at, clock_since, service_seconds, due_at, steps)"
            " VALUES (1, ?, 'submitted', 1, 'routine', '', 1, ?, ?, ?, 'X.', ?, ?, ?, '{}', ?, ?, '', 'yes', 1, ?, ?, ?, ?, 0, ?, 1)"
            " RETURNING id",
            ref, g.user[0], g.user[0], patient, form["complaint"], form["subjective"], form["objective"],
            form["assessment"], form["plan"], at, at, at, at, at,
        ).fetchone()[0]  # fmt: skip
        sql(
            "INSERT INTO case_questions (case_id, number, round, kind, text) VALUES (?, 1, 1, 'diagnosis', ?)",
            case_id, form["question_1"],
        )  # fmt: skip
        for key, name, digest, size in kept:
            sql(
                "INSERT INTO attachments (ref, case_id, key, name, content_type, size, sha256, kind, caption, inspection,"
                " added_at, added_by_id, withdrawn_why) VALUES (?, ?, ?, ?, 'image/jpeg', ?, ?, 'photo', '', '', ?, ?, '')",
                f"AB-{secrets.token_hex(4)}", case_id, key, name, size, digest, at, g.user[0],
            )  # fmt: skip
        sql(
            "INSERT INTO case_events (case_id, number, verb, at, by_id, source, state, round, said, data)"
            " VALUES (?, 1, 'submit', ?, ?, 'draft', 'submitted', 1, '', '{}')",
            case_id, at, g.user[0],
        )  # fmt: skip
        append(f"case:{ref}", "case.submit", ref, {"number": 1})
    return redirect(f"/case/{ref}", 303)
