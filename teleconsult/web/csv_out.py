"""Tables for spreadsheets: as Excel opens them in Brazil, and with nothing in them that a spreadsheet would run."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from tempfile import TemporaryFile
from typing import BinaryIO

from flask import Response
from werkzeug.wsgi import FileWrapper

from teleconsult.web.words import local

_FORMULA = re.compile(r"^[\s\x00-\x1f]*[=+\-@|%\t\r]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def cell(value: object) -> str:
    """Return a value as text, a moment in the reader's zone; what a spreadsheet would take for a formula gets an apostrophe before it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return local(value).isoformat(timespec="seconds")
    text = str(value)
    guarded = f"'{text}" if isinstance(value, str) and _FORMULA.match(text) else text
    return _CONTROL.sub(" ", guarded)


def write_csv(binary: BinaryIO, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table into a file, which stays open."""
    text = io.TextIOWrapper(binary, encoding="utf-8-sig", newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerow(cell(head) for head in heads)
    writer.writerows([cell(value) for value in row] for row in rows)
    text.detach()


def csv_response(name: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """Return a table to be kept as `name`.

    It is written to a file first: it takes no memory however long it is, and is sent whole or not at all.
    """
    file = TemporaryFile("w+b")  # noqa: SIM115 (the server closes it when it is sent)
    write_csv(file, heads, rows)
    size = file.tell()
    file.seek(0)
    response = Response(FileWrapper(file), mimetype="text/csv", direct_passthrough=True)
    response.headers["Content-Length"] = str(size)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
