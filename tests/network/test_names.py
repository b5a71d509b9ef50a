"""No two units and no two specialties are called the same; each has a slug of its own."""

import pytest

from teleconsult.extensions import db, transaction
from teleconsult.network import actions
from teleconsult.network.directory import specialty_by, unit_by
from teleconsult.network.forms import ZONES
from teleconsult.network.models import HealthUnit, Specialty
from tests import world
from tests.network.test_management import SPECIALTY, UNIT
from tests.racing import uncommitted


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


TAKEN = "Já existe um registro com este nome."
NEW_UNIT = dict.fromkeys(actions.UNIT_FIELDS, "") | {
    "name": UNIT["name"].upper(), "kind": "usf", "zone": ZONES[0], "shares_cases": False, "has_line": True,
}  # fmt: skip
NEW_SPECIALTY = dict.fromkeys(actions.SPECIALTY_FIELDS, "") | {
    "name_pt": "INFECTOLOGÍA", "name_en": "Infections", "category": "specialty", "teleconsult": True, "backup_id": None,
}  # fmt: skip


def create_unit(**values):
    return lambda: actions.create_unit(NEW_UNIT | values, by=world.person("dora"))


def create_specialty(**values):
    return lambda: actions.create_specialty(NEW_SPECIALTY | values, by=world.person("dora"))


def refused_at(answer, field):
    page = answer.get_data(as_text=True)
    return (answer.status_code, TAKEN in page, f'href="#{field}"' in page) == (422, True, True)


def test_the_slower_of_two_who_create_one_unit_is_told_what_the_form_tells(application, manager, session):
    with uncommitted(application, create_unit()):
        answer = manager.post("/units/new", data=UNIT)
    assert refused_at(answer, "name")
    assert f'value="{UNIT["name"]}"' in answer.get_data(as_text=True)
    session.rollback()
    assert session.scalars(db.select(HealthUnit.name).where(HealthUnit.slug.like("%fortuna%"))).all() == [
        NEW_UNIT["name"]
    ]


@pytest.mark.parametrize(
    ("field", "names"), [("name_pt", {}), ("name_en", {"name_pt": "Infecções", "name_en": "infectious  diseases"})]
)
def test_the_slower_of_two_who_create_one_specialty_too(application, manager, session, field, names):
    with uncommitted(application, create_specialty(**names)):
        answer = manager.post("/specialties/new", data=SPECIALTY)
    assert refused_at(answer, field)
    session.rollback()
    assert session.scalar(db.select(db.func.count()).where(Specialty.slug.like("infec%"))) == 1


def test_a_name_that_another_takes_at_the_same_moment_is_not_given_to_a_unit(application, manager, session):
    version = unit_by("usf-vietna").version
    with uncommitted(application, create_unit()):
        answer = manager.post("/units/usf-vietna/edit", data=UNIT | {"version": version})
    assert refused_at(answer, "name")
    session.rollback()
    assert unit_by("usf-vietna").name == "USF Vietnã"


def test_two_names_of_one_beginning_at_the_same_moment_are_two_units(application, manager, session):
    with uncommitted(application, create_unit(name=f"{CAPS} Norte")):
        assert manager.post("/units/new", data=UNIT | {"name": f"{CAPS} Sul"}).status_code == 302
    session.rollback()
    assert unit_by("caps-alcool-e-drogas-professor-luiz-ce-2").name == f"{CAPS} Sul"


def test_a_cnes_that_another_unit_takes_at_the_same_moment_is_named(application, manager, session):
    with uncommitted(application, create_unit(cnes="0000906")):
        answer = manager.post("/units/new", data=UNIT | {"name": "USF Outra", "cnes": "0000906"})
    assert answer.status_code == 422
    assert f"Este CNES já é de {NEW_UNIT['name']}." in answer.get_data(as_text=True)


def test_who_had_a_name_as_the_second_has_it_alone_when_the_first_gives_it_up(manager, session):
    with transaction():
        unit_by("usf-vietna").name = "USF Skylab"
    for slug, name in (("usf-skylab", "USF Nova"), ("usf-vietna", "USF Skylab")):
        data = UNIT | {"name": name, "version": unit_by(slug).version}
        assert manager.post(f"/units/{slug}/edit", data=data).status_code == 302
        session.rollback()
    assert unit_by("usf-vietna").name_digest not in (None, unit_by("usf-skylab").name_digest)
