"""The operator's commands, registered by the floor that owns each."""

from collections.abc import Callable
from functools import wraps
from importlib import import_module
from typing import Any

import click
from flask import Flask
from sqlalchemy.exc import DBAPIError

COMMANDS: tuple[str, ...] = (
    "teleconsult.worker_commands",
    "teleconsult.record.commands",
    "teleconsult.people.commands",
    "teleconsult.network.loader",
    "teleconsult.cases.commands",
    "teleconsult.attachments.commands",
    "teleconsult.cases.diagram",
    "teleconsult.coding.commands",
    "teleconsult.routing.commands",
    "teleconsult.credits.commands",
    "teleconsult.demo.commands",
)
"""Modules with a `register(app)` that adds their commands."""

UNKNOWN = ("42P01", "42703")
"""What PostgreSQL calls a table and a column that are not there."""


def register(app: Flask) -> None:
    """Register every command with the application."""
    before = set(app.cli.commands)
    for name in COMMANDS:
        import_module(name).register(app)
    for name in set(app.cli.commands) - before:
        command = app.cli.commands[name]
        if command.callback:
            command.callback = _asks_for_migration(command.callback)
    # Its commands need packages that are none of ours: the help shows what works.
    import_module("flask_limiter.commands").cli.hidden = True


def _asks_for_migration(callback: Callable[..., Any]) -> Callable[..., Any]:
    """Let a command on a database without its tables say so, not show the statement."""

    @wraps(callback)
    def called(*args: Any, **kwargs: Any) -> Any:
        try:
            return callback(*args, **kwargs)
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) in UNKNOWN or str(error.orig).startswith(
                ("no such table", "no such col")
            ):
                said = "The database has not all that this version needs. First: flask --app wsgi db upgrade"
                raise click.ClickException(said) from error
            raise

    return called
