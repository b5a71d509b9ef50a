"""What a page must hold whoever looks at it: axe, the window's width, the finger, the scheme."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Page

DESK, PHONE = (1280, 800), (390, 844)
NARROW = (360, 320)
"""The narrowest telephone, and a desk at 400 % zoom (1280 / 4)."""

_AXE = "options => axe.run(document, {resultTypes: ['violations'], iframes: false, ...options})"
_WIDE = """() => {
  const over = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (over <= 0) return [];
  const outside = (e) => e.offsetParent && e.getBoundingClientRect().right > innerWidth + 1;
  return [over + ' px too wide', ...[...document.querySelectorAll('main *')].filter(outside).slice(0, 3).map((e) => e.outerHTML.slice(0, 80))];
}"""
_SMALL = """() => [...document.querySelectorAll('.tc-nav a, .tc-menu a, .tc-menu button, .tc-moves a, .tc-moves button, .btn, .tc-rail a, summary')]
  .filter((e) => e.offsetParent && !e.closest('.visually-hidden') && !e.classList.contains('visually-hidden'))
  .map((e) => [e, e.getBoundingClientRect()])
  .filter(([e, box]) => box.width < 43.5 || box.height < 43.5)
  .map(([e, box]) => `${e.outerHTML.slice(0, 80)} is ${Math.round(box.width)} x ${Math.round(box.height)}`)"""


@cache
def _axe_source() -> str:
    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()


def faults(page: Page) -> list[str]:
    """Return what is wrong with the page that is open, at every width and in both schemes; each line says where."""
    page.evaluate(_axe_source())
    return [*_at_a_desk(page), *_by_telephone(page), *_narrow(page)]


def _at_a_desk(page: Page) -> Iterator[str]:
    _resize(page, DESK)
    yield from _axe(page, "desk")
    # What changes with the scheme are colours, and nothing else.
    page.emulate_media(color_scheme="dark")
    yield from _axe(page, "desk, dark", runOnly=["color-contrast"])
    page.emulate_media(color_scheme="light")
    yield from (f"desk: {told}" for told in page.evaluate(_WIDE))


def _by_telephone(page: Page) -> Iterator[str]:
    _resize(page, PHONE)
    yield from _axe(page, "telephone")
    page.emulate_media(color_scheme="dark")
    yield from _axe(page, "telephone, dark", runOnly=["color-contrast"])
    page.emulate_media(color_scheme="light")
    yield from (f"telephone: {told}" for told in [*page.evaluate(_WIDE), *page.evaluate(_SMALL)])


def _narrow(page: Page) -> Iterator[str]:
    for width in NARROW:
        _resize(page, (width, 640))
        yield from (f"{width} px: {told}" for told in page.evaluate(_WIDE))


def _resize(page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})


def _axe(page: Page, where: str, **options: Any) -> Iterator[str]:
    for violation in page.evaluate(_AXE, options)["violations"]:
        places = [" ".join(node["target"]) for node in violation["nodes"][:3]]
        yield f"{where}: {violation['id']} at {', '.join(places)}"
