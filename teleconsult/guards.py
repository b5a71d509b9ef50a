"""Tables that only grow: the database itself refuses to change or remove a row.

Declared once; migrations install the triggers, and a test compares what is found with `declared()`.
"""

from sqlalchemy import Connection

APPEND_ONLY = ("audit_events", "case_events", "booking_events", "credit_entries")

SPARES = {("case_events", "delete"): "OLD.state <> 'draft'"}
"""Rows that are held only while this is so: what happened to a draft goes with it, and the record keeps that it did."""

_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'rows of %% are only added', TG_TABLE_NAME; END $$
"""


def declared(dialect: str, tables: tuple[str, ...] = APPEND_ONLY) -> set[str]:
    """Return the names of the triggers that must be there on a dialect."""
    whats = ("update", "delete", "truncate") if dialect == "postgresql" else ("update", "delete")
    return {f"{table}_no_{what}" for table in tables for what in whats}


def install(connection: Connection, tables: tuple[str, ...]) -> None:
    """Put the guards on tables. SQLite needs `recursive_triggers` on, or INSERT OR REPLACE walks past them."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_FUNCTION)
    for table in tables:
        for statement in _statements(connection.dialect.name, table):
            connection.exec_driver_sql(statement)


def _statements(dialect: str, table: str) -> list[str]:
    if dialect == "postgresql":
        return [
            f"CREATE TRIGGER {table}_no_{what} BEFORE {what.upper()} ON {table} "
            f"FOR EACH {'STATEMENT' if what == 'truncate' else 'ROW'} {_when(table, what)}EXECUTE FUNCTION refuse_change()"
            for what in ("update", "delete", "truncate")
        ]
    return [
        f"CREATE TRIGGER {table}_no_{what} BEFORE {what.upper()} ON {table} {_when(table, what)}"
        f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are only added'); END"
        for what in ("update", "delete")
    ]


def _when(table: str, what: str) -> str:
    held = SPARES.get((table, what))
    return f"WHEN ({held}) " if held else ""
