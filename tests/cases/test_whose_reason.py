"""The reason of a priority is shown as the words of who wrote them, and what stood before is lost by nobody's change."""

import pytest

from teleconsult.cases.lifecycle import State
from teleconsult.extensions import db
from tests import world
from tests.cases.filing import begin, fill, path, texts_of
from tests.cases.helping import text_of

OWN, THEIRS = "Nervo doloroso.", "Pela regra da rede."


@pytest.fixture
def walk(session):
    """Return a request that its requester sent as high, and the administration made urgent."""
    made = world.new_case()
    made.submit(priority="high", priority_reason=OWN)
    made.do("reprioritise", priority="urgent", why=THEIRS, by="rosangela")
    return made


def test_the_case_names_who_changed_the_priority_and_its_timeline_keeps_the_reason_before(walk, sign_in):
    for where in ("", "/print"):
        page = text_of(sign_in("marina"), walk, where)
        assert f"Motivo da prioridade, antes: {OWN}" in page
    page = text_of(sign_in("marina"), walk)
    assert f"Prioridade urgente, mudada por Rosângela Lima: {THEIRS}" in page
    assert "Motivo da prioridade, mudada por Rosângela Lima" in text_of(sign_in("marina"), walk, "/print")


@pytest.mark.parametrize("key", ["marina", "dora"])
def test_the_words_of_the_requester_or_of_who_acts_for_them_are_their_own(walk, sign_in, key):
    walk.do("reprioritise", priority="high", why="Melhorou um pouco.", by=key)
    page = text_of(sign_in("marina"), walk)
    assert "Prioridade alta: Melhorou um pouco." in page
    assert f"Motivo da prioridade, antes: {THEIRS}" in page


def test_a_request_that_came_back_says_whose_words_stand_in_it(walk, sign_in):
    walk.do("return_", {"objective": "Teste de sensibilidade."}, by="rosangela")
    marina = sign_in("marina")
    page = marina.get(path(walk.case.ref, "questions")).get_data(as_text=True)
    assert f"{THEIRS}</textarea>" in page
    assert "São palavras de Rosângela Lima, que mudou a prioridade." in page
    walk.submit(priority="urgent", priority_reason=THEIRS, patient=world.request().patient)
    assert f"mudada por Rosângela Lima: {THEIRS}" in text_of(marina, walk)  # nobody wrote others


def test_a_request_sent_again_keeps_the_reason_before(session, sign_in):
    """Of a reason that its own author replaced the case kept nothing."""
    walk = world.new_case()
    walk.submit(priority="high", priority_reason=OWN)
    walk.do("return_", {"objective": "Teste de sensibilidade."}, by="rosangela")
    walk.submit(priority="urgent", priority_reason="Piorou.", patient=world.request().patient)
    assert f"Motivo da prioridade, antes: {OWN}" in text_of(sign_in("marina"), walk)


@pytest.mark.parametrize("where", ["", "/print"])
def test_the_timeline_says_that_a_request_was_sent_again_with_another_priority(session, sign_in, where):
    """It had the reason before, and nothing of what had changed with it."""
    walk, changed = world.new_case(), "A prioridade mudou de Rotina para Urgente."
    walk.submit(priority="routine")
    walk.do("return_", {"objective": "Teste de sensibilidade."}, by="rosangela")
    walk.submit(priority="routine", patient=world.request().patient)
    assert "A prioridade mudou" not in text_of(sign_in("marina"), walk, where)
    db.session.rollback()
    walk.do("return_", {"objective": "De novo."}, by="rosangela")
    walk.submit(priority="urgent", priority_reason="Piorou.", patient=world.request().patient)
    assert text_of(sign_in("marina"), walk, where).count(changed) == 1
    if not where:  # the queue goes by it: whoever does not see the clinical words reads it too
        page = text_of(sign_in("rosangela"), walk)
        assert changed in page
        assert "Motivo da prioridade, antes" not in page


def test_another_priority_with_the_words_that_were_left_is_the_requesters_own(walk, sign_in):
    """The page said that the administration had changed it to what the requester chose since."""
    walk.do("return_", {"objective": "Teste de sensibilidade."}, by="rosangela")
    walk.submit(priority="high", priority_reason=THEIRS, patient=world.request().patient)
    page = text_of(sign_in("marina"), walk)
    assert f"Prioridade alta: {THEIRS}" in page
    assert "mudada por" not in page


def test_the_same_words_said_last_by_the_requester_are_their_own(walk, sign_in):
    walk.do("reprioritise", priority="high", why=THEIRS, by="marina")
    assert f"Prioridade alta: {THEIRS}" in text_of(sign_in("marina"), walk)


def test_words_of_several_lines_stay_those_of_who_wrote_them(walk, sign_in):
    """A browser ends each line with two signs and a draft keeps one: sent back unchanged, they passed for the requester's."""
    data = {"version": walk.case.version, "priority": "high", "why": "Pela regra.\r\nItem dois."}
    assert sign_in("rosangela").post(f"/cases/{walk.case.ref}/reprioritise", data=data).status_code == 302
    db.session.rollback()
    walk.do("return_", {"objective": "Teste de sensibilidade."}, by="rosangela")
    where, words = path(walk.case.ref, "questions"), "Pela regra.\nItem dois."
    marina = sign_in("marina")
    given = {"priority": "high", "priority_reason": words.replace("\n", "\r\n")}
    assert fill(marina, walk.case.ref, "questions", **given).status_code == 302
    assert "São palavras de Rosângela Lima" in marina.get(where).get_data(as_text=True)
    db.session.rollback()
    walk.submit(priority="high", priority_reason=words, patient=world.request().patient)
    page = text_of(marina, walk)
    assert "Prioridade alta, mudada por Rosângela Lima" in page
    assert "Motivo da prioridade, antes: Pela regra." not in page


def test_nobody_is_named_under_words_of_ones_own(session, sign_in):
    walk = world.new_case()
    walk.submit(priority="high", priority_reason=OWN)
    walk.do("return_", {"objective": "Teste de sensibilidade."}, by="rosangela")
    page = sign_in("marina").get(path(walk.case.ref, "questions")).get_data(as_text=True)
    assert f"{OWN}</textarea>" in page
    assert "São palavras de" not in page
    assert "Só quando não é rotina." in page


def test_a_request_that_continues_one_without_an_answer_begins_with_the_requesters_own_words(walk, sign_in):
    walk.do("reprioritise", priority="routine", why="Revisto.", by="rosangela")
    walk.do("cancel", "Enviado por engano.", by="marina")
    assert walk.case.state == State.CANCELLED
    begun = texts_of(begin(sign_in("marina"), linked=walk.case.ref))
    assert (begun["priority"], begun["priority_reason"]) == ("high", OWN)
