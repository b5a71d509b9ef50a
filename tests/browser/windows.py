"""Windows of the browser: how large, whose, and what went wrong in them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Page

from tests import world
from tests.browser.site import Site

DESK = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
BRAZIL = {"locale": "pt-BR", "timezone_id": "America/Recife", "reduced_motion": "reduce"}
PATIENCE = 45_000
"""Milliseconds: two cores serve two browsers here, and whatever else the machine does."""

CHEVRON = "d='m2 5 6 6 6-6'"
"""Of Bootstrap's own arrow of a select, an address with data, which our policy refuses and parts.css replaces: seen once,
on a machine so busy that a page was laid out before its last style sheet had come."""

HURRY = """
  const wait = window.setTimeout;
  window.setTimeout = (act, pause, ...more) => wait(act, pause === 3000 ? 300 : pause, ...more);
"""
"""A tenth of what static/js/autosave.js waits for somebody to go on typing."""


@dataclass
class Watch:
    """Notes every complaint of the browser: a script's error, a refused resource, a broken policy.

    `allowed` are parts of complaints that a journey causes on purpose ("422" where a form comes back).
    """

    troubles: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=lambda: [CHEVRON])

    def follow(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", lambda error: self.troubles.append(str(error.error)))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.troubles.append(f"{message.text} ({message.location.get('url', '')})")

    def rest(self) -> list[str]:
        """Return what nobody expected."""
        return [told for told in self.troubles if not any(part in told for part in self.allowed)]


@dataclass
class Windows:
    """Opens windows on a site: `open('marina', phone=True)` is Marina's, signed in, on her telephone."""

    site: Site
    new_context: Callable[..., BrowserContext]
    watch: Watch

    def open(self, person: str = "", *, phone: bool = False, fresh: bool = False, **more: Any) -> Page:
        """Return a page of its own browser profile, at the person's home when a person is named.

        Args:
            person: key of tests/world.py; nobody for the sign-in page.
            phone: a telephone's window and finger; otherwise a desk.
            fresh: sign in anew, for a journey that ends the session.
            more: further arguments of Playwright's `new_context`, such as java_script_enabled=False.
        """
        given = BRAZIL | (PHONE if phone else DESK) | {"base_url": self.site.url} | more
        if person and not fresh:
            given["storage_state"] = self._signed_in(person)
        context = self.new_context(**given)
        context.set_default_timeout(PATIENCE)
        self.watch.follow(context)
        page = context.new_page()
        if fresh:
            sign_in(page, person)
        elif person:
            page.goto("/")
        return page

    def _signed_in(self, person: str) -> Any:
        if person not in self.site.states:
            context = self.new_context(base_url=self.site.url, **BRAZIL)
            context.set_default_timeout(PATIENCE)
            sign_in(context.new_page(), person)
            self.site.states[person] = context.storage_state()
            context.close()
        return self.site.states[person]


def hurried(page: Page) -> Page:
    """Have all that this window opens from now on save what is typed at once: a journey may be waiting for little else."""
    page.add_init_script(HURRY)
    return page


def sign_in(page: Page, person: str, password: str = world.PASSWORD) -> None:
    """Sign in at the door, which may stand before any page and speak any language; wait until it has opened."""
    if not page.locator("[name=who]").count():
        page.goto("/sign-in")
    page.locator("[name=who]").fill(f"{person}@rede.example")
    page.locator("[name=password]").fill(password)
    page.locator("main form:has([name=password]) button").click()
    page.locator(".tc-me").wait_for()
