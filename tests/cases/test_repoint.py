"""A case that was sent in the record of another person: moved to the right one by who looks after the records, and told."""

from datetime import date

import pytest

from teleconsult.audit import AuditEvent
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case, CaseEvent
from teleconsult.cases.request import PatientFacts
from teleconsult.extensions import db, transaction
from teleconsult.notices.models import Notice
from teleconsult.patients.actions import NEW, admit
from teleconsult.patients.merging import merge
from teleconsult.patients.models import Patient
from tests import world
from tests.racing import uncommitted
from tests.world import person

CPF = "52998224725"
BORN = date(2026, 11, 20)


def record(name, **known):
    with transaction():
        return admit(PatientFacts(name=name, birth_date=BORN, **known), by=person("bia"), decided=NEW)


@pytest.fixture
def twins(session):
    """Two records, and a case of the second child that was sent in the record of the first."""
    first, second = record("RN de Severina"), record("RN 2 de Severina")
    walk = world.new_case()
    facts = PatientFacts(name="RN 2 de Severina", birth_date=BORN, sex="female")
    with transaction(walk.case):
        walk.case.patient = first
    walk.submit(patient=facts)
    return walk.case.ref, first.ref, second.ref


@pytest.fixture
def rosangela(session, sign_in):
    return sign_in("rosangela")


def case_of(ref):
    db.session.rollback()
    return db.session.scalars(db.select(Case).where(Case.ref == ref)).one()


def move(browser, ref, choice, **changes):
    data = {"version": case_of(ref).version, "choice": choice, "why": "Era o outro gêmeo."}
    return browser.post(f"/cases/{ref}/repoint", data=data | changes)


def test_a_case_goes_to_the_record_of_the_person_it_is_about(rosangela, twins):
    ref, first, second = twins
    page = rosangela.get(f"/patients/{first}").get_data(as_text=True)
    assert f'href="/cases/{ref}/repoint"' in page
    page = rosangela.get(f"/cases/{ref}/repoint").get_data(as_text=True)
    assert f'value="{second}"' in page
    assert "RN 2 de Severina" in page
    for label in ("No caso", "No cadastro"):  # a telephone shows no heads of columns
        assert f'data-label="{label}"' in page
    assert move(rosangela, ref, second).location == f"/patients/{second}"
    case = case_of(ref)
    assert (case.patient.ref, case.snapshot.name, case.state) == (second, "RN 2 de Severina", State.SUBMITTED)
    event = db.session.scalars(db.select(CaseEvent).where(CaseEvent.verb == "repoint")).one()
    assert (event.said, event.data) == ("Era o outro gêmeo.", {"source": first, "target": second})
    noted = db.session.scalars(db.select(AuditEvent).where(AuditEvent.word == "case.repoint")).one()
    assert (noted.subject, noted.data["source"], noted.data["target"]) == (ref, first, second)
    told = db.session.scalars(db.select(Notice.user_id).where(Notice.kind == "case.repoint")).all()
    assert told == [person("marina").id]


def test_the_requester_reads_why_and_the_words_stay_with_those_who_see_the_case(rosangela, twins, sign_in):
    ref, _first, second = twins
    move(rosangela, ref, second)
    page = sign_in("marina").get(f"/cases/{ref}").get_data(as_text=True)
    assert "passou o caso a outro cadastro de paciente" in page
    assert "Era o outro gêmeo." in page
    assert "Era o outro gêmeo." not in sign_in("paulo").get(f"/cases/{ref}").get_data(as_text=True)


def test_by_its_code_or_to_a_new_record(rosangela, twins):
    ref, first, second = twins
    assert move(rosangela, ref, "code", code=f" {second.lower()} ").location == f"/patients/{second}"
    made = move(rosangela, ref, NEW).location.rpartition("/")[2]
    assert made not in (first, second)
    assert case_of(ref).patient.name == "RN 2 de Severina"


