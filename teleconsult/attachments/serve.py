"""Bytes going out: ranges, names of any script, and headers that let a browser do nothing but keep them."""

import re
from collections.abc import Iterator

from flask import Response
from flask import request as asked
from werkzeug.datastructures import Headers
from werkzeug.http import dump_options_header

from teleconsult.attachments.models import Attachment
from teleconsult.attachments.previews import SUFFIX
from teleconsult.attachments.storage import storage

SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""For the answer alone: what is opened from here runs nothing and reaches nobody."""

_NO_BYTES = re.compile(r"bytes[ \t]*=[ \t]*-0+[ \t]*", re.IGNORECASE)
"""The last no bytes, which Werkzeug reads as no range at all."""

SHOWN = ("image/jpeg", "image/png", "image/webp", "application/pdf")


def download(row: Attachment, *, show: bool = False) -> Response:
    """Return a file, or the range of it that was asked for; `show` opens it in the browser where that is safe."""
    disposition = "inline" if show and row.content_type in SHOWN else "attachment"
    headers = Headers()
    headers["Content-Disposition"] = _disposition(disposition, row.name)
    headers["Content-Security-Policy"] = SANDBOX
    headers["Accept-Ranges"] = "bytes"
    headers["Cache-Control"] = "private, no-store"
    headers["ETag"] = f'"{row.sha256}"'
    start, stop = 0, row.size
    status = 200
    if _wants_a_part(row):
        span = _span(row.size)
        if span is None:
            headers["Content-Range"] = f"bytes */{row.size}"
            return Response(status=416, headers=headers)
        start, stop = span
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{row.size}"
        status = 206
    headers["Content-Length"] = str(stop - start)
    return _stream(storage().read(row.key, start, stop), status, row.content_type, headers)


def _span(size: int) -> tuple[int, int] | None:
    """Return the first byte that is asked for and the one after the last; None: there is none of them.

    Of the last bytes all are given where there are fewer (RFC 9110, 14.1.2); Werkzeug finds nothing to give.
    """
    if asked.range is None:
        return None
    first, _stop = asked.range.ranges[0]
    return (0, size) if first <= -size else asked.range.range_for_length(size)


def preview(row: Attachment) -> Response:
    """Return the small picture of a file."""
    headers = Headers()
    headers["Content-Security-Policy"] = SANDBOX
    headers["Cache-Control"] = "private, no-store"
    body = b"".join(storage().read(row.key + SUFFIX, 0, 4_000_000))
    return Response(body, mimetype="image/jpeg", headers=headers)


def _wants_a_part(row: Attachment) -> bool:
    """Tell whether one range of bytes was asked for, and still belongs to this content (If-Range).

    Several ranges, and units that nobody knows, are answered with the whole (RFC 9110, 14.2). The last no bytes are a
    range too, one that nothing can satisfy (14.1.2).
    """
    wanted = asked.range
    one = wanted is not None and wanted.units == "bytes" and len(wanted.ranges) == 1
    none = _NO_BYTES.fullmatch(asked.headers.get("Range", "")) is not None
    return (one or none) and asked.if_range.etag in (None, row.sha256)


def _stream(chunks: Iterator[bytes], status: int, media: str, headers: Headers) -> Response:
    # HEAD has the headers of GET; the length is already said, and no bytes, unlike none, would say another.
    return Response(chunks if asked.method != "HEAD" else (), status=status, mimetype=media, headers=headers)


def _disposition(how: str, name: str) -> str:
    """Say the name in both ways (RFC 6266): plain for old browsers, RFC 5987 for the rest."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%;' else "_" for c in name)
    return dump_options_header(how, {"filename": plain}) + "; filename*=UTF-8''" + _percent(name)


def _percent(name: str) -> str:
    safe = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"
    return "".join(chr(b) if b in safe else f"%{b:02X}" for b in name.encode("utf-8", "replace"))
