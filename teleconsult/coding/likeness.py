"""Which word was meant by one that is in no title: spelt as it sounds in Portuguese, or with a slip of a letter. Pure."""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

SHORTEST = 5
"""Letters from which a word is told from others well enough to guess what it was meant to be."""

LEAST_HEARD = 4
"""Of fewer sounds ("zzzzz" is one) nothing can be told."""

LIKE = 0.84
"""How much of two sounds must agree (difflib's ratio): one slip in six letters, two in twelve."""

MOST_OTHER = 2
"""So many kinds of letters of a word may be missing in the one that was meant."""

_SOUNDS = (
    (r"ph", "f"),
    (r"th", "t"),
    (r"ch|sh|x", "s"),
    (r"sc(?=[eiy])|cz|tz|z|ss|c(?=[eiy]|ao|oes)", "s"),
    (r"g(?=[eiy])", "j"),
    (r"qu(?=[eiy])|[kq]|c", "c"),
    (r"w", "v"),
    (r"[ey]", "i"),
    (r"h", ""),
    (r"(.)\1+", r"\1"),
)
"""Spellings that are heard alike, or nearly, one after the other; on folded words, where the cedilla of "ção" is gone."""

_INITIALS = ("cksqzx", "gj", "eiyh", "fp", "vw")
"""First letters that are taken for each other."""


def sound(word: str) -> str:
    """Return how a folded word sounds: 'hanseniaze' and 'hanseniase' alike."""
    for spelt, heard in _SOUNDS:
        word = re.sub(spelt, heard, word)
    return word


def initials_of(word: str) -> list[str]:
    """Return with which letters the word that was meant may begin."""
    first = word[0]
    alike = {letter for group in _INITIALS if first in group for letter in group}
    # An h at the beginning is not heard: it may be missing, or one too many.
    return sorted({first, "h", *word[:2], *alike} if first in "aeiouh" else {first, *alike})


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that was most likely meant, or None; one that is cut short may mean the beginning of another."""
    wanted, letters, best = sound(word), set(word), (0.0, 0, "")
    if len(word) < SHORTEST or len(wanted) < LEAST_HEARD:
        return None
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(wanted)
    for other in known:
        if len(letters.intersection(other)) < len(letters) - MOST_OTHER:  # most words, for a twentieth of the time
            continue
        heard = sound(other)
        for part in {heard, heard[: len(wanted)], heard[: len(wanted) + 1]}:
            matcher.set_seq1(part)
            if matcher.real_quick_ratio() >= LIKE and matcher.quick_ratio() >= LIKE:
                best = max(best, (matcher.ratio(), -len(other), other))
    return best[2] if best[0] >= LIKE else None
