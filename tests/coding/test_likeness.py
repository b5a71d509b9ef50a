"""A word that is spelt as it sounds, or with a slip, finds what was meant; one that means nothing finds nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleconsult.coding.likeness import LEAST_HEARD, SHORTEST, initials_of, nearest, sound
from teleconsult.coding.search import find, find_near, meant
from teleconsult.typed import fold

KNOWN = [
    "hanseniase",
    "hanseniano",
    "epilepsia",
    "hipertensao",
    "hipotensao",
    "eczema",
    "celulite",
    "depressao",
    "deplecao",
]
MISSPELT = [
    ("hanseniaze", "hanseniase"),
    ("anseniase", "hanseniase"),
    ("epilepcia", "epilepsia"),
    ("hipertencao", "hipertensao"),
    ("exema", "eczema"),
    ("selulite", "celulite"),
    ("deprecao", "depressao"),
    ("depresao", "depressao"),
]


@pytest.mark.parametrize(("typed", "means"), MISSPELT)
def test_a_word_as_it_sounds_or_with_a_slip(typed, means):
    assert nearest(typed, KNOWN) == means


@pytest.mark.parametrize("typed", ["hansenia", "hanzenia"])
def test_the_beginning_of_a_word_may_be_misspelt_too(typed):
    assert nearest(typed, ["hanseniase", "ansiedade"]) == "hanseniase"


@pytest.mark.parametrize("typed", ["", "azma", "gripe", "xyzzyq", "paracetamol"])
def test_what_is_too_short_or_like_nothing_means_nothing(typed):
    assert nearest(typed, KNOWN) is None


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=SHORTEST, max_size=20))
def test_a_known_word_means_itself_and_begins_as_it_may_begin(word):
    assert word[0] in initials_of(word)
    assert nearest(word, [word]) == (word if len(sound(word)) >= LEAST_HEARD else None)


@pytest.mark.only_sqlite
@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("hanseniaze", "A30"),
        ("Epilepçia", "G40"),
        ("hipertenção arterial", "I10"),
        ("doença de chagaz", "B57"),
        ("depreçao", "F32"),
    ],
)
def test_a_misspelt_problem_is_found_and_marked(codes, typed, code):
    assert find(typed) == []
    found = find_near(typed)
    assert found[0].code == code
    assert all(hit.near for hit in found)


@pytest.mark.only_sqlite
@pytest.mark.parametrize("typed", ["asma", "a30", "pressão alta"])
def test_what_is_found_as_it_stands_is_no_guess(codes, typed):
    assert find_near(typed) == find(typed) != []
    assert meant(typed) == ""


@pytest.mark.only_sqlite
@pytest.mark.parametrize(
    "typed", ["", "   ", "zzzzzzzz", "o que é isto que ele tem na perna", "\x00", "%_%_%", "a" * 5000]
)
def test_nobody_can_tell_what_is_meant(codes, typed):
    assert meant(typed) == ""
    assert find_near(typed) == find(typed)


@pytest.mark.only_sqlite
@given(st.text(max_size=60))
def test_no_text_makes_it_fail(coded, text):
    with coded.app_context():
        words = meant(text)
        assert words == fold(words)
