"""The operator's commands that load tables of codes."""

from collections.abc import Callable
from pathlib import Path

import click
from flask import Flask
from flask.cli import with_appcontext

from teleconsult import audit
from teleconsult.coding import loader, tables
from teleconsult.extensions import transaction

_file = click.Path(exists=True, dir_okay=False, path_type=Path)
_dry_run = click.option("--dry-run", is_flag=True, help="Check and count; write nothing.")


def register(app: Flask) -> None:
    """Add the commands to `flask`."""
    for command in (load_codes, load_cid10, load_ciap2):
        app.cli.add_command(command)


@click.command("load-codes")
@_dry_run
@with_appcontext
def load_codes(dry_run: bool) -> None:
    """Load every ICD-10 code with its English title, and the Portuguese starter list."""
    starter = tables.read_starter()
    _carry_out(lambda: loader.plan_codes(starter), dry_run)


@click.command("load-cid10")
@click.argument("files", nargs=-1, required=True, type=_file)
@_dry_run
@with_appcontext
def load_cid10(files: tuple[Path, ...], dry_run: bool) -> None:
    """Load the official Portuguese titles: CID-10-CATEGORIAS.CSV and CID-10-SUBCATEGORIAS.CSV of DATASUS."""
    entries = _read(files, tables.read_cid10)
    _carry_out(lambda: loader.plan_cid10(entries), dry_run)


@click.command("load-ciap2")
@click.argument("file", type=_file)
@_dry_run
@with_appcontext
def load_ciap2(file: Path, dry_run: bool) -> None:
    """Load your own CIAP-2 table: a CSV with a heading, a column of codes and one of titles."""
    entries = _read((file,), tables.read_ciap2)
    _carry_out(lambda: loader.plan_ciap2(entries), dry_run)


def _read(files: tuple[Path, ...], read: Callable[[str, bytes], list[tables.Entry]]) -> list[tables.Entry]:
    """Return the entries of all files, or stop with every bad row of all of them."""
    entries: list[tables.Entry] = []
    bad: list[tables.BadRow] = []
    for file in files:
        try:
            entries += read(file.name, file.read_bytes())
        except tables.BadTable as error:
            bad += error.rows
    if bad:
        lines = "\n".join(str(row) for row in bad)
        raise click.ClickException(f"{lines}\nNothing was loaded: {len(bad)} bad rows.")
    return entries


def _carry_out(make_plan: Callable[[], loader.Plan], dry_run: bool) -> None:
    if dry_run:
        plan = make_plan()
    else:
        with transaction():
            plan = make_plan()
            loader.write(plan)
            audit.record("system", "codes.load", subject=plan.system, new=len(plan.new), changed=len(plan.changed))
    said = f"{len(plan.new)} new, {len(plan.changed)} changed, {plan.unchanged} unchanged"
    click.echo(f"Nothing written; it would be {said}." if dry_run else f"Codes of {plan.system}: {said}.")
