"""A record is put right by those who look after the records: held to the rules of the form, recorded, nobody overwritten unseen."""

from datetime import date

import pytest

from teleconsult.audit import AuditEvent
from teleconsult.cases.lifecycle import State
from teleconsult.cases.request import PatientFacts
from teleconsult.extensions import db, transaction
from teleconsult.patients.actions import NEW, admit
from teleconsult.patients.merging import merge, unmerge
from teleconsult.patients.queries import live_merge, patient_for, search
from tests.world import person

CNS, OTHER_CNS, CPF = "700000010211009", "898000000043208", "12345678909"


@pytest.fixture
def ref(session):
    facts = PatientFacts(name="Ana Lucia Barboza", birth_date=date(1979, 3, 14), phone="8134462631")
    with transaction():
        return admit(facts, by=person("marina"), decided=NEW).ref


def fields(ref, **changes):
    db.session.rollback()
    patient = patient_for(ref)
    known = {"name": patient.name, "birth_date": patient.birth_date.isoformat() if patient.birth_date else "",
             "sex": patient.sex, "cns": "", "cpf": "", "phone": patient.phone, "version": patient.version}  # fmt: skip
    return known | changes


def test_a_name_a_date_and_a_number_are_put_right_and_recorded(ref, sign_in, session):
    browser = sign_in("rosangela")
    assert "Corrigir o cadastro" in browser.get(f"/patients/{ref}").get_data(as_text=True)
    assert 'value="Ana Lucia Barboza"' in browser.get(f"/patients/{ref}/edit").get_data(as_text=True)
    given = fields(ref, name="Ana Lúcia Barbosa", birth_date="15/03/1979", cns=CNS)
    assert browser.post(f"/patients/{ref}/edit", data=given).status_code == 302
    session.rollback()
    patient = patient_for(ref)
    assert (patient.name, patient.birth_date, patient.cns) == ("Ana Lúcia Barbosa", date(1979, 3, 15), CNS)
    assert [row.ref for row in session.execute(search("barbosa"))] == [ref]
    assert not session.execute(search("barboza")).all()
    event = session.scalars(db.select(AuditEvent).where(AuditEvent.word == "patient.change")).one()
    assert event.data["fields"] == ["name", "birth_date", "cns"]
    assert "Ana" not in str(event.data)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": ""}, "Escreva o nome do paciente."),
        ({"name": "x" * 121}, "120"),
        ({"cns": "123"}, "tc-why"),
        ({"cpf": "11111111111"}, "tc-why"),
        ({"name": "!!!"}, "Escreva o nome com letras."),
        ({"name": "\x07"}, "Escreva o nome do paciente."),
        ({"social_name": "---"}, "Escreva o nome com letras."),
        ({"phone": "abc"}, "O telefone só pode ter números."),
        ({"phone": "34462631"}, "Inclua o DDD antes do número do telefone."),
        ({"birth_date": "2999-01-01"}, "A data de nascimento está no futuro. Confira o ano."),
        ({"birth_date": "01/01/1700"}, "A data de nascimento é antiga demais. Confira o ano."),
        ({"birth_date": "01/01/0001"}, "A data de nascimento é antiga demais. Confira o ano."),
        ({"birth_date": "ontem"}, "tc-why"),
        ({"sex": "x"}, "tc-why"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(ref, sign_in, change, says):
    answer = sign_in("rosangela").post(f"/patients/{ref}/edit", data=fields(ref, **change))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert says in page
    assert f'id="{next(iter(change))}-e"' in page
    db.session.rollback()
    assert patient_for(ref).name == "Ana Lucia Barboza"


def test_what_is_right_is_written_as_a_request_writes_it(ref, sign_in, session):
    given = fields(ref, name="Ana\x07 Lúcia\r\nBarbosa", phone="+55 (81) 99999-0000", address="Rua\tda Hora, 5")
    assert sign_in("rosangela").post(f"/patients/{ref}/edit", data=given).status_code == 302
    session.rollback()
    patient = patient_for(ref)
    assert (patient.name, patient.phone, patient.address) == ("Ana Lúcia Barbosa", "81999990000", "Rua da Hora, 5")


def test_a_number_of_somebody_else_is_refused_with_their_record(ref, sign_in, session):
    with transaction():
        other = admit(PatientFacts(name="Rui Sampaio", cpf=CPF), by=person("marina"), decided=NEW).ref
    answer = sign_in("rosangela").post(f"/patients/{ref}/edit", data=fields(ref, cpf=CPF))
    assert answer.status_code == 422
    assert f"Este número é do cadastro {other}." in answer.get_data(as_text=True)


def joined(cns, other_cns):
    """Two records, each with a CNS, the second joined to the first."""
    with transaction():
        kept, other = (
            admit(PatientFacts(name="Ana", cns=number), by=person("marina"), decided=NEW) for number in (cns, other_cns)
        )
        merge(kept, other, reason="A mesma.", by=person("rosangela"))
    return kept.ref, other.ref


def cns_of(*refs):
    db.session.rollback()
    return [patient_for(ref).cns for ref in refs]


def part(other):
    with transaction():
        return unmerge(live_merge(patient_for(other)), reason="São duas.", by=person("rosangela"))


def test_the_number_of_a_record_that_was_joined_to_this_one_may_be_the_right_one(sign_in, session):
    kept, other = joined(CNS, OTHER_CNS)
    given = fields(kept, cns=OTHER_CNS)
    assert sign_in("rosangela").post(f"/patients/{kept}/edit", data=given).status_code == 302
    assert cns_of(kept, other) == [OTHER_CNS, None]
    told = session.scalars(db.select(AuditEvent).where(AuditEvent.word == "patient.change")).all()
    assert {event.subject: event.data["fields"] for event in told} == {kept: ["cns"], other: ["cns"]}
    assert part(other) == []
    assert cns_of(kept, other) == [CNS, OTHER_CNS]


def test_the_number_that_was_let_go_may_be_another_persons_and_parting_says_so(sign_in, session):
    kept, other = joined(CNS, OTHER_CNS)
    sign_in("rosangela").post(f"/patients/{kept}/edit", data=fields(kept, cns=OTHER_CNS))
    with transaction():
        third = admit(PatientFacts(name="Rui Sampaio", cns=CNS), by=person("marina"), decided=NEW).ref
    assert [(one.patient.ref, one.name, one.holder.ref) for one in part(other)] == [(kept, "cns", third)]
    assert cns_of(kept, other, third) == [None, OTHER_CNS, CNS]


def test_a_number_that_was_changed_once_more_since_stays(sign_in, session):
    kept, other = joined(CNS, OTHER_CNS)
    browser, newest = sign_in("rosangela"), "100000000000007"
    for number in (OTHER_CNS, newest):
        assert browser.post(f"/patients/{kept}/edit", data=fields(kept, cns=number)).status_code == 302
    assert part(other) == []
    assert cns_of(kept, other) == [newest, OTHER_CNS]


@pytest.mark.parametrize(
    ("who", "heading", "words"),
    [
        ("teresa", "Alguém foi mais rápido", "Outra pessoa mudou este registro"),
        ("rosangela", "Isto já tinha mudado", "Você salvou este registro em outra janela"),
    ],
)
def test_two_at_once_do_not_overwrite_each_other_unseen(ref, sign_in, who, heading, words):
    given = fields(ref, phone="81999990000")
    assert sign_in(who).post(f"/patients/{ref}/edit", data=given).status_code == 302
    answer = sign_in("rosangela").post(f"/patients/{ref}/edit", data=given | {"phone": "81999991111"})
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert heading in page
    assert words in page
    db.session.rollback()
    assert patient_for(ref).phone == "81999990000"


@pytest.mark.parametrize("key", ["marina", "paulo", "dora"])
def test_only_those_who_look_after_the_records(ref, sign_in, key):
    assert sign_in(key).get(f"/patients/{ref}/edit").status_code == 403


def test_what_a_case_was_sent_with_stays(case_in, sign_in, session):
    case = case_in(State.SUBMITTED).case
    ref, name = case.patient.ref, case.snapshot.name
    sign_in("rosangela").post(f"/patients/{ref}/edit", data=fields(ref, name="Outro Nome"))
    session.rollback()
    session.refresh(case)
    assert (case.patient.name, case.snapshot.name) == ("Outro Nome", name)
