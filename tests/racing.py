"""Two at the same moment, in an order that the test knows."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

from flask import Flask

from teleconsult.extensions import db, transaction

HELD = 0.4
"""Seconds for which a first transaction stays open: enough for the second to come to what the first has written."""


@contextmanager
def locked() -> Iterator[None]:
    """Let another process hold SQLite's lock of all who write; this connection waits next to no time for it."""
    db.session.execute(db.text("PRAGMA busy_timeout=20"))
    other = sqlite3.connect(str(db.engine.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.close()


@contextmanager
def uncommitted(
    application: Flask, act: Callable[..., object], subject: tuple[type[Any], int] | None = None
) -> Iterator[None]:
    """Let somebody have written and not committed yet when the block begins; they commit while it goes on.

    With a subject, a model and the number of its row, the transaction is about it as that of a page is, and `act` is
    given it.
    """
    written, problems = Event(), []

    def first() -> None:
        try:
            with application.app_context():
                things = [db.session.get_one(*subject)] if subject else []
                with transaction(*things):
                    act(*things)
                    written.set()
                    Event().wait(HELD)
        except Exception as problem:  # noqa: BLE001 (it is told where the test waits)
            problems.append(problem)
            written.set()

    thread = Thread(target=first)
    thread.start()
    written.wait()
    try:
        yield
    finally:
        thread.join()
    assert not problems, problems
