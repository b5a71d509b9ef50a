"""What a request changes stands in the record: every commit of every request of every test is looked at.

SQLite tells each statement of a connection, those past SQLAlchemy too; what is written is the same on both databases.
"""

import re
from typing import Any

from flask import has_request_context, request
from sqlalchemy import Engine, event

WRITES = re.compile(r"(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM) \"?(\w+)", re.IGNORECASE)
RECORD = "audit_events"
TYPED = {"case_drafts", "opinion_drafts", "information_items", "kept_forms", "kept_searches"}
"""What somebody types: it stands in the record once it is sent, or asked."""
BESIDE = TYPED | {"audit_heads", "notices", "outbox_messages", "rate_hits", "sessions"}
"""What follows from something that is recorded, or only counts."""
OWN = {"people.language", "people.accept_terms"}
"""A language is a taste; terms accepted once more are as they were."""

unrecorded: list[str] = []
"""What was committed without its record since somebody looked."""


def watch(engine: Engine) -> None:
    """Look at what every connection of an engine commits."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _listen)


def _listen(connection: Any, _pooled: Any) -> None:
    written: dict[str, int] = {}
    last: list[tuple[str, int]] = []

    def note(statement: str) -> None:
        done = connection.total_changes
        for table, before in last:
            written[table] = written.get(table, 0) + done - before
        last.clear()
        if (found := WRITES.match(statement)) is not None:
            last.append((found[1], done))
        elif statement.startswith(("COMMIT", "ROLLBACK")):
            left = {table for table, rows in written.items() if rows} - BESIDE
            if statement.startswith("COMMIT") and left and RECORD not in written and _is_a_persons():
                unrecorded.append(f"{request.method} {request.path}: {', '.join(sorted(left))}")
            written.clear()

    connection.set_trace_callback(note)


def _is_a_persons() -> bool:
    return has_request_context() and request.endpoint not in OWN


def hold() -> None:
    """Fail for what was committed without its record."""
    found, unrecorded[:] = list(unrecorded), []
    assert not found, f"committed without an event in the record: {found}"
