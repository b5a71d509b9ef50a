"""Loads the network from a folder with `health_units.csv` and `specialties.csv` (columns: demo/reference/README.md).

What is there already, by its slug, is left as it is: the management may have corrected it. Phones of the
source are historical and go where no screen shows them as current; a network of today says its own in `phone`.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click
from flask import Flask
from flask.cli import with_appcontext
from sqlalchemy import select

from config import ZONES
from teleconsult import audit
from teleconsult.checks import check_cnes
from teleconsult.errors import Overtaken, Refused
from teleconsult.extensions import db, transaction
from teleconsult.network.alternatives import ALTERNATIVES, NO_REFERENCE
from teleconsult.network.directory import REFERENCE_WORDS, SPECIALTY_CATEGORIES, UNIT_KINDS, specialty_key, unit_key
from teleconsult.network.models import HealthUnit, Specialty
from teleconsult.network.naming import name_key, take_free_names
from teleconsult.network.prompts import PROMPTS

SERVICE_OF_UNITS = "other_unit_service"
"""Category of the source for what family health units offer themselves: a support service here."""


UNIT_COLUMNS = (
    "unit_id", "code", "short_name", "kind", "address", "neighbourhood", "microregion", "phones", "booking_phone",
    "services", "note",
)  # fmt: skip
SPECIALTY_COLUMNS = (
    "slug", "name_pt", "category", "at_lessa_de_andrade", "municipal_reference", "details_pt", "note",
)  # fmt: skip
"""What is read of each file; it may have others: of a unit `phone`, `cnes`, `zone`, of a specialty `name_en` are read too."""

INSTEAD = {"phones": "phone", "booking_phone": "phone", "at_lessa_de_andrade": "teleconsult"}
"""A column of the source -> what a network of today has in its place."""

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
M = TypeVar("M", HealthUnit, Specialty)


class BadData(Exception):
    """A file of the folder cannot be loaded; the message names the file, the line and what is wrong."""


@dataclass(frozen=True)
class Loaded:
    """How many rows were new, and how many were there already."""

    units: int
    specialties: int
    known: int


def load(folder: Path, district: str) -> Loaded:
    """Load the network, all or nothing, inside the caller's transaction.

    Raises:
        BadData: a file is missing or empty, or a row says something unknown.
    """
    units = _rows(folder / "health_units.csv", partial(_unit, district=district), UNIT_COLUMNS)
    specialties = _rows(folder / "specialties.csv", _specialty, SPECIALTY_COLUMNS)
    _refuse_cnes_twice(units)
    new_units, new_specialties = _new(HealthUnit, units), _new(Specialty, specialties)
    take_free_names([*new_units, *new_specialties])
    db.session.add_all([*new_units, *new_specialties])
    db.session.flush()
    count = Loaded(
        len(new_units), len(new_specialties), len(units) + len(specialties) - len(new_units) - len(new_specialties)
    )
    audit.record("system", "network.load", units=count.units, specialties=count.specialties)
    return count


def _refuse_cnes_twice(units: Sequence[HealthUnit]) -> None:
    known = dict(db.session.execute(select(HealthUnit.cnes, HealthUnit.slug).where(HealthUnit.cnes.is_not(None))).all())
    for unit in units:
        if unit.cnes and known.setdefault(unit.cnes, unit.slug) != unit.slug:
            raise BadData(f"health_units.csv: the cnes {unit.cnes} of {unit.slug!r} is that of {known[unit.cnes]!r}")


def _new(model: type[HealthUnit] | type[Specialty], made: list[Any]) -> list[Any]:
    known = set(db.session.scalars(select(model.slug)))
    return [row for row in made if row.slug not in known]


def _rows(path: Path, made: Callable[[Mapping[str, str]], M], columns: Sequence[str]) -> list[M]:
    """Return what a file says, each row checked; `columns` must be there, the first of them tells the rows apart."""
    rows, lines = [], dict[str, int]()
    for number, row in _lines(path, columns):
        key = row[columns[0]]
        try:
            wrong = f"{columns[0]} {key!r} stands on line {lines[key]} already" if key in lines else _slug_fault(key)
            thing = made(row)
        except ValueError as error:
            raise BadData(f"{path.name}, line {number}: {error}") from None
        wrong = wrong or _length_fault(thing)
        if wrong:
            raise BadData(f"{path.name}, line {number}: {wrong}")
        lines[key] = number
        rows.append(thing)
    if not rows:
        raise BadData(f"{path.name}: nothing stands under its heading")
    return rows


def _lines(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each row of a file, its columns by name, with the line it begins on."""
    text = _text(path)
    reader, number = csv.DictReader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True), 1
    try:
        there = reader.fieldnames or ()
        missing = [name for name in columns if name not in there and INSTEAD.get(name) not in there]
        if missing:
            raise BadData(f"{path.name}: its first line must name the columns; these are missing: {', '.join(missing)}")
        number = reader.line_num + 1
        for row in reader:
            if None in row or None in row.values():
                raise BadData(f"{path.name}, line {number}: not as many columns as the first line")
            yield number, {name: value.strip() for name, value in row.items()}
            number = reader.line_num + 1
    except csv.Error as error:
        raise BadData(f"{path.name}, line {number}: cannot be read, look at its quotes ({error})") from error


