"""The product as `make run` serves it, on a populated database of its own: web server, worker, mail server.

One runs for each test worker and all its journeys share it; a journey makes its own cases. `case_in` walks
them to a state from here, through the real verbs, on the same database.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import flask_migrate
from flask import Flask

from teleconsult import clock, create_app
from teleconsult.cases import actions
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case
from teleconsult.coding import loader, tables
from teleconsult.extensions import db, transaction
from teleconsult.people.models import Session, User
from tests import conftest, world
from tests.servers import smtp, web

PLACE = "sqlite:///{folder}/site.db"


@dataclass
class Site:
    """A running product. `states` holds the cookies of who signed in before: signing in is slow on purpose."""

    web: web.Web
    mail: smtp.Mail
    application: Flask
    states: dict[str, Any] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.web.url

    def case_in(self, state: State, **people: str) -> str:
        """Make a case, walk it to a state and return its reference."""
        with self.application.app_context():
            return world.walk_to(state, **people).case.ref

    def add(self, ref: str, message: str, *, by: str) -> None:
        """Let somebody else write a message on a case meanwhile."""
        with self.application.app_context(), transaction():
            case = db.session.scalars(db.select(Case).where(Case.ref == ref)).one()
            actions.add(case, message, by=world.person(by))

    def signed_in(self, person: str) -> Any:
        """Return a person's browser without a window, which speaks to the product from here."""
        browser = self.application.test_client()
        answer = browser.post("/sign-in", data={"who": f"{person}@rede.example", "password": world.PASSWORD})
        assert answer.location, answer.status
        return browser

    def draft_of(self, ref: str) -> dict[str, Any]:
        """Return the texts that the server has of a draft."""
        with self.application.app_context():
            case = db.session.scalars(db.select(Case).where(Case.ref == ref)).one()
            return dict(case.draft.fields) if case.draft else {}

    @staticmethod
    def wait_until(holds: Callable[[], bool], seconds: float = 15) -> None:
        """Return when something holds that no page shows."""
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, f"it did not hold within {seconds:g} s"
            time.sleep(0.05)

    def end_sessions(self, person: str) -> None:
        """Let every session of a person run out, as an hour without a click does."""
        self.states.pop(person, None)
        with self.application.app_context(), db.engine.begin() as connection:
            mine = db.select(User.id).where(User.email == f"{person}@rede.example").scalar_subquery()
            over = clock.now() - timedelta(minutes=1)
            connection.execute(db.update(Session).where(Session.user_id == mine).values(idle_until=over))

    def all_portuguese(self) -> None:
        """Undo what a journey chose in the menu of languages: accounts are shared by the journeys."""
        with self.application.app_context(), db.engine.begin() as connection:
            connection.execute(db.text("UPDATE users SET language = 'pt_BR' WHERE language <> 'pt_BR'"))


@contextmanager
def running(folder: Path, database: str = "") -> Iterator[Site]:
    """Start everything on an empty database (SQLite in `folder` unless an address is given); stop it at the end."""
    database = database or PLACE.format(folder=folder)
    keys = {name: conftest.SETTINGS[name] for name in ("SECRET_KEY", "AUDIT_KEY")}
    places = {"VAR": folder, "STORAGE_URL": str(folder / "files"), "SQLALCHEMY_DATABASE_URI": database}
    application = create_app(conftest.SETTINGS | places)
    application.test_client_class = conftest.Browser
    with application.app_context():
        flask_migrate.upgrade()
        world.populate()
        with transaction():
            loader.write(loader.plan_cid10(tables.read_starter()))
        db.session.remove()
    with smtp.Mail() as mail:
        env = keys | {
            "DATABASE_URL": database,
            "SMTP_HOST": mail.host,
            "SMTP_PORT": str(mail.port),
            "SMTP_TLS": "none",
        }
        served = web.start(folder, env, worker=True)
        try:
            yield Site(served, mail, application)
        finally:
            served.stop()
            with application.app_context():
                db.engine.dispose()
