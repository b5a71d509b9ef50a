"""Sending: everything is checked by the server, twice is once, and what was typed is what arrives."""

import re

import pytest

from teleconsult import audit
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case, CaseConsent
from teleconsult.cases.request import PatientFacts
from teleconsult.extensions import db, transaction
from teleconsult.patients.actions import admit
from teleconsult.patients.models import Patient
from tests.cases.filing import (
    CLINICAL,
    QUESTIONS,
    at_once,
    begin,
    case_of,
    end,
    fill,
    fill_all,
    hidden,
    path,
    review_of,
    send,
    sent,
    texts_of,
    value_of,
)
from tests.cases.helping import share_unit
from tests.cases.test_draft_returned import give_back
from tests.world import person, specialty

CNS = "700000010211009"


@pytest.fixture
def marina(session, sign_in):
    return sign_in("marina")


def test_what_was_typed_arrives_in_one_form(marina):
    case = case_of(sent(marina))
    assert case.state == State.SUBMITTED
    assert case.draft is None
    assert (case.requester_id, case.filed_by_id, case.confirm_by_id) == (person("marina").id, person("marina").id, None)
    assert case.vitals == {"blood_pressure": "120/80", "temperature": "36.5"}
    assert [(q.number, q.kind, q.text) for q in case.questions] == [(1, "diagnosis", "É hanseníase?")]
    assert [(p.system, p.code, p.title) for p in case.problems] == [("", "", "dormência na mão")]
    assert (case.would_refer, case.would_refer_specialty.slug) == ("yes", "dermatologia")
    assert case.snapshot.phone == "81999990000"
    assert case.patient.name == case.snapshot.name == "Severina Conceição Albuquerque"
    consent = db.session.scalars(db.select(CaseConsent)).one()
    assert (consent.given_by, consent.how, consent.taken_by_id) == ("patient", "spoken", person("marina").id)
    assert consent.text_version == "2026-11"


def test_the_review_shows_everything_and_what_is_lacking_with_where(marina):
    ref = begin(marina, specialty="dermatologia")
    fill(marina, ref, "patient", consent_given_by="")
    fill(marina, ref, "clinical")
    page = review_of(marina, ref)
    assert f"/cases/{ref}/edit/patient?check=1#consent_given_by" in page
    assert f"/cases/{ref}/edit/questions?check=1#question_1" in page
    for words in ("Severina Conceição Albuquerque", "120/80 mmHg", "36,5 °C", "dormência na mão", "Hanseníase?"):
        assert words in page


def test_an_incomplete_request_is_not_sent_however_it_is_posted(marina):
    ref = begin(marina)
    answer = send(marina, ref)
    assert answer.status_code == 422
    assert case_of(ref).state == State.DRAFT


def test_a_threat_to_life_is_never_sent(marina):
    ref = begin(marina)
    fill_all(marina, ref)
    fill(marina, ref, "questions", go="leave", priority="emergency")
    answer = send(marina, ref)
    assert answer.status_code == 422
    assert "SAMU" in answer.get_data(as_text=True)
    assert case_of(ref).state == State.DRAFT


def test_pressing_twice_sends_once_and_shows_the_case(marina):
    ref = begin(marina)
    fill_all(marina, ref)
    page = review_of(marina, ref)
    data = {name: value_of(page, name) for name in ("version", "draft_version")}
    answers = [marina.post(f"/cases/{ref}/submit", data=data) for _ in range(2)]
    assert [answer.location for answer in answers] == [f"/cases/{ref}"] * 2
    assert [event.verb for event in case_of(ref).events] == ["submit"]
    assert marina.get(f"/cases/{ref}/edit/patient").location == f"/cases/{ref}"
    assert marina.get(f"/cases/{ref}/edit/review").location == f"/cases/{ref}"


def test_what_changed_since_the_review_is_reviewed_again(marina):
    ref = begin(marina)
    fill_all(marina, ref)
    page = review_of(marina, ref)
    fill(marina, ref, "clinical", plan="Outro plano.")
    data = {name: value_of(page, name) for name in ("version", "draft_version")}
    answer = marina.post(f"/cases/{ref}/submit", data=data)
    assert answer.status_code == 409
    assert "Outro plano." in answer.get_data(as_text=True)
    assert case_of(ref).state == State.DRAFT


def test_two_who_send_at_once_send_one_case(marina):
    ref = begin(marina)
    fill_all(marina, ref)
    page = review_of(marina, ref)
    data = {name: value_of(page, name) for name in ("version", "draft_version")}
    db.session.rollback()
    answers = at_once(marina, [(f"/cases/{ref}/submit", data)] * 2)
    assert all(answer.status_code in (302, 409) for answer in answers), [a.status_code for a in answers]
    case = case_of(ref)
    assert case.state == State.SUBMITTED
    assert [event.verb for event in case.events] == ["submit"]
    assert db.session.scalar(db.select(db.func.count(CaseConsent.id))) == 1
    assert list(audit.verify()) == []


