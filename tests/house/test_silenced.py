"""Where a check is silenced, it says why: on its own line, or in the comment right above where that grew too long."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(
    path for name in ("teleconsult", "tests", "bench", "tools", "migrations") for path in (ROOT / name).rglob("*.py")
)
SILENCED = re.compile(r"#\s*(?:noqa(?::\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*)?|type: ignore(?:\[[\w, -]+\])?)(?P<after>.*)$")


def bare(path: Path) -> list[int]:
    """Return the lines of a module that silence a check and do not say why."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [
        number
        for number, line in enumerate(lines, 1)
        if (found := SILENCED.search(line))
        and not re.search(r"[a-z]{2}", found["after"])
        and not (number > 1 and lines[number - 2].lstrip().startswith("# "))
    ]


@pytest.mark.parametrize(
    "text", ["import a  # noqa: PLC0415", "x = y  # type: ignore[misc, arg-type]", "x = y  # noqa"]
)
def test_what_says_nothing_is_found(tmp_path, text):
    path = tmp_path / "module.py"
    for told in (f"{text} (it is late)", f"{text}  # its stubs are old", f"# It is late.\n{text}"):
        path.write_text(told, encoding="utf-8")
        assert not bare(path)
    path.write_text(f"y = 1\n{text}", encoding="utf-8")
    assert bare(path) == [2]


def test_whoever_silences_a_check_says_why():
    assert not {str(path.relative_to(ROOT)): lines for path in MODULES if (lines := bare(path))}
