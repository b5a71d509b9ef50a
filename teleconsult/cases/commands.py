"""The operator's commands on cases."""

import click
from flask import Flask
from flask.cli import with_appcontext
from sqlalchemy import select

from teleconsult.cases import search
from teleconsult.cases.models import Case
from teleconsult.extensions import db, transaction

BATCH = 200


def register(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(reindex)


@click.command()
@with_appcontext
def reindex() -> None:
    """Write the search rows of every case again (after a restore, or a change of what is indexed)."""
    last, count = 0, 0
    while numbers := list(
        db.session.scalars(select(Case.id).where(Case.id > last).order_by(Case.id).limit(BATCH)),
    ):
        with transaction():
            search.write(numbers)
        last, count = numbers[-1], count + len(numbers)
    click.echo(f"{count} cases indexed")
