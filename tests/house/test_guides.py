"""What the guides for users call by a name in bold stands on the screen by that name, in the guide's language."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from config import ROOT

CATALOGUE = ROOT / "teleconsult" / "translations" / "en" / "LC_MESSAGES" / "messages.po"


def words(side: str) -> set[str]:
    with CATALOGUE.open("rb") as file:
        found = [getattr(message, side) for message in read_po(file) if message.id]
    return {text for one in found for text in ([one] if isinstance(one, str) else one)}


def bold(path: Path) -> set[str]:
    return {" ".join(name.split()) for name in re.findall(r"\*\*(.+?)\*\*", path.read_text("utf-8"), re.DOTALL)}


@pytest.mark.parametrize(("guide", "side"), [("guia-do-usuario.md", "id"), ("user-guide.md", "string")])
def test_the_guides_call_things_as_the_screens_do(guide, side):
    named = bold(ROOT / "docs" / guide)
    assert len(named) > 25
    assert named <= words(side)
