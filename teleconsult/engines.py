"""How a connection to each of the two databases is set up, and how it begins and ends what it does."""

from typing import Any

from sqlalchemy import Connection, Engine, QueuePool, event, make_url
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.util.queue import Empty

from teleconsult.statements import driver_of

KEPT = {"sqlite": 2, "postgresql": 4}
"""Connections that a process keeps open: its interpreter runs one thread at a time. Of SQLite each takes a megabyte; on
PostgreSQL each has plans of its own, so that few that are used often answer sooner than many."""

MOST = 15
"""Connections that a process has at once; who needs another waits."""

PATIENCE = 0.05
"""Seconds to wait for one of them before another is opened, and closed after its use: both may be waiting for a writer."""


class Sparing(QueuePool):
    """Waits a moment for a connection that is in use before it opens more than it keeps."""

    __module__ = QueuePool.__module__  # by which SQLAlchemy names its log, which is quiet

    def _do_get(self) -> ConnectionPoolEntry:
        if self.overflow() >= 0:
            try:
                found: ConnectionPoolEntry = self._pool.get(True, PATIENCE)
            except Empty:
                pass
            else:
                return found
        return super()._do_get()


def sparing(address: str) -> dict[str, Any]:
    """Return how the connections to a database are kept, as options of its engine; in memory, as SQLAlchemy does by itself."""
    url = make_url(address)
    kind = url.get_backend_name()
    if kind == "sqlite" and url.database in (None, "", ":memory:"):
        return {}
    kept = KEPT[kind]
    return {"poolclass": Sparing, "pool_size": kept, "max_overflow": MOST - kept, "pool_use_lifo": True}


def tune(engine: Engine) -> None:
    """Set up each connection that an engine opens from now on."""
    if engine.dialect.name == "sqlite":
        _tune_sqlite(engine)
    else:
        _tune_postgresql(engine)


def _tune_sqlite(engine: Engine) -> None:
    """WAL, full sync, foreign keys, own BEGIN, guards that cannot be walked past."""

    @event.listens_for(engine, "connect")
    def _connect(dbapi_connection: Any, _record: Any) -> None:
        dbapi_connection.isolation_level = None
        cursor = dbapi_connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "busy_timeout=5000",
            "foreign_keys=ON",
            "recursive_triggers=ON",
            "temp_store=MEMORY",
            "cache_size=-400",  # KiB of one connection, a handful a worker: the system's own cache holds the rest
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # Past SQLAlchemy it costs a tenth.
        writes = connection.get_execution_options().get("teleconsult_write")
        with driver_of(connection) as driver:
            driver.execute("BEGIN IMMEDIATE" if writes else "BEGIN")


def _tune_postgresql(engine: Engine) -> None:
    from teleconsult import postgresql  # noqa: PLC0415 (no driver in memory that is not used)

    @event.listens_for(engine, "do_connect")
    def _connect(_dialect: Any, _record: Any, given: Any, named: Any) -> Any:
        return postgresql.connect(*given, **named)
