"""Where a form may lead: only to this product's own pages."""

import re
from urllib.parse import SplitResult, urlsplit

_ODD = re.compile(r"[\x00-\x20\\\x7f]")


def parts_of(address: str | None) -> SplitResult:
    """Return the parts of an address that a browser named; none of one that is no address ("http://[")."""
    try:
        return urlsplit(address or "")
    except ValueError:
        return urlsplit("")


def own_path(target: str | None, fallback: str = "/") -> str:
    r"""Return `target` when it is a path of our own ('/cases/TC-1?x=y'), else `fallback`.

    A browser reads '//host', '/\\host' and a tab inside as the way to another site: all are refused.
    """
    if not target or not target.startswith("/") or target.startswith("//") or _ODD.search(target):
        return fallback
    parts = parts_of(target)
    return fallback if parts.scheme or parts.netloc else target
