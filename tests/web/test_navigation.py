"""The navigation is made once for a role, a page and a language, and is everybody's own all the same."""

import re

import pytest

from teleconsult.cases.lifecycle import State
from teleconsult.extensions import transaction
from teleconsult.people.models import UserRole
from teleconsult.web import navigation
from tests.world import person

PEOPLE = ("marina", "paulo", "teresa", "rosangela")


def _nav(browser, path):
    page = browser.get(path).text
    return re.search(r'<nav class="tc-nav.*?</nav>', page, re.DOTALL)[0], re.search(
        r'<details class="tc-me".*?</details>', page, re.DOTALL
    )[0].replace("csrf", "")


@pytest.fixture
def browsers(sign_in):
    return {key: sign_in(key) for key in PEOPLE}


def test_what_is_kept_is_what_would_be_made(browsers, monkeypatch):
    paths = ("/account", "/notices", "/cases/search", "/guide")
    kept = {(key, path): [_nav(browsers[key], path)[0] for _ in range(2)] for path in paths for key in PEOPLE}
    monkeypatch.setattr(navigation, "_settled", navigation._made)
    for (key, path), shown in kept.items():
        assert shown == [_nav(browsers[key], path)[0]] * 2
    assert len({kept[key, "/account"][0] for key in PEOPLE}) > 1


def test_figures_are_counted_anew(browsers, case_in):
    before = _nav(browsers["paulo"], "/account")[0]
    case_in(State.ASSIGNED)
    after = _nav(browsers["paulo"], "/account")[0]
    assert before != after
    assert re.search(r'tc-count--new">1<', after)


def test_a_new_role_shows_at_once(browsers, session):
    before = _nav(browsers["marina"], "/account")
    marina = person("marina")
    with transaction():
        marina.role_rows.append(UserRole("manager"))
    after = _nav(browsers["marina"], "/account")
    assert 'name="role"' not in before[1]
    assert 'name="role"' in after[1]


def test_each_reads_their_language(browsers):
    portuguese = _nav(browsers["marina"], "/account")[0]
    browsers["marina"].post("/language", data={"locale": "en"})
    english = _nav(browsers["marina"], "/account")[0]
    assert english != portuguese
    assert _nav(browsers["marina"], "/account")[0] == english
