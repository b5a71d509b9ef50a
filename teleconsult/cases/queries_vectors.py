"""Finding cases by words on PostgreSQL: its text vectors, newest first.

Its planner does not know how rare a beginning of a word is, and reads every case that there is for one that few have,
or sorts all that have a common one. So the newest cases are looked through first, which fills the page when the word is
common, and the index of words is asked only when that did not.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    String,
    and_,
    bindparam,
    column,
    false,
    func,
    literal_column,
    or_,
    select,
    table,
    true,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.sql import cast

from teleconsult.cases.visible import any_of
from teleconsult.web import Page, edge_asked, page_by_key

NEWEST = 250
"""So many cases are looked through first: a fifth of a millisecond for fifty, and a word of a tenth fills a page."""

_SHELF = table("case_search", column("case_id", Integer), column("names"), column("body"))
_ABOVE_ALL = 2**31 - 1

Ways = tuple[bool, bool, bool]
"""Whether a person finds: what is open to them, what waits (by clinical words alone), every patient's name."""


def find_by_vectors(
    open_keys: Sequence[str], waiting_keys: Sequence[str], every_name: bool, terms: Sequence[str], typed: str
) -> Page:
    """Return a page of row numbers of the cases that hold every word, newest first.

    Args:
        open_keys: whose cases are found by names and clinical words, as the index knows them.
        waiting_keys: whose are found by clinical words only.
        every_name: whether every case is found by the patient's names.
        terms: a text query for each word, without anything of what was typed but a-z and 0-9.
        typed: all words as they were typed, to be found by their Portuguese stems.

    Raises:
        BadRequest: the key in the address is not one of ours.
    """
    ways = (bool(open_keys), bool(waiting_keys), every_name)
    given = {f"term_{n}": term for n, term in enumerate(terms)} | {"typed": typed}
    for name, whose in (("open_keys", open_keys), ("waiting_keys", waiting_keys)):
        if whose:
            given[name] = " | ".join(f"'{key}'" for key in whose)
    edge, upwards = edge_asked(_SHELF.c.case_id)
    query, keys = _among_newest(len(terms), ways, upwards)
    page = page_by_key(query, keys, given={**given, "edge": _ABOVE_ALL if edge is None else edge})
    if page.newer if upwards else page.older:  # there are more than fit
        return page
    query, keys = _in_index(len(terms), ways)
    return page_by_key(query, keys, given=given)


@lru_cache(maxsize=128)
def _among_newest(words: int, ways: Ways, upwards: bool) -> tuple[Any, Any]:
    number = _SHELF.c.case_id
    further = number > bindparam("edge") if upwards else number < bindparam("edge")
    nearest = select(_SHELF).where(further).order_by(number if upwards else number.desc())
    near = nearest.limit(literal_column(str(NEWEST), Integer)).subquery()
    return select(near.c.case_id).where(_permitted(near, words, ways)), ((near.c.case_id, True),)


@lru_cache(maxsize=128)
def _in_index(words: int, ways: Ways) -> tuple[Any, Any]:
    # Whose they are is asked of what the words found: the keys alone find half of all cases.
    holding = select(_SHELF).where(or_(_anywhere(_SHELF, words), _stems(_SHELF)))
    found = holding.cte("found").prefix_with("MATERIALIZED")
    return select(found.c.case_id).where(_permitted(found, words, ways)), ((found.c.case_id, True),)


def _permitted(shelf: FromClause, words: int, ways: Ways) -> ColumnElement[bool]:
    """Each word by its beginning, in names or body; or all of them by their Portuguese stems, in the body."""
    opened, waiting, every_name = ways
    found: list[ColumnElement[bool]] = []
    if opened:
        found.append(and_(_holds(shelf.c.names, "open_keys"), or_(_anywhere(shelf, words), _stems(shelf))))
    if waiting:
        found.append(and_(_holds(shelf.c.body, "waiting_keys"), or_(_in_body(shelf, words), _stems(shelf))))
    if every_name:
        found.append(_each(_holds(shelf.c.names, f"term_{n}") for n in range(words)))
    return any_of(*found)


def _each(holds: Iterable[ColumnElement[bool]]) -> ColumnElement[bool]:
    """Return the condition that every word is held; without any it never holds."""
    found = list(holds)
    return and_(true(), *found) if found else false()


def _anywhere(shelf: FromClause, words: int) -> ColumnElement[bool]:
    return _each(or_(_holds(shelf.c.names, f"term_{n}"), _holds(shelf.c.body, f"term_{n}")) for n in range(words))


def _in_body(shelf: FromClause, words: int) -> ColumnElement[bool]:
    return _each(_holds(shelf.c.body, f"term_{n}") for n in range(words))


def _stems(shelf: FromClause) -> ColumnElement[bool]:
    return shelf.c.body.op("@@")(func.plainto_tsquery(literal_column("'portuguese'"), bindparam("typed", type_=String)))


def _holds(vector: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    return vector.op("@@")(cast(bindparam(name, type_=String), TSQUERY))
