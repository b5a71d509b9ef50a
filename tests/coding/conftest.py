"""A database with every code in it, loaded once and only read."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from teleconsult import create_app
from teleconsult.coding import loader, tables
from teleconsult.extensions import db, transaction
from tests.conftest import SETTINGS, Kept


@pytest.fixture(scope="session")
def coded(kept: Kept) -> Iterator[Flask]:
    """The product on a database of its own with ICD-10 and the starter list. Tests only read it."""
    if kept.kind == "sqlite":
        shutil.copyfile(kept.folder / "template.db", kept.folder / "coded.db")
        url = f"sqlite:///{kept.folder / 'coded.db'}"
    else:
        url = kept.server.copy("template", "coded")
    application = create_app(SETTINGS | {"VAR": kept.folder / "var", "SQLALCHEMY_DATABASE_URI": url})
    with application.app_context(), transaction():
        loader.write(loader.plan_codes(tables.read_starter()))
    yield application
    with application.app_context():
        db.engine.dispose()


@pytest.fixture
def codes(coded: Flask) -> Iterator[Any]:
    """The session of an application context on the database with every code."""
    with coded.app_context():
        yield db.session


@pytest.fixture
def statements(codes: Any) -> Callable[[], AbstractContextManager[list[str]]]:
    """Return a counter of the statements sent while it is open."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        made: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if statement != "BEGIN":
                made.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        try:
            yield made
        finally:
            event.remove(db.engine, "before_cursor_execute", note)

    return counting
