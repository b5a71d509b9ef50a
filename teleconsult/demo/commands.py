"""The commands of the demonstration."""

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from teleconsult.demo import cast, promised, reader
from teleconsult.demo.seed import seed
from teleconsult.demo.story import Person

FIRST = (
    "marina-alves", "rosangela-lima", "paulo-nogueira", "helena-duarte", "ana-paula-sales", "teresa-guedes",
    "carmem-rocha", "grace-okafor",
)  # fmt: skip
"""Those to begin with: one of each role, one who confirms what was filed for her, one who reads English."""


def register(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(load)
    app.cli.add_command(accounts)


@click.command("seed")
@with_appcontext
def load() -> None:
    """Load the demonstration network, its people and its cases, once."""
    _hold_to_demonstration()
    if seed():
        # Numbers' libraries of 60 MB: for loading only.
        from teleconsult.demo import compared  # noqa: PLC0415

        promised.tell()
        compared.compare()
        click.echo("The demonstration is loaded.")
    else:
        click.echo("There are people already: the demonstration was left as it is.")


@click.command("demo-accounts")
@click.option("--all", "everyone", is_flag=True, help="Not only those to begin with.")
@with_appcontext
def accounts(everyone: bool) -> None:
    """List the demonstration's accounts and their one password."""
    _hold_to_demonstration()
    people = reader.load().people
    shown = [person for person in people.values() if person.status == "active"]
    if not everyone:
        shown = [people[key] for key in FIRST]
    width = max(len(person.email) for person in shown)
    click.echo(f"Password of every demonstration account: {cast.PASSWORD}\n")
    for person in shown:
        click.echo(f"  {person.email:<{width}}  {_told(person)}")
    if not everyone:
        click.echo("\nThe others: flask --app wsgi demo-accounts --all")


def _told(person: Person) -> str:
    return f"{' + '.join(person.roles)}: {person.title} {person.name}. {person.about}".replace(":  ", ": ")


def _hold_to_demonstration() -> None:
    if current_app.config["PROFILE"] != "demo":
        raise click.ClickException("Only with TELECONSULT_PROFILE=demo: its passwords are known to everybody.")
