"""Thin views: what is read, in which state a thing stands and who plays which part is asked below them."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "teleconsult"
VIEWS = {str(path.relative_to(PACKAGE)): path for path in sorted(PACKAGE.rglob("views*.py"))}

QUERIES = {"select", "insert", "update", "delete", "exists", "text", "func"}

LEFT = {
    # What may be begun depends on for whom; only a draft is thrown away.
    "cases/views_draft.py": {"_new_page", "discard"},
    # A press that came twice is answered with what it did, before the table of moves is asked.
    "cases/views_moves.py": {"claim"},
    # Who is no requester but acts for some has the district's list as their own.
    "cases/views_lists.py": {"mine"},
}
"""Functions that still ask. A list that only gets shorter."""


def functions(path: Path) -> list[ast.FunctionDef]:
    """Return the functions of a module but those of the navigation: it leads each role to its own pages."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and not any(ast.unparse(one).startswith(("panel(", "events.panel(")) for one in node.decorator_list)
    ]


def asks(node: ast.AST) -> bool:
    """Tell whether somebody's role or the state of a thing is asked."""
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        return any(isinstance(side, ast.Attribute) and side.attr == "state" for side in sides) or any(
            ast.unparse(side).startswith("Role.") for side in sides
        )
    return isinstance(node, ast.Call) and ".has(Role." in ast.unparse(node)


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_makes_no_query(name):
    tree = ast.parse(VIEWS[name].read_text(encoding="utf-8"))
    imported = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "sqlalchemy"
        for alias in node.names
    }
    assert not imported & QUERIES
    assert not [
        node.lineno for node in ast.walk(tree) if isinstance(node, ast.expr) and ast.unparse(node) == "db.session"
    ]


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_asks_for_no_state_and_no_role(name):
    asking = {node.name for node in functions(VIEWS[name]) if any(asks(part) for part in ast.walk(node))}
    assert asking == LEFT.get(name, set())
