"""The reference guide: found by unit, neighbourhood and specialty, by everybody, on the screen and on paper."""

import csv
import re

import pytest
from sqlalchemy import select, update

from teleconsult import clock
from teleconsult.extensions import transaction
from teleconsult.network.alternatives import ALTERNATIVES, NO_REFERENCE
from teleconsult.network.directory import REFERENCE_WORDS, specialty_by, unit_by, unit_key
from teleconsult.network.loader import load
from teleconsult.network.models import HealthUnit, Specialty
from tests.network.test_loader import REFERENCE

ROLES = ("marina", "paulo", "rosangela", "dora", "teresa")


@pytest.fixture
def guide(session, sign_in):
    """Return a reader of the guide of the whole district: `guide('?q=varzea')`."""
    with transaction():
        load(REFERENCE, "DS IV")

    def read(address: str = "", key: str = "marina", path: str = "/guide") -> str:
        answer = sign_in(key).get(path + address)
        assert answer.status_code == 200
        return answer.get_data(as_text=True)

    return read


@pytest.mark.parametrize("key", ROLES)
def test_everybody_signed_in_reads_it(guide, key):
    page = guide(key=key)
    assert "USF Vila União" in page
    assert "Onde cada coisa é atendida" in page


def test_nobody_else_does(client):
    assert client.get("/guide").status_code == 302
    assert client.get("/guide/print").status_code == 302


@pytest.mark.parametrize("words", ["varzea", "VÁRZEA", "Várzea rosa", "selvagem", "otavio tavares"])
def test_by_words_without_accents(guide, words):
    page = guide(f"?q={words}")
    assert "USF Rosa Selvagem" in page
    assert "USF Vila União" not in page.split("<main")[1]


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("psf vila uniao", "USF Vila União"),
        ("posto de saude vila uniao", "USF Vila União"),
        ("Unidade de Saúde da Família Vila União", "USF Vila União"),
        ("us 6", "US 06 Prof. Joaquim Cavalcanti"),
        ("us06", "US 06 Prof. Joaquim Cavalcanti"),
        ("prof joaquim", "US 06 Prof. Joaquim Cavalcanti"),
        ("r. cantora clara nunes", "USF Emocy Krause"),
        ("caps", "Centro de Atenção Psicossocial (Espaço Vida)"),
        ("saude mental", "Centro de Atenção Psicossocial (Espaço Vida)"),
    ],
)
def test_a_unit_by_the_words_that_people_have_for_it(guide, words, first):
    page = guide(f"?q={words}")
    found = re.findall(r"<b>([^<]+)</b><br>", page.split('id="unidades"')[1].split("</table>")[0])
    assert found[0] == first


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("reumatologista", "Reumatologia"),
        ("ginecologista", "Ginecologia/Obstetrícia"),
        ("pediatra", "Pediatria"),
        ("psicóloga", "Psicologia"),
        ("dentista", "Odontologia"),
    ],
)
def test_a_specialty_by_who_does_it(guide, words, name):
    assert f"<b>{name}</b>" in guide(f"?q={words}").split('id="especialidades"')[1]


def test_what_nobody_means_is_not_found(guide):
    for words in ("us 99", "astrologista", "posto lua", "psf joaquim cavalcanti"):
        assert "Nada no guia com estas palavras" in guide(f"?q={words}")


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("urologista", "Urologia"),
        ("reumatologistas", "Reumatologia"),
        ("psicóloga", "Psicologia"),
        ("fonoaudiólogo", "Fonoaudiologia"),
        ("psiquiatra", "Psiquiatria"),
        ("pediatras", "Pediatria"),
        ("nutricionista", "Nutrição"),
        ("fisioterapeuta", "Fisioterapia"),
        ("homeopata", "Homeopatia"),
        ("ortopedista", "Traumatologia/Ortopedia"),
        ("consulta de urologia", None),
        ("urologista em Caxangá", None),
        ("a", "Acupuntura"),
    ],
)
def test_a_specialty_is_found_by_who_practises_it(guide, words, name):
    page = guide(f"?q={words}")
    assert name is None or name in page.split('id="especialidades"')[1]
    assert ("Nada no guia com estas palavras" in page) is (name is None)


def test_by_neighbourhood(guide):
    page = guide("?neighbourhood=Torrões").split("<main")[1]
    assert "Roda de Fogo - Macaé" in page
    assert "Rosa Selvagem" not in page
    assert "<option selected>Torrões</option>" in page


def test_by_specialty(guide):
    page = guide("?specialty=cardiologia").split("<main")[1]
    assert "Policlínica Lessa de Andrade" not in page  # the test's own row of it has no services
    assert "Recebe casos" in page
    page = guide("?specialty=psicologia").split("<main")[1]
    assert "Espaço Vida" in page
    assert "USF Vila União" not in page


