"""One application per database and worker; every test finds its database as it was migrated and populated.

No fixture here is named `app`: pytest-flask would push one context around every test that has it, and
then one client is seen as another's user. Only live-server tests may use that name.
"""

import contextvars
import gc
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
from flask import Flask
from flask.globals import _cv_app
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from itsdangerous import URLSafeTimedSerializer

from teleconsult import create_app
from teleconsult.cases.lifecycle import State
from teleconsult.extensions import db, transaction
from teleconsult.people import sessions
from tests import compiled, english, memory, pages, recorded, world
from tests.servers import postgres, restoring

SETTINGS: dict[str, Any] = {
    "PROFILE": "test",
    "TESTING": True,
    "SECRET_KEY": "tests-only-" + "s" * 32,
    "AUDIT_KEY": "tests-only-" + "a" * 32,
    "BASE_URL": "http://teleconsult.test",
    "ARGON2": {"time_cost": 1, "memory_cost": 8, "parallelism": 1},
    "SESSION_COOKIE_SECURE": False,
    "SESSION_COOKIE_NAME": "teleconsult",
    "RATE_LIMITS": False,
    "MAIL_FROM": "Teleconsult <nao-responda@teleconsult.test>",
}


class Browser(FlaskClient):
    """A client whose requests have a context of their own, as on a server.

    A request made while a test has pushed an application context would share it: one client would be
    seen as another's user, and see rows that were never committed. A POST carries the token of its
    session, as one from a page would; `browser.forges = True` leaves it out.
    """

    forges = False

    def token(self) -> str:
        """Return the token that a page of this session's would carry."""
        with self.session_transaction() as kept:
            raw = kept.setdefault("csrf_token", secrets.token_hex(20))
        signer = URLSafeTimedSerializer(self.application.config["SECRET_KEY"], salt="wtf-csrf-token")
        return str(signer.dumps(raw))

    def post(self, *args: Any, **kwargs: Any) -> Any:
        if not self.forges:
            kwargs["headers"] = {"X-CSRFToken": self.token()} | dict(kwargs.get("headers") or {})
        return super().post(*args, **kwargs)

    def open(self, *args: Any, **kwargs: Any) -> Any:
        def alone() -> Any:
            _cv_app.set(None)
            return FlaskClient.open(self, *args, **kwargs)

        answer = contextvars.copy_context().run(alone)
        recorded.hold()
        if answer.mimetype == "text/html" and answer.status_code < 500 and not answer.location:
            html = answer.get_data(as_text=True)
            pages.check(html)
            # A script, and the browser's way back, tell by the status alone whether something was taken.
            refused = answer.request.method == "POST" and 'id="erros"' in html
            assert answer.status_code != 200 or not refused, "a refused form answers 422"
        return answer


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=("sqlite", "postgresql", "both"), default="sqlite")


settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")
# A busy machine says nothing of the rules: how long an example takes is no fault, and the first one in a new home
# waits for a table of all characters.


def pytest_configure(config: pytest.Config) -> None:
    """Keep the tests' files in memory where the system offers it: every commit of SQLite waits for its disk."""
    if config.option.basetemp is None and not hasattr(config, "workerinput") and (place := memory.place()):
        made = tempfile.mkdtemp(prefix="teleconsult-tests-", dir=place)
        config.option.basetemp = f"{made}/files"
        config.add_cleanup(lambda: shutil.rmtree(made, ignore_errors=True))


