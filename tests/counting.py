"""How many statements a page costs, and which indexes serve them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import event

from teleconsult.extensions import db

Statement = tuple[str, object]

_INDEX = re.compile(
    r"USING (?:COVERING )?INDEX (\w+)|Index (?:Only )?Scan (?:Backward )?using (\w+)|Index Scan on (\w+)"
)


OPEN_WORK = re.compile(
    r"INDEX (ix_cases_(state_live|specialty_open|holder_open|unit_open|queue|assigned)|uq_referrals_live"
    r"|ix_booking_requests_(list|unit|ranked|undecided))"
)
"""Indexes of open cases and of visits to come, some hundreds however many are over."""


@contextmanager
def statements(application: Flask) -> Iterator[list[Statement]]:
    """Collect every statement that reaches the database inside the block, with its parameters."""
    seen: list[Statement] = []

    def note(_connection, _cursor, statement, parameters, _context, _many):
        seen.append((statement, parameters))

    with application.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def reading(seen: list[Statement]) -> list[Statement]:
    """Return the selects alone."""
    return [(text, given) for text, given in seen if text.lstrip().upper().startswith(("SELECT", "WITH"))]


def plans(seen: list[Statement]) -> dict[str, list[str]]:
    """Return the plan of every select: statement -> its lines.

    A test's database is almost empty, and PostgreSQL reads small tables whole: it is told not to, so
    that its plan shows which index it would take.
    """
    sqlite = db.engine.dialect.name == "sqlite"
    found = {}
    with db.engine.connect() as connection:
        for setting in () if sqlite else ("enable_seqscan", "enable_sort", "enable_bitmapscan"):
            connection.exec_driver_sql(f"SET LOCAL {setting} = off")
        for text, given in reading(seen):
            rows = connection.exec_driver_sql(f"EXPLAIN {'QUERY PLAN ' if sqlite else ''}{text}", given)
            found[text] = [str(row[3 if sqlite else 0]) for row in rows]
    return found


def scans(seen: list[Statement], *tables: str) -> list[str]:
    """Return the lines of plans that read one of the tables from end to end; an index of open work alone is short."""
    whole = re.compile(rf"(^SCAN |Seq Scan on )({'|'.join(tables)})\b")
    lines = (line for found in plans(seen).values() for line in found)
    return [line for line in lines if whole.search(line) and not OPEN_WORK.search(line)]


def indexes(seen: list[Statement]) -> set[str]:
    """Return the names of the indexes that the selects use."""
    lines = (line for found in plans(seen).values() for line in found)
    return {name for line in lines for names in _INDEX.findall(line) for name in names if name}
