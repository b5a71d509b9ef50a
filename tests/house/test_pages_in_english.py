"""Pages as an English reader has them: no Portuguese but what people wrote, and what names something."""

from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from sqlalchemy import update

from teleconsult import checks
from teleconsult.cases.lifecycle import State
from teleconsult.extensions import db, transaction
from teleconsult.people.importing import HEADINGS
from teleconsult.people.models import User
from tests import english

pytestmark = pytest.mark.only_sqlite  # the words of a page do not depend on the database

HEADINGS_OF_A_FILE = [words[0] for words in HEADINGS.values()]
"""The columns of a file of people are called the same in both languages."""


class Page(HTMLParser):
    """What a reader sees or hears of a page, and where it leads."""

    HEARD = ("aria-label", "title", "placeholder", "alt")
    WORDLESS = ("data-src", "data-name", "data-label", "data-key", "data-draft")

    def __init__(self):
        super().__init__()
        self.said, self.links, self.shut = [], [], 0

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        self.shut += tag in ("script", "style")
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        self.said += [given[name] for name in self.HEARD if name in given]
        self.said += [
            v for name, v in given.items() if name.startswith("data-") and " " in v and name not in self.WORDLESS
        ]

    def handle_endtag(self, tag):
        self.shut -= tag in ("script", "style")

    def handle_data(self, data):
        if data.strip() and not self.shut:
            self.said.append(" ".join(data.split()))


def written_by_people():
    """Return every text of the database, the longest first: names, and what people wrote in their language."""
    found = set()
    for table in db.metadata.tables.values():
        for row in db.session.execute(table.select()):
            for value in row:
                gather(value, found)
    return sorted(found, key=len, reverse=True)


def gather(value, found):
    if isinstance(value, str):
        found |= {" ".join(value.split())} if len(value) > 2 else set()
    elif isinstance(value, dict):
        gather(list(value.values()), found)
    elif isinstance(value, list):
        for inner in value:
            gather(inner, found)


def left_in(page, data):
    """Return what a page says in Portuguese, apart from what is data."""
    found = {}
    for words in page.said:
        rest = words
        for text in data:
            if text in rest:
                rest = rest.replace(text, " ")
        if left := english.portuguese_in(rest):
            found[words] = left
    return found


def read(html):
    page = Page()
    page.feed(html)
    return page


def walk(browser, start, most=50):
    """Yield the pages that a reader reaches by links, nearest first."""
    waiting, seen = list(start), set()
    while waiting and len(seen) < most:
        address = waiting.pop(0)
        if address in seen:
            continue
        seen.add(address)
        answer = browser.get(address, follow_redirects=True)
        if answer.mimetype == "text/html":
            html = answer.get_data(as_text=True)
            page = read(html)
            waiting += filter(None, map(own, page.links))
            yield address, answer.status_code, page, html


def own(link):
    parts = urlsplit(link)
    return parts._replace(fragment="").geturl() if link.startswith("/") and not link.startswith("/s/") else ""


@pytest.fixture
def read_in_english(application, session, case_in, sign_in):
    """A case in every state, and everybody's account set to English."""
    refs = [case_in(state).case.ref for state in State]
    with transaction():
        session.execute(update(User).values(language="en"))
    return refs


@pytest.mark.parametrize("who", ["marina", "paulo", "rosangela", "dora", "teresa"])
def test_pages_in_english_have_no_portuguese(read_in_english, sign_in, session, who):
    browser = sign_in(who)
    data = [*written_by_people(), *checks.UFS.values()]
    left, pages = {}, 0
    for address, status, page, html in walk(browser, ["/", *(f"/cases/{ref}" for ref in read_in_english), "/guide"]):
        known = HEADINGS_OF_A_FILE if address.startswith("/people/import") else ()
        left |= {f"{address}: {words}": why for words, why in left_in(page, [*known, *data]).items()}
        assert 'lang="en"' in html, address
        assert "Project-Id-Version" not in html, address
        pages += status == 200
    assert not left
    assert pages > 15


@pytest.mark.parametrize("address", ["/sign-in", "/reset", "/reset?first=1", "/nowhere"])
def test_the_door_speaks_the_browsers_language(client, address):
    html = client.get(address, headers={"Accept-Language": "en-GB,en;q=0.9"}).get_data(as_text=True)
    assert not left_in(read(html), [])
    assert 'lang="en"' in html
