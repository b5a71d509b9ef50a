"""Who is too late with a move is told what happened, and keeps what was typed."""

import pytest

from teleconsult.cases.actions.consult import MOST_ITEMS
from teleconsult.cases.lifecycle import State
from teleconsult.cases.queries_case import opinion_draft_of
from teleconsult.extensions import db, transaction
from teleconsult.people import actions as people
from tests import world

WORDS = "Antifúngico por quatro semanas."


@pytest.fixture
def walk(case_in):
    return case_in(State.ASSIGNED)


def opinion(walk, **more):
    return {"version": walk.case.version, "seen": walk.case.steps, "answer_1": "Sim.", "conduct": WORDS, **more}


def sent(browser, walk, verb, data):
    answer = browser.post(f"/cases/{walk.case.ref}/{verb}", data=data)
    return answer.status_code, answer.get_data(as_text=True)


@pytest.mark.parametrize("verb", ["answer", "ask", "decline"])
def test_the_case_was_given_to_another(walk, sign_in, verb):
    paulo, data = sign_in("paulo"), opinion(walk, **{"items-0": WORDS, "why": WORDS, "message": WORDS})
    walk.do("assign", to=world.person("lia"), why="Em turno.", by="rosangela")
    status, page = sent(paulo, walk, verb, data)
    assert status == 409
    assert "distribuiu para" in page
    assert WORDS in page
    assert paulo.get(f"/cases/{walk.case.ref}/{verb}").status_code == 404


def test_autosave_of_a_case_that_was_given_to_another_says_so(walk, sign_in):
    paulo, data = sign_in("paulo"), opinion(walk, draft_version=0)
    walk.do("assign", to=world.person("lia"), why="Em turno.", by="rosangela")
    status, said = sent(paulo, walk, "opinion-draft", data)
    assert status == 422
    assert "distribuiu para" in said


@pytest.mark.parametrize("verb", ["answer", "ask", "opinion-draft"])
def test_a_stranger_learns_nothing(walk, sign_in, verb):
    walk.do("assign", to=world.person("lia"), why="Em turno.", by="rosangela")
    status, page = sent(sign_in("helena"), walk, verb, opinion(walk))
    assert status == 404
    assert WORDS not in page


@pytest.mark.parametrize("more", [{"then": "stay"}, {"decision": "answer"}])
def test_an_opinion_is_kept_while_the_unit_supplies_what_was_asked_meanwhile(walk, sign_in, more):
    paulo, data = sign_in("paulo"), opinion(walk, **more)
    walk.do("ask", ["Baciloscopia"], by="paulo")
    status, page = sent(paulo, walk, "answer", data)
    assert status == (302 if "then" in more else 409)
    assert more == {"then": "stay"} or "O que você escreveu do parecer está salvo." in page
    db.session.rollback()
    kept = opinion_draft_of(walk.case, world.person("paulo"))
    assert kept is not None
    assert kept.fields["conduct"] == WORDS


def test_an_opinion_that_cannot_be_kept_is_shown_and_not_said_to_be_saved(walk, sign_in):
    paulo, data = sign_in("paulo"), opinion(walk, then="stay")
    walk.conclude()
    status, page = sent(paulo, walk, "answer", data)
    assert status == 409
    assert WORDS in page
    assert "está salvo" not in page


def test_two_administrators_make_the_same_choice(case_in, sign_in):
    walk = case_in(State.SUBMITTED)
    data = {"version": walk.case.version, "seen": walk.case.steps, "consultant": "PE-PAULO", "why": "Em turno."}
    first, second = sign_in("rosangela"), sign_in("rosangela")
    assert sent(first, walk, "assign", data)[0] == 302
    status, page = sent(second, walk, "assign", data)
    assert status == 409
    assert "Escolha inválida." not in page
    assert "distribuiu para" in page


def test_a_move_that_is_no_longer_possible_is_not_offered_again(walk, sign_in):
    marina = sign_in("marina")
    data = {"version": walk.case.version, "seen": walk.case.steps, "why": "Resolvido na unidade."}
    assert sent(marina, walk, "cancel", data)[0] == 302
    status, page = sent(marina, walk, "cancel", data)
    assert status == 409
    assert "Resolvido na unidade." in page
    assert f'action="/cases/{walk.case.ref}/cancel"' not in page


def test_more_items_than_a_request_holds_are_refused(walk, sign_in):
    data = {"version": walk.case.version, "seen": walk.case.steps}
    items = {f"items-{n}": f"Exame {n}" for n in range(MOST_ITEMS + 1)}
    status, page = sent(sign_in("paulo"), walk, "ask", data | items)
    assert status == 422
    assert f"até {MOST_ITEMS} itens" in page
    assert "Exame 20" in page
    db.session.rollback()
    assert walk.case.state == State.ASSIGNED


def test_what_was_asked_by_somebody_who_was_switched_off_meanwhile_goes_to_the_queue(walk, sign_in):
    walk.do("ask", ["Baciloscopia"], by="paulo")
    data = {"version": walk.case.version, "seen": walk.case.steps, "answer_1": "Negativa."}
    with transaction():
        people.switch_off(world.person("paulo"), by=world.person("teresa"))
    marina = sign_in("marina")
    answer = marina.post(f"/cases/{walk.case.ref}/supply", data=data, follow_redirects=True)
    assert "Quem perguntou não atende mais: o caso voltou à fila." in answer.get_data(as_text=True)


@pytest.mark.parametrize("who", ["dora", "rosangela"])
def test_a_draft_of_another_offers_nothing_of_what_is_written_in_it(case_in, sign_in, who):
    walk = case_in(State.DRAFT)
    page = sign_in(who).get(f"/cases/{walk.case.ref}").get_data(as_text=True)
    assert "O que está escrito num rascunho é só de quem o escreve." in page
    assert "Continuar o pedido" not in page
    assert "Abrir o conteúdo clínico" not in page
    assert sign_in(who).post(f"/cases/{walk.case.ref}/open").status_code == 422
