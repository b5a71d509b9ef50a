"""Two records of one person are joined with a reason, and parted again exactly."""

from datetime import date

import pytest

from teleconsult import audit
from teleconsult.cases import actions
from teleconsult.cases.models import Case
from teleconsult.cases.request import PatientFacts
from teleconsult.errors import Overtaken, Refused
from teleconsult.extensions import db, transaction
from teleconsult.patients.actions import NEW, admit
from teleconsult.patients.merging import VALUES, merge, unmerge
from teleconsult.patients.models import Patient, PatientMerge, PatientName
from teleconsult.patients.queries import by_numbers, live_merge, patient_for, search
from tests import world
from tests.world import person

CNS, OTHER_CNS, CPF = "700000010211009", "898000000043208", "12345678909"
WHY = "Mesma pessoa, mesmo endereço."


def record(name, **known):
    with transaction():
        return admit(PatientFacts(name=name, **known), by=person("marina"), decided=NEW).ref


def join(kept, other, by="rosangela", why=WHY):
    with transaction():
        merge(patient_for(kept), patient_for(other), reason=why, by=person(by))


def part(other, later=(), by="rosangela", why="Eram irmãs."):
    with transaction():
        return unmerge(live_merge(patient_for(other)), reason=why, by=person(by), later=later)


def values(ref):
    db.session.expire_all()
    patient = patient_for(ref)
    words = db.session.scalars(db.select(PatientName.word).where(PatientName.patient_id == patient.id))
    return {name: getattr(patient, name) for name in (*VALUES, "name_key", "mother_key", "merged_into_id")} | {
        "words": sorted(words)
    }


def case_of(ref):
    walk = world.new_case()
    with transaction(walk.case):
        actions.submit(walk.case, world.request(), patient=patient_for(ref), by=person("marina"))
    return walk.case.ref


def owner(case_ref):
    db.session.expire_all()
    return db.session.scalars(db.select(Case).where(Case.ref == case_ref)).one().patient.ref


@pytest.fixture
def two(session):
    """The kept record knows little; the other has the CNS, a phone, a social name, a day of birth and a sex."""
    known = {"cns": CNS, "social_name": "Lu", "mother_name": "Josefa Barbosa", "phone": "81999990000"}
    return record("Ana Lúcia Barbosa", phone="8134462631", sex="not_informed"), record(
        "Ana L. Barbosa", birth_date=date(1980, 3, 12), sex="female", **known
    )


def test_the_kept_record_takes_what_it_lacks_and_the_cases(two):
    kept, other = two
    case = case_of(other)
    join(kept, other)
    patient = patient_for(kept)
    assert (patient.name, patient.phone) == ("Ana Lúcia Barbosa", "8134462631")
    assert (patient.cns, patient.social_name, patient.mother_name) == (CNS, "Lu", "Josefa Barbosa")
    assert (patient.birth_date, patient.sex) == (date(1980, 3, 12), "female")
    assert owner(case) == kept
    assert [row.ref for row in by_numbers(CNS, None)] == [kept]
    assert [row.ref for row in db.session.execute(search("lu barb"))] == [kept]


def test_parting_restores_both_records_and_their_cases_exactly(two):
    kept, other = two
    record("Rui Sampaio")  # has no number either, and none of theirs
    cases = {case_of(kept): kept, case_of(other): other}
    before = values(kept), values(other)
    join(kept, other)
    assert (values(kept), values(other)) != before
    assert part(other) == []
    assert (values(kept), values(other)) == before
    assert {case: owner(case) for case in cases} == cases


def test_a_second_cns_stays_with_its_record_and_leads_to_the_kept_one(session):
    kept, other = record("Ana", cns=CNS), record("Ana", cns=OTHER_CNS, cpf=CPF)
    before = values(kept), values(other)
    join(kept, other)
    assert patient_for(kept).cns == CNS
    assert patient_for(kept).cpf == CPF
    assert [row.ref for row in by_numbers(OTHER_CNS, None)] == [kept]
    part(other)
    assert (values(kept), values(other)) == before


def test_chains_are_followed_to_their_end_and_undone_newest_first(session):
    first, second, third = record("Ana", cns=CNS), record("Ana B", cpf=CPF), record("Ana C", phone="8134462631")
    case = case_of(first)
    before = [values(ref) for ref in (first, second, third)]
    join(second, first)
    join(third, second)
    assert owner(case) == third
    assert [row.ref for row in by_numbers(CNS, None)] == [third]
    with pytest.raises(Refused, match="mais nova"):
        part(first)
    part(second)
    assert owner(case) == second
    part(first)
    assert owner(case) == first
    assert [values(ref) for ref in (first, second, third)] == before


def test_every_name_of_a_chain_finds_the_record_that_stands(session):
    first, second, third = record("Ana Silveira"), record("Beatriz Souza"), record("Carla Dias")
    join(second, first)
    join(third, second)
    for name in ("silveira", "souza", "dias"):
        assert [row.ref for row in db.session.execute(search(name))] == [third]
    part(second)
    assert [row.ref for row in db.session.execute(search("silveira"))] == [second]
    assert [row.ref for row in db.session.execute(search("dias"))] == [third]


