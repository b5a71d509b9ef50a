"""The management changes units, specialties, targets and windows; nobody else does, and nobody unseen."""

import re

import pytest
from sqlalchemy import delete

from teleconsult import clock
from teleconsult.audit import AuditEvent
from teleconsult.cases.actions import assign
from teleconsult.cases.lifecycle import State
from teleconsult.extensions import db, transaction
from teleconsult.network import settings
from teleconsult.network.directory import specialty_by, unit_by
from teleconsult.network.models import HealthUnit, Specialty
from teleconsult.people import actions as people
from teleconsult.people.models import UserSpecialty
from tests import world

UNIT = {
    "name": "USF Córrego da Fortuna",
    "kind": "usf",
    "zone": "America/Recife",
    "district": "DS III",
    "has_line": "y",
}
SPECIALTY = {"name_pt": "Infectologia", "name_en": "Infectious diseases", "category": "specialty", "teleconsult": "y"}
TIMES = {"routine": 60, "high": 40, "urgent": 20, "follow_up_days": 10, "reopen_days": 25, "lapse_days": 20,
         "survey_days": 15}  # fmt: skip
SCREENS = ("/units", "/units/new", "/units/usf-vietna/edit", "/specialties", "/specialties/new",
           "/specialties/dermatologia/edit", "/targets")  # fmt: skip


@pytest.fixture
def manager(sign_in):
    return sign_in("teresa")


@pytest.mark.parametrize("path", SCREENS)
@pytest.mark.parametrize("key", ["marina", "paulo", "rosangela", "dora"])
def test_only_the_management_comes_in(sign_in, path, key):
    assert sign_in(key).get(path).status_code == 403


@pytest.mark.parametrize("path", SCREENS)
def test_the_management_does(manager, path):
    assert manager.get(path).status_code == 200


def fields(answer, session, word):
    session.rollback()
    return session.scalars(db.select(AuditEvent).where(AuditEvent.word == word)).one()


def test_a_unit_is_created_and_found_without_accents(manager, session):
    assert manager.post("/units/new", data=UNIT).status_code == 302
    session.rollback()
    unit = unit_by("usf-corrego-da-fortuna")
    assert (unit.name, unit.district, unit.has_line, unit.shares_cases) == (UNIT["name"], "DS III", True, False)
    assert "Córrego" in manager.get("/units?q=corrego").get_data(as_text=True)
    assert fields(None, session, "unit.create").subject == unit.slug


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": ""}, "Escreva o nome da unidade."),
        ({"name": "USF Vietnã"}, "Já existe um registro com este nome."),
        ({"name": "!!!"}, "Use letras ou números no nome."),
        ({"name": "x" * 121}, "120"),
        ({"kind": "castelo"}, "tc-why"),
        ({"zone": "Europe/Lisbon"}, "tc-why"),
        ({"cnes": "123"}, "tc-why"),
    ],
)
def test_what_is_wrong_with_a_unit_is_said_at_its_field(manager, session, change, says):
    before = session.scalar(db.select(db.func.count()).select_from(HealthUnit))
    answer = manager.post("/units/new", data=UNIT | change)
    assert answer.status_code == 422
    assert says in answer.get_data(as_text=True)
    session.rollback()
    assert session.scalar(db.select(db.func.count()).select_from(HealthUnit)) == before


def test_a_cnes_belongs_to_one_unit(manager, session):
    assert manager.post("/units/new", data=UNIT | {"cnes": "0000396"}).status_code == 302
    answer = manager.post("/units/new", data=UNIT | {"name": "Outra", "cnes": "0000396"})
    assert "Este CNES já é de USF Córrego da Fortuna." in answer.get_data(as_text=True)


def test_a_unit_is_changed_its_address_stays_and_the_record_names_the_fields(manager, session):
    data = UNIT | {"name": "USF Vietnã Nova", "district": "DS IV", "version": unit_by("usf-vietna").version}
    assert manager.post("/units/usf-vietna/edit", data=data).status_code == 302
    session.rollback()
    assert unit_by("usf-vietna").name == "USF Vietnã Nova"
    assert fields(None, session, "unit.change").data == {"fields": ["name"]}


def test_who_was_overtaken_keeps_what_was_typed(manager, session):
    stale = unit_by("usf-vietna").version
    with transaction():
        unit_by("usf-vietna").phone = "81 3333-0000"
    answer = manager.post("/units/usf-vietna/edit", data=UNIT | {"name": "Minha ideia", "version": stale})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Outra pessoa mudou este registro" in page
    assert 'value="Minha ideia"' in page
    session.rollback()
    assert unit_by("usf-vietna").name == "USF Vietnã"


def test_a_unit_is_closed_and_opened_again(manager, session):
    version = unit_by("usf-skylab").version
    assert manager.post("/units/usf-skylab/close", data={"version": version}).status_code == 302
    session.rollback()
    assert unit_by("usf-skylab").closed_at is not None
    assert manager.post("/units/usf-skylab/close", data={"version": version}).status_code == 409
    assert manager.post("/units/usf-skylab/reopen", data={"version": version + 1}).status_code == 302
    session.rollback()
    assert unit_by("usf-skylab").closed_at is None


