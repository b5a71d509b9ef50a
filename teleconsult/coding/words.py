"""How codes and titles are compared: by code without its dot, by words without accents. Pure."""

import re

from teleconsult.typed import fold

WORD_LENGTH = 40
"""Longer words are kept and looked for by their beginning."""

_LITTLE = frozenset(
    [
        "a",
        "o",
        "as",
        "os",
        "um",
        "uma",
        "de",
        "do",
        "da",
        "dos",
        "das",
        "em",
        "no",
        "na",
        "nos",
        "nas",
        "e",
        "ou",
        "com",
        "sem",
        "por",
        "para",
        "ao",
        "the",
        "of",
        "and",
        "in",
        "with",
        "to",
    ]
)
"""Words that carry nothing in a search; a query made of them alone keeps them."""

_ENDINGS = ("oes", "aes", "ais", "eis", "is", "s")
"""Of a plural, what may be cut so that the rest begins the singular too (infecções, renais, alergias)."""

_ICD = re.compile(r"([A-Z][0-9]{2})\.?([0-9]{1,2})?")
_DOTTED = re.compile(r"\b([A-Za-z][0-9]{2})\.([0-9])")
_NAMED = re.compile(r"\b(?:CID|CIAP|ICD|ICPC)(?:[ -]?(?:10|2))?\b[ :-]*(?=[A-Z]-?[0-9]{2})", re.IGNORECASE)
_APOSTROPHES = re.compile(r"(?<=\w)['’`´](?=\w)")
_DATED = re.compile(r"\b(0?[1-9]|[12][0-9]|3[01])[/.-](0?[1-9]|1[0-2])[/.-]([12][0-9]{3})\b", re.ASCII)
_TYPED = re.compile(r"[A-Z-][0-9]{0,4}")


def words_of(text: str) -> list[str]:
    """Return the words under which a title is kept."""
    return [word[:WORD_LENGTH] for word in fold(text).split()]


def undotted(text: str) -> str:
    """Return the text with its ICD-10 codes as they are kept: 'A30.1' becomes 'A301'."""
    return _DOTTED.sub(r"\1\2", text)


def joined(text: str) -> str:
    """Return the text with the two sides of an apostrophe in one word: "Sant'Ana" becomes 'SantAna'."""
    return _APOSTROPHES.sub("", text)


def dated(text: str) -> str:
    """Return the text with its dates in one word each: '14/3/1979' becomes '19790314'."""
    return _DATED.sub(lambda found: f"{found[3]}{int(found[2]):02}{int(found[1]):02}", text)


def unnamed(text: str) -> str:
    """Return the text without the name of the classification before a code: 'CID E11.9' becomes 'E11.9'."""
    return _NAMED.sub("", text)


def beginnings_of(text: str) -> list[str]:
    """Return what the words of a title must begin with to answer a query; at most eight.

    Little words fall away, plurals lose their ending, and codes their dot, as `loader` keeps them.
    """
    words = words_of(undotted(unnamed(text)))
    telling = [word for word in words if word not in _LITTLE] or words
    return list(dict.fromkeys(_singular(word) for word in telling))[:8]


def _singular(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word.removesuffix(ending)
    return word


def icd_code(text: str) -> str | None:
    """Return an ICD-10 code with its dot ('e119' → 'E11.9'), or None if it has not the shape of one."""
    found = _ICD.fullmatch(text.strip().upper())
    if not found:
        return None
    category, rest = found.groups()
    return f"{category}.{rest}" if rest else category


def code_beginning(text: str) -> str | None:
    """Return how the wanted code begins in the tables, or None if the text is not the beginning of a code."""
    typed = re.sub(r"[.\s]", "", unnamed(text)).upper()
    if not _TYPED.fullmatch(typed):
        return None
    return f"{typed[:3]}.{typed[3:]}" if len(typed) > 3 else typed


def chapter_of(code: str) -> str:
    """Return the ICD-10 chapter of a code, in Roman numerals."""
    for last, chapter in _CHAPTERS:
        if code[:3] <= last:
            return chapter
    return "XXI"


_CHAPTERS = (
    ("B99", "I"),
    ("D48", "II"),
    ("D89", "III"),
    ("E99", "IV"),
    ("F99", "V"),
    ("G99", "VI"),
    ("H59", "VII"),
    ("H95", "VIII"),
    ("I99", "IX"),
    ("J99", "X"),
    ("K99", "XI"),
    ("L99", "XII"),
    ("M99", "XIII"),
    ("N99", "XIV"),
    ("O99", "XV"),
    ("P99", "XVI"),
    ("Q99", "XVII"),
    ("R99", "XVIII"),
    ("T99", "XIX"),
    ("U99", "XXII"),
    ("Y99", "XX"),
    ("Z99", "XXI"),
)
"""The last category that each chapter can hold. Order of the codes, which is not that of the numerals."""
