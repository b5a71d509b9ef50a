"""The words of a search, kept for a day behind the address of its results: no name stands in an address."""

from datetime import timedelta
from secrets import token_urlsafe

from sqlalchemy import bindparam, delete, select

from teleconsult import clock
from teleconsult.cases.models_search import KeptSearch
from teleconsult.extensions import changed, db, read
from teleconsult.people.models import User

LIFE = timedelta(days=1)
_WORDS = select(KeptSearch.words).where(KeptSearch.key == bindparam("key"), KeptSearch.user_id == bindparam("user_id"))


def keep(words: str, *, by: User) -> str:
    """Keep the words behind a new address and return its key; what is older than a day is forgotten."""
    now = clock.now()
    changed(delete(KeptSearch).where(KeptSearch.searched_at < now - LIFE))
    key = token_urlsafe(16)
    db.session.add(KeptSearch(key=key, user_id=by.id, words=words, searched_at=now))
    return key


def kept(key: str, user: User) -> str:
    """Return the words behind a key, '' when there are none or somebody else typed them."""
    rows = read(_WORDS, {"key": key, "user_id": user.id})
    return rows[0][0] if rows else ""