def test_an_unknown_unit_is_not_there(manager):
    assert manager.get("/units/nada/edit").status_code == 404
    assert manager.get("/units/%00/edit").status_code == 404


def test_a_specialty_is_created_and_closed_to_cases(manager, session):
    assert manager.post("/specialties/new", data=SPECIALTY).status_code == 302
    session.rollback()
    assert specialty_by("infectologia").teleconsult
    data = {name: value for name, value in SPECIALTY.items() if name != "teleconsult"}
    manager.post("/specialties/infectologia/edit", data=data | {"version": specialty_by("infectologia").version})
    session.rollback()
    assert not specialty_by("infectologia").teleconsult


def test_a_specialty_needs_no_english_name(manager, session):
    """Whoever sets up a network in Portuguese need not translate it first."""
    names = {"name_pt": "Infectologia", "name_en": " "}
    assert manager.post("/specialties/new", data=SPECIALTY | names).status_code == 302
    session.rollback()
    assert specialty_by("infectologia").name_en == "Infectologia"


def test_a_new_specialty_is_offered_as_one_that_takes_cases(manager):
    box = re.compile(r'<input[^>]*name="teleconsult"[^>]*>')
    assert "checked" in box.search(manager.get("/specialties/new").get_data(as_text=True)).group()
    data = {"category": "specialty"}  # refused, and without the box: it stays without
    assert "checked" not in box.search(manager.post("/specialties/new", data=data).get_data(as_text=True)).group()


def test_the_backup_is_a_consultant_of_the_specialty(manager, session):
    data = {"name_pt": "Dermatologia", "name_en": "Dermatology", "category": "specialty", "teleconsult": "y"}
    data["version"] = specialty_by("dermatologia").version
    answer = manager.post("/specialties/dermatologia/edit", data=data | {"backup": world.person("helena").ref})
    assert answer.status_code == 422
    assert (
        manager.post("/specialties/dermatologia/edit", data=data | {"backup": world.person("lia").ref}).status_code
        == 302
    )
    session.rollback()
    assert specialty_by("dermatologia").backup_id == world.person("lia").id
    assert "Dra. Lia Cordeiro" in manager.get("/specialties").get_data(as_text=True)


def test_targets_and_windows_are_set_and_recorded(manager, session):
    page = manager.get("/targets").get_data(as_text=True)
    assert 'value="72"' in page
    assert manager.post("/targets", data=TIMES | {"version": settings.stamp()}).status_code == 302
    session.rollback()
    assert settings.target_hours() == {"routine": 60, "high": 40, "urgent": 20}
    assert settings.every_window()["lapse_days"] == settings.days("lapse_days") == 20
    assert fields(None, session, "targets.change").data["hours"] == {"routine": 60, "high": 40, "urgent": 20}


@pytest.fixture
def gone_backup(session):
    """A specialty whose stand-in was switched off."""
    with transaction():
        specialty_by("dermatologia").backup_id = world.person("lia").id
    with transaction():
        people.switch_off(world.person("lia"), by=world.person("teresa"))


def specialty_form(**more):
    row = specialty_by("dermatologia")
    kept = {"name_pt": row.name_pt, "name_en": row.name_en, "category": row.category, "teleconsult": "y"}
    return kept | {"municipal_reference": row.municipal_reference, "version": row.version} | more


def test_a_stand_in_who_attends_no_more_is_shown_and_stays_when_something_else_is_saved(manager, session, gone_backup):
    """The form had nobody in the place, and saving any other change cleared it without a word."""
    lia = world.person("lia")
    page = manager.get("/specialties/dermatologia/edit").get_data(as_text=True)
    chosen = re.search(r"<option selected[^>]*>([^<]*não atende mais[^<]*)<", page).group(1)
    assert chosen == f"{lia.full_name} (não atende mais nesta especialidade)"
    data = specialty_form(backup=lia.ref, note="Só adultos")
    assert manager.post("/specialties/dermatologia/edit", data=data).status_code == 302
    session.rollback()
    row = specialty_by("dermatologia")
    assert (row.note, row.backup_id) == ("Só adultos", lia.id)
    other = specialty_by("neurologia").version
    data = specialty_form(name_pt="Neurologia", name_en="Neurology", version=other, backup=lia.ref)
    assert manager.post("/specialties/neurologia/edit", data=data).status_code == 422


