"""Two managers change one unit or specialty: the slower one reads who was faster and what is saved now."""

import re

import pytest

from teleconsult.extensions import transaction
from teleconsult.network import actions
from teleconsult.network.directory import specialty_by, unit_by
from tests import world
from tests.network.test_management import UNIT


@pytest.fixture
def manager(sign_in):
    return sign_in("teresa")


def change_unit(**values):
    """Change a unit as another manager does, over the action of the page."""
    with transaction():
        unit = unit_by("usf-vietna")
        kept = {name: getattr(unit, name) for name in actions.UNIT_FIELDS}
        actions.edit_unit(unit, kept | values, by=world.person("dora"))


def marks(page):
    """Return what stands at each field, by the field's name."""
    return {name: re.sub(r"<[^>]+>", "", text) for name, text in re.findall(r'id="(\w+)-e">(.*?)</p>', page, re.DOTALL)}


def heading(page):
    """Return what stands over the summary of a form that came back."""
    return re.sub(r"<[^>]+>", "", re.search(r'<h2 id="erros">(.*?)</h2>', page, re.DOTALL)[1])


def typed(unit, **values):
    return UNIT | {"name": unit.name, "district": unit.district, "version": unit.version} | values


def test_who_was_faster_and_what_is_saved_is_said_at_the_field(manager, session):
    data = typed(unit_by("usf-vietna"), phone="81 1111-1111", services="")
    change_unit(phone="81 2222-2222", services="Pediatria\nClínica", has_line=False, kind="us")
    answer = manager.post("/units/usf-vietna/edit", data=data)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f"a última alteração é de {world.person('dora').full_name}" in page
    assert heading(page) == "Alguém foi mais rápido"
    assert marks(page) == {
        "phone": "Está salvo agora: “81 2222-2222”",
        "services": "Está salvo agora: “Pediatria\nClínica”",
        "kind": "Está salvo agora: “Unidade de Saúde”",
        "has_line": "Está salvo agora: “Não”",
    }
    assert 'value="81 1111-1111"' in page
    session.rollback()
    assert unit_by("usf-vietna").phone == "81 2222-2222"


def test_who_saves_again_has_seen_it(manager, session):
    data = typed(unit_by("usf-vietna"), phone="81 1111-1111")
    change_unit(phone="81 2222-2222")
    page = manager.post("/units/usf-vietna/edit", data=data).get_data(as_text=True)
    version = re.search(r'name="version"[^>]*value="(\d+)"', page)[1]
    assert manager.post("/units/usf-vietna/edit", data=data | {"version": version}).status_code == 302
    session.rollback()
    assert unit_by("usf-vietna").phone == "81 1111-1111"


def test_a_field_that_both_left_alike_is_not_marked(manager, session):
    data = typed(unit_by("usf-vietna"), phone="81 2222-2222", services="Pediatria\r\nClínica")
    change_unit(phone="81 2222-2222", services="Pediatria\nClínica")
    page = manager.post("/units/usf-vietna/edit", data=data).get_data(as_text=True)
    assert "Este registro mudou" in page
    assert heading(page) == "Alguém foi mais rápido"
    assert marks(page) == {}


def test_a_field_to_put_right_is_counted_as_ever(manager, session):
    page = manager.post("/units/usf-vietna/edit", data=typed(unit_by("usf-vietna"), name="")).get_data(as_text=True)
    assert heading(page) == "Falta acertar 1 campo"


def test_a_specialty_and_its_backup(manager, session):
    row = specialty_by("dermatologia")
    data = {"name_pt": row.name_pt, "name_en": row.name_en, "category": row.category, "teleconsult": "y",
            "municipal_reference": row.municipal_reference, "backup": "", "note": "", "version": row.version}  # fmt: skip
    with transaction():
        row = specialty_by("dermatologia")
        kept = {name: getattr(row, name) for name in actions.SPECIALTY_FIELDS}
        change = {"backup_id": world.person("lia").id, "note": "Só adultos"}
        actions.edit_specialty(row, kept | change, by=world.person("dora"))
    page = manager.post("/specialties/dermatologia/edit", data=data).get_data(as_text=True)
    found = marks(page)
    assert found["backup"] == f"Está salvo agora: “{world.person('lia').full_name}”"
    assert found["note"] == "Está salvo agora: “Só adultos”"
    assert f"a última alteração é de {world.person('dora').full_name}" in page
    session.rollback()
    assert specialty_by("dermatologia").note == "Só adultos"
