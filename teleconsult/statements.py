"""Statements that are kept: compiled once for a database, then handed to its driver as they are.

SQLAlchemy writes the SQL and says how values go in and come out. Its machinery of one execution costs five times what
SQLite takes for the query itself, and a page runs ten of them; so a statement that is built once takes the short way here.
It takes SQLAlchemy's own way whenever somebody listens to statements (tests do), or when its text depends on the values
(`IN` of a list).
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, CursorResult, Row
from sqlalchemy.engine import Dialect
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.exc import DBAPIError

Change = Callable[[Any], Any]


class Kept:
    """One statement as a driver takes it."""

    def __init__(self, compiled: Any, dialect: Dialect, columns: Mapping[str, Any]) -> None:
        self.text: str = compiled.string
        self._order: Sequence[str] | None = compiled.positiontup
        self._defaults: dict[str, Any] = compiled.construct_params(_check=False)
        binders = ((name, _binder(bind.type, dialect)) for name, bind in compiled.binds.items())
        self._binders = [(name, change) for name, change in binders if change is not None]
        self._parent = SimpleResultMetaData(list(columns))
        readers: Any = tuple(_reader(kind, dialect) for kind in columns.values())
        self._readers = readers if any(readers) else None

    def given(self, values: Mapping[str, Any]) -> Any:
        """Return the values as the driver takes them."""
        made = {**self._defaults, **values}
        for name, change in self._binders:
            made[name] = change(made[name])
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
            lost = connection.dialect.is_disconnect(error, driver, None)
            if lost:
                connection.invalidate(error)
            raise _told(error, self.text, connection.dialect, lost) from error

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> list[Row[Any]]:
        """Run it and return what it finds."""
        parent, readers, places = self._parent, self._readers, self._parent._key_to_index
        return [Row(parent, readers, places, data) for data in self.run(connection, values).fetchall()]


def _told(error: Exception, text: str, dialect: Dialect, lost: bool) -> BaseException:
    base = dialect.loaded_dbapi.Error
    return DBAPIError.instance(text, None, error, base, connection_invalidated=lost, dialect=dialect)


def _binder(kind: Any, dialect: Dialect) -> Change | None:
    change: Change | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return change


def _reader(kind: Any, dialect: Dialect) -> Change | None:
    change: Change | None = kind.dialect_impl(dialect).result_processor(dialect, None)
    return change


@lru_cache(maxsize=1024)
def _kept(statement: Any, dialect: Dialect, names: tuple[str, ...] | None) -> Kept | None:
    """Return a statement compiled for a database; None when its text depends on its values."""
    compiled = statement.compile(dialect=dialect, column_keys=names)
    if compiled.post_compile_params or compiled.literal_execute_params or getattr(compiled, "insert_prefetch", ()):
        return None
    columns = {key: column.type for key, column in statement.exported_columns.items()} if names is None else {}
    return Kept(compiled, dialect, columns)


def read(connection: Connection, statement: Any, given: Mapping[str, Any]) -> Sequence[Row[Any]]:
    """Return the rows of a kept select of columns."""
    kept = _kept(statement, connection.dialect, None)
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
