"""A page by key: the same rows however it is asked for, and a key that is none of ours is refused."""

import base64
import json

import pytest
from sqlalchemy import bindparam, select
from werkzeug.exceptions import BadRequest

from teleconsult.extensions import db
from teleconsult.network.models import HealthUnit
from teleconsult.web import page_by_key

KEYS = [(HealthUnit.name, False), (HealthUnit.id, False)]
ALL = select(HealthUnit.id, HealthUnit.name)
KEPT = ALL.where(HealthUnit.district == bindparam("district"))


def names(page) -> list[str]:
    return [row.name for row in page.rows]


@pytest.mark.parametrize("given", [None, {"district": "DS IV"}])
def test_there_and_back_again(application, session, given):
    query = ALL if given is None else KEPT
    every = sorted(session.scalars(select(HealthUnit.name)))
    with application.test_request_context("/"):
        first = page_by_key(query, KEYS, 2, given)
    with application.test_request_context(f"/?after={first.older}"):
        second = page_by_key(query, KEYS, 2, given)
    with application.test_request_context(f"/?before={second.newer}"):
        back = page_by_key(query, KEYS, 2, given)
    assert names(first) + names(second) == every
    assert names(back) == names(first)
    assert (first.newer, second.older, back.newer) == (None, None, None)


def mark(*values) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "key",
    ["!", "x", mark(), mark("a"), mark(1, 1), mark("a", "b"), mark("a", True), mark("a", 1.5), mark("a", None),
     mark("a", 10**30), mark("\x00", 1), mark("\ud800", 1), mark({"t": "x"}, 1), mark({}, 1), mark([], 1), "W" * 5000],
)  # fmt: skip
def test_a_key_that_is_none_of_ours_is_refused(application, session, key):
    with application.test_request_context("/", query_string={"after": key}), pytest.raises(BadRequest):
        page_by_key(ALL, KEYS, 2)
    assert db.session.scalar(select(1)) == 1
