"""`flask rebuild-credits`: the ledger from its events again, checked or made whole."""

import click
from flask import Flask
from flask.cli import with_appcontext

from teleconsult.credits import ledger, replay
from teleconsult.extensions import db, transaction
from teleconsult.people.models import User

SHOWN = 20


def register(app: Flask) -> None:
    """Add the command."""
    app.cli.add_command(rebuild_credits)


@click.command("rebuild-credits")
@click.option("--check", is_flag=True, help="Only compare; exit 1 when the ledger and the events do not agree.")
@with_appcontext
def rebuild_credits(check: bool) -> None:
    """Reckon every entry again from its events; without --check, write those that are missing."""
    same, differing, written = 0, 0, 0
    for person_id in replay.everybody():
        found = _replayed(person_id) if check else _made_whole(person_id)
        same += found.same
        written += 0 if check else len(found.missing)
        for difference in found.differences:
            if check or difference.what != "missing":
                differing += 1
                _tell(difference, differing)
        db.session.expunge_all()
    months = replay.miscounted_months()
    for month in months:
        click.echo(f"entries miscounted: {month}")
    click.echo(f"{same} entries agree, {differing} do not, {written} were written.")
    if differing or months:
        raise SystemExit(1)


def _tell(difference: replay.Difference, number: int) -> None:
    if number <= SHOWN:
        click.echo(f"{difference.what}: {difference.source} ({difference.person})")


def _replayed(person_id: int) -> replay.Found:
    return replay.replay_person(db.session.get_one(User, person_id), ledger.Rulebook())


def _made_whole(person_id: int) -> replay.Found:
    """Write the missing lines of one person; their corrections and what is written already stay as they are."""
    with transaction():
        ledger.hold(person_id)
        rules = ledger.Rulebook()
        person = db.session.get_one(User, person_id)
        found = replay.replay_person(person, rules)
        ledger.write_many(person, found.missing, rules)
    return found
