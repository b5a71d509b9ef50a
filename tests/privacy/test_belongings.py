"""Everything of one patient and of nobody else, whatever table it stands in."""

from datetime import date
from typing import Any

import pytest

from teleconsult.cases import actions
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case
from teleconsult.cases.request import PatientFacts
from teleconsult.extensions import db, transaction
from teleconsult.patients.actions import NEW, admit
from teleconsult.patients.merging import merge, unmerge
from teleconsult.patients.models import Patient
from teleconsult.patients.queries import live_merge, patient_for
from teleconsult.privacy import processing
from teleconsult.privacy.belongings import OF_TWO, Rows, links, rows_of
from tests import world
from tests.bookings.conftest import Desk
from tests.cases.helping import CLINICAL, leaky_case, shown, through_everything

OF_PROFESSIONALS = {
    "agenda_sessions", "audit_events", "booking_sheets", "credit_declarations", "credit_disputes", "credit_entries",
    "kept_forms", "kept_searches", "leaves", "outbox_messages", "sessions", "shifts", "swaps", "users",
}  # fmt: skip
"""Tables of personal data whose rows are about who works here; what a patient says in none of them."""

CPF, OTHER_CPF = "11144477735", "12345678909"


def record(name: str, **known: Any) -> Patient:
    with transaction():
        return admit(PatientFacts(name=name, **known), by=world.person("marina"), decided=NEW)


def sent_for(patient: Patient, **changes: Any) -> world.Walk:
    walk = world.new_case()
    with transaction(walk.case):
        actions.submit(walk.case, world.request(**changes), patient=patient, by=world.person("marina"))
    return walk


def words_in(rows: Rows) -> str:
    return str({table: list(found) for table, found in rows.items()})


@pytest.fixture
def two(session):
    """Two people whose cases hold the same kinds of things; the other one's words say so."""
    mine = through_everything(leaky_case(), State.CONCLUDED)
    other = sent_for(
        record("Outra Pessoa de Souza", birth_date=date(1980, 1, 1)), subjective="PALAVRA-ALHEIA", complaint="ALHEIA"
    )
    other.assign()
    other.do("answer", world.written(other.case, conduct="CONDUTA-ALHEIA"), by=other.consultant)
    db.session.rollback()
    return mine, other


def test_every_table_of_personal_data_is_a_patients_or_of_who_works_here():
    assert set(processing.marked()) - OF_PROFESSIONALS == set(links()) & set(processing.marked())
    assert not set(links()) & OF_PROFESSIONALS


def test_what_hangs_on_two_records_is_told_from_the_rest():
    twice = {
        name
        for name, columns in links().items()
        if [key.column.table.name for one in columns for key in one.foreign_keys].count("patients") > 1
    }
    assert twice == OF_TWO


def test_everything_of_one_and_nothing_of_another(two):
    mine, other = two
    found = rows_of(mine.case.patient)
    assert [row["ref"] for row in found["cases"]] == [mine.case.ref]
    assert {
        "patients",
        "case_patients",
        "case_questions",
        "case_consents",
        "information_items",
        "opinions",
        "opinion_answers",
    } <= set(found)
    said = words_in(found)
    assert shown(CLINICAL, said) == list(CLINICAL)
    for word in ("ALHEIA", "Outra Pessoa", other.case.ref):
        assert word not in said
    assert "ALHEIA" in words_in(rows_of(other.case.patient))


def test_a_visit_and_its_place_in_the_agenda_belong_to_who_is_seen(session):
    desk = Desk()
    request, further = desk.escalated(), desk.escalated("jonas")
    desk.publish()
    desk.allow()
    desk.book(request)
    desk.book(further, by="jonas")
    db.session.rollback()
    found = rows_of(request.case.patient)
    assert [row["id"] for row in found["booking_requests"]] == [request.id]
    assert len(found["bookings"]) == 1
    assert [row["request_id"] for row in found["agenda_slots"]] == [request.id]
    assert "agenda_sessions" not in found


def test_joined_records_are_one_person_and_parted_ones_are_two(session):
    kept, gone, third = record("Ana Maria Torres", cpf=CPF), record("Ana M Torres"), record("Ana Torres", cpf=OTHER_CPF)
    case = sent_for(gone).case.ref
    for one in (gone, third):
        with transaction():
            merge(patient_for(kept.ref), patient_for(one.ref), reason="A mesma.", by=world.person("rosangela"))
    with transaction():
        unmerge(live_merge(patient_for(third.ref)), reason="Eram primas.", by=world.person("rosangela"))
    db.session.rollback()
    found = rows_of(kept)
    assert {row["ref"] for row in found["patients"]} == {kept.ref, gone.ref}
    assert [row["ref"] for row in found["cases"]] == [case]
    # The merge that was undone holds what the other person's record was.
    assert [row["merged_id"] for row in found["patient_merges"]] == [gone.id]
    assert OTHER_CPF not in words_in(found)
    assert "patient_merges" not in rows_of(third)


def test_a_case_that_continues_anothers_by_mistake_brings_nothing_of_it(two):
    mine, other = two
    with transaction():
        db.session.execute(
            db.text("UPDATE cases SET linked_case_id = :to WHERE id = :id"), {"to": other.case.id, "id": mine.case.id}
        )
    assert [row["ref"] for row in rows_of(mine.case.patient)["cases"]] == [mine.case.ref]
    assert [row["ref"] for row in rows_of(other.case.patient)["cases"]] == [other.case.ref]


def test_a_request_that_was_not_sent_belongs_to_whose_number_stands_in_it(session, sign_in):
    patient, browser = record("Ana Maria Torres", cpf=CPF), sign_in("marina")
    refs = []
    for cpf in ("111.444.777-35", "123.456.789-09", ""):
        walk = world.new_case()
        refs.append(walk.case.ref)
        page = f"/cases/{walk.case.ref}/edit/patient"
        answer = browser.post(page, data={"patient_name": "Ana Torres", "cpf": cpf, "go": "next", "draft_version": "1"})
        assert answer.status_code in (302, 422)
    db.session.rollback()
    found = rows_of(patient)
    assert [row["ref"] for row in found["cases"]] == refs[:1]
    assert [row["fields"]["patient_name"] for row in found["case_drafts"]] == ["Ana Torres"]


def test_a_request_that_was_not_sent_belongs_to_whom_its_writer_chose_until_it_names_another(session, sign_in):
    patient, browser = record("Ana Maria Torres", birth_date=date(1970, 5, 4)), sign_in("marina")
    ref, facts = world.new_case().case.ref, {"patient_name": "Ana Maria Tores", "birth_date": "1970-05-04"}
    page = f"/cases/{ref}/edit/patient"
    browser.post(page, data=facts | {"go": "next", "draft_version": "1"})
    assert "cases" not in rows_of(patient)
    assert browser.post(f"/cases/{ref}/edit/match", data={"choice": patient.ref}).status_code == 302
    db.session.rollback()
    assert [row["ref"] for row in rows_of(patient)["cases"]] == [ref]
    version = str(db.session.scalars(db.select(Case).where(Case.ref == ref)).one().draft.version)
    browser.post(page, data={"patient_name": "Zulmira Dantas", "go": "next", "draft_version": version})
    db.session.rollback()
    assert "cases" not in rows_of(patient)