@pytest.mark.only_postgresql  # on SQLite nobody writes in between
@pytest.mark.parametrize(
    ("press", "read_first"),
    [("submit", "FROM case_drafts"), ("submit", "FROM patients"), ("edit/clinical", "FROM case_drafts")],
)
def test_the_slower_of_two_sees_the_case_that_was_sent(marina, press, read_first):
    """The other press is through between what this one read of the case and what it reads next."""
    ref = begin(marina)
    fill_all(marina, ref)
    page = review_of(marina, ref)
    data = {name: value_of(page, name) for name in ("version", "draft_version")}
    db.session.rollback()
    other, came = [], []

    def send_now(_connection, _cursor, statement, *_rest):
        if read_first in statement and not came:
            came.append(statement)
            other.extend(at_once(marina, [(f"/cases/{ref}/submit", data)]))

    with_listener(send_now, lambda: came.append(marina.post(f"/cases/{ref}/{press}", data=data)))
    assert [answer.location for answer in (*other, came[-1])] == [f"/cases/{ref}"] * 2
    assert [event.verb for event in case_of(ref).events] == ["submit"]


def with_listener(listener, act):
    """Do something while a listener hears each statement before it is run."""
    db.event.listen(db.engine, "before_cursor_execute", listener)
    try:
        act()
    finally:
        db.event.remove(db.engine, "before_cursor_execute", listener)


def two_of_one_new_patient(marina):
    """Write two cases of somebody who is not known yet; return what sends each."""
    posts = []
    for _ in range(2):
        ref = begin(marina)
        fill_all(marina, ref, cns=CNS)
        page = review_of(marina, ref)
        posts.append((f"/cases/{ref}/submit", {name: value_of(page, name) for name in ("version", "draft_version")}))
    db.session.rollback()
    return posts


def test_two_cases_of_one_new_patient_sent_at_once_are_one_patient(marina):
    answers = at_once(marina, two_of_one_new_patient(marina))
    assert all(answer.status_code in (302, 409) for answer in answers), [a.status_code for a in answers]
    patients = db.session.scalars(db.select(Patient)).all()
    assert [patient.cns for patient in patients] == [CNS]
    sent_cases = db.session.scalars(db.select(Case).where(Case.state == State.SUBMITTED)).all()
    assert sent_cases
    assert {case.patient_id for case in sent_cases} == {patients[0].id}


@pytest.mark.only_postgresql  # on SQLite nobody writes in between
def test_a_patient_who_comes_while_they_are_looked_up_is_the_same(marina):
    """The other case is sent between the question for the numbers and the one for who is like them."""
    first, second = two_of_one_new_patient(marina)
    other, came = [], []

    def send_now(_connection, _cursor, statement, *_rest):
        if "FROM patients LEFT OUTER JOIN health_units" in statement and not came:
            came.append(statement)
            other.extend(at_once(marina, [first]))

    with_listener(send_now, lambda: came.append(marina.post(second[0], data=second[1])))
    assert [answer.status_code for answer in (*other, came[-1])] == [302, 302]
    assert [patient.cns for patient in db.session.scalars(db.select(Patient))] == [CNS]


def test_the_patients_record_is_found_by_number_and_brought_up_to_date(marina):
    with transaction():
        facts = PatientFacts(name="Severina C. Albuquerque", cns=CNS, birth_date=None, address="Rua Velha, 1")
        known = admit(facts, by=person("bia")).id
    ref = begin(marina)
    fill_all(marina, ref, cns="700 0000 1021 1009", address="Rua Nova, 2")
    assert send(marina, ref).status_code == 302
    case = case_of(ref)
    assert case.patient_id == known
    assert case.patient.address == "Rua Nova, 2"
    assert str(case.patient.birth_date) == "1979-03-14"


def test_later_changes_of_the_patient_leave_the_case_as_it_was_sent(marina):
    ref = sent(marina, cns=CNS)
    second = begin(marina)
    fill_all(marina, second, cns=CNS, phone="8134462631")
    send(marina, second)
    assert case_of(ref).patient_id == case_of(second).patient_id
    assert case_of(ref).patient.phone == "8134462631"
    assert case_of(ref).snapshot.phone == "81999990000"


