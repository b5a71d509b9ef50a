"""Types of columns that mean the same on both databases."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, DateTime, String, type_coerce
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine


def _moment_of(text: str | None) -> datetime | None:
    # With its zone at the end: to replace() that of a moment takes five times as long.
    return None if text is None else datetime.fromisoformat(f"{text}+00:00")


def _text_of(value: datetime | None) -> str | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("a moment needs its zone")
    return value.astimezone(UTC).isoformat(" ", "microseconds")[:26]


class UTCDateTime(TypeDecorator[datetime]):
    """A moment: aware going in, aware UTC coming out, on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        """Return what a value of the column is; a decorated type does not say by itself."""
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without a zone; SQLite gets naive UTC because it keeps no zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def bind_processor(self, dialect: Dialect) -> Any:
        """Return what writes a value; SQLite's text at once, for a change writes a dozen."""
        return _text_of if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect: Dialect, coltype: Any) -> Any:
        """Return what reads a value; SQLite's text at once, for a list has a hundred of them."""
        return _moment_of if dialect.name == "sqlite" else super().result_processor(dialect, coltype)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (SQLAlchemy's signature)
        """Give back aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def plain_text(length: int) -> String:
    """Return the type of text compared byte by byte, so that an index serves ranges on both databases."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


class AsFound(TypeDecorator[Any]):
    """What stands in a column of a kind, for whoever checks it: None where it is nothing of that kind."""

    impl = String
    cache_ok = True

    def __init__(self, kind: TypeEngine[Any]) -> None:
        super().__init__()
        self.kind = kind

    def result_processor(self, dialect: Dialect, coltype: Any) -> Any:
        """Return what reads a value; SQLite keeps anything in any column, and it must not stop the reading."""
        reads = self.kind.dialect_impl(dialect).result_processor(dialect, coltype)
        return reads and partial(_read, reads)


def _read(reads: Callable[[Any], Any], value: Any) -> Any:
    try:
        return reads(value)
    except (TypeError, ValueError):
        return None


def as_found(column: Column[Any]) -> ColumnElement[Any]:
    """Return a column to select, read by `AsFound`."""
    return type_coerce(column, AsFound(column.type)).label(column.name)


@contextmanager
def any_text(connection: Connection) -> Iterator[None]:
    """Read texts whose bytes are no UTF-8 too: SQLite gives them out as they stand, where another database refuses them."""
    driver = connection.connection.driver_connection
    if connection.dialect.name != "sqlite" or driver is None:
        yield
        return
    driver.text_factory = lambda raw: raw.decode(errors="surrogateescape")
    try:
        yield
    finally:
        driver.text_factory = str
