"""Conditions are closed by default: of an empty list of alternatives nothing holds, and an empty condition lets nothing through."""

import ast
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "teleconsult"
JOINING = {"or_", "and_"}


def name_of(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def is_open(node: ast.AST) -> bool:
    """Tell whether conditions of lists alone are joined: were all of these empty, there would be no condition left."""
    joins = isinstance(node, ast.Call) and name_of(node.func) in JOINING
    return joins and all(isinstance(one, ast.Starred) for one in node.args)


def found_in(text: str) -> list[int]:
    return [node.lineno for node in ast.walk(ast.parse(text)) if is_open(node)]


def test_what_is_open_is_recognised():
    assert found_in("or_(*ways)\nand_(*ways)\nsa.or_(*a, *b)\nor_()") == [1, 2, 3, 4]
    assert found_in("or_(false(), *ways)\nand_(here, *more)\nor_(a, b)\nwhere(*ways)") == []


def test_no_condition_is_made_of_a_list_that_may_be_empty():
    files = sorted(PACKAGE.rglob("*.py"))
    assert files
    found = {str(path.relative_to(PACKAGE)): found_in(path.read_text(encoding="utf-8")) for path in files}
    assert {name: lines for name, lines in found.items() if lines} == {}
