"""A move of the life cycle stands in every table that tells of it; who adds one is told which of them it still lacks."""

from pathlib import Path

import pytest

from teleconsult.cases import words
from teleconsult.cases.lifecycle import MOVES, Who
from teleconsult.cases.repeats import LEFT_BEHIND
from teleconsult.demo import story, verbs
from teleconsult.notices.words import KINDS
from teleconsult.record.words import WORDS

ROOT = Path(__file__).resolve().parents[2]
GLOSSARY, README = ((ROOT / name).read_text(encoding="utf-8") for name in ("docs/glossary.md", "README.md"))
MAILS = ROOT / "templates" / "email"
BY_FORM = {verb for verb, move in MOVES.items() if Who.SYSTEM not in move.who} - {"submit", "claim"}
"""`submit` sends a request, which is known again by its draft; `claim` is a press without words."""
TOLD_AT_ONCE = {"submit", "add"}
"""What the teller does of itself: every story is sent, and messages are added by it."""


@pytest.mark.parametrize("verb", MOVES)
def test_a_move_stands_wherever_moves_are_told_of(verb):
    places = {
        "docs/glossary.md": f"`{verb}`" in GLOSSARY,
        "cases/words.py": verb in words.told(),
        "cases/repeats.py": verb in LEFT_BEHIND or verb not in BY_FORM,
        "record/words.py": f"case.{verb}" in WORDS,
        "notices/words.py": f"case.{verb}" in KINDS,
        "templates/email": (MAILS / f"case_{verb}.txt").is_file(),
        "demo/story.py": verb in story.CARRIES,
        "demo/verbs.py": verb in verbs.VERBS or verb in TOLD_AT_ONCE,
    }
    assert not [place for place, stands in places.items() if not stands]


def test_the_first_page_counts_the_moves():
    assert f"{len(MOVES)} actions" in README
