"""What nobody uses is no longer there: a function without a caller, a class of the style sheets without an element."""

import ast
import re
from pathlib import Path
from typing import TypeGuard

ROOT = Path(__file__).resolve().parents[2]
STYLES = (ROOT / "static" / "css").glob("*.css")

FOR_TESTS = {
    "wake": "outbox: how long a kind rests is kept in the process, and the tests have one for many servers",
}
"""Functions that only tests call, and why they are the product's."""


def written(*folders: str) -> str:
    """Return all that is written in some folders, one file after the other."""
    kinds = {".py", ".html", ".txt", ".typ", ".js", ".toml", ""}
    files = [path for name in folders for path in [ROOT / name, *(ROOT / name).rglob("*")]]
    return "\n".join(path.read_text(encoding="utf-8") for path in files if path.is_file() and path.suffix in kinds)


def trees(*folders: str) -> dict[str, ast.Module]:
    """Return the modules of some folders, by the names under which they are imported."""
    files = [path for name in folders for path in [ROOT / name, *(ROOT / name).rglob("*.py")] if path.is_file()]
    names = (".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in files)
    return {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in zip(names, files, strict=True)}


def made_by(node: ast.stmt) -> list[str]:
    """Return the names that a statement makes. What is decorated is called by what decorated it: a route, a handler, a command."""
    if isinstance(node, ast.FunctionDef):
        return [] if node.decorator_list else [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


def test_every_function_constant_and_relationship_is_used_in_the_product():
    """A name counts where it is read, not where another module has the same one, or a sentence the same word."""
    product = trees("teleconsult")
    nodes = [
        node
        for tree in [*product.values(), *trees("bench", "migrations", "tools", "wsgi.py").values()]
        for node in ast.walk(tree)
    ]
    imported = {(node.module, one.name) for node in nodes if isinstance(node, ast.ImportFrom) for one in node.names}
    read = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    # Templates read by name; so does what is chosen by its word, as the two verbs of a unit are.
    read |= set(re.findall(r"\w+", written("templates")))
    read |= {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    unused = set()
    for module, tree in product.items():
        own = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
        made = {name for node in tree.body for name in made_by(node)}
        made |= {name for node in ast.walk(tree) if makes_relationship(node) for name in made_by(node)}
        unused |= {name for name in made - own - read if (module, name) not in imported}
    assert unused == {*FOR_TESTS, "__all__"}


def makes_relationship(node: ast.AST) -> TypeGuard[ast.stmt]:
    """Tell whether a statement gives a model a relationship."""
    call = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "relationship"


def test_every_icon_is_shown_somewhere():
    icons = re.findall(r'<symbol id="([\w-]+)"', (ROOT / "static" / "img" / "icons.svg").read_text(encoding="utf-8"))
    said = set(re.findall(r"[\w-]+", written("templates", "teleconsult", "static/js")))
    assert icons
    assert not set(icons) - said


def test_every_class_of_the_style_sheets_is_given_to_something():
    styles = "\n".join(path.read_text(encoding="utf-8") for path in STYLES)
    classes = set(re.findall(r"\.([a-z][\w-]*)", re.sub(r"/\*.*?\*/", "", styles, flags=re.DOTALL)))
    text = written("templates", "teleconsult", "static/js")
    said = set(re.findall(r"[\w-]+", text))
    # Put together from a beginning and a value: the width of a box or a field, the tone of a note, the state of a case.
    put_together = re.compile(r"c(3|4|6|8|12)|tc-w-[sml]|is-answered|.*--\w+")
    unused = {name for name in classes - said if not put_together.fullmatch(name)}
    assert not unused
    assert not {name for name in classes - said if "--" in name and name.partition("--")[0] + "--" not in text}
