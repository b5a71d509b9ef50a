"""The operator's command of a new installation: its first manager."""

import click
from flask import Flask
from flask.cli import with_appcontext

from teleconsult.errors import Refused
from teleconsult.extensions import db, transaction
from teleconsult.people import actions, credentials, links
from teleconsult.people.access import Role
from teleconsult.people.facts import Faulty, PersonFacts, read_person
from teleconsult.people.models import LinkKind, User
from teleconsult.web.words import say_in_english


def register(app: Flask) -> None:
    """Add the command to `flask`."""
    app.cli.add_command(create_manager)


@click.command("create-manager")
@click.option("--name", prompt="Full name", help="Name and surname.")
@click.option("--email", prompt="E-mail", help="The address to sign in with.")
@click.option("--language", type=click.Choice(["pt_BR", "en"]), default="pt_BR", show_default=True)
@click.option("--ask-password", is_flag=True, help="Type a password now instead of printing an invitation link.")
@with_appcontext
def create_manager(name: str, email: str, language: str, ask_password: bool) -> None:
    """Create an account of the management, and print the link with which its owner sets the password.

    With --ask-password the password is typed here; its owner must change it at the first sign-in.
    """
    try:
        facts = read_person({"name": name, "email": email, "language": language}, roles=[Role.MANAGER])
        hashed = _ask_for_password(facts) if ask_password else None
        with transaction():
            address = _create(facts, hashed)
    except Faulty as faulty:
        raise click.ClickException("\n".join(say_in_english(refusal) for refusal in faulty.refusals)) from None
    except Refused as refusal:
        raise click.ClickException(say_in_english(refusal)) from None
    if address:
        click.echo(f"{facts.email} sets the password here, within seven days; the link opens once:\n{address}")
    else:
        click.echo(f"{facts.email} can sign in, and must choose another password at once.")


def _ask_for_password(facts: PersonFacts) -> str:
    password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return credentials.accept(User(name=facts.name, email=facts.email), password)


def _create(facts: PersonFacts, hashed: str | None) -> str:
    user = actions.create(facts, by=None, invite=False)
    if hashed:
        credentials.write(user, hashed, by_other=True)
        return ""
    (link_id,) = links.make([user.id], LinkKind.INVITATION)
    db.session.flush()
    return links.account_link(link_id)
