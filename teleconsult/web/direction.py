"""Characters that turn the direction of writing, taken out of what is shown; what is stored stays as it was typed.

Copied from a chat or a file name, one of them turned round all that stood after it on its line: "15 mg" read "gm 51", and the
words of the product with it. A text in Arabic or Hebrew needs none: its letters know their direction.
"""

import re

from flask import Response

_IN_UTF8 = re.compile(rb"\xe2(?:\x80[\xaa-\xae]|\x81[\xa6-\xa9])")
"""U+202A to U+202E and U+2066 to U+2069."""

_IN_JSON = re.compile(r"(\\\\)|\\u(?:202[a-e]|206[6-9])")
"""The same as JSON writes them; a backslash that was typed is a pair, and stays."""


def straighten_page(response: Response) -> Response:
    """Take them out of a page on its way out, wherever in it they stand."""
    if response.mimetype == "text/html" and not response.is_streamed and "Content-Encoding" not in response.headers:
        body = response.get_data()
        if _IN_UTF8.search(body):
            response.set_data(_IN_UTF8.sub(b"", body))
    return response


def straight_json(text: str) -> str:
    """Return JSON as `json.dumps` wrote it, without them."""
    return _IN_JSON.sub(r"\1", text)
