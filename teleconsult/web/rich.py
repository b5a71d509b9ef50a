"""The only maker of Markup: a small set of formatting, sanitised on the way out.

Text is stored as it was typed ("dose > 5" stays so), and shown with every letter, digit and sign of it but the marks that
the form's hint tells of (docs/adr/0005). Markdown without HTML makes the tags, bleach keeps the few that are allowed, and
nh3 has the last word. Text without a single mark, which most of it is, takes a short way that gives the same, letter by
letter, in a hundredth of the time.
"""

import re
from bisect import bisect
from collections.abc import Callable

import bleach
import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block import list as lists
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markupsafe import Markup

TAGS = {"p", "br", "strong", "em", "ul", "ol", "li"}
NUMBER = {"li": {"value"}}
"""The one attribute: a numbered line keeps the number that was typed."""

_BULLET = re.compile(r"-[ \t]+(?=[*(\"'“‘]*[^\W\d_])")
"""A hyphen before a word; before a figure it is a minus ("- 5 kg"), and by itself it says "none"."""
_NUMBERED = re.compile(r"[1-9][0-9]?[.)][ \t]+(?=\S)")
"""Two digits at most: four are a year ("1984. Menarca aos 12")."""
_BEGINS, _ENDS = r"(?=\*?[\w(\[\"'“‘«<>≤≥])", r"(?<=[^\s/([{“‘«])"
_STRONG = re.compile(rf"\*\*{_BEGINS}(?:[^*\n]|\*(?!\*)|\*(?=\*\*(?!\*)))+?{_ENDS}\*\*(?![\w*])")
_EMPHASIS = re.compile(rf"\*{_BEGINS}[^*\n]+{_ENDS}\*(?![\w*])")
"""On one line, and around words: stars inside a word ("5*4*1 mg") or after one ("p*") are what they are."""
_STARS = re.compile(r"\*+")


def _emphasis(state: StateInline, silent: bool) -> bool:
    """Take emphasis where it stands around words, and every other star as a star."""
    at, src = state.pos, state.src
    if silent or src[at] != "*":
        return False
    after_word = at > 0 and src[at - 1].isalnum()
    for mark, tag, pattern in (("**", "strong", _STRONG), ("*", "em", _EMPHASIS)):
        found = None if after_word else pattern.match(src, at, state.posMax)
        if found:
            state.push(f"{tag}_open", tag, 1).markup = mark
            end, state.pos, state.posMax = state.posMax, at + len(mark), found.end() - len(mark)
            state.md.inline.tokenize(state)
            state.push(f"{tag}_close", tag, -1).markup = mark
            state.pos, state.posMax = found.end(), end
            return True
    stars = _STARS.match(src, at, state.posMax)
    state.pending += stars[0] if stars else "*"
    state.pos += len(stars[0]) if stars else 1
    return True


def _only(marker: re.Pattern[str], skip: Callable[[StateBlock, int], int]) -> Callable[[StateBlock, int], int]:
    """Return Markdown's finder of an item's beginning, for those lines only that are items here."""

    def found(state: StateBlock, line: int) -> int:
        begins = marker.match(state.src, state.bMarks[line] + state.tShift[line], state.eMarks[line])
        return skip(state, line) if begins else -1

    return found


_SENTENCE = re.compile(r"[*(\"'“‘]*[^\W\d_]")
_GOES_ON = re.compile(rf"^ {{0,3}}(?!1[.)]){_NUMBERED.pattern}", re.MULTILINE)


def _after_a_list(state: StateBlock, line: int, _end: int, _silent: bool) -> bool:
    """Tell whether a line typed at the margin, below an item, begins something new: with a capital.

    Markdown takes it for the rest of the item, so that what follows a list ("Refere dispneia" below what the patient
    denies) stood in it. A small letter goes on with the item: a line that was broken where it was copied. So does any
    line above the next number of the same list: the dose below a drug.
    """
    if state.sCount[line] >= state.blkIndent:
        return False
    begins = _SENTENCE.match(state.src, state.bMarks[line] + state.tShift[line], state.eMarks[line])
    if begins is None or not begins[0][-1].isupper():
        return False
    if "numbers" not in state.env:
        state.env["numbers"] = [found.start() for found in _GOES_ON.finditer(state.src)]
    numbers, ends = state.env["numbers"], state.src.find("\n\n", state.eMarks[line])
    after = bisect(numbers, state.eMarks[line])
    return after == len(numbers) or 0 <= ends < numbers[after]


def _keep_numbers(state: StateCore) -> None:
    """Give each numbered item its own number: Markdown counts on from the first."""
    for token in state.tokens:
        if token.type == "list_item_open" and token.info:
            token.attrSet("value", token.info)


lists.skipBulletListMarker = _only(_BULLET, lists.skipBulletListMarker)  # type: ignore[assignment]  # the same but for names
lists.skipOrderedListMarker = _only(_NUMBERED, lists.skipOrderedListMarker)  # type: ignore[assignment]  # the same
_markdown = MarkdownIt("zero", {"html": False, "breaks": True}).enable(["list", "newline"])
_markdown.inline.ruler.before("text", "emphasis_here", _emphasis)
_markdown.block.ruler.before("paragraph", "after_a_list", _after_a_list, {"alt": ["paragraph"]})
_markdown.core.ruler.after("block", "numbers", _keep_numbers)

_ODD = re.compile(r"[^\w \n.,;:!?()/%°ºª–—’“”…=+-]")
"""Anything but letters, digits and marks that mean nothing to Markdown or HTML inside a line."""
_MARKED = re.compile(r"^(?:[ \t]|-[ \t]|[0-9]{1,2}[.)][ \t])", re.MULTILINE)
"""A line that may be more than words."""
_BETWEEN = re.compile(r"\n{2,}")


def rich(text: str | None) -> Markup:
    """Return typed text as safe HTML: paragraphs, line breaks, emphasis, lists; no links, no pictures."""
    if not text:
        return Markup("")
    if text[0].isalnum() and not _ODD.search(text):
        begins = _MARKED.search if "\n" in text else _MARKED.match
        if not begins(text):
            return _plain(text)
    return _formatted(text)


def _plain(text: str) -> Markup:
    paragraphs = (
        "<br>\n".join(line.rstrip(" ") for line in part.split("\n")) for part in _BETWEEN.split(text.strip("\n"))
    )
    return Markup("".join(f"<p>{part}</p>\n" for part in paragraphs))  # noqa: S704 (no character of it means anything in HTML)


def _formatted(text: str) -> Markup:
    html = _markdown.render(text)
    kept = bleach.clean(html, tags=TAGS, attributes={"li": ["value"]}, strip=True)
    return Markup(nh3.clean(kept, tags=TAGS, attributes=NUMBER))  # noqa: S704 (sanitised twice, above)
