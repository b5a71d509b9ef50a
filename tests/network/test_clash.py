"""Two managers change one unit or specialty: the slower one reads who was faster and what is saved now."""

import re

import pytest

from teleconsult.extensions import transaction
from teleconsult.network import actions, settings
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
    assert f"a última mudança é de {world.person('dora').full_name}" in page
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


def test_who_saved_in_another_window_is_told_so_and_nobody_is_blamed(manager, session):
    data = typed(unit_by("usf-vietna"), phone="81 1111-1111")
    assert manager.post("/units/usf-vietna/edit", data=data | {"phone": "81 2222-2222"}).status_code == 302
    page = manager.post("/units/usf-vietna/edit", data=data).get_data(as_text=True)
    assert heading(page) == "Isto já tinha mudado"
    assert "Você salvou este registro em outra janela" in page
    assert marks(page) == {"phone": "Está salvo agora: “81 2222-2222”"}


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
    assert f"a última mudança é de {world.person('dora').full_name}" in page
    session.rollback()
    assert specialty_by("dermatologia").note == "Só adultos"


def set_times(**hours):
    """Set the targets as another manager does, over the action of the page."""
    with transaction():
        week = settings.Counting({"routine": "business", "high": "always", "urgent": "always"}, ((0, 480, 720),))
        wanted = settings.target_hours() | hours
        actions.set_times(wanted, settings.every_window(), week, based_on=settings.stamp(), by=world.person("dora"))


def times(**values):
    """Return the form of the targets as a browser sends it, as they are set now but for these values."""
    days = {f"day_{day}": "" for day in range(7)} | dict.fromkeys(settings.RUNS, "always")
    return settings.target_hours() | settings.every_window() | days | {"version": settings.stamp()} | values


def test_targets_say_who_was_faster_and_what_is_saved_at_each_field(manager, session):
    data = times(routine=60)
    set_times(routine=70)
    answer = manager.post("/targets", data=data | {"day_1": "8-12"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert heading(page) == "Alguém foi mais rápido"
    assert re.search(f"a última mudança é de {world.person('dora').full_name}, [^<]*[0-9]:[0-9]", page)
    assert marks(page) == {
        "routine": "Está salvo agora: “70”",
        "runs_routine": "Está salvo agora: “Só no horário de atendimento”",
        "day_0": "Está salvo agora: “8:00–12:00”",
        "day_1": "Está salvo agora: “(vazio)”",
    }
    assert 'value="60"' in page
    assert 'value="8-12"' in page
    session.rollback()
    assert settings.target_hours()["routine"] == 70


def test_targets_saved_in_another_window_blame_nobody(manager, session):
    data = times(routine=60)
    assert manager.post("/targets", data=data | {"routine": 70}).status_code == 302
    page = manager.post("/targets", data=data).get_data(as_text=True)
    assert heading(page) == "Isto já tinha mudado"
    assert "Você salvou este registro em outra janela" in page


def test_targets_saved_again_have_been_seen_and_hours_written_otherwise_are_the_same(manager, session):
    data = times(routine=60, day_0="8h-12h", runs_routine="business")
    set_times(routine=70)
    page = manager.post("/targets", data=data).get_data(as_text=True)
    assert marks(page) == {"routine": "Está salvo agora: “70”"}
    version = re.search(r'name="version"[^>]*value="([^"]+)"', page)[1]
    assert manager.post("/targets", data=data | {"version": version}).status_code == 302
    session.rollback()
    assert settings.target_hours()["routine"] == 60


def test_a_counting_that_somebody_else_changed_is_told_before_its_effect_on_open_cases(manager, case_in):
    case_in("submitted")
    data = times(runs_routine="business", day_0="13:00-17:00")
    set_times(routine=70)
    page = manager.post("/targets", data=data).get_data(as_text=True)
    assert heading(page) == "Alguém foi mais rápido"
    assert "Nada foi salvo ainda." not in page
