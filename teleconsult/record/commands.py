"""The operator's commands on the record: prove it whole, and keep its ends outside the database."""

import sys

import click
from flask import Flask
from flask.cli import with_appcontext

from teleconsult import anchors
from teleconsult.extensions import transaction


def register(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(verify_audit)
    app.cli.add_command(anchor_audit)


@click.command("verify-audit")
@click.option("--digest", help="A digest from a mail: it must be among the anchors.")
@with_appcontext
def verify_audit(digest: str | None) -> None:
    """Read every stream of the record and its anchors; print where each is not whole; end with 1 if any is not."""
    flawed = 0
    for flaw in anchors.verify():
        click.echo(f"{flaw.stream}\t{flaw.number}\t{flaw.what}")
        flawed += 1
    if digest is not None and digest not in anchors.read().digests:
        click.echo(f"anchors\t-\tno line has the digest {digest}")
        flawed += 1
    if not anchors.read().digests:
        click.echo("There are no anchors: a tail that was cut with its head cannot show.", err=True)
    if flawed:
        click.echo(f"The record is not whole: {flawed} found.", err=True)
        sys.exit(1)
    click.echo("The record is whole.")


@click.command("anchor-audit")
@with_appcontext
def anchor_audit() -> None:
    """Write the ends of the streams to the anchor file now, and by mail if an address is set."""
    line = anchors.anchor()
    if anchors.mails():
        with transaction():
            anchors.send(line)
    click.echo(f"{line['number']}\t{line['digest']}\t{line['streams']} streams, {line['events']} events")
