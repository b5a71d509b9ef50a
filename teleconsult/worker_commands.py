"""The operator's commands for what the background worker does."""

from importlib import import_module

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from teleconsult import jobs, outbox, revision
from teleconsult.attachments import actions as attachments
from teleconsult.extensions import transaction


def register(app: Flask) -> None:
    """Add the commands."""
    for command in (worker, deliver, tick, sweep):
        app.cli.add_command(command)


@click.command()
@with_appcontext
def worker() -> None:
    """Deliver mails and do what the clock asks for, until told to stop."""
    if revision.behind():
        raise click.ClickException(f"Not started. {revision.MIGRATE_FIRST}")
    # Imported when it is needed: the web server, which registers the commands too, has no use for huey.
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # a proxy's own word
    import_module("teleconsult.worker").run(app)


@click.command()
@with_appcontext
def deliver() -> None:
    """Deliver what waits in the outbox, once and now; end with 1 if anything could not be sent."""
    with transaction():
        outbox.hurry()
    tried: set[int] = set()
    sent = 0
    while fresh := [message for message in outbox.waiting() if message not in tried]:
        tried.update(fresh)
        sent += sum(outbox.deliver_one(message) for message in fresh)
    click.echo(f"{sent} messages sent")
    if troubles := outbox.troubles():
        told = ", ".join(f"{what} ({count})" for what, count in sorted(troubles.items()))
        raise click.ClickException(f"Not sent, and tried again later: {told}")


@click.command()
@with_appcontext
def tick() -> None:
    """Do everything that the clock asks for, once: reminders, acceptance, daily mails, anchors, sweeps."""
    rounds = jobs.Rounds()
    click.echo(f"{rounds.tick()} things done")
    if rounds.failed:
        names = ", ".join(sorted(rounds.failed))
        raise click.ClickException(f"Not everything could be done; the lines above say why: {names}")


@click.command()
@with_appcontext
def sweep() -> None:
    """Remove stored files older than a day that nothing names (the worker does it daily)."""
    click.echo(f"{sum(1 for _ in attachments.sweep())} files removed")
