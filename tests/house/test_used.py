"""What nobody uses is no longer there: a function without a caller, a class of the style sheets without an element."""

import ast
import re
from collections import Counter
from pathlib import Path

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


def test_every_function_and_constant_is_used_in_the_product():
    defined: Counter[str] = Counter()
    for path in (ROOT / "teleconsult").rglob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            # What is decorated is called by what decorated it: a route, a handler, a command.
            if isinstance(node, ast.FunctionDef) and not node.decorator_list:
                defined[node.name] += 1
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                defined.update(target.id for target in targets if isinstance(target, ast.Name))
    said = Counter(re.findall(r"\w+", written("teleconsult", "templates", "migrations", "bench", "wsgi.py", "run")))
    unused = {name for name, times in defined.items() if said[name] <= times}
    assert unused == set(FOR_TESTS)


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
