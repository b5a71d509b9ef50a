"""The code's own rules: who imports whom, who commits, who makes Markup, how long a file may be."""

import ast
import re
import sys
from pathlib import Path

import pytest

from tools import code_map
from tools.code_map import FLOORS

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "teleconsult"

HEIGHT = {name: -i for i, floor in enumerate(FLOORS) for name in floor}
MODULES = sorted(PACKAGE.rglob("*.py"))
ROOMS = ("models", "queries", "actions", "views")


def floor_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[0]


def imports_of(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "teleconsult":
            inner = (node.module or "").split(".")[1:]
            found |= {".".join(inner)} if inner else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {a.name.partition(".")[2] for a in node.names if a.name.startswith("teleconsult.")}
    return found


def names(paths):
    return [str(path.relative_to(ROOT)) for path in paths]


@pytest.mark.parametrize("path", MODULES, ids=names(MODULES))
def test_imports_go_down(path):
    here = floor_of(path)
    assert here in HEIGHT, f"{here} has no floor: give it one on purpose"
    up = [
        name
        for name in imports_of(path)
        if name.split(".")[0] != here
        and HEIGHT[name.split(".")[0]] >= HEIGHT[here]
        # Siblings of one floor may not know each other, but for the ground: web words and the record.
        and not (HEIGHT[name.split(".")[0]] == HEIGHT[here] == HEIGHT["web"])
    ]
    assert not up, f"{here} imports upwards: {up}"


def test_no_circle_between_modules():
    graph = {".".join(p.relative_to(PACKAGE).with_suffix("").parts): imports_of(p) for p in MODULES}
    known = set(graph)
    done: set[str] = set()

    def visit(name: str, road: tuple[str, ...]) -> None:
        assert name not in road, " -> ".join((*road, name))
        if name in done:
            return
        for target in graph[name]:
            for candidate in (target, f"{target}.__init__"):
                if candidate in known and candidate != name:
                    visit(candidate, (*road, name))
        done.add(name)

    for name in graph:
        visit(name, ())


def test_rooms_of_a_feature_go_down():
    for path in MODULES:
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        if len(parts) < 2:
            continue
        feature = parts[0]
        room = next((i for i, room in enumerate(ROOMS) if parts[1].startswith(room)), None)
        if room is None:
            continue
        for name in imports_of(path):
            inner = name.split(".")
            if inner[0] != feature or len(inner) < 2:
                continue
            other = next((i for i, r in enumerate(ROOMS) if inner[1].startswith(r)), -1)
            assert other <= room, f"{path.name} imports {name}"


PURE = [
    "checks",
    "errors",
    "moves",
    "typed",
    "attachments/ends",
    "attachments/kinds",
    "bookings/absence",
    "bookings/allowance",
    "bookings/overbooking",
    "bookings/queueing",
    "bookings/steps",
    "bookings/wanted",
    "cases/clocks",
    "cases/consent",
    "cases/deadline",
    "cases/draft_fields",
    "cases/draft_merge",
    "cases/draft_problems",
    "cases/draft_text",
    "cases/draft_write",
    "cases/hours",
    "cases/lifecycle",
    "cases/needs",
    "cases/request",
    "cases/snippets",
    "cases/vitals",
    "coding/likeness",
    "coding/tables",
    "coding/words",
    "credits/reckon",
    "credits/rules",
    "demo/reader",
    "demo/story",
    "network/week",
    "network/wording",
    "patients/matching",
    "people/access",
    "people/devices",
    "people/password_rules",
    "routing/engine",
    "routing/forecast",
    "routing/margins",
    "routing/outcome",
    "routing/pace",
    "routing/policies",
    "routing/problems",
    "routing/promised",
    "routing/promising",
    "routing/replay",
    "routing/replay_chart",
    "routing/replay_record",
    "routing/simulation",
    "routing/slots",
    "shifts/attendance",
    "shifts/calendar",
    "shifts/openings",
    "shifts/rules",
]
BESIDE = {
    "shifts/calendar": {"dateutil.rrule"},  # RFC 5545 by a library, as pure as the rules around it
    "routing/engine": {"teleconsult.routing.solver"},  # loaded where it is called: SciPy costs a web worker 20 MB
    "routing/replay": {"teleconsult.routing.optimum"},  # the yardstick, an assignment by SciPy; run by a command alone
}
"""What some of them use beside the standard library and each other."""


@pytest.mark.parametrize("name", PURE)
def test_pure_rules_import_the_standard_library_and_each_other(name):
    allowed = {f"teleconsult.{pure.replace('/', '.')}" for pure in PURE} | BESIDE.get(name, set())
    for module in modules_of(PACKAGE / f"{name}.py"):
        assert module.split(".")[0] in sys.stdlib_module_names or module in allowed, f"{name}: {module}"


def modules_of(path):
    """Yield what a module imports: `from teleconsult.cases import clocks` is `teleconsult.cases.clocks`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            place = PACKAGE.parent / (node.module or "").replace(".", "/")
            inside = node.module.startswith("teleconsult") and place.is_dir()
            yield from (f"{node.module}.{alias.name}" for alias in node.names) if inside else (node.module,)


def test_what_is_held_to_be_pure_says_so_and_the_other_way_round():
    said = {str(path.relative_to(PACKAGE).with_suffix("")) for path in MODULES if code_map.is_pure(path)}
    assert said == set(PURE)


def test_one_place_commits():
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in MODULES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if ".commit(" in line and path.name != "extensions.py"
    ]
    assert not found


def test_one_place_makes_markup():
    # What people typed becomes Markup in rich.py, and, escaped, as the value of a control in controls.py; the two others
    # hold sentences of our own catalogue.
    makers = {"rich.py", "controls.py", "templating.py", "settling.py"}
    found = [
        str(path.relative_to(ROOT))
        for path in MODULES
        if re.search(r"\bMarkup\(|from markupsafe", path.read_text(encoding="utf-8")) and path.name not in makers
    ]
    templates = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "templates").rglob("*.html")
        if re.search(r"\|\s*safe\b|autoescape false", path.read_text(encoding="utf-8"))
    ]
    assert not found
    assert not templates


def test_only_one_writer_of_the_state():
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in MODULES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(r"\b(case|request|found)\.state\s*=[^=]", line)
    ]
    assert not found


def test_modules_stay_short():
    long = {
        str(path.relative_to(ROOT)): count
        for path in [*MODULES, ROOT / "config.py"]
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > 320
    }
    assert not long


def test_only_the_clock_reads_the_time():
    found = [
        str(path.relative_to(ROOT))
        for path in MODULES
        if re.search(r"datetime\.now\(|date\.today\(|utcnow\(|\btime\.time\(", path.read_text(encoding="utf-8"))
        and path.name != "clock.py"
    ]
    assert not found
