"""One CNS or CPF is one patient; likeness only suggests; what a form knows newer is written, and recorded."""

from dataclasses import replace
from datetime import date

import pytest

from teleconsult.audit import AuditEvent
from teleconsult.cases.request import PatientFacts
from teleconsult.extensions import db, transaction
from teleconsult.patients.actions import NEW, Undecided, admit
from teleconsult.patients.models import Patient
from teleconsult.patients.queries import look_up, search
from tests.world import person

CNS, OTHER_CNS, CPF = "700000010211009", "898000000043208", "12345678909"
ANA = PatientFacts(
    name="Ana Lúcia Barbosa",
    birth_date=date(1979, 3, 14),
    sex="female",
    mother_name="Josefa Barbosa",
    phone="81999990000",
    neighbourhood="Torrões",
)


def take(facts, decided="", by="marina"):
    with transaction():
        return admit(facts, by=person(by), decided=decided).ref


def patient(ref):
    return db.session.scalars(db.select(Patient).where(Patient.ref == ref)).one()


def count():
    return db.session.scalar(db.select(db.func.count(Patient.id)))


@pytest.mark.parametrize("numbers", [{"cns": CNS}, {"cpf": CPF}, {"cns": CNS, "cpf": CPF}])
def test_the_same_number_is_the_same_patient(session, numbers):
    first = take(replace(ANA, **numbers))
    assert take(replace(ANA, **numbers, name="ANA LUCIA BARBOSA", birth_date=None)) == first
    assert count() == 1


def test_a_name_alone_never_matches_by_itself(session):
    take(ANA)
    with pytest.raises(Undecided) as asked:
        take(replace(ANA, name="Ana L. Barbosa"))
    (shown,) = asked.value.found.suggestions
    assert (shown.initials, shown.birth_year, shown.mother, shown.unit) == ("A. L. B.", 1979, "Josefa", "USF Vietnã")
    assert shown.likeness.reasons
    assert count() == 1


def test_a_person_says_that_it_is_the_same_or_a_new_one(session):
    first = take(ANA)
    assert take(replace(ANA, name="Ana L. Barbosa"), decided=first) == first
    assert patient(first).name == "Ana L. Barbosa"
    assert take(ANA, decided=NEW) != first
    assert count() == 2


def test_a_record_that_was_not_suggested_cannot_be_chosen(session):
    take(ANA)
    stranger = take(PatientFacts(name="Rui Prado", birth_date=date(1950, 1, 1)))
    with pytest.raises(Undecided):
        take(ANA, decided=stranger)


def test_a_number_that_contradicts_the_name_or_the_birth_date_is_asked_about(session):
    first = take(replace(ANA, cns=CNS))
    for other in (replace(ANA, cns=CNS, name="Rui Prado"), replace(ANA, cns=CNS, birth_date=date(1980, 1, 1))):
        with pytest.raises(Undecided) as asked:
            take(other)
        assert asked.value.found.numbered
        with pytest.raises(Undecided):
            take(other, decided=NEW)
    assert take(replace(ANA, cns=CNS, name="Ana Lúcia Prado"), decided=first) == first
    assert patient(first).name == "Ana Lúcia Prado"


def test_two_numbers_of_two_records_are_asked_about(session):
    one = take(replace(ANA, cns=CNS))
    other = take(PatientFacts(name="Rui Prado", birth_date=date(1950, 1, 1), cpf=CPF))
    with pytest.raises(Undecided) as asked:
        take(replace(ANA, cns=CNS, cpf=CPF))
    assert {shown.ref for shown in asked.value.found.suggestions} == {one, other}
    assert take(replace(ANA, cns=CNS, cpf=CPF), decided=one) == one
    assert patient(one).cpf is None, "the CPF stays where it is until somebody joins the records"


def test_what_the_form_knows_newer_is_written_and_recorded(session):
    ref = take(replace(ANA, cns=CNS))
    take(replace(ANA, cns=CNS, cpf=CPF, name="Ana Lucia Barbosa", phone="8134462631", neighbourhood=""), by="bia")
    kept = patient(ref)
    assert (kept.name, kept.phone, kept.neighbourhood, kept.cpf) == ("Ana Lúcia Barbosa", "8134462631", "Torrões", CPF)
    assert kept.unit_id == person("bia").unit_id
    words = [(row.word, row.data) for row in db.session.scalars(db.select(AuditEvent).where(AuditEvent.subject == ref))]
    assert words == [("patient.create", {}), ("patient.change", {"fields": ["cpf", "phone", "unit_id"]})]
    assert "Ana" not in str(words)


def test_any_word_of_a_name_finds_the_record(session):
    ref = take(replace(ANA, cns=CNS, social_name="Lu"))
    take(PatientFacts(name="Rui Prado", birth_date=date(1950, 1, 1)))

    def found(text):
        return [row.ref for row in db.session.execute(search(text))]

    for text in ("barbosa", "luc ana", "Lu", "700 0000 1021 1009", ref, ref.lower(), "BARBOSÁ", "\x00barb"):
        assert found(text) == [ref], text
    for text in ("", "  ", "...", "lúcia prado", "12345678909", "PA-XXXXXX", "%", "'; drop table patients"):
        assert found(text) == [], text


def test_a_record_is_not_suggested_to_itself(session):
    ref = take(ANA)
    assert look_up(patient(ref), but=patient(ref).id).suggestions == ()
