"""A patient's own copy: one archive, whole, theirs alone, recorded, and readable without the service."""

import csv
import io
import json
import stat
from pathlib import Path
from zipfile import ZipFile

import pytest

from teleconsult import audit
from teleconsult.attachments.storage import storage
from teleconsult.audit import AuditEvent
from teleconsult.cases.lifecycle import State
from teleconsult.extensions import db, transaction
from teleconsult.patients.models import Patient
from tests import world
from tests.attachments import samples
from tests.attachments.sending import named
from tests.cases.helping import CLINICAL, IDENTITY, leaky_case, shown, through_everything

PICTURE = samples.picture("PNG")


@pytest.fixture
def mine(session, sign_in):
    """A case of one patient with a file, and a case of another."""
    walk = leaky_case()
    with transaction():
        db.session.execute(
            db.text("UPDATE patients SET cpf = '11144477735' WHERE id = :id"), {"id": walk.case.patient_id}
        )
    through_everything(walk, State.ANSWERED)
    sent = sign_in("marina").post(f"/cases/{walk.case.ref}/files", data=PICTURE, headers=named("../foto da pele.PNG"))
    assert sent.status_code == 201, sent.get_data(as_text=True)
    other = world.new_case("jonas")
    other.submit(subjective="PALAVRA-ALHEIA")
    sign_in("paulo").get(f"/cases/{walk.case.ref}")
    db.session.rollback()
    return walk


@pytest.fixture
def copy(application, tmp_path):
    """Run the command and return its result and what is in the archive, by name."""

    def make(who: str, *more: str, by: str = "teresa", place: Path | None = None):
        path = place or tmp_path / "copia.zip"
        words = ["patient-file", who, str(path), "--by", f"{by}@rede.example", *more]
        db.session.rollback()
        done = application.test_cli_runner().invoke(args=words, catch_exceptions=False)
        if not path.exists() or done.exit_code:
            return done, {}
        with ZipFile(path) as archive:
            assert archive.testzip() is None
            return done, {name: archive.read(name) for name in archive.namelist()}

    return make


@pytest.mark.parametrize("number", ["ref", "111.444.777-35", "11144477735"])
def test_the_copy_holds_everything_of_the_patient_and_nothing_of_another(mine, copy, number):
    done, parts = copy(mine.case.patient.ref if number == "ref" else number)
    assert done.exit_code == 0, done.output
    page = parts[f"casos/{mine.case.ref}.html"].decode()
    data = parts["dados.json"].decode()
    for whole in (page, data):
        assert shown(CLINICAL, whole) == list(CLINICAL)
        assert world.SECRET_NAME in whole
    assert "ALHEIA" not in page + data
    assert [name for name in parts if name.startswith("casos/")] == [f"casos/{mine.case.ref}.html"]
    told = json.loads(data)
    assert told["cases"][0]["requester"] == "Dra. Marina Alves"
    assert told["cases"][0]["unit"] == "USF Vietnã"
    assert "password" not in data


def test_a_page_of_the_copy_opens_without_the_service(mine, copy):
    _done, parts = copy(mine.case.patient.ref)
    page = parts[f"casos/{mine.case.ref}.html"].decode()
    styles = [part.split('"')[0] for part in page.split('href="')[1:]]
    assert styles
    assert all(style.startswith("../estilo/") and style[3:] in parts for style in styles)
    assert "<script" not in page
    assert "http" not in page.replace("http://www.w3.org", "")


def test_its_files_are_in_the_copy_byte_by_byte_under_names_of_ours(mine, copy):
    done, parts = copy(mine.case.patient.ref)
    (name,) = (name for name in parts if name.startswith("arquivos/"))
    assert name.startswith(f"arquivos/{mine.case.ref}/")
    assert name.endswith("-foto_da_pele.PNG")
    assert ".." not in name
    assert parts[name] == PICTURE
    assert json.loads(parts["dados.json"])["attachments"][0]["name"] == "foto da pele.PNG"
    assert "cases: 1, files: 1" in done.output


def test_a_file_that_is_lost_is_named_and_the_rest_is_given(mine, copy, application):
    with application.app_context():
        key = db.session.execute(db.text("SELECT key FROM attachments")).scalar_one()
        storage().delete(key)
    done, _parts = copy(mine.case.patient.ref)
    assert done.exit_code == 1
    ref = db.session.execute(db.text("SELECT ref FROM attachments")).scalar_one()
    assert f"Not in storage: {ref}" in done.output


