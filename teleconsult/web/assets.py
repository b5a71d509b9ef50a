"""Static files named by their content and cached for a year; compressed once."""

import gzip
import re
from functools import lru_cache
from hashlib import sha256
from mimetypes import guess_type
from pathlib import Path

from flask import Flask, Response, abort, current_app, has_request_context, request
from werkzeug.security import safe_join

YEAR = 365 * 86400
PACKED = {"text/css", "text/javascript", "application/javascript", "image/svg+xml"}
MIN_PAGE = 1000
_TOLD = re.compile(rb"^[ \t]*//.*\n|^[ \t]+|  // .*$", re.MULTILINE)
"""What a script of ours says to who reads it, and its indentation: a fifth of what goes over the line. None of them has
a string of several lines, or with such a comment in it (house tests)."""


@lru_cache(maxsize=256)
def _load(folder: str, path: str) -> tuple[bytes, bytes | None, str, str]:
    """Return content, compressed content, type and hash of a static file; raises OSError."""
    found = safe_join(folder, path)
    if found is None:
        raise FileNotFoundError(path)
    body = Path(found).read_bytes()
    if path.startswith("js/"):
        body = _TOLD.sub(b"", body)
    kind = guess_type(path)[0] or "application/octet-stream"
    packed = gzip.compress(body, 9, mtime=0) if kind in PACKED else None
    return body, packed, kind, sha256(body).hexdigest()[:10]


def static(path: str) -> str:
    """Return the address of a static file: '/s/1f2e3d4c5b/css/parts.css'."""
    # Put together here and not by url_for: a page names fifty of them.
    root = request.script_root if has_request_context() else ""
    return f"{root}/s/{_load(str(current_app.static_folder), path)[3]}/{path}"


def asset(mark: str, path: str) -> Response:
    """Serve a static file whose content has this hash."""
    try:
        body, packed, kind, found = _load(str(current_app.static_folder), path)
    except (OSError, ValueError):  # ValueError: a path with NUL in it
        abort(404)
    if mark != found:
        abort(404)
    squeeze = packed is not None and "gzip" in request.headers.get("Accept-Encoding", "")
    response = Response(packed if squeeze else body, mimetype=kind)
    if squeeze:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    return response


asset.permission = None  # type: ignore[attr-defined]  # public: no data in it


def squeeze_page(response: Response) -> Response:
    """Compress a page on its way out: on the lines of a health unit this is most of its speed.

    A page holds a token beside what was typed, which compression could betray to whoever can make
    the browser ask again and again with its cookie (BREACH); the SameSite cookie does not allow that.
    """
    if (
        response.mimetype == "text/html"
        and not response.is_streamed
        and "Content-Encoding" not in response.headers
        and "gzip" in request.headers.get("Accept-Encoding", "")
    ):
        body = response.get_data()
        if len(body) >= MIN_PAGE:
            response.set_data(gzip.compress(body, 3, mtime=0))
            response.headers["Content-Encoding"] = "gzip"
            response.headers.add("Vary", "Accept-Encoding")
    return response


def init_assets(app: Flask) -> None:
    """Register the static route and the compression of pages."""
    app.add_url_rule("/s/<mark>/<path:path>", "asset", asset)
    app.after_request(squeeze_page)
    app.jinja_env.globals["static"] = static