def test_it_is_asked_before_a_specialty_is_left_without_a_stand_in(manager, session, gone_backup):
    lia, path = world.person("lia"), "/specialties/dermatologia/edit"
    data = specialty_form(backup="", note="Só adultos")
    page = manager.post(path, data=data).get_data(as_text=True)
    assert f"Tirar {lia.full_name} e deixar Dermatologia sem consultor substituto?" in page
    session.rollback()
    assert (specialty_by("dermatologia").note, specialty_by("dermatologia").backup_id) == ("", lia.id)
    page = manager.post(path, data=data | {"back": "y"}).get_data(as_text=True)
    assert "Só adultos</textarea>" in page
    session.rollback()
    assert specialty_by("dermatologia").backup_id == lia.id
    assert manager.post(path, data=data | {"sure": "1"}).status_code == 302
    session.rollback()
    assert (specialty_by("dermatologia").note, specialty_by("dermatologia").backup_id) == ("Só adultos", None)


def test_the_page_of_targets_says_when_a_unit_is_reminded_before_its_case_ends(manager):
    page = manager.get("/targets").get_data(as_text=True)
    assert "A unidade é lembrada depois de 7 e de 21 dias" in page
    assert "se a janela é de 7 dias ou menos, na metade dela" in page


@pytest.mark.parametrize(("name", "value"), [("routine", 0), ("urgent", 2161), ("lapse_days", 366), ("high", "x")])
def test_a_target_out_of_bounds_is_refused_whole(manager, session, name, value):
    answer = manager.post("/targets", data=TIMES | {"version": settings.stamp(), name: value})
    assert answer.status_code == 422
    session.rollback()
    assert settings.target_hours() == settings.DEFAULT_HOURS


@pytest.mark.parametrize("runs", ["always", "business"])
@pytest.mark.parametrize("name", ["routine", "high", "urgent", "lapse_days"])
@pytest.mark.parametrize("typed", ["99999999999999999999", "99999999999999", "-99999999999999999999", "2161", "0"])
def test_a_figure_out_of_bounds_is_said_at_its_field_however_long_it_is(manager, session, runs, name, typed):
    counting = {f"runs_{priority}": runs for priority in settings.DEFAULT_HOURS} | {"day_0": "8:00–12:00"}
    answer = manager.post("/targets", data=TIMES | counting | {"version": settings.stamp(), name: typed})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Use de 1 a 365 dias." in page if name == "lapse_days" else "Use de 1 a 2160 horas." in page
    assert f'value="{typed}"' in page
    assert f'href="#{name}"' in page


@pytest.mark.parametrize("typed", ["abc", "1,5", "1.5", "²", "1e9", "nan", "9" * 5000])
def test_what_is_no_whole_number_is_said_at_its_field(manager, session, typed):
    answer = manager.post("/targets", data=TIMES | {"version": settings.stamp(), "routine": typed})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Escreva um número inteiro." in page
    assert f'value="{typed}"' in page


def test_complaints_of_the_targets_stand_in_the_order_of_the_page(manager, session):
    """The reader of pages holds every answer to it."""
    wrong = {"version": settings.stamp(), "urgent": "x", "runs_routine": "x", "runs_urgent": "x", "day_0": "x"}
    assert manager.post("/targets", data=TIMES | wrong).status_code == 422


def test_two_windows_do_not_overwrite_each_other_unseen(manager, session):
    based_on = settings.stamp()
    manager.post("/targets", data=TIMES | {"version": based_on})
    answer = manager.post("/targets", data=TIMES | {"routine": 99, "version": based_on})
    assert answer.status_code == 422
    assert "Você salvou este registro em outra janela" in answer.get_data(as_text=True)
    session.rollback()
    assert settings.target_hours()["routine"] == 60


def test_a_new_target_counts_for_clocks_that_start_from_now_on(case_in, manager, session):
    manager.post("/targets", data=TIMES | {"version": settings.stamp()})
    session.rollback()
    case = case_in("submitted").case
    assert (case.due_at - clock.now()).total_seconds() == pytest.approx(60 * 3600, abs=30)


def test_a_new_network_is_told_how_to_begin_and_a_search_that_nothing_fits(manager, session):
    assert "com estas palavras" in manager.get("/specialties?q=astrologia").get_data(as_text=True)
    with transaction():
        session.execute(delete(UserSpecialty))
        session.execute(delete(Specialty))
    page = manager.get("/specialties").get_data(as_text=True)
    assert "Crie a primeira" in page
    assert "com estas palavras" not in page


def test_a_specialty_says_what_becomes_of_its_cases_when_it_takes_no_more(manager, case_in):
    case = case_in(State.SUBMITTED).case
    address = f"/specialties/{case.specialty.slug}/edit"
    assert "o que está na fila ou com um consultor continua" in manager.get(address).get_data(as_text=True)
    data = {"name_pt": case.specialty.name_pt, "name_en": case.specialty.name_en, "category": "specialty"}
    assert manager.post(address, data=data | {"version": case.specialty.version}).status_code == 302
    db.session.rollback()
    assert not case.specialty.teleconsult
    with transaction(case):
        assign(case, to=world.person("paulo"), by=world.person("rosangela"), why="Em turno")
    assert case.state == State.ASSIGNED
