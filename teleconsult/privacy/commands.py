"""The operator's commands of data protection. A manager answers for what they give out, and the record keeps who."""

import os
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from datetime import time as day_time
from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask.cli import with_appcontext

from teleconsult import audit
from teleconsult.errors import Refused
from teleconsult.extensions import transaction
from teleconsult.people.models import User
from teleconsult.privacy import desk, patient_file, processing
from teleconsult.privacy.touched import lines, touched
from teleconsult.web.csv_out import write_csv
from teleconsult.web.messages import gettext as _
from teleconsult.web.words import say_in_english, zone

DAY = click.DateTime(["%Y-%m-%d", "%d/%m/%Y"])
EARLIEST, LATEST = date(1900, 1, 1), date(9000, 1, 1)
"""A day beyond them has no midnight in every zone, and nothing is recorded there."""

PLACE = click.Path(dir_okay=False, path_type=Path)
ANSWERS = click.option("--by", required=True, help="E-mail of the manager who answers for it; the record keeps it.")
SPEAKS = click.option("--language", type=click.Choice(["pt_BR", "en"]), default="pt_BR", show_default=True)


def register(app: Flask) -> None:
    """Add the commands."""
    for command in (patient_copy, touched_by, processing.command):
        app.cli.add_command(command)


@click.command("patient-file")
@click.argument("who")
@click.argument("archive", type=PLACE)
@ANSWERS
@SPEAKS
@with_appcontext
def patient_copy(who: str, archive: Path, by: str, language: str) -> None:
    """Write everything of one patient, and of nobody else, into ARCHIVE (a new .zip).

    WHO is the reference of the record (PA-...), a CNS or a CPF.
    """
    try:
        made = patient_file.write(patient_file.find(who), archive, by=desk.answering(by), language=language)
    except Refused as refusal:
        raise click.ClickException(say_in_english(refusal)) from None
    click.echo(f"{archive}: the data of {made.patient.ref}; cases: {len(made.cases)}, files: {made.files}")
    if made.lost:
        raise click.ClickException(f"Not in storage: {', '.join(made.lost)}. Everything else is in the archive.")


@click.command("touched")
@click.argument("table", type=PLACE)
@click.option("--account", help="E-mail, CPF or reference of one person; without it everybody's doings.")
@click.option("--since", type=DAY, help="First day.")
@click.option("--until", type=DAY, help="Last day.")
@ANSWERS
@SPEAKS
@with_appcontext
def touched_by(
    table: Path, account: str | None, since: datetime | None, until: datetime | None, by: str, language: str
) -> None:
    """List into TABLE (a new .csv) whose records an account or a period touched: read, printed, changed, given out."""
    if not (account or since or until):
        raise click.UsageError("Say which account, or which days: --account, --since, --until.")
    if since and until and until < since:  # an empty list would read as if nobody had touched anything
        raise click.UsageError("--until is before --since.")
    try:
        manager, person = desk.answering(by), desk.account(account) if account else None
    except Refused as refusal:
        raise click.ClickException(say_in_english(refusal)) from None
    with desk.as_read_by(manager, language):
        found = touched(by=person, since=_midnight(since), until=_midnight(until, later=1))
        heads = [
            _("Cadastro"),
            _("Paciente"),
            _("Caso"),
            _("Pessoa"),
            _("O que fez"),
            _("Vezes"),
            _("Primeira"),
            _("Última"),
        ]
        made = list(lines(found))
        _record(manager, person, since, until)
        _keep(table, heads, made)
    click.echo(f"{table}: lines: {len(found)}")


def _midnight(day: datetime | None, *, later: int = 0) -> datetime | None:
    if day is None:
        return None
    first = min(max(day.date(), EARLIEST), LATEST) + timedelta(days=later)
    return datetime.combine(first, day_time(), zone())


def _record(by: User, person: User | None, since: datetime | None, until: datetime | None) -> None:
    asked: dict[str, Any] = {name: f"{day:%Y-%m-%d}" for name, day in (("since", since), ("until", until)) if day}
    with transaction():
        audit.record("system", "record.touched", by_id=by.id, subject=person.ref if person else "", **asked)


def _keep(table: Path, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table that only the account that runs this may read; one that is there already is left as it is."""
    handle = os.open(table, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        write_csv(file, heads, rows)
