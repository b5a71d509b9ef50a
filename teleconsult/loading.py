"""Objects of the ORM from rows of kept statements: what every page needs of it, without its loading."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar, cast

from sqlalchemy import inspect
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.orm.attributes import instance_dict, manager_of_class, set_committed_value

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
    made: M = manager_of_class(model).new_instance()
    instance_dict(made).update(values)
    make_transient_to_detached(made)
    return made


def known(model: type[M], values: Mapping[str, Any]) -> M:
    """Return the object of a row in this session: the one that is there, or a new one.

    Of one that is there, what a transaction has made stale takes the row's values, as the ORM does it.
    """
    mapper, session = inspect(model), db.session()
    key = mapper.identity_key_from_primary_key(tuple(values[str(column.key)] for column in mapper.primary_key))
    there = cast("M | None", session.identity_map.get(key))
    if there is None:
        made = as_loaded(model, values)
        session.add(made)
        return made
    for name in inspect(there).expired_attributes.intersection(values):
        set_committed_value(there, name, values[name])
    return there
