"""The tables that codes are loaded from: an operator's file becomes entries, or a list of its bad rows. Pure."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from teleconsult.coding.words import icd_code
from teleconsult.typed import fold

TITLE_LENGTH = 300

STARTER = Path(__file__).with_name("starter_pt.csv")

Heading = tuple[str, ...]

CODE_HEADINGS: Heading = ("codigo", "cod", "code", "ciap", "ciap2", "ciap 2", "co ciap", "cd ciap", "codigo ciap2")
TITLE_HEADINGS: Heading = (
    "titulo", "title", "descricao", "nome", "termo", "rubrica", "titulo original", "ds ciap", "no ciap", "title pt"
)  # fmt: skip
ENGLISH_HEADINGS: Heading = ("english", "ingles", "titulo em ingles", "title en")
SYNONYM_HEADINGS: Heading = ("sinonimos", "synonyms", "inclui", "inclusao", "termos", "criterios de inclusao")


@dataclass(frozen=True)
class Entry:
    """What one row of a table says of one code; None or () where it says nothing."""

    code: str
    title_pt: str | None = None
    title_en: str | None = None
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True)
class BadRow:
    """A row that cannot be loaded: its line in the file (from 1, the heading included) and why."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.reason}"


class BadTable(Exception):
    """A file has rows that cannot be loaded. Nothing of it was."""

    def __init__(self, rows: list[BadRow]) -> None:
        super().__init__(f"{len(rows)} bad rows")
        self.rows = rows


def read_starter() -> list[Entry]:
    """Return the project's own short list of what primary care in Brazil sees most, in plain Portuguese."""
    with STARTER.open(encoding="utf-8", newline="") as file:
        return [
            Entry(row["code"], title_pt=row["title"], synonyms=_split(row["synonyms"])) for row in csv.DictReader(file)
        ]


def read_cid10(name: str, content: bytes) -> list[Entry]:
    """Read an official table of DATASUS, of categories (CAT) or of subcategories (SUBCAT); codes without a dot.

    Raises:
        BadTable: with every bad row.
    """

    def entry(row: dict[str, str]) -> Entry:
        code = icd_code(row["code"])
        if code is None:
            raise ValueError(f"{row['code']!r} is not a CID-10 code")
        return Entry(code, title_pt=_title(row["title"]))

    return _Reader(name, content).entries({"code": ("subcat", "cat"), "title": ("descricao",)}, entry)


def read_ciap2(name: str, content: bytes) -> list[Entry]:
    """Read the operator's own CIAP-2 table: any usual delimiter and encoding, a heading, a code and a title.

    Columns with English titles and with synonyms (separated by semicolons or bars) are taken where they are.

    Raises:
        BadTable: with every bad row.
    """

    def entry(row: dict[str, str]) -> Entry:
        code = row["code"].upper()
        # 17 chapters; procedures (-30 to -69) belong to all of them.
        if not re.fullmatch("[ABDFHKLNPRSTUWXYZ-][0-9]{2}", code):
            raise ValueError(f"{row['code']!r} is not a CIAP-2 code")
        english = _title(row["english"]) if row.get("english") else None
        synonyms = tuple(_title(name) for name in _split(row.get("synonyms", "")))
        return Entry(code, _title(row["title"]), english, synonyms)

    optional = {"english": ENGLISH_HEADINGS, "synonyms": SYNONYM_HEADINGS}
    return _Reader(name, content).entries({"code": CODE_HEADINGS, "title": TITLE_HEADINGS}, entry, optional)


class _Reader:
    def __init__(self, name: str, content: bytes) -> None:
        self.name = name
        self.bad: list[BadRow] = []
        self.text = _decode(content).replace("\r\n", "\n").replace("\r", "\n")

    def entries(
        self,
        needed: dict[str, Heading],
        entry: Callable[[dict[str, str]], Entry],
        optional: dict[str, Heading] | None = None,
    ) -> list[Entry]:
        """Return an entry for every row, or raise with every bad row."""
        heading = self.text.strip().split("\n", 1)[0]
        rows = csv.reader(io.StringIO(self.text), delimiter=max(";,\t|", key=heading.count))
        places = _places(next(self._rows(rows), []), needed | (optional or {}))
        missing = [names[0] for key, names in needed.items() if key not in places]
        if missing:
            raise BadTable([BadRow(self.name, 1, f"no column named {' or '.join(missing)!r} in the heading")])
        found: dict[str, Entry] = {}
        for row in self._rows(rows):
            try:
                made = entry(_pick(row, places))
                if made.code in found:
                    raise ValueError(f"{made.code} stands twice in the file")
            except ValueError as error:
                self._refuse(rows.line_num, str(error))
            else:
                found[made.code] = made
        if not found and not self.bad:
            self._refuse(1, "there is no row under the heading")
        if self.bad:
            raise BadTable(self.bad)
        return list(found.values())

    def _rows(self, rows: Iterable[list[str]]) -> Iterator[list[str]]:
        """Yield the rows with something in them; a file that is no CSV at all ends with a bad row."""
        try:
            for row in rows:
                if any(cell.strip() for cell in row):
                    yield row
        except csv.Error as error:
            self._refuse(getattr(rows, "line_num", 0), str(error))

    def _refuse(self, line: int, reason: str) -> None:
        self.bad.append(BadRow(self.name, line, reason))


def _decode(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _places(heading: list[str], wanted: dict[str, Heading]) -> dict[str, int]:
    names = [fold(cell) for cell in heading]
    return {
        key: names.index(known[0])
        for key, all_known in wanted.items()
        if (known := [n for n in all_known if n in names])
    }


def _pick(row: list[str], places: dict[str, int]) -> dict[str, str]:
    if len(row) <= max(places[key] for key in ("code", "title")):
        raise ValueError("there are too few columns")
    return {key: row[place].strip() for key, place in places.items() if place < len(row)}


def _title(text: str) -> str:
    title = " ".join(text.split())
    if not title:
        raise ValueError("the title is empty")
    if not title.isprintable():
        raise ValueError("the title has characters that cannot be shown; is the file in another encoding?")
    if len(title) > TITLE_LENGTH:
        raise ValueError(f"the title has {len(title)} characters; {TITLE_LENGTH} is the limit")
    return title


def _split(text: str) -> tuple[str, ...]:
    return tuple(clean for part in re.split("[;|\n]", text) if (clean := " ".join(part.split())))
