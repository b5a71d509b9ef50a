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


NAMED, BORN, MOTHER = "mesmo nome", "mesma data de nascimento", "mesmo nome da mãe"
WEIGHED = [
    ({}, 100, (NAMED, BORN, MOTHER), ()),
    ({"phone": "8134462631"}, 100, (NAMED, BORN, MOTHER, "mesmo telefone"), ()),
    ({"name": "Antonio F. Silva"}, 97, ("nome parecido", BORN, MOTHER), ()),
    ({"name": "Antônio Ferreira Lima"}, 83, ("parte do nome igual", BORN, MOTHER), ()),
    ({"name": "João Pereira Costa"}, 50, (BORN, MOTHER), ("nome diferente",)),
    ({"birth_date": date(1980, 12, 3)}, 94, (NAMED, "data de nascimento com dia e mês trocados", MOTHER), ()),
    ({"birth_date": date(1980, 3, 13)}, 88, (NAMED, "data de nascimento quase igual", MOTHER), ()),
    ({"birth_date": date(1961, 7, 1)}, 61, (NAMED, MOTHER), ("data de nascimento diferente",)),
    ({"birth_date": None}, 100, (NAMED, MOTHER), ()),
    ({"birth_date": None, "mother_name": ""}, 55, (NAMED,), ()),
    ({"birth_date": None, "mother_name": "", "phone": "8134462631"}, 65, (NAMED, "mesmo telefone"), ()),
    ({"mother_name": "Josefa F. Silva"}, 99, (NAMED, BORN, "nome da mãe parecido"), ()),
    ({"mother_name": "Josefa Ferreira Lima"}, 93, (NAMED, BORN, "parte do nome da mãe igual"), ()),
    ({"mother_name": "Rita Lima"}, 73, (NAMED, BORN), ("nome da mãe diferente",)),
    ({"sex": "female"}, 85, (NAMED, BORN, MOTHER), ("sexo diferente",)),
    ({"sex": "not_informed"}, 100, (NAMED, BORN, MOTHER), ()),
    (
        {"name": "João Costa", "birth_date": date(1961, 7, 1), "mother_name": "Rita Lima", "sex": "female"},
        0,
        (),
        ("nome diferente", "data de nascimento diferente", "nome da mãe diferente", "sexo diferente"),
    ),
]


@pytest.mark.parametrize(("changes", "score", "reasons", "doubts"), WEIGHED)
def test_each_part_has_its_weight_and_its_words(changes, score, reasons, doubts):
    likeness = compare(replace(ANTONIO, phone="8134462631"), replace(ANTONIO, **changes))
    assert (likeness.score, likeness.reasons, likeness.doubts) == (score, reasons, doubts)


@pytest.mark.parametrize(
    ("one", "other", "likeness"),
    [
        ("Sta. Ana’s", "santa anas", 1),
        ("Ana Silva-Melo", "Ana Silva Melo", 1),
        ("Luiz Souza", "Luis Sousa", 0.95),
        ("Severina Albuquerque", "Severina Albuqerque", 0.925),
        ("Rui Gil", "Rui Gal", 0.5),  # too short for a slip
        ("Ana Lima", "Ana Paula Lima", 0.6 + 0.4 * 2 / 3),
        ("Ana Lima", "Bia Lima", 0.6 * 0.5),
        ("Ana Silva", "Silva Ana", 0.6 * 0.5),
        ("A. Lima", "Ana Lima", 0.9),  # an initial is as good as its word
        ("Maria", "Maria Silva", 0.5),
        ("A. F.", "Ana Ferreira", 0.5),
        ("Ana", "", 0),
    ],
)
def test_how_alike_two_names_are(one, other, likeness):
    assert alike(one, other) == alike(other, one) == pytest.approx(likeness)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"birth_date": date(1980, 3, 13)}, "data de nascimento quase igual"),
        ({"birth_date": date(1980, 4, 12)}, "data de nascimento quase igual"),
        ({"birth_date": date(1981, 3, 12)}, "data de nascimento quase igual"),
        ({"birth_date": date(1981, 3, 13)}, "data de nascimento diferente"),
    ],
)
def test_a_date_that_is_nearly_the_same_is_called_so(changes, said):
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
