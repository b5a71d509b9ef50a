"""Loads the network from a folder with `health_units.csv` and `specialties.csv` (columns: demo/reference/README.md).

What is there already, by its slug, is left as it is: the management may have corrected it. Phones of the
source are historical and go where no screen shows them as current.
"""

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask.cli import with_appcontext
from sqlalchemy import select

from teleconsult import audit
from teleconsult.extensions import db, transaction
from teleconsult.network.alternatives import ALTERNATIVES, NO_REFERENCE
from teleconsult.network.directory import SPECIALTY_CATEGORIES, UNIT_KINDS, specialty_key, unit_key
from teleconsult.network.models import HealthUnit, Specialty
from teleconsult.network.naming import take_free_names
from teleconsult.network.prompts import PROMPTS

SERVICE_OF_UNITS = "other_unit_service"
"""Category of the source for what family health units offer themselves: a support service here."""


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
        BadData: a file is missing, or a row says something unknown.
    """
    units = [_unit(row, district) for row in _rows(folder / "health_units.csv", "unit_id", _unit_fault)]
    specialties = [_specialty(row) for row in _rows(folder / "specialties.csv", "slug", _specialty_fault)]
    new_units, new_specialties = _new(HealthUnit, units), _new(Specialty, specialties)
    take_free_names([*new_units, *new_specialties])
    db.session.add_all([*new_units, *new_specialties])
    db.session.flush()
    count = Loaded(
        len(new_units), len(new_specialties), len(units) + len(specialties) - len(new_units) - len(new_specialties)
    )
    audit.record("system", "network.load", units=count.units, specialties=count.specialties)
    return count


def _new(model: type[HealthUnit] | type[Specialty], made: list[Any]) -> list[Any]:
    known = set(db.session.scalars(select(model.slug)))
    return [row for row in made if row.slug not in known]


def _rows(path: Path, key: str, fault: Callable[[Mapping[str, str]], str]) -> Iterator[dict[str, str]]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadData(f"{path.name}: cannot be read ({error})") from error
    for number, row in enumerate(csv.DictReader(text.splitlines()), 2):
        if None in row or None in row.values() or not row.get(key):
            raise BadData(f"{path.name}, line {number}: not as many columns as the first line, or no {key}")
        wrong = fault(row)
        if wrong:
            raise BadData(f"{path.name}, line {number}: {wrong}")
        yield row


def _unit_fault(row: Mapping[str, str]) -> str:
    return "" if row.get("kind") in UNIT_KINDS else f"unknown kind {row.get('kind')!r}"


def _specialty_fault(row: Mapping[str, str]) -> str:
    known = {*SPECIALTY_CATEGORIES, SERVICE_OF_UNITS}
    return "" if row.get("category") in known else f"unknown category {row.get('category')!r}"


def _unit(row: Mapping[str, str], district: str) -> HealthUnit:
    unit = HealthUnit(
        slug=row["unit_id"],
        code=row["code"],
        name=_unit_name(row),
        kind=row["kind"],
        district=district,
        address=row["address"],
        neighbourhood=row["neighbourhood"],
        microregion=row["microregion"],
        historical_phones=", ".join(filter(None, [*row["phones"].split(";"), row["booking_phone"]])),
        services=row["services"],
        note=row["note"],
    )
    unit.search_key = unit_key(unit)
    return unit


def _unit_name(row: Mapping[str, str]) -> str:
    """Return the name by which the network calls a unit: 'USF Vila União', 'US 06 Prof. Joaquim Cavalcanti'."""
    prefix = {"usf": "USF", "us": row["code"] or "US"}.get(row["kind"], "")
    return f"{prefix} {row['short_name']}".strip()


def _specialty(row: Mapping[str, str]) -> Specialty:
    category = "support_service" if row["category"] == SERVICE_OF_UNITS else row["category"]
    missing = row["municipal_reference"] == "0"
    specialty = Specialty(
        slug=row["slug"],
        name_pt=row["name_pt"],
        name_en=row["name_en"],
        category=category,
        teleconsult=category == "specialty" and row["at_lessa_de_andrade"] == "1",
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
    click.echo(f"{loaded.units} units and {loaded.specialties} specialties added, {loaded.known} were there already")