def _text(path: Path) -> str:
    try:
        # Spreadsheet programs put a mark before UTF-8, which is no part of the first column's name.
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # What Excel calls plain "CSV" is written in the letters of Windows; it can write the other, if one knows its name.
        raise BadData(f"{path.name}: cannot be read, for it is no UTF-8; save it as “CSV UTF-8”") from error
    except OSError as error:
        raise BadData(f"{path.name}: cannot be read ({error})") from error
    if "\x00" in text:
        raise BadData(f"{path.name}: cannot be read (it is no text)")
    if not text.strip():
        raise BadData(f"{path.name}: the file is empty")
    return text


def _delimiter(text: str) -> str:
    """Return what stands between the columns: a spreadsheet program of Brazil writes semicolons."""
    first = text.partition("\n")[0]
    return max(",;", key=first.count)


def _slug_fault(slug: str) -> str:
    return "" if _SLUG.fullmatch(slug) else f"{slug!r} is no identifier: small letters and numbers, joined by hyphens"


def _today(row: Mapping[str, str]) -> dict[str, Any]:
    """Return what only a network of today says of a unit."""
    found: dict[str, Any] = {"phone": row.get("phone", "")}
    if row.get("cnes"):
        try:
            found["cnes"] = check_cnes(row["cnes"])
        except Refused:
            raise ValueError(f"cnes {row['cnes']!r} has not seven digits") from None
    if row.get("zone"):
        if row["zone"] not in ZONES:
            raise ValueError(f"unknown zone {row['zone']!r}; one is written like America/Manaus")
        found["zone"] = row["zone"]
    return found


def _length_fault(thing: HealthUnit | Specialty) -> str:
    """Tell what no column can hold: one database would refuse it in words of its own, the other would take it."""
    for column in thing.__table__.columns:
        value, limit = getattr(thing, column.name), getattr(column.type, "length", None)
        if isinstance(value, str) and limit and len(value) > limit:
            return f"{column.name} has {len(value)} characters, more than {limit}"
    return ""


def _unit(row: Mapping[str, str], district: str) -> HealthUnit:
    if row["kind"] not in UNIT_KINDS:
        raise ValueError(f"unknown kind {row['kind']!r}")
    if not name_key(row["short_name"]):
        raise ValueError("no short_name")
    unit = HealthUnit(
        slug=row["unit_id"],
        code=row["code"],
        name=_unit_name(row),
        kind=row["kind"],
        district=district,
        address=row["address"],
        neighbourhood=row["neighbourhood"],
        microregion=row["microregion"],
        historical_phones=", ".join(filter(None, [*row.get("phones", "").split(";"), row.get("booking_phone", "")])),
        services=row["services"],
        note=row["note"],
        **_today(row),
    )
    unit.search_key = unit_key(unit)
    return unit


def _unit_name(row: Mapping[str, str]) -> str:
    """Return the name by which the network calls a unit: 'USF Vila União', 'US 06 Prof. Joaquim Cavalcanti'."""
    prefix = {"usf": "USF", "us": row["code"] or "US"}.get(row["kind"], "")
    return f"{prefix} {row['short_name']}".strip()


def _specialty(row: Mapping[str, str]) -> Specialty:
    if row["category"] not in {*SPECIALTY_CATEGORIES, SERVICE_OF_UNITS}:
        raise ValueError(f"unknown category {row['category']!r}")
    if row["municipal_reference"] not in REFERENCE_WORDS:
        raise ValueError(f"unknown municipal_reference {row['municipal_reference']!r}")
    # A network has no English names at hand: the English page then says the Portuguese one, as for a specialty made on screen.
    name_en = row.get("name_en") or row["name_pt"]
    for name, said in (("name_pt", row["name_pt"]), ("name_en", name_en)):
        if not name_key(said):
            raise ValueError(f"no {name}")
    category = "support_service" if row["category"] == SERVICE_OF_UNITS else row["category"]
    missing = row["municipal_reference"] == "0"
    specialty = Specialty(
        slug=row["slug"],
        name_pt=row["name_pt"],
        name_en=name_en,
        category=category,
        teleconsult=category == "specialty" and row.get("teleconsult", row.get("at_lessa_de_andrade")) == "1",
        municipal_reference=row["municipal_reference"],
        alternative=ALTERNATIVES.get(row["slug"], NO_REFERENCE if missing else ""),
        details=row["details_pt"] if not missing else "",
        prompts="\n".join(PROMPTS.get(row["slug"], ())),
        note=row["note"],
    )
    specialty.search_key = specialty_key(specialty)
    return specialty


def register(app: Flask) -> None:
    """Add the command."""
    app.cli.add_command(load_network)


@click.command("load-network")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--district", default="DS IV", show_default=True, help="The health district that the units are of.")
@with_appcontext
def load_network(folder: Path, district: str) -> None:
    """Load health units and specialties from FOLDER; what is there already stays as it is."""
    try:
        with transaction():
            loaded = load(folder, district)
    except BadData as error:
        raise click.ClickException(str(error)) from error
    except Overtaken:
        raise click.ClickException(
            "Somebody changed the network at this moment: nothing was loaded, try again"
        ) from None
    click.echo(f"{loaded.units} units and {loaded.specialties} specialties added, {loaded.known} were there already")
