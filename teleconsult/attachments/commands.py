"""The operator's command on files: that what the rows name is in storage."""

import hashlib
import sys
from collections.abc import Iterator
from typing import Any

import click
from flask import Flask
from flask.cli import with_appcontext
from sqlalchemy import select

from teleconsult.attachments.models import Attachment
from teleconsult.attachments.storage import storage
from teleconsult.errors import StorageFault, StorageLost
from teleconsult.extensions import db

_ROWS = select(Attachment.ref, Attachment.key, Attachment.size, Attachment.sha256).order_by(Attachment.id)


def register(app: Flask) -> None:
    """Add the command."""
    app.cli.add_command(check_files)


def wrong(*, whole: bool) -> Iterator[tuple[str, str, str]]:
    """Compare every row with its object; yield file, key and what is wrong. `whole` reads each and compares its SHA-256 too.

    Raises:
        StorageFault: storage does not answer: nothing can be said of it.
    """
    rows = db.session.execute(_ROWS).all()
    db.session.rollback()  # reading the objects takes long: no transaction stands open meanwhile
    for row in rows:
        try:
            what = _compared(row, whole=whole)
        except StorageLost:
            what = "there is no such object"
        if what and _still_named(row.key):
            yield row.ref, row.key, what


def _still_named(key: str) -> bool:
    """Tell whether a row names an object now: a draft may have been written on, or thrown away, since the rows were read."""
    there = db.session.scalar(select(Attachment.id).where(Attachment.key == key))
    db.session.rollback()
    return there is not None


def _compared(row: Any, *, whole: bool) -> str:
    size = storage().size(row.key)
    if size != row.size:
        return f"{size} bytes, not {row.size}"
    if not whole:
        return ""
    digest = hashlib.sha256()
    for chunk in storage().read(row.key, 0, row.size):
        digest.update(chunk)
    return "" if digest.hexdigest() == row.sha256 else "other bytes than were sent"


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
