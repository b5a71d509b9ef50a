"""Which rows are about one patient: found by the foreign keys of the tables, so that no new table is forgotten."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Table, select

from teleconsult.cases.drafts import drafts_numbered
from teleconsult.cases.sending import decided_for
from teleconsult.extensions import db
from teleconsult.patients.models import Patient, PatientMerge
from teleconsult.patients.queries import joined_to

ROOT = "patients"
OF_TWO = frozenset({PatientMerge.__tablename__})
"""Tables whose rows tell of two records: this patient's only where both are."""
PIECE = 500
"""So many numbers in one question: a database takes only so many."""

Row = Mapping[str, Any]
Rows = Mapping[str, Sequence[Row]]


def links() -> dict[str, list[Column[Any]]]:
    """Return the tables about patients, each with the columns by which its rows hang on one; those hung on come first."""
    found: dict[str, list[Column[Any]]] = {ROOT: []}
    for table in db.metadata.sorted_tables:
        # A case that continues another may do so by mistake: by a link among its own kind a row is nobody's.
        columns = [
            one
            for one in table.columns
            for key in one.foreign_keys
            if key.column.table is not table and key.column.table.name in found
        ]
        if columns:
            found[table.name] = columns
    return found


def rows_of(patient: Patient) -> Rows:
    """Return every row about a patient by the name of its table: those of the records joined to this one too.

    A request that was never sent hangs on nobody yet; it is this patient's when their CNS or CPF stands in it, or when
    who writes it said so.
    """
    found: dict[str, list[Row]] = defaultdict(list)
    found[ROOT] = _read(_table(ROOT), [(_table(ROOT).c.id, joined_to(patient))])
    numbers = {row[name] for row in found[ROOT] for name in ("cns", "cpf")} - {None}
    refs = {row["ref"] for row in found[ROOT]}
    for name, columns in links().items():
        if name != ROOT:
            wanted = [(column, _values(found, column)) for column in columns]
            if name == "cases":
                wanted.append((_table(name).c.id, [*drafts_numbered(numbers), *decided_for(refs)]))
            found[name] = _read(_table(name), wanted, every=name in OF_TWO)
    return {name: rows for name, rows in found.items() if rows}


def _values(found: Rows, column: Column[Any]) -> list[Any]:
    (key,) = column.foreign_keys
    return [row[key.column.name] for row in found.get(key.column.table.name, ())]


def _table(name: str) -> Table:
    return db.metadata.tables[name]


def _read(table: Table, wanted: Iterable[tuple[Column[Any], Sequence[Any]]], *, every: bool = False) -> list[Row]:
    """Return the rows that one of the columns leads to, or `every` one of them; each once."""
    if every:
        conditions = [column.in_(values) for column, values in wanted]
        return [dict(row._mapping) for row in db.session.execute(select(table).where(*conditions))]
    found: dict[tuple[Any, ...], Row] = {}
    keys = [column.name for column in table.primary_key]
    for column, values in wanted:
        for piece in _pieces(values):
            for row in db.session.execute(select(table).where(column.in_(piece))):
                found[tuple(row._mapping[key] for key in keys)] = dict(row._mapping)
    return [found[key] for key in sorted(found)]


def _pieces(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), PIECE):
        yield values[start : start + PIECE]
