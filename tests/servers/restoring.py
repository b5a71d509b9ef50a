"""Gives a database of PostgreSQL back as it was filled, without making it anew.

A new copy costs 20 ms, and each connection to it reads its catalogue again: together, twice what a test itself takes.
What is kept of the rows, and the function that puts them back, stand in a schema of their own in the template.
"""

from collections.abc import Iterator
from time import sleep
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Engine, event, make_url

BETWEEN_LOOKS = 0.001

OFTEN = 100
"""Times after which a database is made anew: what was deleted stays in its files, and the planner looks at their size."""

_SHAPE = """
CREATE FUNCTION kept.shape() RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ',
        (SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace),
        (SELECT count(*) FROM pg_attribute JOIN pg_class ON attrelid = pg_class.oid
            WHERE relnamespace = 'public'::regnamespace AND NOT attisdropped),
        (SELECT count(*) FROM pg_constraint WHERE connamespace = 'public'::regnamespace),
        (SELECT count(*) FROM pg_trigger WHERE tgenabled = 'O'))
$$"""
"""What a test that changes tables, indexes or guards changes."""

_EMPTY = "IF EXISTS (SELECT FROM public.{0}) THEN DELETE FROM public.{0}; END IF;"
_FILLED = """
IF EXISTS (SELECT t::text FROM public.{0} t EXCEPT ALL SELECT t::text FROM kept.{0} t)
    OR (SELECT count(*) FROM public.{0}) <> (SELECT count(*) FROM kept.{0})
THEN DELETE FROM public.{0}; INSERT INTO public.{0} TABLE kept.{0}; END IF;"""
_NUMBERS = """
IF pg_sequence_last_value({0}::regclass) IS DISTINCT FROM {1} THEN PERFORM setval({0}, {2}, {3}); END IF;"""


def keep(address: str) -> None:
    """Keep in a database what it holds now; a copy of it can then be restored."""
    with psycopg.connect(_plain(address)) as connection:
        connection.execute("CREATE SCHEMA kept")
        connection.execute(_SHAPE)
        shape = _one(connection, "SELECT kept.shape()")
        lines = sql.SQL("\n").join(_lines(connection))
        body = sql.SQL("BEGIN IF kept.shape() <> {} THEN RETURN false; END IF; {} RETURN true; END").format(
            shape, lines
        )
        connection.execute(
            sql.SQL("CREATE FUNCTION kept.restore() RETURNS boolean LANGUAGE plpgsql AS {}").format(
                sql.Literal(body.as_string(connection))
            )
        )


def _lines(connection: psycopg.Connection[Any]) -> Iterator[sql.Composed]:
    for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall():
        table = sql.Identifier(name)
        filled = _one(connection, sql.SQL("SELECT EXISTS (SELECT FROM public.{})").format(table))
        if filled:
            connection.execute(sql.SQL("CREATE TABLE kept.{0} AS TABLE public.{0}").format(table))
        yield sql.SQL(_FILLED if filled else _EMPTY).format(table)
    sequences = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"
    for name, last in connection.execute(sequences).fetchall():
        yield sql.SQL(_NUMBERS).format(f"public.{name}", last, last or 1, last is not None)


class Restoring:
    """Restores one database, which only the pool of one engine is connected to."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._own: set[int] = set()
        self._times = 0
        self._connection: psycopg.Connection[Any] | None = None
        event.listen(engine, "connect", lambda made, _record: self._own.add(made.info.backend_pid))

    def restore(self) -> bool:
        """Give the rows and numbers back; False: a test changed more, or left a connection in use, or it is time for a new copy.

        Who else is connected is sent away: a process that a test has killed may still seem to be there.
        """
        self._times += 1
        if self._connection is None or self._times > OFTEN or self._engine.pool.checkedout():  # type: ignore[attr-defined]  # a QueuePool has it
            return False
        others = (
            "SELECT pid, state FROM pg_stat_activity WHERE datname = current_database()"
            " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        while True:
            there = self._connection.execute(others).fetchall()
            if any(pid in self._own and state != "idle" for pid, state in there):
                return False
            strangers = [pid for pid, _ in there if pid not in self._own]
            if not strangers:
                return bool(_one(self._connection, "SELECT kept.restore()"))
            for pid in strangers:
                self._connection.execute("SELECT pg_terminate_backend(%s)", [pid])
            sleep(BETWEEN_LOOKS)

    def begin(self, address: str) -> None:
        """Connect to a fresh copy; where one may not put guards aside, each is used once."""
        self.end()
        self._times = 0
        self._connection = psycopg.connect(_plain(address), autocommit=True)
        try:
            # No guard and no key to another table asks while rows are put back.
            self._connection.execute("SET session_replication_role = replica")
        except psycopg.errors.InsufficientPrivilege:
            self.end()

    def end(self) -> None:
        """Let go of the database: it is about to be dropped."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None
        self._own.clear()


def _plain(address: str) -> str:
    return make_url(address).set(drivername="postgresql").render_as_string(hide_password=False)


def _one(connection: psycopg.Connection[Any], statement: Any) -> Any:
    row = connection.execute(statement).fetchone()
    assert row is not None
    return row[0]