def test_a_new_case_continues_an_earlier_one(marina):
    earlier = sent(marina)
    page = marina.get(f"/cases/new?linked={earlier}").get_data(as_text=True)
    assert value_of(page, "linked") == earlier
    ref = begin(marina, linked=earlier)
    case = case_of(ref)
    assert case.linked_case.ref == earlier
    assert texts_of(ref)["patient_name"] == "Severina Conceição Albuquerque"
    assert texts_of(ref).get("subjective", "") == ""
    assert "consent_given_by" not in texts_of(ref)
    fill_all(marina, ref)
    assert send(marina, ref).location == f"/cases/{ref}"
    assert case_of(ref).patient_id == case_of(earlier).patient_id


def chosen_in(page):
    """Return the specialty that stands as chosen on the page that begins a case."""
    return re.findall(r'<option selected value="([^"]*)"', page.split('name="specialty"')[1].split("</select>")[0])


def test_the_specialty_of_the_earlier_case_is_chosen_while_it_takes_cases(marina):
    earlier = sent(marina)
    assert chosen_in(marina.get("/cases/new").get_data(as_text=True)) in ([], [""])
    url = f"/cases/new?linked={earlier}"
    assert chosen_in(marina.get(url).get_data(as_text=True)) == ["dermatologia"]
    assert texts_of(begin(marina, linked=earlier, specialty="neurologia"))["specialty"] == "neurologia"
    # Whoever takes the choice away has taken it away.
    assert texts_of(begin(marina, linked=earlier, specialty="")).get("specialty", "") == ""
    with transaction():
        specialty().teleconsult = False
    assert chosen_in(marina.get(url).get_data(as_text=True)) in ([], [""])


def test_the_specialty_begun_in_the_completion_of_an_unanswered_case_is_chosen(marina):
    earlier = sent(marina)
    give_back(earlier, {"objective": "Teste de sensibilidade."})
    case = case_of(earlier)
    with transaction(case):
        case.draft.fields = case.draft.fields | {"specialty": "neurologia"}
    end(earlier, "cancel")
    assert chosen_in(marina.get(f"/cases/new?linked={earlier}").get_data(as_text=True)) == ["neurologia"]
    assert texts_of(begin(marina, linked=earlier))["specialty"] == "neurologia"


def test_the_choice_on_a_page_that_is_shown_again_stays(marina):
    earlier = sent(marina)
    data = {"token": "x" * 20, "linked": earlier, "requester": "PE-NINGUEM", "specialty": "neurologia"}
    answer = marina.post("/cases/new", data=data)
    assert answer.status_code == 422
    assert chosen_in(answer.get_data(as_text=True)) == ["neurologia"]


@pytest.mark.parametrize("verb", ["cancel", "lapse"])
def test_a_request_that_ended_without_an_answer_is_not_written_anew(marina, verb):
    earlier = sent(marina)
    give_back(earlier, {"objective": "Teste de sensibilidade."})
    begun = {"objective": "Sem sensibilidade em duas."}
    marina.post(
        path(earlier, "clinical"), data=hidden(marina, earlier, "clinical") | CLINICAL | begun | {"go": "leave"}
    )
    end(earlier, verb)
    page = marina.get(f"/cases/new?linked={earlier}").get_data(as_text=True)
    assert "que terminou sem resposta" in page
    ref = begin(marina, linked=earlier)
    kept = texts_of(ref)
    assert kept["objective"] == "Sem sensibilidade em duas."
    assert kept["subjective"] == CLINICAL["subjective"]
    assert kept["question_1"] == QUESTIONS["question_1"]
    assert not kept.get("consent_given_by")
    fill(marina, ref, "patient")
    assert send(marina, ref).location == f"/cases/{ref}"


@pytest.mark.parametrize("key", ["marina", "dora"])
def test_the_page_that_continues_a_case_begins_with_its_specialty_and_requester(marina, sign_in, key):
    earlier = sent(marina)
    page = sign_in(key).get(f"/cases/new?linked={earlier}").get_data(as_text=True)
    assert '<option selected value="dermatologia">' in page
    assert ('<option selected value="PE-MARINA">' in page) == (key == "dora")


def test_what_was_never_sent_of_a_completion_is_not_given_to_a_colleague(marina, sign_in):
    earlier = sent(marina)
    give_back(earlier, {"objective": "Teste de sensibilidade."})
    begun = {"objective": "Sem sensibilidade em duas."}
    marina.post(
        path(earlier, "clinical"), data=hidden(marina, earlier, "clinical") | CLINICAL | begun | {"go": "leave"}
    )
    end(earlier, "lapse")
    share_unit()
    ref = begin(sign_in("jonas"), linked=earlier)
    assert case_of(ref).linked_case.ref == earlier
    assert texts_of(ref)["objective"] == CLINICAL["objective"]


def test_a_strangers_case_is_not_continued(marina, sign_in):
    earlier = sent(marina)
    bia = sign_in("bia")
    ref = begin(bia, linked=earlier)
    assert case_of(ref).linked_case is None
    assert texts_of(ref) == {}
