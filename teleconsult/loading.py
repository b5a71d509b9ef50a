"""Objects of the ORM from rows of kept statements: what every page needs of it, without its loading."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar, cast

from sqlalchemy import inspect
from sqlalchemy.orm.attributes import instance_state, set_committed_value

from teleconsult.extensions import Base, db

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
    mapper: Any = inspect(model)
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
    mapper: Any = inspect(model)
    session, key = db.session(), _key_of(mapper, values)
    there = cast("M | None", session.identity_map.get(key))
    if there is None:
        made: M = _made(mapper, values, key)
        attach(made)
        return made
    for name in inspect(there).expired_attributes.intersection(values):
        set_committed_value(there, name, values[name])
    return there