def pytest_collection() -> None:
    """Look for no garbage while the tests are collected; see below where they are."""
    gc.disable()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--database")
        kinds = ["sqlite", "postgresql"] if chosen == "both" else [chosen]
        own = [kind for kind in ("sqlite", "postgresql") if metafunc.definition.get_closest_marker(f"only_{kind}")]
        kinds = [kind for kind in kinds if kind in own or not own]
        metafunc.parametrize("database", kinds, scope="session")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of the loaded demonstration where each of two workers begins.

    A worker without work takes from the end of the other's, and would load the demonstration once more for them.
    """
    loaded = [item for item in items if item.path.name == "test_seed.py"]
    rest = [item for item in items if item.path.name != "test_seed.py"]
    own = [item for item in loaded if "postgresql" in item.keywords or "postgresql" in item.nodeid]
    other = [item for item in loaded if item not in own]
    middle = len(items) // 2 - len(other)
    items[:] = [*other, *rest[:middle], *own, *rest[middle:]] if middle > 0 else [*other, *own, *rest]


def pytest_collection_finish() -> None:
    """Leave the collected tests out of the search for garbage: nine thousand live to the end, looked at in vain."""
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def english_words() -> None:
    """The English that the .po has now, before any application reads it."""
    english.compile_if_stale()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Any]:
    server = postgres.start()
    yield server
    server.stop()


class Kept:
    """An application on one database, and the clean copy that each test starts from."""

    def __init__(self, kind: str, folder: Path, server: Any) -> None:
        self.kind, self.folder, self.server = kind, folder, server
        template = f"sqlite:///{folder / 'template.db'}" if kind == "sqlite" else server.create("template")
        maker = create_app(SETTINGS | {"VAR": folder / "var", "SQLALCHEMY_DATABASE_URI": template})
        with maker.app_context():
            flask_migrate.upgrade()
            world.populate()
            if kind == "sqlite":
                db.session.execute(db.text("PRAGMA wal_checkpoint(TRUNCATE)"))
            db.session.remove()
            db.engine.dispose()
        if kind == "postgresql":
            restoring.keep(template)
        used = f"sqlite:///{folder / 'used.db'}" if kind == "sqlite" else server.url("used")
        self.application = create_app(
            SETTINGS | {"VAR": folder / "var", "STORAGE_URL": str(folder / "files"), "SQLALCHEMY_DATABASE_URI": used}
        )
        self.application.test_client_class = Browser
        with self.application.app_context():
            recorded.watch(db.engine)
            self.restoring = restoring.Restoring(db.engine) if kind == "postgresql" else None

    def refresh(self) -> Flask:
        with self.application.app_context():
            db.session.remove()
            if self.restoring is not None and self.restoring.restore():
                return self.application
            db.engine.dispose()
        if self.restoring is None:
            for tail in ("-wal", "-shm"):
                (self.folder / f"used.db{tail}").unlink(missing_ok=True)
            shutil.copyfile(self.folder / "template.db", self.folder / "used.db")
        else:
            self.restoring.end()
            self.server.drop("used")
            self.restoring.begin(self.server.copy("template", "used"))
        return self.application


@pytest.fixture(scope="session")
def kept_by_kind() -> dict[str, Kept]:
    """What `kept` has made: pytest drops a fixture when its parameter changes, also to come back to it later."""
    return {}


@pytest.fixture(scope="session")
def kept(
    database: str,
    kept_by_kind: dict[str, Kept],
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Kept:
    if database not in kept_by_kind:
        server = request.getfixturevalue("postgres_server") if database == "postgresql" else None
        made = Kept(database, tmp_path_factory.mktemp(database), server)
        compiled.share(made.application, tmp_path_factory, getattr(request.config, "workerinput", None))
        kept_by_kind[database] = made
    return kept_by_kind[database]


@pytest.fixture
def application(kept: Kept) -> Flask:
    """The product on a fresh database, without a pushed context."""
    return kept.refresh()


@pytest.fixture
def session(application: Flask) -> Iterator[Any]:
    """The database session of an application context of the test's own; requests have theirs."""
    with application.app_context():
        yield db.session


@pytest.fixture
def client(application: Flask) -> FlaskClient:
    """A browser that is not signed in."""
    return application.test_client()


@pytest.fixture
def sign_in(application: Flask) -> Callable[[str], FlaskClient]:
    """Return a maker of signed-in browsers: `sign_in('marina')`.

    They hold what the door would have given them, which is quicker; see `come_in`.
    """

    def begin(key: str) -> str:
        _cv_app.set(None)
        with application.test_request_context(), transaction():
            return sessions.begin(world.person(key), shared=False)

    def enter(key: str) -> FlaskClient:
        browser = application.test_client()
        token = contextvars.copy_context().run(begin, key)
        with browser.session_transaction() as cookie:
            cookie["_user_id"] = token
        return browser

    return enter


@pytest.fixture
def come_in(application: Flask) -> Callable[[str], FlaskClient]:
    """Return a maker of browsers that have come in by the door, which has more to say: `come_in('marina')`."""

    def enter(key: str) -> FlaskClient:
        browser = application.test_client()
        answer = browser.post("/sign-in", data={"who": f"{key}@rede.example", "password": world.PASSWORD})
        assert answer.status_code == 302, answer.get_data(as_text=True)[:2000]
        return browser

    return enter


@pytest.fixture
def case_in(session: Any) -> Callable[..., world.Walk]:
    """Return a walker to a state, through the real verbs: `case_in(State.ANSWERED)`."""

    def walk(state: State, **people: str) -> world.Walk:
        return world.walk_to(state, **people)

    return walk
