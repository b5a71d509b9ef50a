"""Once the patient took the consent back, a case goes to nobody else: not by hand, not by the machine."""

from datetime import timedelta

import pytest

from teleconsult import clock
from teleconsult.cases import actions
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case
from teleconsult.extensions import db, transaction
from teleconsult.routing import planning
from teleconsult.routing.models import PlanLine
from teleconsult.routing.modes import How
from tests import world
from tests.cases.helping import last_event, now_in, send, text_of, told
from tests.routing.helping import FRIDAY, cancel, sent, shift
from tests.routing.test_modes import set_mode

WITHHELD = "O paciente retirou o consentimento: o caso não vai a mais ninguém."
MONDAY = FRIDAY + timedelta(days=2, hours=15)


def take_back(case):
    with transaction(case):
        actions.revoke_consent(case, why="MOTIVO-SECRETO", by=case.requester)


def test_a_waiting_case_is_not_given_out_and_comes_back_with_a_new_consent(case_in, sign_in):
    walk, desk = case_in(State.SUBMITTED), sign_in("rosangela")
    assert WITHHELD not in text_of(desk, walk)
    take_back(walk.case)
    page = text_of(desk, walk)
    assert f"{WITHHELD} Devolva-o à unidade" in page
    assert "MOTIVO" not in page
    to = {"consultant": world.person("paulo").ref, "why": "Combinado."}
    answer = send(desk, walk, "assign", **to)
    assert answer.status_code == 422
    assert WITHHELD in answer.get_data(as_text=True)
    assert now_in(walk) == State.SUBMITTED
    walk.do("return_", {"consent_given_by": "Confirmar com o paciente."}, by="rosangela")
    walk.submit()
    assert WITHHELD not in text_of(desk, walk)
    told(desk, send(desk, walk, "assign", **to))
    assert now_in(walk) == State.ASSIGNED


def test_of_several_only_that_one_stays_and_it_is_said_why(case_in, sign_in):
    one, other, desk = case_in(State.SUBMITTED), case_in(State.SUBMITTED), sign_in("rosangela")
    take_back(one.case)
    cases = [one.case, other.case]
    data = {
        "case": [f"{case.ref}:{case.version}" for case in cases],
        "sure": "1",
        "why": "Combinado.",
        **{f"to-{case.ref}": world.person("paulo").ref for case in cases},
    }
    page = desk.post("/desk/assign", data=data, follow_redirects=True).get_data(as_text=True)
    assert WITHHELD in page
    assert (now_in(one), now_in(other)) == (State.SUBMITTED, State.ASSIGNED)


def test_nobody_reads_it_any_more_in_the_queue(case_in, sign_in):
    walk, other, browser = case_in(State.SUBMITTED), case_in(State.SUBMITTED), sign_in("paulo")
    ref = walk.case.ref
    assert ref in browser.get("/waiting").get_data(as_text=True)
    take_back(walk.case)
    listed = browser.get("/waiting").get_data(as_text=True)
    assert ref not in listed
    assert other.case.ref in listed
    assert browser.get(f"/cases/{ref}").status_code == 404
    assert sign_in("rosangela").get(f"/cases/{ref}").status_code == 200
    assert walk.case.complaint in text_of(sign_in("marina"), walk)
    walk.do("return_", {"consent_given_by": "Confirmar com o paciente."}, by="rosangela")
    walk.submit()
    assert ref in browser.get("/waiting").get_data(as_text=True)
    assert browser.get(f"/cases/{ref}").status_code == 200


def test_nobody_finds_it_by_its_words(case_in, sign_in):
    walk, browser = case_in(State.SUBMITTED), sign_in("paulo")

    def found(words):
        return browser.post("/cases/search", data={"q": words}, follow_redirects=True).get_data(as_text=True)

    word = walk.case.complaint.split()[0]
    assert all(walk.case.ref in found(words) for words in (word, walk.case.ref))
    take_back(walk.case)
    assert not any(f"/cases/{walk.case.ref}" in found(words) for words in (word, walk.case.ref))


def test_who_presses_to_take_it_is_told_why(case_in, sign_in):
    walk, browser = case_in(State.SUBMITTED), sign_in("paulo")
    before = str(walk.case.version)
    take_back(walk.case)
    answer = send(browser, walk, "claim", version=before)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "consentimento" in page
    assert "MOTIVO" not in page
    assert send(browser, walk, "claim").status_code == 404
    assert now_in(walk) == State.SUBMITTED


def test_who_has_it_answers_but_sends_the_patient_nowhere(case_in, sign_in):
    walk, browser = case_in(State.ASSIGNED), sign_in("paulo")
    take_back(walk.case)
    other = {"consultant": world.person("lia").ref, "why": "Troca."}
    visit = {"specialty": "dermatologia", "priority": "routine", "justification": "Biópsia.", "bring": "Documento."}
    for sender, verb, fields in ((sign_in("rosangela"), "assign", other), (browser, "escalate", visit)):
        answer = send(sender, walk, verb, **fields)
        assert answer.status_code == 422
        assert WITHHELD in answer.get_data(as_text=True)
    walk.answer()
    assert last_event(walk).verb == "answer"
    assert send(browser, walk, "escalate", **visit).status_code == 422
    assert now_in(walk) == State.ANSWERED


@pytest.fixture
def monday(session):
    with clock.at(MONDAY):
        yield


def holder_of(case):
    db.session.rollback()
    return db.session.get(Case, case.id).holder_id


def test_the_machine_gives_it_to_nobody(monday):
    shift("paulo", MONDAY)
    case, other = sent(), sent()
    take_back(case)
    set_mode(How.AUTOMATIC)
    planning.replan()
    assert holder_of(case) is None
    assert holder_of(other) == world.person("paulo").id
    assert dict(db.session.execute(db.select(PlanLine.case_id, PlanLine.user_id)).all())[case.id] is None


def test_the_queue_says_so_and_nothing_is_promised_any_more(monday, sign_in):
    shift("paulo", MONDAY)
    case, other = sent(), sent()
    planning.replan()
    desk, unit = sign_in("rosangela"), sign_in("marina")
    assert "Uma resposta é esperada" in unit.get(f"/cases/{case.ref}").get_data(as_text=True)
    take_back(case)
    assert "Uma resposta é esperada" not in unit.get(f"/cases/{case.ref}").get_data(as_text=True)
    planning.replan()
    page = desk.get("/desk").get_data(as_text=True)
    row = page.split(f'value="{case.ref}:')[1].split("<li")[0]
    assert "Consentimento retirado" in row
    assert "devolva à unidade" in row
    assert "Dr. Paulo Nogueira" not in row
    assert "ninguém em turno dentro do prazo" not in page
    page = desk.get(f"/cases/{case.ref}").get_data(as_text=True)
    assert page.count(WITHHELD) == 2  # once as a note, once beside the step that it stops
    assert "A administração foi avisada" not in page
    assert holder_of(other) is None


def test_the_machine_gives_it_on_to_nobody(monday):
    lost = shift("lia", MONDAY + timedelta(hours=1))
    case = sent()
    with transaction(case):
        actions.assign(case, to=world.person("lia"), why="Em turno.", by=world.person("rosangela"))
    take_back(case)
    set_mode(How.AUTOMATIC)
    shift("paulo", MONDAY)
    cancel(lost)
    planning.replan()
    assert holder_of(case) == world.person("lia").id
