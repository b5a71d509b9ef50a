"""Lists paged by key: the same cost on the first page and on the ten-thousandth."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from flask import request
from sqlalchemy import ColumnElement, Integer, Row, Select, and_, bindparam, false, literal_column, or_
from sqlalchemy.orm import InstrumentedAttribute
from werkzeug.exceptions import BadRequest

from teleconsult.extensions import db, read

PAGE_SIZE = 20
Key = ColumnElement[Any] | InstrumentedAttribute[Any]
MOST = 2**31 - 1


@dataclass(frozen=True)
class Page:
    """One page of rows, and the keys of its neighbours (None: there is none)."""

    rows: Sequence[Row[Any]]
    newer: str | None
    older: str | None


def edge_asked(key: Key) -> tuple[Any, bool]:
    """Return behind which value of a list's only key the page begins that the address asks for, and whether upwards.

    The value is None for the first page.

    Raises:
        BadRequest: the key in the address is not one of ours.
    """
    after, before = request.args.get("after"), request.args.get("before")
    mark = _read(after or before, [key])
    return (mark[0] if mark else None), bool(before) and not after


def page_by_key(
    query: Select[*tuple[Any, ...]],
    keys: Sequence[tuple[Key, bool]],
    size: int = PAGE_SIZE,
    given: Mapping[str, Any] | None = None,
) -> Page:
    """Return the page of `query` that the address asks for (`?after=` or `?before=`).

    Args:
        query: a select without order; every key column must be among its columns and never NULL.
        keys: (column, descending) pairs that together are unique; an index must serve them.
        size: rows on a page.
        given: the values of the query's own parameters. A query that comes with them is one that the
            caller keeps, of columns alone: its statements are built once, which is most of what a list costs.

    Raises:
        BadRequest: the key in the address is not one of ours.
    """
    after, before = request.args.get("after"), request.args.get("before")
    backwards = bool(before) and not after
    mark = _read(after or before, [column for column, _ in keys])
    values = {f"key_{i}": value for i, value in enumerate(mark or ())}
    if given is None:
        rows = list(db.session.execute(_statement(query, tuple(keys), backwards, mark is not None, size), values))
    else:
        rows = list(read(_kept(query, tuple(keys), backwards, mark is not None, size), {**values, **given}))
    return _page(rows, keys, backwards, mark is not None, size)


def page_of(rows: list[Row[Any]], keys: Sequence[tuple[Key, bool]]) -> Page:
    """Return the page that the address asks for, of rows that were found in another way than by `page_by_key`.

    Args:
        rows: those nearest to where the page begins, the nearest first, one more than fit if there are more.
        keys: as of `page_by_key`.
    """
    after, before = request.args.get("after"), request.args.get("before")
    return _page(rows, keys, bool(before) and not after, bool(after or before), PAGE_SIZE)


def _page(rows: list[Row[Any]], keys: Sequence[tuple[Key, bool]], backwards: bool, marked: bool, size: int) -> Page:
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    names = [str(column.key) for column, _ in keys]
    newer, older = (more, bool(rows)) if backwards else (marked and bool(rows), more)
    return Page(rows, _mark(rows[0], names) if newer else None, _mark(rows[-1], names) if older else None)


def _statement(query: Any, keys: tuple[tuple[Key, bool], ...], backwards: bool, marked: bool, size: int) -> Any:
    if marked:
        query = query.where(_beyond(keys, backwards))
    order: list[Any] = [column.desc() if down != backwards else column.asc() for column, down in keys]
    # In the words of the statement: PostgreSQL plans once only what it need not guess (it takes a tenth of all rows).
    return query.order_by(*order).limit(literal_column(str(size + 1), Integer))


_kept = lru_cache(maxsize=512)(_statement)
"""By the identity of the query, which is kept with it."""


def _beyond(keys: Sequence[tuple[Key, bool]], backwards: bool) -> ColumnElement[bool]:
    marks: list[Any] = [bindparam(f"key_{i}", type_=column.type) for i, (column, _) in enumerate(keys)]
    cases = []
    for i, (column, down) in enumerate(keys):
        equal = [keys[j][0] == marks[j] for j in range(i)]
        further = column < marks[i] if down != backwards else column > marks[i]
        cases.append(and_(*equal, further))
    return or_(false(), *cases)


def _mark(row: Row[Any], names: Sequence[str]) -> str:
    values = [_pack(row._mapping[name]) for name in names]
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def _pack(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"t": value.astimezone(UTC).isoformat()}
    return {"d": value.isoformat()} if isinstance(value, date) else value


def _read(mark: str | None, columns: Sequence[Key]) -> list[Any] | None:
    if not mark:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4)))
        if not isinstance(values, list) or len(values) != len(columns):
            raise ValueError("not a key of this list")
        return [_fit(_unpack(value), column) for value, column in zip(values, columns, strict=True)]
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError, binascii.Error) as error:
        raise BadRequest from error


def _fit(value: Any, column: Key) -> Any:
    """Return a value that the column can be compared with; what the database would choke on is no key of ours."""
    kind = column.type.python_type
    if not isinstance(value, kind) or isinstance(value, bool):
        raise ValueError("not a value of this column")
    if isinstance(value, int) and abs(value) > MOST:
        raise ValueError("no row has this number")
    if isinstance(value, str) and ("\x00" in value or not _is_writable(value)):
        raise ValueError("no text holds this")
    return value


def _is_writable(text: str) -> bool:
    """Tell whether a text can be sent to the database: JSON can name half of a sign, which no encoding has."""
    return text.isascii() or not any("\ud800" <= sign <= "\udfff" for sign in text)


def _unpack(value: Any) -> Any:
    if isinstance(value, dict):
        if "t" in value:
            return datetime.fromisoformat(value["t"]).astimezone(UTC)
        return date.fromisoformat(value["d"])
    if not isinstance(value, str | int | float):
        raise ValueError("not a key")
    return value
