"""A site for each test worker, and windows on it that tell when the browser complained."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests import compiled
from tests.browser import site as sites
from tests.browser.site import Site
from tests.browser.windows import PATIENCE, Watch, Windows
from tests.servers import chromium, postgres

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder needs the browser."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start the installed Chromium."""
    expect.set_options(timeout=PATIENCE)
    return browser_type_launch_args | chromium.launch_args()


@pytest.fixture(scope="session")
def shared_site(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Site]:
    with sites.running(tmp_path_factory.mktemp("site")) as found:
        compiled.share(found.application, tmp_path_factory, getattr(request.config, "workerinput", None))
        yield found


@pytest.fixture
def site(shared_site: Site) -> Iterator[Site]:
    """The product on SQLite."""
    yield shared_site
    shared_site.all_portuguese()


@pytest.fixture
def watch() -> Iterator[Watch]:
    """What the browser complained of; nothing may be left at the end."""
    watching = Watch()
    yield watching
    assert not watching.rest()


@pytest.fixture
def page_for(site: Site, new_context: Callable[..., BrowserContext], watch: Watch) -> Callable[..., Page]:
    """Return an opener of windows: `page_for('marina', phone=True)`; see `Windows.open`."""
    return Windows(site, new_context, watch).open


@pytest.fixture
def site_on_postgresql(postgres_server: postgres.Postgres, tmp_path: Path) -> Iterator[Site]:
    """The product on PostgreSQL, for the one journey that asks whether it is the same there."""
    with sites.running(tmp_path, postgres_server.create("browser")) as found:
        yield found
    postgres_server.drop("browser")