def test_two_merges_into_one_record_are_undone_newest_first(session):
    kept, one, other = record("Ana"), record("Ana B", phone="8134462631"), record("Ana C", phone="81999990000")
    last, *strangers = record("Ana D"), record("Rui"), record("Rui Sampaio")
    before = [values(ref) for ref in (kept, one, other, last)]
    join(kept, one)
    join(kept, other)
    join(kept, last)
    join(*strangers)
    with pytest.raises(Refused, match="mais nova") as refused:
        part(one)
    assert refused.value.params == {"kept": kept, "merged": last}
    part(last)
    part(other)
    part(one)
    assert [values(ref) for ref in (kept, one, other, last)] == before


def test_what_changed_since_stays_and_what_came_since_goes_where_a_person_says(two):
    kept, other = two
    join(kept, other)
    mine, theirs = case_of(kept), case_of(kept)
    with transaction():
        patient_for(kept).mother_name = "Josefa Maria Barbosa"
    part(other, later=[theirs])
    assert (owner(mine), owner(theirs)) == (kept, other)
    assert patient_for(kept).mother_name == "Josefa Maria Barbosa"
    assert patient_for(kept).social_name == ""
    assert patient_for(other).mother_name == "Josefa Barbosa"
    assert (patient_for(kept).cns, patient_for(other).cns) == (None, CNS)


def clear(ref, name):
    with transaction():
        setattr(patient_for(ref), name, None)


def test_a_number_that_somebody_else_holds_by_now_stays_there_and_is_told(session):
    kept, other = record("Ana", cns=CNS), record("Ana B", cpf=CPF)
    join(kept, other)
    clear(kept, "cpf")
    third = record("Rui Sampaio", cpf=CPF)
    lost = part(other)
    assert [(one.patient.ref, one.name, one.holder.ref) for one in lost] == [(other, "cpf", third)]
    assert [patient_for(ref).cpf for ref in (kept, other, third)] == [None, None, CPF]
    assert patient_for(other).merged_into_id is None


def test_a_number_that_was_taken_from_the_kept_record_goes_back_to_whose_it_was(session):
    kept, other = record("Ana", cns=CNS), record("Ana B", cpf=CPF)
    before = values(kept), values(other)
    join(kept, other)
    clear(kept, "cpf")
    assert part(other) == []
    assert (values(kept), values(other)) == before


def test_nothing_is_joined_without_a_reason_twice_or_with_itself(two):
    kept, other = two
    with pytest.raises(Refused) as refused:
        join(kept, other, why="")
    assert refused.value.field == "reason"
    with pytest.raises(Refused):
        join(kept, kept)
    join(kept, other)
    with pytest.raises(Refused) as refused:
        part(other, why="")
    assert refused.value.field == "reason"
    with pytest.raises(Refused, match="já foi juntado"):
        join(kept, other)
    with pytest.raises(Refused, match="já foi juntado"):
        join(other, kept)
    part(other)
    row = db.session.scalars(db.select(PatientMerge)).one()
    with pytest.raises(Refused, match="já foi desfeita"), transaction():
        unmerge(row, reason="x", by=person("rosangela"))


def test_a_record_that_was_joined_a_moment_ago_is_not_joined_again(two):
    kept, other = two
    third = record("Ana Barbosa")
    with transaction():
        one, stale, by, row_id = patient_for(kept), patient_for(other), person("rosangela"), patient_for(third).id
        moved = db.update(Patient).where(Patient.id == stale.id).values(merged_into_id=row_id)
        db.session.execute(moved, execution_options={"synchronize_session": False})
        with pytest.raises(Overtaken):
            merge(one, stale, reason=WHY, by=by)


def test_a_merge_is_recorded_without_a_name_or_a_reason_in_clear(two):
    kept, other = two
    case = case_of(other)
    join(kept, other)
    later = case_of(kept)
    part(other, later=[later])
    rows = db.session.scalars(
        db.select(audit.AuditEvent)
        .where(audit.AuditEvent.word.in_(("patient.merge", "patient.unmerge", "case.repoint")))
        .order_by(audit.AuditEvent.id)
    ).all()
    assert [(row.word, row.subject) for row in rows] == [
        ("case.repoint", case),
        ("patient.merge", kept),
        ("patient.merge", other),
        ("case.repoint", case),
        ("case.repoint", later),
        ("patient.unmerge", kept),
        ("patient.unmerge", other),
    ]
    told = [row.data for row in rows if row.word.startswith("patient.")]
    assert [(one["other"], one["kept"]) for one in told] == [(other, kept), (kept, kept)] * 2
    assert [one["moved"] for one in told] == [[case]] * 2 + [[case, later]] * 2
    assert [one["why"] for one in told] == [audit.digest(WHY)] * 2 + [audit.digest("Eram irmãs.")] * 2
    assert all(row.user_id == person("rosangela").id for row in rows)
    assert "Ana" not in str([row.data for row in rows])
    assert WHY not in str([row.data for row in rows])
    assert list(audit.verify()) == []


def test_a_patient_who_went_into_another_is_admitted_as_the_kept_one(two):
    kept, other = two
    join(kept, other)
    with transaction():
        facts = PatientFacts(name="Ana Lúcia Barbosa", cns=CNS)
        assert admit(facts, by=person("bia")).ref == kept


def test_joining_leaves_open_forms_of_the_cases_alone(two):
    kept, other = two
    case = case_of(other)
    version = db.session.scalars(db.select(Case.version).where(Case.ref == case)).one()
    join(kept, other)
    assert db.session.scalars(db.select(Case.version).where(Case.ref == case)).one() == version