def test_who_read_the_record_stands_in_the_copy_but_not_from_where(mine, copy):
    _done, parts = copy(mine.case.patient.ref)
    rows = list(csv.reader(io.StringIO(parts["acessos.csv"].decode("utf-8-sig")), delimiter=";"))
    assert rows[0] == ["Momento", "Evento", "Pessoa", "Sobre"]
    assert ["Caso lido", "Dr. Paulo Nogueira", mine.case.ref] in [row[1:] for row in rows]
    assert "127.0.0.1" not in parts["acessos.csv"].decode()


def test_lists_in_which_the_patient_stood_are_among_who_read(mine, copy, sign_in):
    browser = sign_in("rosangela")
    assert browser.post("/cases/search", data={"q": mine.case.ref}, follow_redirects=True).status_code == 200
    assert browser.post("/cases/search", data={"q": "PALAVRA"}, follow_redirects=True).status_code == 200
    _done, parts = copy(mine.case.patient.ref)
    assert parts["acessos.csv"].decode().count("Casos buscados;Rosângela Lima") == 1


def test_who_found_or_compared_the_patient_among_others_stands_in_the_copy_and_the_others_do_not(mine, copy, sign_in):
    patient, case = mine.case.patient.ref, mine.case.ref
    other = db.session.scalars(db.select(Patient).where(Patient.ref != patient)).one().ref
    browser = sign_in("rosangela")
    assert browser.post("/patients", data={"q": patient}, follow_redirects=True).status_code == 200
    assert browser.post("/cases/search", data={"q": "Severina"}, follow_redirects=True).status_code == 200
    assert browser.get(f"/patients/{other}/merge?with={patient}").status_code == 200
    _done, parts = copy(patient)
    text = parts["acessos.csv"].decode("utf-8-sig")
    rows = [row[1:] for row in csv.reader(io.StringIO(text), delimiter=";") if row[2] == "Rosângela Lima"]
    for found in (["Pacientes buscados", patient], ["Casos buscados", case], ["Cadastro de paciente lido", patient]):
        assert [found[0], "Rosângela Lima", found[1]] in rows, rows
    assert other not in text


def test_the_copy_speaks_the_language_that_is_asked_for(mine, copy):
    _done, parts = copy(mine.case.patient.ref, "--language", "en")
    assert "Copy of a patient's data" in parts["LEIA-ME.txt"].decode()
    assert '<html lang="en"' in parts[f"casos/{mine.case.ref}.html"].decode()
    assert "Case read" in parts["acessos.csv"].decode("utf-8-sig")


def test_giving_it_out_is_recorded_with_who_answers_for_it(mine, copy):
    copy(mine.case.patient.ref)
    db.session.rollback()
    event = db.session.scalars(db.select(AuditEvent).where(AuditEvent.word == "patient.export")).one()
    assert (event.subject, event.user_id) == (mine.case.patient.ref, world.person("teresa").id)
    assert world.SECRET_NAME not in str(event.data)
    assert list(audit.verify()) == []


def test_only_the_account_that_runs_it_may_read_the_copy(mine, copy, tmp_path):
    copy(mine.case.patient.ref)
    assert stat.S_IMODE((tmp_path / "copia.zip").stat().st_mode) == 0o600


def test_what_is_there_already_is_left_alone(mine, copy, tmp_path):
    place = tmp_path / "copia.zip"
    place.write_text("de outra pessoa")
    done, _parts = copy(mine.case.patient.ref)
    assert done.exit_code == 1
    assert "Traceback" not in done.output
    assert place.read_text() == "de outra pessoa"


@pytest.mark.parametrize(
    ("who", "by", "said"),
    [
        ("PA-NADA1", "teresa", "There is no patient record"),
        ("123.456.789-09", "teresa", "There is no patient record"),
        ("", "teresa", "There is no patient record"),
        ("ref", "rosangela", "must be a manager"),
        ("ref", "ninguem", "There is no account"),
    ],
)
def test_whoever_is_not_there_or_does_not_answer_for_it_is_refused(mine, copy, tmp_path, who, by, said):
    done, _parts = copy(mine.case.patient.ref if who == "ref" else who, by=by)
    assert done.exit_code == 1
    assert said in done.output
    assert not (tmp_path / "copia.zip").exists()


def test_the_mails_and_the_log_know_nothing_of_it(mine, copy, caplog):
    copy(mine.case.patient.ref)
    assert not shown(IDENTITY, caplog.text)
