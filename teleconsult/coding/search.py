"""Find a code by its beginning or by words, and tell a code's title.

Words are looked up in an index of our own (`code_words`) by their beginning: measured on 12,000 codes it
answers in a tenth of the time of a scan, and costs the workers no memory.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, false, func, literal, or_, select

from teleconsult.coding.likeness import initials_of, nearest
from teleconsult.coding.models import Code, CodeWord, System
from teleconsult.coding.words import beginnings_of, code_beginning, words_of
from teleconsult.extensions import db
from teleconsult.typed import fold

LIMIT = 20
LONGEST_QUERY = 200
MOST_MEANT = 6
"""Of more words nobody knows which one is wrong."""

EVERY_SYSTEM: tuple[System, ...] = tuple(System)

_AFTER_Z = "{"
"""Sorts after every letter and digit: the end of a range of words, and of codes."""


@dataclass(frozen=True)
class Found:
    """A code that answers a query, with its title in the reader's language where there is one."""

    system: System
    code: str
    title: str
    near: bool = False
    """It answers what the query was taken to mean, not what stands in it."""

    @property
    def value(self) -> str:
        """What a form posts for it."""
        return f"{self.system}:{self.code}"

    @property
    def label(self) -> str:
        """The code and its title in one line."""
        return f"{self.code} {self.title}"


def find(text: str, systems: Sequence[System] = EVERY_SYSTEM, limit: int = LIMIT, lang: str = "pt_BR") -> list[Found]:
    """Return the codes that answer a query, best first, at most `limit`.

    The beginning of a code ("e11", "E11.9", "e119") gives the codes in their order. Words may come in any
    order, without accents, and cut short; each must begin a word of a title or synonym. Best is a name that
    is the query, then one that begins with it, then any; among these words of the Portuguese title come before
    those of synonyms and of the English title (the other way round for a reader of English), and the commonest
    problems first.
    """
    text = text[:LONGEST_QUERY]
    found = _by_code(text, systems, limit, lang)
    words = beginnings_of(text)
    if len(found) < limit and any(len(word) > 1 for word in words):
        found += [hit for hit in _by_words(text, words, systems, limit, lang) if hit not in found]
    return found[:limit]


def find_near(text: str, systems: Sequence[System] = EVERY_SYSTEM, lang: str = "pt_BR") -> list[Found]:
    """Return what `find` does, or else, marked as such, what answers the words that were most likely meant."""
    found = find(text, systems, lang=lang)
    wanted = "" if found else meant(text)
    return [replace(hit, near=True) for hit in find(wanted, systems, lang=lang)] if wanted else found


def meant(text: str) -> str:
    """Return what a query that finds nothing was meant to be, word for word as the titles have it; "" if nobody can tell."""
    words = words_of(text[:LONGEST_QUERY])
    if len(words) > MOST_MEANT:
        return ""
    guessed = [word if _is_known(word) else nearest(word, _words_like(word)) for word in words]
    return " ".join(word for word in guessed if word) if all(guessed) and guessed != words else ""


def _is_known(word: str) -> bool:
    beginning = beginnings_of(word)[0]
    begins = CodeWord.word >= beginning, CodeWord.word < beginning + _AFTER_Z
    return db.session.scalar(select(CodeWord.word).where(*begins).limit(1)) is not None


def _words_like(word: str) -> Sequence[str]:
    begins = [and_(CodeWord.word >= first, CodeWord.word < first + _AFTER_Z) for first in initials_of(word)]
    size = func.length(CodeWord.word).between(len(word) - 2, len(word) + 3)
    return db.session.scalars(select(CodeWord.word).distinct().where(or_(false(), *begins), size)).all()


def title_of(system: str, code: str, lang: str = "pt_BR") -> str | None:
    """Return the title of a code in the reader's language where there is one; None for a code that is not there."""
    return titles_of([(system, code)], lang).get((system, code))


def titles_of(codes: Iterable[tuple[str, str]], lang: str = "pt_BR") -> dict[tuple[str, str], str]:
    """Return the titles of the (system, code) pairs that are there, in one statement."""
    wanted = [and_(Code.system == system, Code.code == code) for system, code in codes if code.isprintable()]
    if not wanted:
        return {}
    rows = db.session.execute(select(Code.system, Code.code, _title(lang)).where(or_(false(), *wanted)))
    return {(system, code): title for system, code, title in rows}


def _by_code(text: str, systems: Sequence[System], limit: int, lang: str) -> list[Found]:
    beginning = code_beginning(text)
    if beginning is None:
        return []
    query = _codes(systems, lang).where(Code.code >= beginning, Code.code < beginning + _AFTER_Z)
    return _read(query.order_by(Code.code, Code.system).limit(limit))


def _by_words(text: str, words: Sequence[str], systems: Sequence[System], limit: int, lang: str) -> list[Found]:
    query = _codes(systems, lang)
    far: ColumnElement[int] = literal(0)
    for word in words:
        hits = _codes_with(word, lang)
        query = query.join(hits, hits.c.code_id == Code.id)
        far = far + hits.c.far
    name = fold(text)
    # A name that begins with the query counts unless every word was found in the other language only.
    begins = and_(Code.names.like(f"%|{name}%"), far < 2 * len(words))
    nearness = case((Code.names.like(f"%|{name}|%"), 0), (begins, 1), else_=2)
    order = (nearness, far, Code.common.desc(), func.length(_title(lang)), Code.code)
    return _read(query.order_by(*order).limit(limit))


def _codes_with(word: str, lang: str) -> Subquery:
    """Return the codes with a word that begins so, and how far from the reader's own title it stands."""
    far = 2 - CodeWord.place if _english(lang) else CodeWord.place
    return (
        select(CodeWord.code_id, func.min(far).label("far"))
        .where(CodeWord.word >= word, CodeWord.word < word + _AFTER_Z)
        .group_by(CodeWord.code_id)
        .subquery()
    )


def _codes(systems: Sequence[System], lang: str) -> Select[str, str, str]:
    return select(Code.system, Code.code, _title(lang)).where(Code.system.in_(systems))


def _read(query: Select[str, str, str]) -> list[Found]:
    return [Found(System(system), code, title) for system, code, title in db.session.execute(query)]


def _title(lang: str) -> ColumnElement[str]:
    first, second = (Code.title_en, Code.title_pt) if _english(lang) else (Code.title_pt, Code.title_en)
    return func.coalesce(first, second)


def _english(lang: str) -> bool:
    return lang.startswith("en")