@pytest.mark.parametrize(
    ("choice", "changes", "said"),
    [
        ("", {}, "Escolha uma das opções."),
        ("code", {"code": "PA-000000"}, "Não há cadastro com este código."),
        ("code", {}, "Não há cadastro com este código."),
        ("first", {}, "O caso já está neste cadastro."),
        ("second", {"why": " "}, "Escreva o motivo."),
    ],
)
def test_what_stands_against_it_is_said_and_nothing_moves(rosangela, twins, choice, changes, said):
    ref, first, second = twins
    if choice == "first":
        choice, changes = "code", {"code": first}
    answer = move(rosangela, ref, {"second": second}.get(choice, choice), **changes)
    assert answer.status_code == 422
    assert said in answer.get_data(as_text=True)
    assert case_of(ref).patient.ref == first


def test_a_number_that_a_record_has_is_not_given_to_a_new_one(rosangela, session):
    record("Rui Prado", cpf=CPF)
    walk = world.new_case()
    with transaction(walk.case):
        walk.case.patient = db.session.scalars(db.select(Patient)).one()
    walk.submit(patient=PatientFacts(name="Rui Prado", birth_date=BORN, cpf=CPF))
    answer = move(rosangela, walk.case.ref, NEW)
    assert answer.status_code == 422
    assert "já é de um cadastro" in answer.get_data(as_text=True)
    assert db.session.scalar(db.select(db.func.count(Patient.id))) == 1


def test_the_record_of_its_number_is_offered_before_all(rosangela, session):
    first = record("Rui Prado Filho")
    walk = world.new_case()
    with transaction(walk.case):
        walk.case.patient = db.session.scalars(db.select(Patient).where(Patient.ref == first.ref)).one()
    walk.submit(patient=PatientFacts(name="Rui Prado", birth_date=BORN, cpf=CPF))
    second = record("Rui Prado", cpf=CPF).ref
    ref = walk.case.ref
    assert f'value="{second}"' in rosangela.get(f"/cases/{ref}/repoint").get_data(as_text=True)
    assert move(rosangela, ref, second).location == f"/patients/{second}"
    assert case_of(ref).patient.ref == second


def test_pressed_twice_it_is_moved_once_and_what_changed_meanwhile_is_told(rosangela, twins):
    ref, first, second = twins
    before = case_of(ref).version
    for _press in range(2):
        assert move(rosangela, ref, second, version=before).location == f"/patients/{second}"
    answer = move(rosangela, ref, "code", code=first, version=before, why="Outro motivo.")
    assert answer.status_code == 409
    assert "Isto já tinha mudado" in answer.get_data(as_text=True)
    assert "Outro motivo." in answer.get_data(as_text=True)
    assert case_of(ref).patient.ref == second


def test_a_record_that_is_joined_to_another_at_this_moment_takes_no_case(application, rosangela, twins):
    ref, _first, second = twins
    third = record("Rn 2 de Severina da Silva").ref

    def join():
        found = {one.ref: one for one in db.session.scalars(db.select(Patient))}
        merge(found[third], found[second], reason="A mesma criança.", by=person("rosangela"))

    page = {"version": case_of(ref).version, "choice": "code", "code": second, "why": "Era o outro gêmeo."}
    db.session.remove()
    with uncommitted(application, join):
        answer = rosangela.post(f"/cases/{ref}/repoint", data=page)
    assert answer.location == f"/patients/{third}"
    assert case_of(ref).patient.ref == third


def test_only_who_looks_after_the_records_comes_here_and_a_draft_is_in_none(twins, sign_in, case_in):
    ref, _first, second = twins
    for key in ("marina", "paulo", "dora"):
        assert move(sign_in(key), ref, second).status_code in (403, 404)
    draft = case_in(State.DRAFT).case.ref
    assert sign_in("rosangela").get(f"/cases/{draft}/repoint").status_code == 404
