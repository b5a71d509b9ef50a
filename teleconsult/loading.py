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
    made: M = _made(model, values, _key_of(model, values))
    return made


def attach(*made: Any) -> None:
    """Give the session objects that `as_loaded` made, alone: `Session.add()` would walk along all their relationships."""
    session = db.session()
    for one in made:
        _attach(session, one)


def _attach(session: Any, made: Any) -> None:
    state = instance_state(made)
    state.session_id = session.hash_key
    session.identity_map.add(state)


def _key_of(model: Any, values: Mapping[str, Any]) -> Any:
    kind, names = _identity(model)
    # As `Mapper.identity_key_from_primary_key()` makes it.
    return kind, tuple([values[name] for name in names]), None


@lru_cache(maxsize=128)
def _identity(model: Any) -> tuple[Any, tuple[str, ...]]:
    mapper: Any = inspect(model)
    return mapper.identity_key_from_primary_key(())[0], tuple(column.key for column in mapper.primary_key)


def _made(model: Any, values: Mapping[str, Any], key: Any) -> Any:
    # What make_transient_to_detached() does to a new object, without asking each attribute what it is.
    made = model.__mapper__.class_manager.new_instance()
    made.__dict__.update(values)
    state = instance_state(made)
    state.key = key
    state.expired_attributes.update(_left_out(model, tuple(values)))
    return made


@lru_cache(maxsize=64)
def _left_out(model: Any, names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(attribute.key for attribute in inspect(model).column_attrs) - frozenset(names)


def known(model: type[M], values: Mapping[str, Any]) -> M:
    """Return the object of a row in this session: the one that is there, or a new one.

    Of one that is there, what a transaction has made stale takes the row's values, as the ORM does it.
    """
    session, key = db.session(), _key_of(model, values)
    there = cast("M | None", session.identity_map.get(key))
    if there is None:
        made: M = _made(model, values, key)
        _attach(session, made)
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
    thing.__dict__.update(row)
    state = instance_state(thing)
    state._commit_all(thing.__dict__)  # nothing of it is still to be written
    state.key = _key_of(type(thing), row)
    attach(thing)
    cast(Any, db.session().get_transaction())._new[state] = True  # a rollback lets go of it
    return thing


def _table(model: type[Base]) -> Table:
    return cast(Table, model.__table__)


@lru_cache(maxsize=64)
def _insert_of(model: type[Base]) -> Any:
    table = _table(model)
    return insert(table).returning(table.c.id) if "id" in table.c else insert(table).inline()