POLICLINICA, CAPS, US, USF = (
    "Policlínica Lessa",
    "Centro de Atenção Psicossocial",
    "US 06 Prof. Joaquim",
    "USF Brasilit",
)
OFFERS = [
    ("ginecologia-obstetricia", {POLICLINICA, US}),  # a part of the name is enough
    ("clinica-medica", {POLICLINICA, US}),
    ("pediatria", {POLICLINICA, US}),
    ("psiquiatria", {POLICLINICA, CAPS}),
    ("terapia-ocupacional", {CAPS}),
    ("endodontia", {POLICLINICA}),
    ("odontologia-clinica", {POLICLINICA}),  # not what lists "Clínica Médica" and "Odontologia"
    ("odontologia", {POLICLINICA, US, USF}),  # a family health unit lists its dentist
    ("enfermagem", {US, USF, CAPS}),
    ("medico-generalista", {USF}),
    ("sae", {POLICLINICA}),  # "(DST/AIDS)" explains the name
    ("traumatologia-ortopedia", set()),
    ("nefrologia", set()),
]


def services_of(slug):
    with (REFERENCE / "health_units.csv").open(encoding="utf-8") as file:
        return next(row["services"] for row in csv.DictReader(file) if row["unit_id"] == slug)


@pytest.mark.parametrize(("slug", "units"), OFFERS, ids=[slug for slug, _units in OFFERS])
def test_by_specialty_come_the_units_that_list_it(guide, session, slug, units):
    with transaction():  # the test's own row of it has no services
        unit = unit_by("policlinica-lessa-de-andrade")
        unit.services = services_of(unit.slug)
        unit.search_key = unit_key(unit)
    page = guide(f"?specialty={slug}").split("<main")[1]
    assert {name for name in (POLICLINICA, CAPS, US, USF) if f"<b>{name}" in page} == units


def test_a_specialty_without_a_latin_letter_is_offered_by_nobody(guide):
    assert "Nada no guia com estas palavras" in guide("?specialty=眼科")


def test_phones_of_2004_are_called_historical(guide):
    page = guide("?q=skylab")
    assert "Telefones de 2004, históricos:" not in page  # the test's own row of it has none
    page = guide("?q=brasilit")
    assert re.search(r"Telefones de 2004, históricos: <[^>]+>3274-1958<", page)
    assert "Sem telefone atual" in page


def test_what_the_municipality_lacks_names_where_to_turn(guide):
    page = guide("?q=nefrologia")
    assert "Sem referência no município" in page
    assert "rede do Estado" in page


def test_where_the_data_come_from_is_said(guide):
    for path in ("/guide", "/guide/print"):
        assert "Distrito Sanitário IV do Recife, de junho de 2004" in guide(path=path)


def test_a_closed_unit_is_not_in_it(guide):
    with transaction():
        unit_by("usf-brasilit").closed_at = clock.now()
    assert "Brasilit" not in guide("?q=brasilit").split("<main")[1]


def test_paper_holds_every_unit_and_keeps_the_filters(guide):
    page = guide(path="/guide/print")
    assert page.count('scope="row"') + page.count("scope=row") >= 23
    assert "Rosa Selvagem" not in guide("?neighbourhood=Torrões", path="/guide/print")


def test_nothing_found_says_what_to_do(guide):
    assert "Nada no guia com estas palavras" in guide("?q=zzzz")


@pytest.mark.parametrize("address", ["?q=%25_%5C'\"", "?neighbourhood=%25x", "?specialty=nada", "?after=!!",
                                     "?after=WyJhIiwxXQ", "?q=" + "x" * 5000])  # fmt: skip
def test_odd_addresses_are_answered(sign_in, address):
    assert sign_in("marina").get(f"/guide{address}").status_code in (200, 400)


def test_in_english(guide, sign_in):
    browser = sign_in("marina")
    browser.post("/language", data={"locale": "en"})
    assert "Nephrology" in browser.get("/guide?q=nephrology").get_data(as_text=True)


def test_where_to_turn_is_said_in_the_readers_language_and_a_managers_words_as_written(guide, sign_in):
    with transaction():
        specialty_by("oncologia").alternative = "Ligar para a Fundação."
    for path in ("/guide", "/guide/print"):
        page = guide(path=path)
        assert "a vaga é pedida à rede do Estado" in page
        assert "Ligar para a Fundação." in page
    browser = sign_in("marina")
    browser.post("/language", data={"locale": "en"})
    for path in ("/guide", "/guide/print"):
        page = browser.get(path).get_data(as_text=True)
        assert "the place is asked of the State network" in page
        assert "clinics contracted by SUS" in page
        assert "Ligar para a Fundação." in page
        assert not any(own in page for own in (NO_REFERENCE, *ALTERNATIVES.values()))


def test_only_what_is_of_2004_is_called_so(guide, session):
    assert "junho de 2004" in guide()
    assert "junho de 2004" in guide(path="/guide/print")
    with transaction():
        for row in session.scalars(select(HealthUnit)):
            row.historical_phones = ""
    assert "2004" not in guide()
    assert "2004" not in guide(path="/guide/print")


def test_a_guide_of_nothing_says_that_it_is_empty(session, sign_in):
    with transaction():
        session.execute(update(HealthUnit).values(closed_at=clock.now()))
        session.execute(update(Specialty).values(category="statistical_group"))
    browser = sign_in("marina")
    assert "O guia ainda está vazio" in browser.get("/guide").get_data(as_text=True)
    assert "Nada no guia com estas palavras" in browser.get("/guide?q=xyz").get_data(as_text=True)


def test_what_is_not_known_of_a_reference_is_said_of_no_source():
    """A network that typed its specialties itself has none: 'the source does not say' would be read as of something."""
    assert "fonte" not in REFERENCE_WORDS[""]
