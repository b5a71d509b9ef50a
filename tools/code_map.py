"""The map of the code, docs/code-map.md: every package and module in a line, and what the floors tell each other.

Made from the first line of each module's docstring and from the handlers that are registered, so that it cannot age:
`python -m tools.code_map` writes it, `--check` compares (make check does).
"""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "teleconsult"
PAGE = ROOT / "docs" / "code-map.md"

FLOORS = (
    ("__init__",),
    ("features", "cli", "worker", "worker_commands"),
    ("jobs",),
    ("demo",),
    ("privacy",),
    ("reports",),
    ("credits",),
    ("bookings",),
    ("routing",),
    ("attachments",),
    ("cases",),
    ("shifts",),
    ("patients",),
    ("coding",),
    ("network",),
    ("notices", "record"),
    ("people",),
    ("web", "audit", "anchors", "outbox", "mail", "logs", "guards", "version", "revision", "checks", "typed", "moves"),
    ("events", "loading"),
    ("extensions",),
    ("engines", "lean", "columns"),
    ("errors", "clock", "statements"),
    ("postgresql",),
)
"""From the roof down; each imports only from what stands below it, and from its own (tests/house/test_floors.py)."""

ROOMS = {
    "pure": "Rules, pure",
    "models": "Models",
    "queries": "Queries",
    "actions": "Actions",
    "between": "Between the rows and the screens",
    "forms": "Forms",
    "views": "Screens",
}
"""The rooms of a feature, from the ground up, each with its heading."""

HEAD = """# The map of the code

Made from the first line of every module by `python -m tools.code_map`; `make check` compares. Do not edit.
How the parts work together, and how one adds to them: [code.md](code.md).

From the roof down: each floor imports only from those below it. Within a package its rooms stand from the ground up.
"""


def draw() -> str:
    """Return the page."""
    lines = [HEAD]
    for floor in FLOORS:
        for name in floor:
            if (PACKAGE / name).is_dir():
                lines += _package(PACKAGE / name)
        alone = [PACKAGE / f"{name}.py" for name in floor if (PACKAGE / f"{name}.py").is_file()]
        if alone:
            lines += [f"## {', '.join(f'`{path.stem}`' for path in alone)}", "", *_listed(alone, PACKAGE), ""]
    return "\n".join([*lines, *_told()]) + "\n"


def is_pure(path: Path) -> bool:
    """Tell whether a module says of itself that it is pure: no database, no request, no clock of its own."""
    return "Pure" in _docstring(path)


def _package(folder: Path) -> list[str]:
    rooms: dict[str, list[Path]] = {}
    for path in sorted(folder.rglob("*.py")):
        if path.parent == folder and path.stem == "__init__":
            continue
        rooms.setdefault(_room(path, folder), []).append(path)
    lines = [f"## `{folder.name}`: {_says(folder / '__init__.py')}", ""]
    for room, heading in ROOMS.items():
        if room in rooms:
            lines += [f"**{heading}**", "", *_listed(rooms[room], folder), ""]
    return lines


def _room(path: Path, folder: Path) -> str:
    first = path.relative_to(folder).parts[0].removesuffix(".py")
    if is_pure(path):
        return "pure"
    return next((room for room in ROOMS if first == room or first.startswith(f"{room}_")), "between")


def _listed(paths: list[Path], under: Path) -> list[str]:
    return [f"- `{_name(path, under)}`: {_says(path)}" for path in paths]


def _name(path: Path, under: Path) -> str:
    parts = path.relative_to(under).with_suffix("").parts
    return "/".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


def _says(path: Path) -> str:
    return _docstring(path).partition("\n")[0]


@cache
def _docstring(path: Path) -> str:
    return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""


def _told() -> Iterator[str]:
    """Yield what the floors tell each other: who hears each event, and who adds to which page."""
    from teleconsult import events, features  # noqa: PLC0415 (a test that wants the floors alone loads no application)

    for name in (*features.LISTENERS, *features.BLUEPRINTS):
        import_module(name)
    heard = events.handlers()
    yield "## What the floors tell each other"
    yield ""
    yield "| event | who hears it, in this order |"
    yield "|---|---|"
    for name in sorted(events.declared()):
        yield f"| `{name}` | {_dotted(heard.get(name, []))} |"
    yield ""
    yield "| panel | who adds to it, in this order |"
    yield "|---|---|"
    for name, makers in sorted(events.makers().items()):
        yield f"| `{name}` | {_dotted(makers)} |"


def _dotted(paths: list[str]) -> str:
    return ", ".join(f"`{path.removeprefix('teleconsult.')}`" for path in paths) or "–"


def main(arguments: list[str]) -> int:
    """Write the page, or with --check compare it; return the exit code."""
    if "--check" not in arguments:
        PAGE.write_text(draw(), encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != draw():
        print("docs/code-map.md is not what the code says: run `python -m tools.code_map`.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
