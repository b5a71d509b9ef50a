"""What is copied from our own lists and papers, from a card, a phone or a word processor is found as well."""

from datetime import date

import pytest

from teleconsult.cases.lifecycle import State
from teleconsult.cases.queries_search import code_in, find, scope_of
from teleconsult.cases.request import PatientFacts
from teleconsult.typed import fold
from tests import world
from tests.cases.filing import begin, fill


@pytest.fixture
def finds(application, session):
    """Return whether Marina finds a case by these words."""

    def look(words):
        with application.test_request_context():
            return bool(find(scope_of(world.person("marina")), words).rows)

    return look


def sent(case_in, name="Severina Conceição", **more):
    born = {"birth_date": date(1979, 3, 14)}
    case_in(State.DRAFT).submit(patient=PatientFacts(name=name, sex="female", **born, **more))


@pytest.mark.parametrize(
    "words",
    [
        "Severina Conceição, 47 anos",
        "Severina, 8 meses",
        "Severina, 3 dias",
        "CID A30",
        "CID-10: A30",
        "CIAP A30",
        "CPF: 529.982.247-25",
        "529.982.247\u201125",
        "529\xa0982\xa0247\xa025",
        "529.982.24725",
        "prontuário nº 00455",
        "manchas\u2013claras",
        "• manchas",
    ],
)
def test_a_case_is_found_by_what_was_copied(case_in, finds, words):
    sent(case_in, cpf="52998224725", record_number="00455")
    assert finds(words)


@pytest.mark.parametrize("words", ["Severina, 47 anos de idade", "CID B30", "CID manchas", "CPF 52998224724"])
def test_no_other_word_is_passed_over(case_in, finds, words):
    sent(case_in, cpf="52998224725")
    assert not finds(words)


@pytest.mark.parametrize(
    ("words", "there"),
    [
        ("14/03/1979", True),
        ("Severina 14.3.1979", True),
        ("10/05/2026", True),
        ("12.10.4711", True),
        ("2026", True),
        ("03/1979", False),
        ("15/03/1979", False),
        ("14/03/1978", False),
    ],
)
def test_by_the_birth_date_and_by_a_date_of_the_story(case_in, finds, words, there):
    born = PatientFacts("Severina Conceição", birth_date=date(1979, 3, 14), sex="female", record_number="12.10.4711")
    case_in(State.DRAFT).submit(patient=born, subjective="Creatinina 1,2 em 10/05/2026.")
    assert finds(words) is there


def test_whoever_may_not_know_the_patient_does_not_find_by_the_birth_date(case_in, application, session):
    sent(case_in)
    with application.test_request_context():
        found = {
            key: bool(find(scope_of(world.person(key)), "14/03/1979").rows) for key in ("marina", "paulo", "rosangela")
        }
    assert found == {"marina": True, "paulo": False, "rosangela": True}


@pytest.mark.parametrize("written", ["MARIA D’ÁVILA DE SANT’ANA", "Maria d'Ávila de Sant'Ana"])
def test_a_name_with_an_apostrophe_is_found_however_it_is_written(case_in, finds, written):
    sent(case_in, written)
    words = ("D'Ávila", "D’Ávila", "DAVILA", "Santana", "sant'ana maria", "SANT´ANA")
    assert [word for word in words if not finds(word)] == []


def test_so_is_a_draft(sign_in):
    marina = sign_in("marina")
    ref = begin(marina)
    fill(marina, ref, "patient", patient_name="Ana d’Ávila", cpf="529.982.247\u201125")
    for words in ("d'avila", "DAVILA", "Ana d'Ávila, 47 anos", "CPF 529.982.247-25"):
        page = marina.get(marina.post("/cases/search", data={"q": words}).location).get_data(as_text=True)
        assert f'href="/cases/{ref}/edit"' in page, words


@pytest.mark.parametrize(
    "typed", ["#TC-7K3Q90", "TC\u20117K3Q90", "Caso TC-7K3Q90", "TC\u20137K3Q90\xa0", "case tc7k3q9o"]
)
def test_a_code_is_read_as_our_pages_write_it(typed):
    assert code_in(typed) == "TC-7K3Q90"


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("D’Ávila", "d avila"),
        ("dor\u2013febre", "dor febre"),
        ("pós\u2011parto", "pos parto"),
        ("•edema", "edema"),
        ("hiper\xadtensão", "hipertensao"),
        ("an\u0303o", "ano"),
    ],
)
def test_signs_of_a_word_processor_part_words_as_those_of_the_keyboard_do(text, folded):
    assert fold(text) == folded
