"""The operator's command on the distribution."""

from datetime import timedelta

import click
from flask import Flask
from flask.cli import with_appcontext

from teleconsult import clock
from teleconsult.errors import Refused
from teleconsult.extensions import transaction
from teleconsult.routing import queries_replay
from teleconsult.routing.replay_record import Row
from teleconsult.web.words import say_in_english

POLICIES = ("ours", "edf", "fcfs", "round-robin")
HEADS = ("policy", "cases", "late", "urgent late", "mean h", "P50 h", "P90 h", "idle min", "evenness")


def register(app: Flask) -> None:
    """Add the command."""
    app.cli.add_command(replay)


@click.command()
@click.option("--policy", type=click.Choice(POLICIES), default="ours", show_default=True, help="the way to look at")
@click.option("--log", "over_log", is_flag=True, help="over what was recorded; otherwise over simulated weeks")
@click.option("--weeks", type=click.IntRange(1, 26), default=4, show_default=True, help="of the record, with --log")
@click.option("--seed", type=int, default=1, show_default=True, help="of the simulated weeks")
@click.option("--load", type=click.FloatRange(0.1, 1.2), default=0.85, show_default=True, help="of the simulated weeks")
@click.option(
    "--consultants", type=click.IntRange(2, 200), default=50, show_default=True, help="of the simulated weeks"
)
@with_appcontext
def replay(policy: str, over_log: bool, weeks: int, seed: int, load: float, consultants: int) -> None:
    """Compare a way of distributing with others and with the optimum that knows the future; keep it for the management."""
    # Numbers' libraries of 60 MB: for this command only.
    from teleconsult.routing.replay import recorded, simulated  # noqa: PLC0415

    now, left_out = clock.now(), 0
    if over_log:
        try:
            rows, left_out = recorded(queries_replay.record(now - timedelta(weeks=weeks), now), policy)
        except Refused as refusal:
            raise click.ClickException(say_in_english(refusal)) from refusal
        over, detail = "log", str(weeks)
    else:
        rows = simulated(policy, seed, load, consultants)
        over, detail = "simulation", f"{seed} {load:.2f} {consultants}"
    with transaction():
        queries_replay.keep(over, detail, rows, left_out, now)
    for line in table(rows):
        click.echo(line)
    if left_out:
        click.echo(f"{left_out} cases left out: their specialty had no shift in the week after")


def table(rows: list[Row]) -> list[str]:
    """Return the rows as lines of text."""
    cells = [HEADS, *(_cells(row) for row in rows)]
    widths = [max(len(line[i]) for line in cells) for i in range(len(HEADS))]
    return ["  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in cells]


def _cells(row: Row) -> tuple[str, ...]:
    unknown = "-"
    return (
        row.policy,
        str(row.cases),
        str(row.late),
        f"{row.late_urgent} of {row.urgent}",
        f"{row.mean:.2f}",
        f"{row.p50:.2f}",
        f"{row.p90:.2f}",
        unknown if row.idle_minutes is None else f"{row.idle_minutes:.0f}",
        unknown if row.evenness is None else f"{row.evenness:.3f}",
    )
