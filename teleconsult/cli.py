"""The operator's commands, registered by the floor that owns each."""

from collections.abc import Callable
from functools import wraps
from importlib import import_module
from typing import Any

import click
from flask import Flask
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError

from teleconsult.errors import Overtaken, StorageFault
from teleconsult.revision import MIGRATE_FIRST, lacks_something

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
    "teleconsult.privacy.commands",
    "teleconsult.demo.commands",
)
"""Modules with a `register(app)` that adds their commands."""

_IN_A_SENTENCE: set[Callable[..., Any]] = set()
"""Commands are of their module, applications are many (in tests): each is seen to once."""


def register(app: Flask) -> None:
    """Register every command with the application."""
    before = set(app.cli.commands)
    for name in COMMANDS:
        import_module(name).register(app)
    for name in set(app.cli.commands) - before:
        _in_a_sentence(app.cli.commands[name])
    _in_a_sentence(import_module("flask_migrate.cli").db)
    # Its commands need packages that are none of ours: the help shows what works.
    import_module("flask_limiter.commands").cli.hidden = True


def _in_a_sentence(command: click.Command) -> None:
    """Let a command say what the operator can mend, not where in the code it was met."""
    if isinstance(command, click.Group):
        for part in command.commands.values():
            _in_a_sentence(part)
    elif command.callback and command.callback not in _IN_A_SENTENCE:
        command.callback = _says_what_is_away(command.callback)
        _IN_A_SENTENCE.add(command.callback)


def _says_what_is_away(callback: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(callback)
    def called(*args: Any, **kwargs: Any) -> Any:
        try:
            return callback(*args, **kwargs)
        except DBAPIError as error:
            said = _of_the_database(error)
            if not said:
                raise
            raise click.ClickException(said) from error
        except StorageFault as fault:
            raise click.ClickException(f"The store of the files does not answer: {fault}") from fault
        except Overtaken as error:
            said = "Somebody changed the same thing at this moment: nothing was done, try again"
            raise click.ClickException(said) from error
        except OSError as error:
            if not error.filename:
                raise
            raise click.ClickException(f"{error.filename}: {error.strerror}") from error

    return called


def _of_the_database(error: DBAPIError) -> str:
    """Return what to tell of the database itself; nothing of a fault in what it was asked."""
    if lacks_something(error):
        return MIGRATE_FIRST
    # The driver's words: host, port, account and what the server said; the statement and what it carried are not in them.
    # Of the kinds of fault the general one is what SQLite says of a file that is none of its own.
    away = isinstance(error, OperationalError) or type(error) is DatabaseError
    return f"The database does not answer: {str(error.orig).strip()}" if away else ""
