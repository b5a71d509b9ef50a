"""The files of the face agree with each other: icons, scripts, colours, weight."""

import gzip
import re
import xml.etree.ElementTree as ET
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "static"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
MACROS = sorted((ROOT / "templates" / "macros").glob("*.html"))
FIRST_VISIT = 120_000
PAGE = 20_000


def _text(paths):
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def _packed(path):
    return len(gzip.compress(path.read_bytes(), 9))


def test_every_icon_that_is_asked_for_is_drawn():
    drawn = {symbol.get("id") for symbol in ET.parse(STATIC / "img/icons.svg").getroot()}  # noqa: S314 (our own file)
    asked = set(re.findall(r"\bI\(\"([a-z]+)\"", _text(TEMPLATES)))
    assert asked <= drawn


def test_every_behaviour_that_is_asked_for_exists():
    asked = set(re.findall(r"\bbehaviour\(\"([a-z]+)\"\)", _text(TEMPLATES)))
    assert asked <= {path.stem for path in (STATIC / "js").glob("*.js")}


def test_every_macro_is_told_of_where_its_file_opens():
    untold = []
    for path in MACROS:
        text = path.read_text(encoding="utf-8")
        opening = text[: text.index("-#}")]
        untold += [
            f"{path.name}: {name}"
            for name in re.findall(r"macro ([a-z]\w*)\(", text)
            if not re.search(rf"\b{name}\b", opening)
        ]
    assert not untold


def test_colours_stand_in_the_tokens_alone():
    raw = re.compile(r"#[0-9a-f]{3,8}\b|\brgba?\(|\bhsl", re.IGNORECASE)
    found = [name for name in ("base.css", "parts.css") if raw.search((STATIC / "css" / name).read_text())]
    assert not found


def test_scripts_make_no_code_of_words():
    text = _text(sorted((STATIC / "js").glob("*.js")))
    assert not re.search(r"\beval\(|new Function|innerHTML\s*=|\.style\b", text)


def test_a_first_visit_is_light():
    """Everything that any page may load, at once: more than one page ever does."""
    shared = [*STATIC.glob("css/*.css"), *STATIC.glob("js/*.js"), *STATIC.glob("img/*.svg")]
    shared += STATIC.glob("vendor/*/*.min.*")
    assert sum(_packed(path) for path in shared) + PAGE <= FIRST_VISIT
