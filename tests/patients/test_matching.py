"""Suggestions: alike under accents, particles and abbreviations; different people stay apart."""

import unicodedata
from dataclasses import dataclass, replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleconsult.patients.matching import SUGGEST, alike, compare, conflicts, name_key, words


@dataclass(frozen=True)
class Someone:
    name: str = "Antônio Ferreira da Silva"
    social_name: str = ""
    birth_date: date | None = date(1980, 3, 12)
    sex: str = "male"
    cns: str | None = None
    cpf: str | None = None
    mother_name: str = "Josefa Ferreira da Silva"
    phone: str = ""


ANTONIO = Someone()
texts = st.text(max_size=60)
people = st.builds(
    Someone,
    name=texts,
    social_name=texts,
    birth_date=st.none() | st.dates(date(1900, 1, 1), date(2026, 1, 1)),
    sex=st.sampled_from(["", "female", "male", "intersex", "not_informed"]),
    cns=st.none(),
    cpf=st.sampled_from([None, "12345678909", "98765432100"]),
    mother_name=texts,
    phone=st.sampled_from(["", "8134462631"]),
)
syllables = st.sampled_from(
    ["an", "be", "ci", "dor", "al", "fa", "gu", "ja", "lo", "mi", "né", "ção", "ro", "si", "tê"]
)
plain_words = st.lists(syllables, min_size=2, max_size=4).map("".join)
names = st.lists(plain_words, min_size=2, max_size=5)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Antônio Ferreira da Silva", "ANTONIO FERREIRA SILVA"),
        ("Maria Aparecida dos Santos", "Mª Aparecida Santos"),
        ("Francisco de Assis", "Fco. Assis"),
        ("Rosa de Sant'Ana", "Rosa Santana"),
        ("Ana\u00a0Lúcia  Melo", "ana lucia melo"),
    ],
)
def test_written_otherwise_the_same_name(one, other):
    assert name_key(one) == name_key(other)
    assert alike(one, other) == 1.0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Antônio Ferreira da Silva", "Antonio F. Silva"),
        ("Luiz Souza", "Luis Sousa"),
        ("Thiago Mello", "Tiago Melo"),
        ("Ana Paula Lima", "Ana Lima"),
        ("Severina Albuquerque", "Severina Albuqerque"),
        ("Marcelo Pontes", "Macrelo Pontes"),
    ],
)
def test_names_that_read_alike(one, other):
    assert alike(one, other) >= 0.8


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Maria da Silva", "Maria de Souza"),
        ("José Silva", "João Silva"),
        ("Maria", "Maria Aparecida Silva"),
        ("A. F. S.", "Antônio Ferreira Silva"),
        ("", "Antônio Ferreira Silva"),
        ("...", "Antônio Ferreira Silva"),
    ],
)
def test_names_that_do_not(one, other):
    assert alike(one, other) < 0.8


@pytest.mark.parametrize(
    ("changes", "suggested"),
    [
        ({}, True),
        ({"name": "Antonio F. Silva"}, True),
        ({"mother_name": ""}, True),
        ({"birth_date": date(1980, 12, 3)}, True),
        ({"birth_date": date(1980, 3, 13)}, True),
        ({"birth_date": None}, True),
        ({"birth_date": None, "mother_name": ""}, False),
        ({"birth_date": None, "mother_name": "", "phone": "8134462631"}, True),
        ({"birth_date": date(1961, 7, 1), "mother_name": ""}, False),
        ({"birth_date": date(1961, 7, 1)}, True),
        ({"name": "João Pereira Costa"}, False),
        ({"name": "Antônio Ferreira Lima", "mother_name": "Rita Lima"}, False),
        ({"cpf": "98765432100"}, False),
    ],
)
def test_when_a_person_is_asked(changes, suggested):
    one = replace(ANTONIO, cpf="12345678909", phone="8134462631")
    assert (compare(one, replace(ANTONIO, **changes)).score >= SUGGEST) is suggested


def test_the_reasons_say_what_agrees_and_the_doubts_what_does_not():
    likeness = compare(ANTONIO, replace(ANTONIO, birth_date=date(1980, 12, 3), sex="female"))
    assert likeness.reasons == (
        "mesmo nome",
        "data de nascimento com dia e mês trocados",
        "mesmo nome da mãe",
    )
    assert likeness.doubts == ("sexo diferente",)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"birth_date": date(1980, 3, 13)}, "data de nascimento quase igual"),
        ({"birth_date": date(1980, 4, 12)}, "data de nascimento quase igual"),
        ({"birth_date": date(1981, 3, 12)}, "data de nascimento quase igual"),
        ({"birth_date": date(1981, 3, 13)}, "data de nascimento diferente"),
        ({"mother_name": "Josefa Fereira da Silva"}, "nome da mãe parecido"),
        ({"mother_name": "Josefa Ferreira Lima"}, "parte do nome da mãe igual"),
        ({"mother_name": "Rita Lima"}, "nome da mãe diferente"),
    ],
)
def test_what_is_nearly_the_same_is_called_so(changes, said):
    likeness = compare(ANTONIO, replace(ANTONIO, **changes))
    assert said in (likeness.doubts if said.endswith("diferente") else likeness.reasons)


def test_a_social_name_is_a_name():
    assert (
        compare(replace(ANTONIO, social_name="Antônia Ferreira"), replace(ANTONIO, name="Antonia Ferreira")).score > 90
    )


def test_a_record_that_the_form_contradicts():
    assert conflicts(ANTONIO, replace(ANTONIO, name="Antonio F. Silva", birth_date=None)) == ()
    assert conflicts(ANTONIO, replace(ANTONIO, name="Rita Lima")) == ("name",)
    assert conflicts(ANTONIO, replace(ANTONIO, birth_date=date(1981, 3, 12))) == ("birth_date",)


@given(people, people)
def test_any_two_people_can_be_compared_in_either_order(one, other):
    likeness = compare(one, other)
    assert 0 <= likeness.score <= 100
    assert likeness.score == compare(other, one).score
    assert likeness.score < SUGGEST or likeness.reasons


@given(texts)
def test_a_key_is_its_own_key(name):
    assert name_key(name_key(name)) == name_key(name)
    assert len(name_key(name)) <= 120


@given(names, st.data())
def test_accents_case_and_particles_do_not_matter(parts, data):
    bare = unicodedata.normalize("NFKD", " ".join(parts)).encode("ascii", "ignore").decode().upper()
    particle = data.draw(st.sampled_from([" da ", " de ", " dos ", " e "]))
    assert words(bare) == words(particle.join(parts))


@given(names)
def test_abbreviating_the_middle_keeps_people_alike(parts):
    short = [parts[0], *(word[0] + "." for word in parts[1:-1]), parts[-1]]
    assert alike(" ".join(parts), " ".join(short)) >= 0.8
