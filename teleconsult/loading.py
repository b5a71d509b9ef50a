"""Objects of the ORM from rows of kept statements, and rows from objects: without its loading and its unit of work."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar, cast

from sqlalchemy import Table, insert, inspect
from sqlalchemy.orm.attributes import instance_state

from teleconsult.extensions import Base, db, write, write_one
from teleconsult.statements import set_columns

M = TypeVar("M", bound=Base)


def columns_of(model: Any, but: frozenset[str] = frozenset()) -> list[str]:
    """Return the names of a model's columns; put them into a kept select in this order, and `taken` hands them out."""
    return [attribute.key for attribute in inspect(model).column_attrs if attribute.key not in but]


def taken(names: Sequence[str], values: Iterator[Any]) -> dict[str, Any]:
    """Return the next values of a row by these names."""
    return dict(zip(names, values, strict=False))


def as_loaded(model: type[M], values: Mapping[str, Any]) -> M:
    """Return an object as if the ORM had loaded these columns of its row; others are read when somebody asks for them.

    It belongs to no session yet. The ORM's own loading costs ten times as much.
    """
    mapper: Any = model.__mapper__
    made: M = _made(mapper, values, _key_of(mapper, values))
    return made


def attach(made: Any) -> None:
    """Give the session an object that `as_loaded` made, alone: `Session.add()` would walk along all its relationships."""
    db.session()._update_impl(instance_state(made))


def _key_of(mapper: Any, values: Mapping[str, Any]) -> Any:
    return mapper.identity_key_from_primary_key(tuple(values[column.key] for column in mapper.primary_key))


def _made(mapper: Any, values: Mapping[str, Any], key: Any) -> Any:
    # What make_transient_to_detached() does to a new object, without asking each attribute what it is.
    made = mapper.class_manager.new_instance()
    state = instance_state(made)
    state.dict.update(values)
    state.key = key
    state.expired_attributes.update(_left_out(mapper, tuple(values)))
    return made


@lru_cache(maxsize=64)
def _left_out(mapper: Any, names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(attribute.key for attribute in mapper.column_attrs) - frozenset(names)


def known(model: type[M], values: Mapping[str, Any]) -> M:
    """Return the object of a row in this session: the one that is there, or a new one.

    Of one that is there, what a transaction has made stale takes the row's values, as the ORM does it.
    """
    mapper: Any = model.__mapper__
    session, key = db.session(), _key_of(mapper, values)
    there = cast("M | None", session.identity_map.get(key))
    if there is None:
        made: M = _made(mapper, values, key)
        session._update_impl(instance_state(made))  # as `attach` does
        return made
    set_columns(there, {name: values[name] for name in instance_state(there).expired_attributes.intersection(values)})
    return there


def row_of(thing: Base) -> dict[str, Any]:
    """Return every column of a new object but its number, with the defaults of its model that need no database."""
    made = {}
    for column in _table(type(thing)).c:
        value, default = getattr(thing, column.name), cast(Any, column.default)
        if value is None and default is not None:
            value = default.arg if default.is_scalar else default.arg(None)
        made[column.name] = value
    made.pop("id", None)
    return made


def add_row(thing: M) -> M:
    """Write the row of a new object by a kept insert, inside `transaction()`, and return the object, as if it had been read.

    Its other objects are not written with it; relationships are set afterwards, by `set_committed_value`.
    """
    row, statement = row_of(thing), _insert_of(type(thing))
    numbered = "id" in _table(type(thing)).c
    if numbered:
        row["id"] = write_one(statement, row)[0]
    else:
        write(statement, row)
    set_columns(thing, row)
    instance_state(thing).key = _key_of(thing.__mapper__, row)
    attach(thing)
    return thing


def _table(model: type[Base]) -> Table:
    return cast(Table, model.__table__)


@lru_cache(maxsize=64)
def _insert_of(model: type[Base]) -> Any:
    table = _table(model)
    return insert(table).returning(table.c.id) if "id" in table.c else insert(table).inline()
