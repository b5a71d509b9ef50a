"""Objects of the ORM from rows of kept statements, and rows from objects: without its loading and its unit of work."""

from collections.abc import Callable, Iterator, Mapping, Sequence
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


def new_row(model: type[Base], **values: Any) -> dict[str, Any]:
    """Return every column of a new row but its number; what is not named gets its model's default, or nothing.

    Raises:
        TypeError: a name is none of the model's columns.
    """
    defaults = _defaults(model)
    if not values.keys() <= defaults.keys():
        raise TypeError(f"{model.__name__} has no {', '.join(sorted(values.keys() - defaults.keys()))}")
    return {name: default() for name, default in defaults.items() if name not in values} | values


def row_of(thing: Base) -> dict[str, Any]:
    """Return the row of a new object: what it was given, and what `new_row` makes of the rest."""
    columns = _defaults(type(thing))
    return new_row(
        type(thing), **{name: value for name, value in thing.__dict__.items() if name in columns and value is not None}
    )


def add_row(model: type[M], **values: Any) -> M:
    """Write a new row by a kept insert, inside `transaction()`, and return its object, as if it had been read.

    Relationships are not written: they are set afterwards, by `set_committed_value`, where they are known.

    Raises:
        TypeError: as `new_row()`.
    """
    row = new_row(model, **values)
    if "id" in _table(model).c:
        row["id"] = write_one(_insert_of(model), row)[0]
    else:
        write(_insert_of(model), row)
    made: M = _made(model, row, _key_of(model, row))
    attach(made)
    cast(Any, db.session().get_transaction())._new[instance_state(made)] = True  # a rollback lets go of it
    return made


@lru_cache(maxsize=64)
def _defaults(model: type[Base]) -> dict[str, Callable[[], Any]]:
    """Return what makes the value of each column but the number, where none is given."""
    return {column.name: _default(column.default) for column in _table(model).c if column.name != "id"}


def _default(default: Any) -> Callable[[], Any]:
    if default is None:
        return lambda: None
    return lambda: default.arg if default.is_scalar else default.arg(None)


def _table(model: type[Base]) -> Table:
    return cast(Table, model.__table__)


@lru_cache(maxsize=64)
def _insert_of(model: type[Base]) -> Any:
    table = _table(model)
    return insert(table).returning(table.c.id) if "id" in table.c else insert(table).inline()
