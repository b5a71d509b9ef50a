"""The place in a text where a search hit, with a little around it. Pure: standard library only."""

from collections.abc import Iterable
from typing import NamedTuple
from unicodedata import normalize

AROUND = 60

_PLAIN = {
    code: normalize("NFKD", chr(code))[0].lower()
    for code in (*range(0x41, 0x5B), *range(0xC0, 0x250))
    if len(normalize("NFKD", chr(code))[0].lower()) == 1
}
"""One letter for one letter, so that a place in the plain text is the same place in the written one."""


class Snippet(NamedTuple):
    """What stands before the hit, the hit, and what stands after."""

    before: str
    hit: str
    after: str


def snippet(texts: Iterable[str], beginnings: Iterable[str]) -> Snippet | None:
    """Return the first place in the texts where a word begins with one of the beginnings; None when there is none."""
    wanted = list(beginnings)
    for text in texts:
        plain = text.translate(_PLAIN)
        for beginning in wanted:
            at = _word_at(plain, beginning)
            if at >= 0:
                return _cut(text, at, len(beginning))
    return None


def _word_at(plain: str, beginning: str) -> int:
    at = plain.find(beginning)
    while at > 0 and plain[at - 1].isalnum():
        at = plain.find(beginning, at + 1)
    return at


def _cut(text: str, at: int, length: int) -> Snippet:
    end = at + length
    while end < len(text) and text[end].isalnum():
        end += 1
    start, stop = max(0, at - AROUND), min(len(text), end + AROUND)
    before, after = text[start:at], text[end:stop]
    if start:
        before = "… " + before.partition(" ")[2]
    if stop < len(text):
        after = after.rpartition(" ")[0] + " …"
    return Snippet(before, text[at:end], after)
