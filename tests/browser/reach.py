"""Which pages a person can reach: by following links from their home, one page of each kind."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

from flask import Flask
from werkzeug.exceptions import HTTPException

from teleconsult.cases.models import Case
from teleconsult.extensions import db
from tests.browser.site import Site

Pages = dict[str, str]
"""Kind of page (its endpoint, and what makes its look differ) → one address of that kind."""

_LINK = re.compile(r'<a\b[^>]*\bhref="([^"]+)"')


def pages_of(site: Site, person: str, also: tuple[str, ...] = ()) -> Pages:
    """Walk through the product over HTTP as a person, from their home and from `also`, and tell what was found."""
    browser = site.signed_in(person) if person else site.application.test_client()
    found: Pages = {}
    known: set[str] = set()
    waiting = ["/", *also]
    while waiting:
        path = waiting.pop(0)
        kind = _kind(site.application, path)
        if not kind or kind in known:
            continue
        known.add(kind)
        answer = browser.get(path)
        if answer.location:
            waiting.insert(0, answer.location)
        elif answer.mimetype == "text/html":
            found[kind] = path
            waiting += [unescape(link) for link in _LINK.findall(answer.get_data(as_text=True))]
    return found


def endpoint_of(kind: str) -> str:
    return kind.partition(" ")[0]


def _kind(application: Flask, link: str) -> str:
    """Return what kind of page an address leads to; nothing for one that is not ours."""
    parts = urlsplit(link)
    if parts.netloc or parts.scheme:
        return ""
    try:
        endpoint, given = application.url_map.bind("").match(parts.path)
    except HTTPException:
        return ""
    more = [given.get("step", ""), *parse_qs(parts.query).get("show", [])]
    if endpoint == "cases.show":
        with application.app_context():
            more.append(db.session.scalar(db.select(Case.state).where(Case.ref == given["ref"])) or "")
    return " ".join([endpoint, *filter(None, more)])
