"""Whose record it is: a person says so, on the least that tells people apart, and the look is recorded."""

from datetime import date

import pytest

from teleconsult.audit import AuditEvent
from teleconsult.cases import actions
from teleconsult.cases.lifecycle import State
from teleconsult.cases.request import PatientFacts
from teleconsult.extensions import db, transaction
from teleconsult.patients.actions import NEW, admit
from teleconsult.patients.merging import merge, unmerge
from teleconsult.patients.models import Patient
from teleconsult.patients.queries import live_merge, patient_for
from tests.cases.filing import begin, case_of, fill, review_of, send
from tests.world import person

CNS = "700000010211009"
KNOWN = {
    "name": "Severina da Conceicao Albuquerque",
    "birth_date": date(1979, 3, 14),
    "mother_name": "Josefa Conceição",
    "address": "Rua do Segredo, 7",
    "phone": "8134462631",
}


@pytest.fixture
def marina(session, sign_in):
    return sign_in("marina")


def record(**known):
    with transaction():
        return admit(PatientFacts(**(KNOWN | known)), by=person("bia"), decided=NEW).ref


def to_match(browser, **changes):
    """Fill the patient in; return the reference and where that led."""
    ref = begin(browser)
    return ref, fill(browser, ref, "patient", **changes).location


def choose(browser, ref, choice):
    return browser.post(f"/cases/{ref}/edit/match", data={"choice": choice})


def finish(browser, ref):
    fill(browser, ref, "clinical")
    fill(browser, ref, "questions")
    return send(browser, ref)


def test_somebody_new_is_not_asked_about(marina):
    ref, where = to_match(marina)
    assert where == f"/cases/{ref}/edit/clinical"
    assert marina.get(f"/cases/{ref}/edit/match").location == f"/cases/{ref}/edit/clinical"


def test_a_likeness_is_shown_by_the_least_and_recorded(marina):
    known = record()
    ref, where = to_match(marina)
    assert where == f"/cases/{ref}/edit/match"
    page = marina.get(where).get_data(as_text=True)
    for shown in ("S. C. A.", "1979", "Josefa", "USF Skylab", "mesma data de nascimento"):
        assert shown in page
    for kept in ("Segredo", "3446", "14/03", "da Conceicao", "Josefa Conceição"):
        assert kept not in page
    event = db.session.scalars(db.select(AuditEvent).where(AuditEvent.word == "patient.suggest")).one()
    assert (event.stream, event.subject, event.data) == ("reader:PE-MARINA", known, {"case": ref})


def test_the_same_person_keeps_one_record(marina):
    known = record()
    ref, _where = to_match(marina)
    assert choose(marina, ref, known).location == f"/cases/{ref}/edit/clinical"
    assert finish(marina, ref).location == f"/cases/{ref}"
    assert case_of(ref).patient.ref == known
    assert case_of(ref).patient.name == "Severina Conceição Albuquerque"
    assert case_of(ref).patient.address == "Rua do Segredo, 7"


def test_a_new_person_gets_an_own_record(marina):
    known = record()
    ref, _where = to_match(marina)
    choose(marina, ref, NEW)
    assert finish(marina, ref).location == f"/cases/{ref}"
    assert case_of(ref).patient.ref != known


@pytest.mark.parametrize("choice", ["", "PA-000000", "other", "novo"])
def test_another_choice_than_those_shown_is_refused(marina, choice):
    record()
    stranger = record(name="Rui Prado", birth_date=date(1950, 1, 1), mother_name="Rita")
    ref, _where = to_match(marina)
    assert choose(marina, ref, stranger if choice == "other" else choice).status_code == 422


def test_without_a_decision_nothing_is_sent(marina):
    record()
    ref, _where = to_match(marina)
    answer = finish(marina, ref)
    assert answer.status_code == 422
    assert f"/cases/{ref}/edit/match" in review_of(marina, ref)
    assert case_of(ref).state == State.DRAFT


def test_other_facts_ask_again(marina):
    known = record()
    ref, _where = to_match(marina)
    choose(marina, ref, known)
    assert fill(marina, ref, "patient", phone="(81) 3446-2631").location == f"/cases/{ref}/edit/clinical"
    assert fill(marina, ref, "patient", mother_name="Josefa").location == f"/cases/{ref}/edit/match"


def test_somebody_registered_after_new_was_said_is_asked_about(marina):
    record()
    ref, _where = to_match(marina)
    choose(marina, ref, NEW)
    record(name="Severina Conceição de Albuquerque")
    assert finish(marina, ref).status_code == 422
    assert case_of(ref).state == State.DRAFT


def join(kept, other):
    with transaction():
        merge(patient_for(kept), patient_for(other), reason="Casou-se e mudou de nome.", by=person("rosangela"))


def part(other):
    with transaction():
        unmerge(live_merge(patient_for(other)), reason="Eram primas.", by=person("rosangela"))


MARRIED = {"name": "Severina Prado", "birth_date": date(1980, 1, 1), "mother_name": "Rita"}


def test_a_record_that_was_joined_while_the_request_was_written_is_the_one_that_stands(marina):
    """It may look like another person by now: whoever chose must not end with a third record of the same patient."""
    known, married = record(), record(**MARRIED)
    ref, _where = to_match(marina)
    choose(marina, ref, known)
    join(married, known)
    assert finish(marina, ref).location == f"/cases/{ref}"
    assert case_of(ref).patient.ref == married
    assert case_of(ref).patient.name == "Severina Prado"  # nobody who wrote the request has seen it
    assert case_of(ref).snapshot.name == "Severina Conceição Albuquerque"
    assert db.session.scalar(db.select(db.func.count(Patient.id))) == 2


