"""Every event that anything records has words."""

import ast
import re
from pathlib import Path

from teleconsult.bookings.steps import DONE_WORDS
from teleconsult.cases.alerts import ALERTS
from teleconsult.cases.lifecycle import MOVES
from teleconsult.people.models import LinkKind
from teleconsult.record import trails
from teleconsult.record.words import WORDS

ROOT = Path(__file__).resolve().parents[2]
CALLS = re.compile(r"_?record\w*|_tell_of_change")
WORD = re.compile(r"[a-z]+\.[a-z_0-9]+")


def recorded():
    """Return the words in calls that record, and the ones made from tables."""
    found = {f"case.{verb}" for verb in MOVES} | set(ALERTS) | {f"person.{kind}" for kind in LinkKind}
    found |= {f"booking.{verb}" for verb in DONE_WORDS}
    for path in (ROOT / "teleconsult").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(node.func, "attr", getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""
            if CALLS.fullmatch(name):
                constants = [
                    part.value
                    for part in [*node.args, *(k.value for k in node.keywords)]
                    if isinstance(part, ast.Constant)
                ]
                found |= {value for value in constants if isinstance(value, str) and WORD.fullmatch(value)}
    return found


def test_every_event_that_is_recorded_has_words():
    assert recorded() <= set(WORDS)


def test_no_words_are_there_for_nothing():
    text = "\n".join(
        path.read_text(encoding="utf-8")
        for path in (ROOT / "teleconsult").rglob("*.py")
        if path.parent.name != "record"
    )
    used = {word for word in WORDS if f'"{word}"' in text}
    own = {word for word in WORDS if word.startswith("record.")}
    assert set(WORDS) - used - own - recorded() == set()


def test_every_trail_that_is_written_has_words():
    text = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "teleconsult").rglob("*.py"))
    written = set(re.findall(r'(?:record\(\s*|stream(?:, user_id)? = )f"([a-z]+):\{', text))
    assert {"case", "reader", "patient", "shift", "leave"} <= written
    assert written | {"system", "person"} == set(trails.WORDS)
