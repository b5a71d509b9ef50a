"""Rows into a database as fast as it takes them: without its indexes and checks of references, which come back after."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import psycopg
from sqlalchemy import make_url

from bench.lives import Search
from bench.record import Row
from bench.tables import columns

BATCH = 20_000
PLAIN_INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND indexname ~ '^(ix|uq)_'"


class Writer(Protocol):
    """Where rows go."""

    def put_named(self, table: str, row: dict[str, Any]) -> None: ...
    def put(self, table: str, row: Row) -> None: ...
    def search(self, found: Search) -> None: ...


class SqliteWriter:
    """Into a SQLite file, in one transaction that nothing guards: it is made anew if the power goes."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._waiting: dict[str, list[Row]] = {}

    def put_named(self, table: str, row: dict[str, Any]) -> None:
        """Write one row by the names of its columns."""
        marks = ", ".join("?" * len(row))
        self._connection.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))

    def put(self, table: str, row: Row) -> None:
        """Write one row in the order of `tables.COLUMNS`, soon."""
        waiting = self._waiting.setdefault(table, [])
        waiting.append(row)
        if len(waiting) >= BATCH:
            self._flush(table)

    def search(self, found: Search) -> None:
        """Write what a case is found by, as `cases.search` does."""
        keys = " ".join("".join(key) for key in found.keys)
        self.put("case_search", (found.case_id, keys, " ".join(found.names), " ".join(found.body)))

    def flush(self) -> None:
        """Write what waits."""
        for table in self._waiting:
            self._flush(table)

    def _flush(self, table: str) -> None:
        names = ("rowid", "keys", "names", "body") if table == "case_search" else columns(table)
        statement = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
        self._connection.executemany(statement, self._waiting[table])
        self._waiting[table].clear()


@contextmanager
def sqlite_writer(path: Path) -> Iterator[SqliteWriter]:
    """Write into a migrated SQLite file; its indexes are made again at the end, and its statistics."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in (
        "synchronous=OFF",
        "journal_mode=OFF",
        "foreign_keys=OFF",
        "cache_size=-400000",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")
    made = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL").fetchall()
    for name, _sql in made:
        connection.execute(f"DROP INDEX {name}")
    writer = SqliteWriter(connection)
    connection.execute("BEGIN")
    yield writer
    writer.flush()
    connection.execute("COMMIT")
    for _name, statement in made:
        connection.execute(statement)
    connection.execute("INSERT INTO case_search (case_search) VALUES ('optimize')")
    connection.execute("ANALYZE")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.close()


class PostgresWriter:
    """Into a PostgreSQL database by COPY, one table after the other as its rows pile up."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._waiting: dict[str, list[Row]] = {}

    def put_named(self, table: str, row: dict[str, Any]) -> None:
        """Write one row by the names of its columns."""
        self._copy(table, tuple(row), [tuple(row.values())])

    def put(self, table: str, row: Row) -> None:
        """Write one row in the order of `tables.COLUMNS`, soon."""
        waiting = self._waiting.setdefault(table, [])
        waiting.append(row)
        if len(waiting) >= BATCH:
            self._flush(table)

    def search(self, found: Search) -> None:
        """Write what a case is found by, as `cases.search` does."""
        self.put(
            "to_search", (found.case_id, [":".join(key) for key in found.keys], found.names, found.body, found.written)
        )

    def flush(self) -> None:
        """Write what waits."""
        for table in self._waiting:
            self._flush(table)

    def _flush(self, table: str) -> None:
        rows = self._waiting[table]
        names = ("id", "keys", "names", "body", "written") if table == "to_search" else columns(table)
        self._copy(table, names, rows)
        if table == "to_search":
            self._connection.execute(_SEARCH)
        rows.clear()

    def _copy(self, table: str, names: tuple[str, ...], rows: list[Row]) -> None:
        with self._connection.cursor().copy(f"COPY {table} ({', '.join(names)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


_SEARCH = """
WITH found AS (DELETE FROM to_search RETURNING *)
INSERT INTO case_search (case_id, names, body)
SELECT id, array_to_tsvector(keys) || array_to_tsvector(names),
 array_to_tsvector(keys) || array_to_tsvector(body) || to_tsvector('portuguese', written) FROM found
"""


@contextmanager
def postgres_writer(url: str) -> Iterator[PostgresWriter]:
    """Write into a migrated PostgreSQL database; its indexes are made again at the end, and its statistics."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as connection:
        # Neither references nor the guards of what only grows are looked at while this holds.
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET maintenance_work_mem = '256MB'")
        connection.execute(
            "CREATE TEMP TABLE to_search (id int, keys text[], names text[], body text[], written text) ON COMMIT DROP"
        )
        made = [(name, sql) for name, sql in connection.execute(PLAIN_INDEXES) if not _of_constraint(connection, name)]
        for name, _sql in made:
            connection.execute(f"DROP INDEX {name}")
        writer = PostgresWriter(connection)
        yield writer
        writer.flush()
        for _name, statement in made:
            connection.execute(statement)
        for table, column in connection.execute(_NUMBERED).fetchall():
            connection.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', '{column}'), coalesce(max({column}), 1)) FROM {table}"
            )
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")


_NUMBERED = """
SELECT table_name, column_name FROM information_schema.columns
WHERE table_schema = 'public' AND pg_get_serial_sequence(table_name, column_name) IS NOT NULL
"""


def _of_constraint(connection: psycopg.Connection[Any], index: str) -> bool:
    found = connection.execute("SELECT 1 FROM pg_constraint WHERE conname = %s", (index,)).fetchone()
    return found is not None
