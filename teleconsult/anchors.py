"""The ends of the record's streams, kept outside the database: a file of JSON lines, and a mail.

Each line holds the ends that moved since the line before, and a keyed digest of itself and of the digest
before it, so that the last digest stands for everything up to it. Whoever rewrites the database with the key
must rewrite this file too, and the mails that carry the digests in other people's mailboxes.
"""

import fcntl
import hmac
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from io import BufferedRandom
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import func, select

from teleconsult import audit, clock, mail
from teleconsult.audit import AuditEvent, AuditHead, Flaw, Head
from teleconsult.extensions import db
from teleconsult.outbox import OutboxMessage

HEADS_A_LINE = 1000
OVERLAP = 1000
"""Events read again by the next anchor: on PostgreSQL one with a lower number may be committed a moment later."""


SHAPE: dict[str, type] = {
    "number": int, "at": str, "until": int, "streams": int, "events": int, "heads": dict, "before": str, "digest": str,
}  # fmt: skip
"""What a line of the file holds. A line of another shape is none of ours, whatever its names are."""


@dataclass
class Anchors:
    """What the file says: the last known end of each stream, and where its own chain is broken."""

    heads: dict[str, Head] = field(default_factory=dict)
    flaws: list[Flaw] = field(default_factory=list)
    digests: set[str] = field(default_factory=set)
    last: dict[str, Any] | None = None


def read() -> Anchors:
    """Read the file from its beginning; none is an empty one. A last line without its end was never finished."""
    found = Anchors()
    place = _place()
    if not place.exists():
        return found
    with place.open("rb") as file:
        for number, text in enumerate(file, 1):
            if not text.endswith(b"\n"):
                break
            line = _parse(text)
            before = found.last["digest"] if found.last else audit.START
            if line is None or line["digest"] != _digest(line) or line["before"] != before:
                found.flaws.append(Flaw("anchors", number, "changed"))
            if line is not None:
                found.last = line
                found.digests.add(line["digest"])
                found.heads |= {stream: Head(*end) for stream, end in line["heads"].items()}
    return found


def verify() -> Iterator[Flaw]:
    """Yield what is not whole: in the file of anchors, then in the record held against it."""
    known = read()
    yield from known.flaws
    yield from audit.verify(known.heads)


def anchor() -> dict[str, Any]:
    """Write the ends that moved since the last anchor, and return the last line written. Commits nothing."""
    with _locked() as file:
        last = _last_line(file)
        lines = _lines(last)
        file.write(b"".join(_pack(line) for line in lines))
        file.flush()
        os.fsync(file.fileno())
    return lines[-1]


def due() -> Sequence[dict[str, Any]]:
    """Anchor if today has none yet; return the last line if its mail is still to be written."""
    place = _place()
    last = None
    if place.exists():
        with _locked() as file:
            last = _last_line(file)
    if last is None or date.fromisoformat(last["at"][:10]) != clock.now().date():
        last = anchor()
    return [last] if mails() and not _is_mailed(last) else []


def mails() -> bool:
    """Tell whether anchors are sent by mail as well."""
    return bool(current_app.config["ANCHOR_MAIL"])


def send(line: dict[str, Any]) -> None:
    """Write the mail of an anchor. The caller holds the transaction."""
    facts = {name: line[name] for name in ("number", "at", "streams", "events", "digest")}
    to = current_app.config["ANCHOR_MAIL"]
    mail.put("audit_anchor", key=_mail_key(line), to=to, language="pt_BR", **facts)


def _mail_key(line: dict[str, Any]) -> str:
    return f"anchor:{line['digest'][:32]}"


def _is_mailed(line: dict[str, Any]) -> bool:
    return db.session.scalar(select(OutboxMessage.id).where(OutboxMessage.key == _mail_key(line))) is not None


def _lines(last: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Make the lines of one anchor: at least one, each with at most `HEADS_A_LINE` ends."""
    audit.snapshot()
    since = last["until"] - OVERLAP if last else 0
    until = db.session.scalar(select(func.max(AuditEvent.id))) or 0
    streams, events = db.session.execute(select(func.count(), func.sum(AuditHead.length))).one()
    moved = select(AuditEvent.stream).where(AuditEvent.id > since).distinct()
    heads = db.session.execute(
        select(AuditHead.stream, AuditHead.length, AuditHead.hash)
        .where(AuditHead.stream.in_(moved))
        .order_by(AuditHead.stream)
    ).all()
    db.session.rollback()
    lines: list[dict[str, Any]] = []
    for start in range(0, max(1, len(heads)), HEADS_A_LINE):
        before = lines[-1] if lines else last
        line = {
            "number": before["number"] + 1 if before else 1,
            "at": clock.now().isoformat(timespec="seconds"),
            "until": until,
            "streams": streams,
            "events": int(events or 0),
            "heads": {stream: [length, end] for stream, length, end in heads[start : start + HEADS_A_LINE]},
            "before": before["digest"] if before else audit.START,
        }
        lines.append(line | {"digest": _digest(line)})
    return lines


def _digest(line: dict[str, Any]) -> str:
    told = {name: value for name, value in line.items() if name != "digest"}
    key = str(current_app.config["AUDIT_KEY"]).encode()
    return hmac.new(key, _canonical(told), sha256).hexdigest()


def _canonical(line: dict[str, Any]) -> bytes:
    return json.dumps(line, sort_keys=True, separators=(",", ":")).encode()


def _pack(line: dict[str, Any]) -> bytes:
    return _canonical(line) + b"\n"


def _parse(text: bytes) -> dict[str, Any] | None:
    try:
        line = json.loads(text)
        whole = all(isinstance(line[name], kind) for name, kind in SHAPE.items())
        date.fromisoformat(line["at"][:10])
        ends = [(type(length), type(last)) for length, last in line["heads"].values()]
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return None
    return line if whole and set(ends) <= {(int, str)} else None


def _place() -> Path:
    return Path(current_app.config["ANCHOR_FILE"])


@contextmanager
def _locked() -> Iterator[BufferedRandom]:
    """Open the file for one writer at a time, made if it is not there."""
    _place().parent.mkdir(parents=True, exist_ok=True)
    _place().touch()
    with _place().open("r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


def _last_line(file: BufferedRandom) -> dict[str, Any] | None:
    """Return the last whole line and stand behind it; what follows was never finished and is cut off."""
    last, end = None, 0
    file.seek(0)
    for text in file:
        if not text.endswith(b"\n"):
            break
        last, end = text, end + len(text)
    file.seek(end)
    file.truncate()
    return _parse(last) if last else None
