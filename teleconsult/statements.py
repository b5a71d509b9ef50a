"""Statements that are kept: compiled once for a database, then handed to its driver as they are.

SQLAlchemy writes the SQL and says how values go in and come out. Its machinery of one execution costs five times what
SQLite takes for the query itself, and a page runs ten of them; so a statement that is built once takes the short way here.
It takes SQLAlchemy's own way whenever somebody listens to statements (tests do), and for what it cannot compile beforehand.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Connection, CursorResult, Float, Numeric, Row, Table, bindparam, inspect, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Dialect
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.exc import DBAPIError, InvalidRequestError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import instance_state

Change = Callable[[Any], Any]
FLOAT8, NUMERIC = 701, 1700
"""What PostgreSQL calls the types of its numbers."""


class Kept:
    """One statement as a driver takes it."""

    def __init__(self, compiled: Any, dialect: Dialect, columns: Mapping[str, Any], lists: Mapping[str, Any]) -> None:
        self.text: str = compiled.string
        self._lists = lists
        self._order: Sequence[str] | None = compiled.positiontup
        self._defaults: dict[str, Any] = {name: bind.effective_value for name, bind in compiled.binds.items()}
        binders = ((name, _binder(bind.type, dialect)) for name, bind in compiled.binds.items())
        self._binders = [(name, change) for name, change in binders if change is not None]
        self._parent = SimpleResultMetaData(list(columns))
        readers: Any = tuple(_reader(kind, dialect) for kind in columns.values())
        self._readers = readers if any(readers) else None

    def given(self, values: Mapping[str, Any]) -> Any:
        """Return the values as the driver takes them."""
        made = {**self._defaults, **values}
        for name, change in self._binders:
            made[name] = [change(one) for one in made[name]] if name in self._lists else change(made[name])
        for name in self._lists:
            made.update((f"{name}_{place}", one) for place, one in enumerate(made.pop(name), 1))
        return made if self._order is None else [made[name] for name in self._order]

    def run(self, connection: Connection, values: Mapping[str, Any]) -> Any:
        """Run it and return the driver's cursor.

        Raises:
            DBAPIError: the driver refused, as SQLAlchemy tells of it.
        """
        given, driver = self.given(values), connection.connection.dbapi_connection
        try:
            return driver.execute(self.text, given)  # type: ignore[union-attr]  # both drivers have it
        except connection.dialect.loaded_dbapi.Error as error:
            raise _failed(connection, error, self.text) from error

    def run_all(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run it once for each row, in one call of the driver; raises as `run` does."""
        given, driver = [self.given(values) for values in rows], connection.connection.dbapi_connection
        try:
            driver.cursor().executemany(self.text, given)  # type: ignore[union-attr]  # there is one
        except connection.dialect.loaded_dbapi.Error as error:
            raise _failed(connection, error, self.text) from error

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> list[Row[Any]]:
        """Run it and return what it finds."""
        parent, readers, places = self._parent, self._readers, self._parent._key_to_index
        return [Row(parent, readers, places, data) for data in self.run(connection, values).fetchall()]


@contextmanager
def driver_of(connection: Connection) -> Iterator[Any]:
    """Give a connection as its driver knows it, for what is said to it without values; what it refuses is told as SQLAlchemy tells it.

    Raises:
        DBAPIError: the driver refused.
    """
    try:
        yield connection.connection.dbapi_connection
    except connection.dialect.loaded_dbapi.Error as error:
        raise _failed(connection, error, "") from error


def _failed(connection: Connection, error: Any, text: str) -> BaseException:
    dialect, driver = connection.dialect, cast(Any, connection.connection.dbapi_connection)
    base, lost = dialect.loaded_dbapi.Error, dialect.is_disconnect(error, driver, None)
    if lost:
        connection.invalidate(error)
    told: BaseException = DBAPIError.instance(text, None, error, base, connection_invalidated=lost, dialect=dialect)
    return told


def _binder(kind: Any, dialect: Dialect) -> Change | None:
    change: Change | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return change


def _reader(kind: Any, dialect: Dialect) -> Change | None:
    # PostgreSQL's numbers are asked by which type they come: double precision, or exact.
    comes = (FLOAT8 if isinstance(kind, Float) else NUMERIC) if isinstance(kind, Numeric | Float) else None
    change: Change | None = kind.dialect_impl(dialect).result_processor(dialect, comes)
    return change


