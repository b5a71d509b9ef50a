"""No two units and no two specialties are called the same; each has a slug of its own."""

import pytest

from teleconsult.extensions import transaction
from teleconsult.network.directory import specialty_by, unit_by
from tests.network.test_management import SPECIALTY, UNIT


@pytest.fixture
def manager(sign_in):
    return sign_in("teresa")


CAPS = "CAPS Álcool e Drogas Professor Luiz Cerqueira"


def test_units_of_one_beginning_are_two(manager, session):
    for name in (f"{CAPS} Norte", f"{CAPS} Sul", f"{CAPS} Leste"):
        assert manager.post("/units/new", data=UNIT | {"name": name}).status_code == 302
    slug = "caps-alcool-e-drogas-professor-luiz-cerq"
    session.rollback()
    assert unit_by(slug).name == f"{CAPS} Norte"
    assert unit_by("caps-alcool-e-drogas-professor-luiz-ce-2").name == f"{CAPS} Sul"
    assert unit_by("caps-alcool-e-drogas-professor-luiz-ce-3").name == f"{CAPS} Leste"
    answer = manager.post("/units/new", data=UNIT | {"name": f"{CAPS.upper()} SUL".replace("Á", "A")})
    assert answer.status_code == 422
    assert "Já existe um registro com este nome." in answer.get_data(as_text=True)


def test_specialties_of_one_beginning_are_two(manager, session):
    for end in ("adultos", "crianças"):
        names = {"name_pt": f"Reabilitação neurológica e funcional de {end}", "name_en": f"Rehabilitation of {end}"}
        assert manager.post("/specialties/new", data=SPECIALTY | names).status_code == 302
    session.rollback()
    assert specialty_by("reabilitacao-neurologica-e-funcional-d-2").name_pt.endswith("crianças")


@pytest.mark.parametrize("change", [{"name_pt": "DERMATOLOGÍA"}, {"name_en": "dermatology"}])
def test_a_name_of_a_specialty_in_either_language_is_its_own(manager, session, change):
    with transaction():
        specialty_by("dermatologia").name_en = "Dermatology"
    assert manager.post("/specialties/new", data=SPECIALTY).status_code == 302
    for path in ("/specialties/new", "/specialties/infectologia/edit"):
        version = specialty_by("infectologia").version
        answer = manager.post(
            path, data=SPECIALTY | {"name_pt": "Outra", "name_en": "Other", "version": version} | change
        )
        assert answer.status_code == 422
        assert "Já existe um registro com este nome." in answer.get_data(as_text=True)
        assert f'href="#{next(iter(change))}"' in answer.get_data(as_text=True)
    session.rollback()
    assert specialty_by("infectologia").name_pt == SPECIALTY["name_pt"]


def test_a_name_given_up_is_free(manager, session):
    version = unit_by("usf-vietna").version
    assert manager.post("/units/usf-vietna/edit", data=UNIT | {"version": version}).status_code == 302
    assert manager.post("/units/new", data=UNIT | {"name": "USF Vietnã"}).status_code == 302
    session.rollback()
    assert unit_by("usf-vietna-2").name == "USF Vietnã"
    assert unit_by("usf-vietna").name == UNIT["name"]


def test_a_unit_is_not_renamed_to_what_another_is_called(manager, session):
    data = UNIT | {"name": "usf  SKYLAB", "version": unit_by("usf-vietna").version}
    answer = manager.post("/units/usf-vietna/edit", data=data)
    assert answer.status_code == 422
    assert "Já existe um registro com este nome." in answer.get_data(as_text=True)
    assert 'value="usf  SKYLAB"' in answer.get_data(as_text=True)
    session.rollback()
    assert unit_by("usf-vietna").name == "USF Vietnã"


def test_two_units_of_one_name_can_be_changed_in_the_rest(manager, session):
    with transaction():
        unit_by("usf-vietna").name = "USF Skylab"
    for name in ("USF Skylab", "usf skylab"):
        data = UNIT | {"name": name, "phone": f"81 3333-{name[:1]}", "version": unit_by("usf-vietna").version}
        assert manager.post("/units/usf-vietna/edit", data=data).status_code == 302
        session.rollback()
    assert (unit_by("usf-vietna").name, unit_by("usf-vietna").phone) == ("usf skylab", "81 3333-u")


def test_a_name_may_have_no_latin_letter(manager, session):
    for name in ("眼科クリニック", "Κέντρο Υγείας"):
        assert manager.post("/units/new", data=UNIT | {"name": name}).status_code == 302
    session.rollback()
    assert (unit_by("unidade").name, unit_by("unidade-2").name) == ("眼科クリニック", "Κέντρο Υγείας")
    answer = manager.post("/units/new", data=UNIT | {"name": "κεντρο υγειας"})
    assert "Já existe um registro com este nome." in answer.get_data(as_text=True)
    assert manager.get("/units/unidade/edit").status_code == 200
