"""The life cycle as a document, made from the table that the product runs on."""

from pathlib import Path

import click
from flask import Flask

from teleconsult.cases.lifecycle import MOVES, Move, State

PAGE = Path(__file__).resolve().parents[2] / "docs" / "lifecycle.md"
HEAD = """# The life cycle of a case

Made from `teleconsult/cases/lifecycle.py` by `flask diagram`; `make check` compares. Do not edit.
"""


def draw() -> str:
    """Return the page: a state diagram, and the table of moves."""
    lines = [HEAD, "```mermaid", "stateDiagram-v2", "    direction LR", f"    [*] --> {State.DRAFT}"]
    arrows: dict[tuple[str, str], list[str]] = {}
    for move in MOVES.values():
        for source in State:
            if move.target is not None and source in move.sources:
                arrows.setdefault((source, move.target), []).append(move.verb)
    lines += [f"    {source} --> {target}: {', '.join(verbs)}" for (source, target), verbs in arrows.items()]
    lines += [f"    {State.CONCLUDED} --> [*]", f"    {State.CANCELLED} --> [*]", "```", ""]
    lines += ["| action | from | to | who | must carry |", "|---|---|---|---|---|"]
    lines += [_row(move) for move in MOVES.values()]
    return "\n".join(lines) + "\n"


def _row(move: Move) -> str:
    sources = ", ".join(f"`{state}`" for state in State if state in move.sources)
    target = f"`{move.target}`" if move.target else "same"
    who = ", ".join(sorted(move.who))
    return f"| `{move.verb}` | {sources} | {target} | {who} | {', '.join(move.carries) or '–'} |"


@click.command("diagram")
@click.option("--check", is_flag=True, help="Only compare the page with the table.")
def diagram(check: bool) -> None:
    """Write docs/lifecycle.md from the table of moves, or compare them."""
    if not check:
        PAGE.write_text(draw(), encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != draw():
        raise click.ClickException("docs/lifecycle.md is not what the table says: run `flask --app wsgi diagram`.")


def register(app: Flask) -> None:
    """Add the command."""
    app.cli.add_command(diagram)