def test_a_record_that_was_joined_to_one_that_looks_alike_is_not_asked_about_again(marina):
    known, like = record(), record(name="Severina Conceição de Albuquerque")
    ref, _where = to_match(marina)
    choose(marina, ref, known)
    join(like, known)
    assert finish(marina, ref).location == f"/cases/{ref}"
    assert case_of(ref).patient.ref == like


@pytest.mark.parametrize("parted", [True, False])
def test_a_request_that_continues_a_case_goes_to_whose_that_case_is_by_now(marina, parted):
    known, other = record(), record(**MARRIED)
    earlier, _where = to_match(marina)
    choose(marina, earlier, known)
    finish(marina, earlier)
    if parted:
        join(other, known)
    ref = begin(marina, linked=earlier)
    if parted:
        part(known)
    else:
        join(other, known)
    fill(marina, ref, "patient")
    assert finish(marina, ref).location == f"/cases/{ref}"
    assert case_of(ref).patient.ref == (known if parted else other)
    assert patient_for(other).name == "Severina Prado"
    assert case_of(ref).patient_id == case_of(earlier).patient_id


def test_a_request_that_was_sent_back_does_not_write_over_the_record_to_which_its_patients_was_joined(marina):
    known, married = record(), record(**MARRIED)
    ref, _where = to_match(marina)
    choose(marina, ref, known)
    finish(marina, ref)
    case = case_of(ref)
    with transaction(case):
        actions.return_(case, {"objective": "Falta o teste de sensibilidade."}, by=person("rosangela"))
    join(married, known)
    fill(marina, ref, "clinical", objective="Perda de sensibilidade.")
    assert send(marina, ref).location == f"/cases/{ref}"
    assert case_of(ref).patient.ref == married
    assert (case_of(ref).patient.name, case_of(ref).patient.mother_name) == ("Severina Prado", "Rita")


@pytest.fixture
def returned(marina):
    """Return a request that was sent in the record of its patient, and came back."""
    known = record()
    ref, _where = to_match(marina)
    choose(marina, ref, known)
    finish(marina, ref)
    case = case_of(ref)
    with transaction(case):
        actions.return_(case, {"patient_name": "O nome é o da irmã?"}, by=person("rosangela"))
    return ref, known


SISTER = {"patient_name": "Ivone Prado", "birth_date": "03/03/1988", "mother_name": "Rita"}


def test_a_request_that_names_somebody_else_now_asks_whose_it_is_and_leaves_the_first_record_alone(marina, returned):
    """The record would take the name of the other patient, and keep the cases of the first."""
    ref, known = returned
    assert fill(marina, ref, "patient", **SISTER).location == f"/cases/{ref}/edit/match"
    page = marina.get(f"/cases/{ref}/edit/match").get_data(as_text=True)
    assert "já foi enviado com outro nome" in page
    assert "É o cadastro em que este pedido está." in page
    assert send(marina, ref).status_code == 422
    assert choose(marina, ref, NEW).location == f"/cases/{ref}/edit/clinical"
    assert send(marina, ref).location == f"/cases/{ref}"
    assert case_of(ref).patient.name == "Ivone Prado"
    assert case_of(ref).patient.ref != known
    assert patient_for(known).name == "Severina Conceição Albuquerque"
    moved = db.session.scalars(db.select(AuditEvent).where(AuditEvent.word == "case.repoint")).one()
    assert moved.data == {"source": known, "target": case_of(ref).patient.ref}


def test_a_name_put_right_in_a_request_that_came_back_keeps_its_record_once_a_person_says_so(marina, returned):
    ref, known = returned
    assert fill(marina, ref, "patient", birth_date="04/03/1979").location == f"/cases/{ref}/edit/match"
    choose(marina, ref, known)
    assert send(marina, ref).location == f"/cases/{ref}"
    assert case_of(ref).patient.ref == known
    assert patient_for(known).birth_date == date(1979, 3, 4)


def test_another_spelling_in_a_request_that_came_back_asks_nothing(marina, returned):
    ref, known = returned
    where = fill(marina, ref, "patient", patient_name="Severina Conceicao de Albuquerque").location
    assert where == f"/cases/{ref}/edit/clinical"
    assert send(marina, ref).location == f"/cases/{ref}"
    assert case_of(ref).patient.ref == known


def test_a_number_with_another_name_is_confirmed_or_corrected(marina):
    known = record(name="Rui Prado", birth_date=date(1950, 1, 1), mother_name="", cns=CNS)
    ref, where = to_match(marina, cns=CNS)
    page = marina.get(where).get_data(as_text=True)
    assert "volte e corrija o número" in page
    assert 'value="new"' not in page
    assert "Prado" not in page
    assert choose(marina, ref, NEW).status_code == 422
    assert choose(marina, ref, known).location == f"/cases/{ref}/edit/clinical"
    assert finish(marina, ref).location == f"/cases/{ref}"
    assert case_of(ref).patient.name == "Severina Conceição Albuquerque"


def test_a_number_that_agrees_asks_nothing(marina):
    known = record(cns=CNS)
    ref, where = to_match(marina, cns=CNS)
    assert where == f"/cases/{ref}/edit/clinical"
    assert finish(marina, ref).status_code == 302
    assert case_of(ref).patient.ref == known
    assert db.session.scalar(db.select(db.func.count(Patient.id))) == 1
