"""The place of a hit is shown with a little around it, whatever the text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleconsult.cases.snippets import AROUND, snippet


@pytest.mark.parametrize(
    ("text", "beginning", "shown"),
    [
        ("Lesões no dorso", "leso", ("", "Lesões", " no dorso")),
        ("Dor e tosse seca", "toss", ("Dor e ", "tosse", " seca")),
        ("Contosse não, tosse sim", "tosse", ("Contosse não, ", "tosse", " sim")),
        ("Sensação de HIPOCROMIA.", "hipo", ("Sensação de ", "HIPOCROMIA", ".")),
    ],
)
def test_the_whole_word_is_marked_as_it_was_written(text, beginning, shown):
    assert snippet([text], [beginning]) == shown


def test_a_long_text_is_cut_at_words():
    found = snippet(["palavra " * 40 + "achado " + "depois " * 40], ["achad"])
    assert found.before.startswith("… palavra")
    assert found.after.endswith(" …")
    assert len(found.before) <= AROUND + 2
    assert len(found.after) <= AROUND + 2


def test_the_first_text_that_holds_a_word_is_shown():
    assert snippet(["nada aqui", "tosse"], ["toss"]).hit == "tosse"
    assert snippet(["nada", ""], ["toss"]) is None
    assert snippet([], ["toss"]) is None


@given(st.text(max_size=300), st.sampled_from(["a", "ab", "tosse", "1"]))
def test_what_is_shown_stands_in_the_text(text, beginning):
    found = snippet([text], [beginning])
    if found is not None:
        inner = found.before.removeprefix("… ") + found.hit + found.after.removesuffix(" …")
        assert inner in text
