"""The reader of contrasts: what was judged before is skipped, and nothing else."""

import pytest

from tests.browser.looks import bring, faults


@pytest.fixture
def door(page_for):
    """A page on which everything was judged, and found good."""
    page = page_for()
    bring(page)
    page.goto("/sign-in")
    assert faults(page) == []
    return page


def told(page) -> set[str]:
    return {told.partition(" at ")[0] for told in faults(page)}


@pytest.mark.parametrize("selector", ["main h1", "main label", "main .btn"])
def test_a_text_that_is_painted_otherwise_than_before_is_judged_again(door, selector):
    faint = "(e) => Object.assign(e.style, {color: 'rgb(120, 120, 120)', backgroundColor: 'rgb(150, 150, 150)'})"
    door.locator(selector).first.evaluate(faint)
    places = ("desk", "desk, dark", "telephone, dark", "telephone")
    assert told(door) == {f"{place}: color-contrast" for place in places}
    assert told(door) == {f"{place}: color-contrast" for place in places}


def test_a_text_on_another_ground_is_judged_again(door):
    door.locator("main form").first.evaluate("(e) => { e.style.backgroundColor = 'rgb(110, 110, 110)'; }")
    assert "desk: color-contrast" in told(door)


def test_a_text_that_is_faint_in_one_scheme_only_is_found_there(door):
    rule = "@media (prefers-color-scheme: dark) { main h1 { color: rgb(60, 60, 60); } }"
    door.evaluate("(rule) => document.styleSheets[document.styleSheets.length - 1].insertRule(rule)", rule)
    assert told(door) == {"desk, dark: color-contrast", "telephone, dark: color-contrast"}
