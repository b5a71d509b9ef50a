"""The operator's command on files: that what the rows name is in storage."""

import sys

import click
from flask import Flask
from flask.cli import with_appcontext

from teleconsult.attachments.checking import wrong
from teleconsult.errors import StorageFault


def register(app: Flask) -> None:
    """Add the command."""
    app.cli.add_command(check_files)


@click.command("check-files")
@click.option("--whole", is_flag=True, help="Read every object and compare its SHA-256, not only its size.")
@with_appcontext
def check_files(*, whole: bool) -> None:
    """Compare every file of the database with its object in storage; print what is wrong; end with 1 if anything is."""
    found = 0
    try:
        for line in wrong(whole=whole):
            click.echo("\t".join(line))
            found += 1
    except StorageFault as fault:
        click.echo(f"Storage does not answer: {fault}", err=True)
        sys.exit(1)
    if found:
        click.echo(f"{found} files are not as they were sent", err=True)
        sys.exit(1)
    click.echo("Every file is there.")
