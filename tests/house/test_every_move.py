"""A move of the life cycle stands in every table that tells of it; who adds one is told which of them it still lacks."""

from pathlib import Path

import pytest

from teleconsult.cases.lifecycle import MOVES, Who
from teleconsult.cases.repeats import LEFT_BEHIND
from teleconsult.cases.words import words_of
from teleconsult.demo import story, verbs
from teleconsult.notices.words import KINDS
from teleconsult.record.words import WORDS

GLOSSARY = (Path(__file__).resolve().parents[2] / "docs" / "glossary.md").read_text(encoding="utf-8")
BY_FORM = {verb for verb, move in MOVES.items() if Who.SYSTEM not in move.who} - {"submit", "claim"}
"""`submit` sends a request, which is known again by its draft; `claim` is a press without words."""
TOLD_AT_ONCE = {"submit", "add"}
"""What the teller does of itself: every story is sent, and messages are added by it."""


@pytest.mark.parametrize("verb", MOVES)
def test_a_move_stands_wherever_moves_are_told_of(verb):
    places = {
        "docs/glossary.md": f"`{verb}`" in GLOSSARY,
        "cases/words.py": bool(words_of(verb, next(iter(MOVES[verb].sources))).label),
        "cases/repeats.py": verb in LEFT_BEHIND or verb not in BY_FORM,
        "record/words.py": f"case.{verb}" in WORDS,
        "notices/words.py": f"case.{verb}" in KINDS,
        "demo/story.py": verb in story.CARRIES,
        "demo/verbs.py": verb in verbs.VERBS or verb in TOLD_AT_ONCE,
    }
    assert not [place for place, stands in places.items() if not stands]
