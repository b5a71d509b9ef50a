"""What a page must hold whoever looks at it: axe, the window's width, the finger, the scheme."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import axe_playwright_python
from playwright.sync_api import Page

from tests.browser import contrast

DESK, PHONE = (1280, 800), (390, 844)
NARROW = (360, 320)
"""The narrowest telephone, and a desk at 400 % zoom (1280 / 4)."""

_AXE = """async () => {
  const given = {resultTypes: ['violations'], iframes: false, preload: {assets: ['media']}, rules: {'color-contrast': {enabled: false}}};
  const {violations} = await axe.run(document, given);
  return violations.map(({id, nodes}) => [id, nodes.slice(0, 3).map(({target}) => target.join(' '))]);
}"""
"""All rules but those that are experiments, and the one that has a module of its own. Only what is told is brought back: axe's own answer names every element that it
liked. The texts of style sheets, which axe fetches too, are for one of its experiments."""

_WIDE = """() => {
  const over = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (over <= 0) return [];
  const outside = (e) => e.offsetParent && e.getBoundingClientRect().right > innerWidth + 1;
  return [over + ' px too wide', ...[...document.querySelectorAll('main *')].filter(outside).slice(0, 3).map((e) => e.outerHTML.slice(0, 80))];
}"""
_SMALL = """() => {
  const style = (e, part) => getComputedStyle(e, part);
  const parents = (e) => e && e !== document.body ? [e, ...parents(e.parentElement)] : [];
  const unseen = (e) => !e.offsetParent || e.closest('dialog:not([open])') || e.closest('.visually-hidden')
    || parents(e).some((one) => style(one).clipPath !== 'none');
  const words = (node) => node.textContent.trim() && !(node.classList && node.classList.contains('visually-hidden'))
    && (node.nodeType === Node.TEXT_NODE || style(node).display.startsWith('inline'));
  const running = (e) => style(e).display === 'inline' && [...e.parentElement.childNodes].some((node) => node !== e && words(node));
  const row = (e) => style(e, '::after').position === 'absolute';
  const pressed = (e) => /^(checkbox|radio)$/.test(e.type) && e.labels[0] ? e.labels[0] : e;
  return [...document.querySelectorAll('a, button, select, textarea, summary, input:not([type=hidden])')]
    .map((e) => [e, pressed(e).getBoundingClientRect()])
    .filter(([e, box]) => box.width < 43.5 || box.height < 43.5)
    .filter(([e]) => !unseen(e) && !running(e) && !row(e) && !e.matches('.tc-skip'))
    .map(([e, box]) => `${e.outerHTML.slice(0, 80)} is ${Math.round(box.width)} x ${Math.round(box.height)}`);
}"""
"""Whatever a finger is to meet, but a link in running text, and one whose whole row can be pressed."""

_COVERED = """() => [...document.querySelectorAll('main :is(a, button, select, textarea, summary, input:not([type=hidden]))')].flatMap((e) => {
  if (!e.checkVisibility({visibilityProperty: true}) || e.disabled || e.closest('.visually-hidden')) return [];
  e.scrollIntoView({block: 'center', inline: 'center'});
  const box = e.getClientRects()[0];
  const top = box && document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  if (!top || e.contains(top) || top.closest('label')?.control === e) return [];
  return [`${e.outerHTML.slice(0, 80)} lies under ${top.outerHTML.slice(0, 80)}`];
}).slice(0, 3)"""
"""What is seen and cannot be pressed: something else takes the press."""


@cache
def _axe_source() -> str:
    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()


def bring(page: Page) -> None:
    """Have every page that this window opens from now on bring axe with it: for many, half the time of sending it to each."""
    page.add_init_script(_axe_source())


def faults(page: Page) -> list[str]:
    """Return what is wrong with the page that is open, at every width and in both schemes; each line says where."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe_source())
    return [*_at_a_desk(page), *_in_the_dark(page), *_by_telephone(page), *_narrow(page)]


def _at_a_desk(page: Page) -> Iterator[str]:
    _resize(page, DESK)
    yield from _axe(page, "desk")
    yield from (f"desk: {told}" for told in [*page.evaluate(_WIDE), *page.evaluate(_COVERED)])


def _in_the_dark(page: Page) -> Iterator[str]:
    # What changes with the scheme are colours, and nothing else.
    page.emulate_media(color_scheme="dark")
    yield from _contrast(page, "desk, dark")
    _resize(page, PHONE)
    yield from _contrast(page, "telephone, dark")
    page.emulate_media(color_scheme="light")


def _by_telephone(page: Page) -> Iterator[str]:
    yield from _axe(page, "telephone")
    yield from (
        f"telephone: {told}" for told in [*page.evaluate(_WIDE), *page.evaluate(_SMALL), *page.evaluate(_COVERED)]
    )


def _narrow(page: Page) -> Iterator[str]:
    for width in NARROW:
        _resize(page, (width, 640))
        yield from (f"{width} px: {told}" for told in page.evaluate(_WIDE))


def _resize(page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})


def _axe(page: Page, where: str) -> Iterator[str]:
    for rule, places in page.evaluate(_AXE):
        yield f"{where}: {rule} at {', '.join(places)}"
    yield from _contrast(page, where)


def _contrast(page: Page, where: str) -> Iterator[str]:
    if places := contrast.unreadable(page, where):
        yield f"{where}: color-contrast at {', '.join(places[:3])}"
