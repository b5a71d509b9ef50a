"""With the colours of the system in the place of ours, what a border or a background alone tells must still be told."""

import pytest
from playwright.sync_api import Locator

from teleconsult.cases.lifecycle import State

STYLE = "(part, [name, pseudo]) => getComputedStyle(part, pseudo || null).getPropertyValue(name)"


@pytest.fixture
def paulo(page_for, site):
    site.case_in(State.ASSIGNED)
    page = page_for("paulo", forced_colors="active")
    page.goto("/waiting")
    return page


def style(part: Locator, name: str, pseudo: str = "") -> str:
    return str(part.first.evaluate(STYLE, [name, pseudo]))


def test_the_tab_one_is_on_is_told_from_the_others(paulo):
    here, there = paulo.locator(".tc-tabs a[aria-current]"), paulo.locator(".tc-tabs a:not([aria-current])")
    ground = paulo.evaluate("getComputedStyle(document.body).backgroundColor")
    assert style(there, "border-bottom-color") == ground
    assert style(here, "border-bottom-color") != ground


def test_what_is_new_keeps_its_mark(paulo):
    ground = paulo.evaluate("getComputedStyle(document.body).backgroundColor")
    assert style(paulo.locator(".tc-new"), "background-color", "::before") != ground


def test_a_select_is_seen_to_be_one(page_for):
    page = page_for("rosangela", forced_colors="active")
    page.goto("/desk")
    assert style(page.locator("select"), "appearance") != "none"