@lru_cache(maxsize=1024)
def _kept(statement: Any, dialect: Dialect, names: tuple[str, ...] | None, sizes: tuple[int, ...] = ()) -> Any:
    """Return a statement compiled for a database: Kept, or the values that are lists until their sizes are known.

    None: its text depends on values in another way.
    """
    compiled = statement.compile(dialect=dialect, column_keys=names)
    lists = {name: bind.value for name, bind in compiled.binds.items() if bind.expanding}
    if lists and not sizes:
        return lists
    if lists:
        unknown = {name: None for name, bind in compiled.binds.items() if bind.required}
        long = {name: [None] * size for name, size in zip(lists, sizes, strict=True) if name in unknown}
        compiled = statement.params({**unknown, **long}).compile(
            dialect=dialect, compile_kwargs={"render_postcompile": True}
        )
    if compiled.literal_execute_params or getattr(compiled, "insert_prefetch", ()):
        return None
    # Of an insert or update: what it returns.
    columns = {key: column.type for key, column in getattr(statement, "exported_columns", {}).items()}
    return Kept(compiled, dialect, columns, lists)


def _prepared(statement: Any, dialect: Dialect, given: Mapping[str, Any]) -> Kept | None:
    kept = _kept(statement, dialect, None)
    if type(kept) is dict:
        sizes = tuple(len(given.get(name, value) or ()) for name, value in kept.items())
        kept = _kept(statement, dialect, None, sizes) if all(sizes) else None
    return kept  # type: ignore[no-any-return]  # lists have been dealt with


def read(connection: Connection, statement: Any, given: Mapping[str, Any]) -> Sequence[Row[Any]]:
    """Return the rows of a kept select of columns."""
    kept = _prepared(statement, connection.dialect, given)
    if kept is None or connection.dispatch.before_cursor_execute:
        return connection.execute(statement, given).all()
    return kept.rows(connection, given)


def write(connection: Connection, statement: Any, given: Mapping[str, Any]) -> int:
    """Run a kept insert, update or delete whose every value is given; return how many rows it changed."""
    kept = _kept(statement, connection.dialect, tuple(given))
    if kept is None or connection.dispatch.before_cursor_execute:
        result: CursorResult[Any] = connection.execute(statement, given)
        return result.rowcount
    return int(kept.run(connection, given).rowcount)


def kept_upsert(table: Table, dialect_name: str) -> Any:
    """Return the database's own INSERT, to be kept; whoever runs it gives every value that has a default in Python."""
    return (postgresql_insert(table) if dialect_name == "postgresql" else sqlite_insert(table)).inline()


def write_all(connection: Connection, statement: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Run a kept insert, update or delete for each of several rows; all give the same values."""
    if not rows:
        return
    kept = _kept(statement, connection.dialect, tuple(rows[0]))
    if kept is None or connection.dispatch.before_cursor_execute:
        connection.execute(statement, list(rows))
    else:
        kept.run_all(connection, rows)


def write_one(connection: Connection, statement: Any, given: Mapping[str, Any]) -> Row[Any] | None:
    """Run a kept insert or update of one row; return what it returns of it, or None when there was no row."""
    kept = _kept(statement, connection.dialect, tuple(given))
    if kept is None or connection.dispatch.before_cursor_execute:
        return connection.execute(statement, given).one_or_none()
    return next(iter(kept.rows(connection, given)), None)


@lru_cache(maxsize=256)
def _row_of(model: Any) -> Any:
    """Return the query of all columns of one row of a model; None when an object of it is more than its row."""
    mapper = inspect(model)
    if len(mapper.tables) != 1 or len(mapper.primary_key) != 1 or any(r.lazy != "select" for r in mapper.relationships):
        return None
    names = {attribute.columns[0]: attribute.key for attribute in mapper.column_attrs}
    columns = [column.label(names[column]) for column in mapper.local_table.c]
    return select(*columns).where(mapper.primary_key[0] == bindparam("of")).with_for_update(key_share=True)


def reload(session: Session, thing: Any) -> None:
    """Read the columns of an object's row anew, as `Session.refresh()` does for ten times the cost, and hold the row.

    Whoever changes it at the same time waits here on PostgreSQL (on SQLite already where the transaction begins), so
    that what is read of its other rows afterwards is as old as it is.

    Raises:
        InvalidRequestError: its row is gone.
    """
    kind: Any = type(thing)
    query, state = _row_of(kind), inspect(thing)
    if query is None or not state.persistent or state.session is not session:
        session.refresh(thing, with_for_update={"key_share": True, "of": kind})
        return
    rows = read(session.connection(), query, {"of": state.identity[0]})
    if not rows:
        raise InvalidRequestError("the row is gone")
    set_columns(thing, dict(rows[0]._mapping))


def set_columns(thing: Any, values: Mapping[str, Any]) -> None:
    """Give an object these values of its row's columns, as read: what `set_committed_value` does for each, at once."""
    state = instance_state(thing)
    state.dict.update(values)
    state._commit(state.dict, values)
