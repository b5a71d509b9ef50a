"""The rows of every move, written past the ORM's unit of work: the case itself, and its event."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Table, bindparam, insert, update
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value

from teleconsult.cases.models import Case, CaseEvent
from teleconsult.errors import Overtaken
from teleconsult.extensions import db, write, write_one

_cases, _events = cast(Table, Case.__table__), cast(Table, CaseEvent.__table__)
_EVENT = insert(_events).returning(_events.c.id)


@lru_cache(maxsize=256)
def _moved(names: tuple[str, ...]) -> Any:
    """Return the update of these columns of a case that is still of the version it was read in."""
    given = {name: bindparam(f"new_{name}", type_=_cases.c[name].type) for name in names}
    return (
        update(_cases)
        .where(_cases.c.id == bindparam("of"), _cases.c.version == bindparam("was"))
        .values(version=_cases.c.version + 1, **given)
        .execution_options(preserve_rowcount=True)
    )


def move_columns(case: Case, values: Mapping[str, Any]) -> None:
    """Write columns of a case (and what its relationships name beside them), and count its version up.

    Raises:
        Overtaken: the case is not of the version any more in which it was read.
    """
    with db.session.no_autoflush:
        for name in values.keys() - _cases.c.keys():
            set_committed_value(case, name, values[name])
    db.session.flush()
    columns = {name: values[name] for name in values if name in _cases.c}
    given = {f"new_{name}": value for name, value in columns.items()}
    if not write(_moved(tuple(columns)), {"of": case.id, "was": case.version, **given}):
        raise Overtaken
    for name, value in {**columns, "version": case.version + 1}.items():
        set_committed_value(case, name, value)


def write_event(event: CaseEvent) -> None:
    """Write an event that has all its columns; it belongs to the session afterwards, as if it had been read."""
    names = [column.name for column in _events.c if column is not _events.c.id]
    event.id = write_one(_EVENT, {name: getattr(event, name) for name in names}).id
    make_transient_to_detached(event)
    db.session.add(event)
