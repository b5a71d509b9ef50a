"""On SQLite a page of what is found is the same, however many cases are looked at before the whole index is asked."""

import random
from itertools import product

import pytest

from teleconsult.cases import queries_fts
from teleconsult.cases.queries_search import Scope, find
from teleconsult.extensions import db, transaction

pytestmark = pytest.mark.only_sqlite

SCOPES = (
    Scope(open=("u:1", "u:2")),
    Scope(open=("r:3",)),
    Scope(open=("c:9",), waiting=("w:1", "w:2")),
    Scope(waiting=("w:1",)),
    Scope(open=("u:4",), waiting=("w:2",), every_name=True),
    Scope(every_name=True),
    Scope(open=("r:77",)),
)


@pytest.fixture
def shelf(session):
    """150 cases: their keys, the words of the names and of the body; some words are rare."""
    draw = random.Random(20261122)
    made = {}
    for number in range(1, 151):
        keys = {f"r{draw.randint(1, 5)}", f"u{draw.randint(1, 4)}"}
        keys |= {f"w{draw.randint(1, 2)}"} if draw.random() < 0.4 else {"c9"}
        names = {draw.choice(("ana", "rosa", "febronia"))}
        body = {word for word in ("febre", "tosse", "ana") if draw.random() < 0.6} | (
            {"lepra"} if number % 29 == 0 else set()
        )
        made[number] = (keys, names, body)
    with transaction():
        for number, parts in made.items():
            given = dict(zip(("keys", "names", "body"), map(" ".join, parts), strict=True))
            db.session.execute(
                db.text("INSERT INTO case_search (rowid, keys, names, body) VALUES (:id, :keys, :names, :body)"),
                {"id": number, **given},
            )
    return made


def known(keys):
    return {key.replace(":", "") for key in keys}


def holds(among, words):
    return all(any(word.startswith(beginning) for word in among) for beginning in words)


def expected(shelf, scope, words):
    found = []
    for number, (keys, names, body) in shelf.items():
        opened = known(scope.open) & keys and holds(names | body, words)
        waiting = known(scope.waiting) & keys and holds(body, words)
        if opened or waiting or (scope.every_name and holds(names, words)):
            found.append(number)
    return found[::-1]


@pytest.mark.parametrize("newest", [0, 25, 60, 500])
def test_forwards_and_backwards(application, shelf, monkeypatch, newest):
    monkeypatch.setattr(queries_fts, "NEWEST", newest)
    queries_fts._nearest.cache_clear()

    def page(scope, words, address="/"):
        with application.test_request_context(address):
            found = find(scope, " ".join(words))
        return [row[0] for row in found.rows], found.newer, found.older

    for scope, words in product(SCOPES, (("febre",), ("ana",), ("lepra",), ("tosse", "rosa"), ("nada",))):
        wanted, pages = expected(shelf, scope, words), []
        numbers, newer, older = page(scope, words)
        assert newer is None
        pages.append(numbers)
        while older is not None:
            numbers, newer, older = page(scope, words, f"/?after={older}")
            pages.append(numbers)
        assert [number for one in pages for number in one] == wanted, (scope, words)
        for one in reversed(pages[:-1]):
            numbers, newer, _older = page(scope, words, f"/?before={newer}")
            assert numbers == one, (scope, words)
    queries_fts._nearest.cache_clear()
