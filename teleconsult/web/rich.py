"""The only maker of Markup: a small set of formatting, sanitised on the way out.

Text is stored as it was typed ("dose > 5" stays so). Markdown without HTML makes the tags, bleach
keeps the few that are allowed, and nh3 has the last word (docs/adr/0005).
"""

import bleach
import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "blockquote", "code", "h4"}

_markdown = MarkdownIt("zero", {"html": False, "breaks": True}).enable(
    ["emphasis", "list", "blockquote", "newline", "escape", "backticks"]
)


def rich(text: str | None) -> Markup:
    """Return typed text as safe HTML: paragraphs, line breaks, emphasis, lists, quotations; no links, no pictures."""
    if not text:
        return Markup("")
    html = _markdown.render(text)
    kept = bleach.clean(html, tags=TAGS, attributes={}, strip=True)
    return Markup(nh3.clean(kept, tags=TAGS, attributes={}))  # noqa: S704 (sanitised twice, above)
