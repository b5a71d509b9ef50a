"""Whose records an account or a period touched."""

import csv
import stat
from datetime import timedelta

import pytest

from teleconsult import clock
from teleconsult.audit import AuditEvent
from teleconsult.cases.lifecycle import State
from teleconsult.extensions import db, transaction
from teleconsult.patients.merging import merge
from teleconsult.patients.queries import patient_for
from tests import world
from tests.bookings.conftest import Desk, today
from tests.cases.helping import leaky_case


@pytest.fixture
def touched(application, tmp_path):
    """Run the command; return its result and the lines of the table after its heads."""

    def make(*words: str, by: str = "teresa"):
        path = tmp_path / "alcance.csv"
        path.unlink(missing_ok=True)
        db.session.rollback()
        done = application.test_cli_runner().invoke(args=["touched", str(path), *words, "--by", f"{by}@rede.example"])
        if done.exit_code:
            assert not path.exists()
            return done, []
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with path.open(encoding="utf-8-sig", newline="") as file:
            return done, list(csv.reader(file, delimiter=";"))[1:]

    return make


def test_what_an_account_read_is_listed_by_patient(session, sign_in, touched):
    walk, other = leaky_case(), world.walk_to(State.ASSIGNED)
    patient, foreign = walk.case.patient.ref, other.case.ref
    browser = sign_in("marina")
    for path in ("", "", "/print"):
        assert browser.get(f"/cases/{walk.case.ref}{path}").status_code == 200
    sign_in("paulo").get(f"/cases/{foreign}")
    done, lines = touched("--account", "marina@rede.example")
    assert done.exit_code == 0, done.output
    (line,) = (line for line in lines if line[2] == walk.case.ref)
    assert line[:4] == [patient, world.SECRET_NAME, walk.case.ref, "Dra. Marina Alves"]
    assert {"Caso lido", "Caso impresso"} <= set(line[4].split("; "))
    assert all(line[3] == "Dra. Marina Alves" for line in lines)
    _done, lines = touched("--account", "paulo@rede.example")
    assert [line[2] for line in lines] == [foreign]


@pytest.mark.parametrize(
    ("days", "found"), [((), True), (("--until", "yesterday"), False), (("--since", "today", "--until", "today"), True)]
)
def test_a_period_holds_its_first_and_its_last_day(session, sign_in, touched, days, found):
    walk = leaky_case()
    today = (clock.now() - timedelta(hours=3)).date()
    named = {"today": f"{today:%d/%m/%Y}", "yesterday": f"{today - timedelta(days=1):%Y-%m-%d}"}
    words = [named.get(word, word) for word in days] or ["--account", "marina@rede.example"]
    _done, lines = touched(*words)
    assert (walk.case.ref in [line[2] for line in lines]) is found


@pytest.mark.parametrize("days", [("--until", "9999-12-31"), ("--since", "0001-01-01", "--until", "9999-12-31")])
def test_days_at_the_ends_of_the_calendar_mean_always(session, touched, days):
    walk = leaky_case()
    done, lines = touched(*days)
    assert done.exit_code == 0, done.output
    assert walk.case.ref in [line[2] for line in lines]


def test_lists_that_were_printed_or_found_touch_each_of_their_patients(session, sign_in, touched):
    desk = Desk()
    request = desk.escalated()
    made = desk.publish()
    desk.allow()
    desk.book(request)
    waiting = leaky_case("jonas")
    refs = request.case.ref, waiting.case.ref
    browser = sign_in("rosangela")
    assert browser.get(f"/bookings/agenda/{made.day}.pdf").status_code == 200
    assert browser.get("/desk/print").status_code == 200
    assert browser.post("/cases/search", data={"q": "Severina"}, follow_redirects=True).status_code == 200
    since = f"{today():%Y-%m-%d}"
    _done, lines = touched("--account", "rosangela@rede.example", "--since", since)
    by_case = {line[2]: line for line in lines}
    assert "Agenda impressa" in by_case[refs[0]][4]
    assert "Fila impressa" in by_case[refs[1]][4]
    assert by_case[refs[0]][0] == request.case.patient.ref


def test_a_record_that_was_shown_beside_another_is_touched_too(session, sign_in, touched):
    walk, other = leaky_case(), world.walk_to(State.SUBMITTED, requester="jonas")
    one, beside, case = walk.case.patient.ref, other.case.patient.ref, other.case.ref
    browser = sign_in("rosangela")
    assert browser.get(f"/patients/{one}/merge?with={beside}").status_code == 200
    assert browser.get(f"/cases/{case}/repoint").status_code == 200
    _done, lines = touched("--account", "rosangela@rede.example", "--since", f"{today():%Y-%m-%d}")
    by_ref = {(line[0], line[2]): line[4] for line in lines}
    assert by_ref[one, ""] == by_ref[beside, ""] == "Cadastro de paciente lido"
    assert "Cadastro de paciente lido" in by_ref[beside, case]


def test_a_record_that_was_joined_to_another_is_listed_under_the_one_that_stands(session, sign_in, touched):
    walk, other = leaky_case(), world.walk_to(State.SUBMITTED, requester="jonas")
    kept, gone = other.case.patient.ref, walk.case.patient.ref
    with transaction():
        merge(patient_for(kept), patient_for(gone), reason="A mesma pessoa.", by=world.person("rosangela"))
    _done, lines = touched("--account", "marina@rede.example")
    assert {line[0] for line in lines} == {kept}


def test_a_name_that_a_spreadsheet_would_run_is_only_text(session, touched):
    walk = leaky_case()
    with transaction():
        db.session.execute(db.text("UPDATE patients SET name = '=1+1' WHERE id = :id"), {"id": walk.case.patient_id})
    _done, lines = touched("--account", "marina@rede.example")
    assert {line[1] for line in lines} == {"'=1+1"}


def test_asking_is_recorded(session, touched):
    touched("--account", "marina@rede.example", "--since", "2026-03-01")
    db.session.rollback()
    event = db.session.scalars(db.select(AuditEvent).where(AuditEvent.word == "record.touched")).one()
    assert event.user_id == world.person("teresa").id
    assert (event.subject, event.data) == ("PE-MARINA", {"since": "2026-03-01"})


def test_without_account_or_days_or_somebody_who_answers_nothing_is_listed(session, touched):
    assert touched()[0].exit_code == 2
    assert "no account" in touched("--account", "ninguem@rede.example")[0].output
    assert "must be a manager" in touched("--since", "2026-03-01", by="rosangela")[0].output


def test_an_end_before_the_beginning_is_refused(session, touched):
    done, _lines = touched("--since", "2026-11-10", "--until", "2026-11-01")
    assert done.exit_code == 2
    assert "--until is before --since" in done.output
