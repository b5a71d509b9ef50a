"""A table that somebody sends as CSV, read as it comes: any usual encoding, delimiter and order of columns."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from teleconsult.errors import N_, Refused
from teleconsult.typed import fold

MOST_ROWS = 10_000
DELIMITERS = ";,\t|"


@dataclass(frozen=True)
class Line:
    """One row of the file: the line it begins on, and its cells by the name of their column."""

    number: int
    cells: dict[str, str]


def decode(content: bytes) -> str:
    """Return the text of a file: UTF-8 with or without its mark, UTF-16 with it, or Windows' Latin-1.

    Raises:
        Refused: it is a workbook or something else that is no text.
    """
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Refused(N_("Este arquivo é uma pasta de trabalho. Na planilha, use “Salvar como” e escolha CSV."), "file")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if "\x00" in text:
        raise Refused(N_("Este arquivo não é um texto CSV."), "file")
    return text


def read_table(text: str, headings: Mapping[str, tuple[str, ...]], needed: tuple[str, ...]) -> list[Line]:
    """Return the rows of a table whose first line names its columns.

    Args:
        text: the file.
        headings: column -> the words that may stand over it; accents, case and order do not matter.
        needed: columns without which there is nothing to read.

    Raises:
        Refused: no heading, a needed column that is missing or stands twice, too many rows, or a broken line.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=False)
    try:
        columns = _columns(next(reader, []), headings, needed)
        lines = list(_lines(reader, columns))
    except csv.Error:
        raise Refused(
            N_("A linha %(line)d não pôde ser lida: confira as aspas."), "file", line=reader.line_num
        ) from None
    if not lines:
        raise Refused(N_("A planilha só tem o cabeçalho: não há pessoas nela."), "file")
    return lines


def _delimiter(text: str) -> str:
    first = text.lstrip("\r\n").partition("\n")[0]
    return max(DELIMITERS, key=first.count)


def _columns(heading: list[str], headings: Mapping[str, tuple[str, ...]], needed: tuple[str, ...]) -> list[str]:
    """Return the name of each column; what has no name of ours is an empty string."""
    known = {fold(word): name for name, words in headings.items() for word in words}
    columns = [known.get(fold(cell), "") for cell in heading]
    for name in needed:
        if name not in columns:
            raise Refused(
                N_("Falta a coluna “%(column)s” na primeira linha da planilha."), "file", column=headings[name][0]
            )
    for name in headings:
        if columns.count(name) > 1:
            raise Refused(N_("A coluna “%(column)s” está duas vezes."), "file", column=headings[name][0])
    return columns


def _lines(reader: Any, columns: list[str]) -> Iterator[Line]:
    count, begins = 0, reader.line_num + 1
    for row in reader:
        if any(cell.strip() for cell in row):
            count += 1
            if count > MOST_ROWS:
                raise Refused(
                    N_("A planilha passa de %(most)d linhas. Divida-a em partes e importe uma de cada vez."),
                    "file",
                    most=MOST_ROWS,
                )
            yield Line(begins, {name: cell.strip() for name, cell in zip(columns, row, strict=False) if name})
        begins = reader.line_num + 1
