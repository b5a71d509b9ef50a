"""Formatting of typed text: only what is allowed comes out, and the short way gives what the long way gives."""

import nh3
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from teleconsult.web.rich import TAGS, _formatted, rich

LETTERS = st.characters(codec="utf-8", exclude_characters="\x00")
WORDS = st.text(st.sampled_from("ab ção1 .-+)(\n\n=ÉŁ中–°:/,9*_`>&\"'\\"), max_size=40)


@given(st.one_of(WORDS, st.text(LETTERS, max_size=60)))
@example("1. um\n2. dois")
@example("um \ndois  \ntrês")
@example("um\n===\ndois")
@example("- um")
@example("um\n- dois")
@example("1980 - internação; 90/60 mmHg.\n\n\nDor (7/10)")
def test_the_short_way_gives_what_the_long_way_gives(text):
    assert rich(text) == (_formatted(text) if text else "")


@given(st.text(LETTERS, max_size=80))
def test_nothing_comes_out_that_is_not_allowed(text):
    out = str(rich(text))
    assert nh3.clean(out, tags=TAGS, attributes={}) == out


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("dose > 5 & <b>x</b>", "<p>dose &gt; 5 &amp; &lt;b&gt;x&lt;/b&gt;</p>\n"),
        ("**forte** e *leve*", "<p><strong>forte</strong> e <em>leve</em></p>\n"),
        ("um\ndois", "<p>um<br>\ndois</p>\n"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>\n"),
        ("", ""),
        (None, ""),
    ],
)
def test_what_was_typed_and_what_is_shown(typed, shown):
    assert rich(typed) == shown
