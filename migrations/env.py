"""Run the migrations on SQLite or PostgreSQL, inside the application."""

from alembic import context
from flask import current_app
from sqlalchemy import Connection, text

from teleconsult.columns import UTCDateTime
from teleconsult.extensions import db

NOT_OURS_TO_COMPARE = ("case_search", "huey_")
"""Full-text tables, written by hand for each dialect; the worker's queue, which huey makes on PostgreSQL."""


def include_object(_thing, name, kind, _reflected, _compared):
    return not (kind == "table" and name.startswith(NOT_OURS_TO_COMPARE))


def render_item(kind, thing, _autogen):
    if kind == "type" and isinstance(thing, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run(connection: Connection) -> None:
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        # Batch mode copies tables: with foreign keys on, dropping the old copy would delete the children.
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        render_as_batch=True,
        compare_type=True,
        include_object=include_object,
        render_item=render_item,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()
        if sqlite:
            broken = connection.execute(text("PRAGMA foreign_key_check")).all()
            if broken:
                raise RuntimeError(f"rows without their parents after the migration: {broken[:5]}")
    connection.commit()
    if sqlite:
        connection.exec_driver_sql("PRAGMA foreign_keys=ON")


with current_app.extensions["migrate"].db.engine.connect() as connection:
    run(connection)
