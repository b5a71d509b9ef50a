"""A table that somebody sends as CSV, read as it comes: any usual encoding, delimiter and order of columns."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from teleconsult.errors import N_, Refused
from teleconsult.typed import fold

MOST_ROWS = 10_000
DELIMITERS = ";,\t|"

_GARBLED = re.compile(
    r"Ã[¡¢£§©ª³´µº¼\xad€‚ƒ‡ˆ‰Šš]|Ã[“”•][A-Za-z]|Â[ºª]"  # UTF-8, of which something else in the file is none
    r"|[a-z][Ž‚Æƒ‡‹†ˆ‰]|[A-Za-z][•™£¢¡“„Ž‚ƒ‡‹†][a-z]"  # as a Macintosh or DOS wrote it
    r"|[A-ZÀ-Þ][€µ¶åÌÒŽƒ‚æ†‰™Œ][A-ZÀ-Þ]|[A-Z]ƒ(?!\w)"  # the same in capitals, as old lists are; “JOãO” is none of it: capitals without care
)
"""What a letter with an accent looks like in no word, but in one that was read by the wrong table of letters."""


@dataclass(frozen=True)
class Line:
    """One row of the file: the line it begins on, its cells by the name of their column, and those that have none."""

    number: int
    cells: dict[str, str]
    beyond: tuple[str, ...] = ()

    def refuse_beyond(self) -> None:
        """Let nothing get lost that stands under no heading: there is a delimiter too many somewhere before it.

        Raises:
            Refused: there are such cells.
        """
        if self.beyond:
            raise Refused(
                N_(
                    "“%(text)s” está depois da última coluna. Se o separador é parte do texto, ponha o texto entre aspas."
                ),
                text=" · ".join(self.beyond),
            )


def decode(content: bytes) -> str:
    """Return the text of a file: UTF-8 with or without its mark, UTF-16 with it, or Windows' Latin-1.

    Raises:
        Refused: it is empty, a workbook, something else that is no text, or its accents cannot be read for sure.
    """
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Refused(N_("Este arquivo é uma pasta de trabalho. Na planilha, use “Salvar como” e escolha CSV."), "file")
    text = _text(content)
    if "\x00" in text:
        raise Refused(N_("Este arquivo não é um texto CSV."), "file")
    if not text.strip():
        raise Refused(N_("Este arquivo está vazio."), "file")
    return text


def _text(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if "\x00" not in text and ("\ufffd" in text or _GARBLED.search(text)):
        # Names would be written down wrong, and of a hundred rows nobody reads the last.
        raise Refused(
            N_("As letras com acento deste arquivo não se leem com certeza. Salve-o de novo como “CSV UTF-8”."), "file"
        )
    return text


def read_table(text: str, headings: Mapping[str, tuple[str, ...]], needed: tuple[str, ...]) -> list[Line]:
    """Return the rows of a table whose first line, but for empty ones and Excel's own, names its columns.

    Args:
        text: the file.
        headings: column -> the words that may stand over it; accents, case and order do not matter.
        needed: columns without which there is nothing to read.

    Raises:
        Refused: no heading, a needed column that is missing or stands twice, too many rows, or a broken line.
    """
    delimiter = _delimiter(text)
    rows = _rows(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), delimiter)
    columns = _columns(next((row for _, row in rows if _names(row)), []), headings, needed)
    lines = list(_lines(rows, columns))
    if not lines:
        raise Refused(N_("A planilha só tem o cabeçalho: não há pessoas nela."), "file")
    return lines


def _names(row: list[str]) -> bool:
    """Tell whether a row can be the heading: not an empty one, and not what tells Excel the delimiter ("sep=;")."""
    return any(map(str.strip, row)) and not (row[0].strip().lower() == "sep=" and not any(row[1:]))


def _delimiter(text: str) -> str:
    first = text.lstrip("\r\n").partition("\n")[0]
    return max(DELIMITERS, key=first.count)


def _rows(reader: Any, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each row with the line it begins on: there the quote is that was not closed."""
    begins = 1
    while True:
        try:
            row = next(reader, None)
        except csv.Error:
            raise _broken(begins) from None
        if row is None:
            return
        if any(_swallows(cell, delimiter) for cell in row):
            raise _broken(begins)
        yield begins, row
        begins = reader.line_num + 1


def _broken(line: int) -> Refused:
    return Refused(N_("A linha %(line)d não pôde ser lida: confira as aspas."), "file", line=line)


def _swallows(cell: str, delimiter: str) -> bool:
    """Tell whether a cell over several lines took in another row: its quote was closed by one that is not its own."""
    return any("@" in line and delimiter in line for line in cell.splitlines()[1:])


def _columns(heading: list[str], headings: Mapping[str, tuple[str, ...]], needed: tuple[str, ...]) -> list[str | None]:
    """Return the name of each column; one with another name is an empty string, one without any is None."""
    known = {fold(word): name for name, words in headings.items() for word in words}
    columns = [known.get(fold(cell), "") if cell.strip() else None for cell in heading]
    for name in needed:
        if name not in columns:
            raise Refused(
                N_("Falta a coluna “%(column)s” na primeira linha da planilha."), "file", column=headings[name][0]
            )
    for name in headings:
        if columns.count(name) > 1:
            raise Refused(N_("A coluna “%(column)s” está duas vezes."), "file", column=headings[name][0])
    return columns


def _lines(rows: Iterator[tuple[int, list[str]]], columns: list[str | None]) -> Iterator[Line]:
    count = 0
    for begins, row in rows:
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        count += 1
        if count > MOST_ROWS:
            raise Refused(
                N_("A planilha passa de %(most)d linhas. Divida-a em partes e importe uma de cada vez."),
                "file",
                most=MOST_ROWS,
            )
        named = list(zip_longest(columns[: len(cells)], cells))
        beyond = tuple(cell for name, cell in named if name is None and cell)
        yield Line(begins, {name: cell for name, cell in named if name}, beyond)
