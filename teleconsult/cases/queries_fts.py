"""Finding cases by words on SQLite: FTS5, newest first.

Who may find a case is a part of the query, so that reading stops when the page is full. But somebody may find the cases of
forty units, and FTS5 merges forty lists as long as the history for it, whatever the word. So the newest cases that hold
the words are looked at first, with their keys: a rare word has no more than those, a common one fills the page with them.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Integer, Row, String, bindparam, column, literal_column, select, table

from teleconsult.extensions import read
from teleconsult.web import PAGE_SIZE, Page, edge_asked, page_by_key, page_of

NEWEST = 3 * PAGE_SIZE
"""So many cases of a word are looked at first."""

_SHELF = table("case_search", column("rowid", Integer), column("keys", String))
_MATCH = literal_column("case_search").op("MATCH")(bindparam("match", type_=String))
_KEYS = ((_SHELF.c.rowid, True),)
_BY_WORDS = select(_SHELF.c.rowid).where(_MATCH)
_ABOVE_ALL = 2**31 - 1


class Way(NamedTuple):
    """One way in which a person finds cases: by words in these columns, among those that have one of these keys."""

    columns: str
    keys: frozenset[str] | None
    """None: all of them."""


def find_by_fts(open_keys: Sequence[str], waiting_keys: Sequence[str], every_name: bool, words: Sequence[str]) -> Page:
    """Return a page of row numbers of the cases that hold every word, newest first.

    Args:
        open_keys: whose cases are found by names and clinical words, as the index knows them.
        waiting_keys: whose are found by clinical words only.
        every_name: whether every case is found by the patient's names.
        words: a query for each word, without anything of what was typed but a-z and 0-9.

    Raises:
        BadRequest: the key in the address is not one of ours.
    """
    ways = [Way(c, _known(keys)) for c, keys in (("{names body}", open_keys), ("body", waiting_keys)) if keys]
    if every_name:
        ways.append(Way("names", None))
    wanted = " AND ".join(words)
    rows = _among_newest(ways, wanted)
    if rows is not None:
        return page_of(rows, _KEYS)
    return page_by_key(_BY_WORDS, _KEYS, given={"match": " OR ".join(_query(way, wanted) for way in ways)})


def _known(keys: Iterable[str]) -> frozenset[str]:
    return frozenset(key.replace(":", "") for key in keys)


def _query(way: Way, wanted: str) -> str:
    found = f"{way.columns} : ({wanted})"
    if way.keys is None:
        return f"({found})"
    either = " OR ".join(f'"{key}"' for key in sorted(way.keys))
    return f"((keys : ({either})) AND ({found}))"


def _among_newest(ways: Sequence[Way], wanted: str) -> list[Row[Any]] | None:
    """Return the rows nearest to where the page begins, one more than fit; None when they must be asked of the whole index."""
    edge, upwards = edge_asked(_SHELF.c.rowid)
    found: dict[int, Row[Any]] = {}
    horizon = None
    for way in ways:
        given = {"match": f"{way.columns} : ({wanted})", "edge": _ABOVE_ALL if edge is None else edge}
        rows = read(_nearest(upwards), given)
        found |= {row.rowid: row for row in rows if way.keys is None or not way.keys.isdisjoint(row.held.split())}
        if len(rows) > NEWEST:  # of this way nothing is known beyond
            last = rows[-1].rowid
            horizon = last if horizon is None else min(last, horizon) if upwards else max(last, horizon)
    numbers = sorted(found, reverse=not upwards)
    if horizon is not None:
        numbers = [number for number in numbers if (number <= horizon if upwards else number >= horizon)]
        if len(numbers) <= PAGE_SIZE:
            return None
    return [found[number] for number in numbers[: PAGE_SIZE + 1]]


@lru_cache(maxsize=2)
def _nearest(upwards: bool) -> Any:
    number = _SHELF.c.rowid
    edge: Any = bindparam("edge")
    query = select(number, _SHELF.c["keys"].label("held")).where(_MATCH, number > edge if upwards else number < edge)
    return query.order_by(number if upwards else number.desc()).limit(literal_column(str(NEWEST + 1), Integer))
