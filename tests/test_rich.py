"""Formatting of typed text: nothing of it is lost, only what is allowed comes out, and the short way gives what the long way gives."""

import re
from html import unescape

import nh3
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from teleconsult.web.rich import NUMBER, TAGS, _formatted, rich

LETTERS = st.characters(codec="utf-8", exclude_characters="\x00")
SHOWABLE = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"))
WORDS = st.text(st.sampled_from("ab ção1 .-+)(\n\n=ÉŁ中–°:/,9*_`>&\"'\\"), max_size=40)
MARKS = st.lists(st.sampled_from(["- ", "+ ", "* ", "1. ", "15) ", "\n", "  ", "*", "**", "a", "5", "beta", "x."])).map(
    "".join
)


@given(st.one_of(WORDS, MARKS, st.text(LETTERS, max_size=60)))
@example("1. um\n2. dois")
@example("um \ndois  \ntrês")
@example("um\n===\ndois")
@example("- um")
@example("um\n- dois")
@example("1980 - internação; 90/60 mmHg.\n\n\nDor (7/10)")
def test_the_short_way_gives_what_the_long_way_gives(text):
    assert rich(text) == (_formatted(text) if text else "")


@given(st.one_of(MARKS, st.text(LETTERS, max_size=80)))
def test_nothing_comes_out_that_is_not_allowed(text):
    out = str(rich(text))
    assert nh3.clean(out, tags=TAGS, attributes=NUMBER) == out


def typed_again(shown):
    """What one would type to have this shown: each tag as its mark."""
    for tag, mark in (
        (r'<li value="(\d+)">', r"\1."),
        ("<li>", "-"),
        ("</?strong>", "**"),
        ("</?em>", "*"),
        ("<[^>]+>", ""),
    ):
        shown = re.sub(tag, mark, shown)
    return unescape(shown)


def signs(text):
    """Every letter, digit and sign; "1)" and "1." are the same number."""
    return "".join(text.replace(")", ".").split())


@given(st.one_of(WORDS, MARKS, st.text(SHOWABLE, max_size=60)))
@example("1. a\n3. b\n\n2. c")
@example("**a *b* c** e ***d***")
@example("- a\n- 5 kg\n  - c\n* p < 0,05")
@example("____/____/**** (*) e **/**")
@example("0\xa00 &lt; &amp;lt;")
def test_every_letter_digit_and_sign_that_was_typed_is_shown(text):
    assert signs(typed_again(str(rich(text)))) == signs(text)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("dose > 5 & <b>x</b>", "<p>dose &gt; 5 &amp; &lt;b&gt;x&lt;/b&gt;</p>\n"),
        ("**forte** e *leve*", "<p><strong>forte</strong> e <em>leve</em></p>\n"),
        ("***os dois*** e **3+**", "<p><strong><em>os dois</em></strong> e <strong>3+</strong></p>\n"),
        ("(*Rh-*)", "<p>(<em>Rh-</em>)</p>\n"),
        ("um\ndois", "<p>um<br>\ndois</p>\n"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>\n"),
        ("- tosse\n- febre", "<ul>\n<li>tosse</li>\n<li>febre</li>\n</ul>\n"),
        (
            "1. um\n1. dois\n4. quatro",
            '<ol>\n<li value="1">um</li>\n<li value="1">dois</li>\n<li value="4">quatro</li>\n</ol>\n',
        ),
        ("", ""),
        (None, ""),
    ],
)
def test_what_was_typed_and_what_is_shown(typed, shown):
    assert rich(typed) == shown


@pytest.mark.parametrize(
    "typed",
    [
        "Prednisona 5*4*1 mg",
        "1984. Menarca aos 12",
        "15.",
        "TFG:\n>60 mL/min",
        "Perda de peso:\n- 5 kg",
        "- 5 kg",
        "Proteinúria:\n-",
        "Na 135\n+ 2 do basal",
        "Edema:\n+ em MMII",
        "Hb 9\\,5",
        "PA `120/80`",
        "* p<0,05 (*) **",
        "*tratado\ncontrole*",
        "Data: ____/____/____ e **/**/**",
    ],
)
def test_what_is_no_mark_is_shown_as_it_was_typed(typed):
    lines = typed.replace("<", "&lt;").replace(">", "&gt;").replace("\n", "<br>\n")
    assert rich(typed) == f"<p>{lines}</p>\n"


@pytest.mark.parametrize(
    ("typed", "number"), [("15. dia de antibiótico", 15), ("2. Segunda pergunta: sim", 2), ("1) Rever", 1)]
)
def test_a_numbered_line_keeps_its_number(typed, number):
    assert f'<li value="{number}">' in rich(typed)


def test_a_minus_in_a_list_stays_a_minus():
    assert rich("- emagreceu:\n- 5 kg\n- febre") == "<ul>\n<li>emagreceu:<br>\n- 5 kg</li>\n<li>febre</li>\n</ul>\n"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Nega:\n- tosse\nRefere dispneia", "<p>Nega:</p>\n<ul>\n<li>tosse</li>\n</ul>\n<p>Refere dispneia</p>\n"),
        ("1. AAS\n**PA** 12x8", '<ol>\n<li value="1">AAS</li>\n</ol>\n<p><strong>PA</strong> 12x8</p>\n'),
        ("- dor há\ntrês dias", "<ul>\n<li>dor há<br>\ntrês dias</li>\n</ul>\n"),
        (
            "Nega:\n- tosse\nRefere:\n- dispneia",
            "<p>Nega:</p>\n<ul>\n<li>tosse</li>\n</ul>\n<p>Refere:</p>\n<ul>\n<li>dispneia</li>\n</ul>\n",
        ),
        (
            "1. AAS\nDe manhã\n2. Losartana\nDe noite",
            '<ol>\n<li value="1">AAS<br>\nDe manhã</li>\n<li value="2">Losartana</li>\n</ol>\n<p>De noite</p>\n',
        ),
        ("- AAS\n  De manhã", "<ul>\n<li>AAS<br>\nDe manhã</li>\n</ul>\n"),
    ],
)
def test_what_is_typed_at_the_margin_below_a_list_is_not_of_its_last_item(typed, shown):
    assert rich(typed) == shown
