"""Who is too late with a move is told what happened, and keeps what was typed."""

import pytest

from teleconsult.cases.actions.consult import MOST_ITEMS
from teleconsult.cases.lifecycle import State
from teleconsult.cases.queries_case import opinion_draft_of
from teleconsult.extensions import db, transaction
from teleconsult.people import actions as people
from teleconsult.people.models import UserRole
from tests import world
from tests.cases.helping import share_unit

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


@pytest.mark.parametrize("shared", [False, True])
def test_a_consent_withdrawn_in_a_case_that_was_handed_over_loses_no_word(walk, sign_in, shared):
    if shared:
        share_unit()
    marina, data = sign_in("marina"), {"version": walk.case.version, "seen": walk.case.steps, "why": WORDS}
    walk.do("hand_over", to=world.person("jonas"), by="rosangela")
    status, page = sent(marina, walk, "revoke_consent", data)
    assert status == 409
    assert "passou o caso de você para Dr. Jonas Tenório" in page
    assert WORDS in page
    assert marina.get(f"/cases/{walk.case.ref}/revoke_consent").status_code == 404
    assert sent(sign_in("helena"), walk, "revoke_consent", data)[0] in (403, 404)


def another_administrator(sign_in):
    with transaction():
        jonas = world.person("jonas")
        jonas.role_rows = [UserRole("administrator")]
    return sign_in("jonas")


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
    first, second = sign_in("rosangela"), another_administrator(sign_in)
    assert sent(first, walk, "assign", data)[0] == 302
    status, page = sent(second, walk, "assign", data)
    assert status == 409
    assert "Escolha uma das opções." not in page
    assert "distribuiu para" in page


def test_a_move_that_is_no_longer_possible_is_not_offered_again(walk, sign_in):
    marina = sign_in("marina")
    data = {"version": walk.case.version, "seen": walk.case.steps, "why": "Resolvido na unidade."}
    assert sent(sign_in("dora"), walk, "cancel", data | {"why": "A unidade pediu."})[0] == 302
    status, page = sent(marina, walk, "cancel", data)
    assert status == 409
    assert "Resolvido na unidade." in page
    assert f'action="/cases/{walk.case.ref}/cancel"' not in page


def test_two_administrators_return_one_case_and_the_slower_is_led_to_it(case_in, sign_in):
    walk = case_in(State.SUBMITTED)
    second = another_administrator(sign_in)
    data = {"version": walk.case.version, "seen": walk.case.steps, "missing_objective": WORDS}
    assert sent(sign_in("rosangela"), walk, "return", data)[0] == 302
    address = f"/cases/{walk.case.ref}"
    answer = second.post(f"{address}/return", data=data, headers={"Referer": f"http://localhost{address}/return"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Rosângela Lima devolveu à unidade." in page
    assert f'href="{address}">' in page
    assert f'{address}/return"' not in page
    assert second.get(address).status_code == 200


def test_another_text_in_a_second_window_is_given_back_and_nobody_else_is_blamed(walk, sign_in):
    paulo = sign_in("paulo")
    data = {"version": walk.case.version, "seen": walk.case.steps, "items-0": "Hemograma"}
    assert sent(paulo, walk, "ask", data)[0] == 302
    status, page = sent(paulo, walk, "ask", data | {"items-0": "Baciloscopia"})
    assert status == 409
    assert "Você pediu exame ou informação." in page
    assert "Baciloscopia" in page
    assert "Alguém foi mais rápido" not in page
    assert "Outra pessoa" not in page


@pytest.mark.parametrize("verb", ["ask", "answer", "escalate"])
def test_back_to_the_page_of_a_move_that_is_made_leads_to_the_case(walk, sign_in, verb):
    paulo, address = sign_in("paulo"), f"/cases/{walk.case.ref}"
    walk.do("ask", ["Baciloscopia"], by="paulo")
    answer = paulo.get(f"{address}/{verb}")
    assert (answer.status_code, answer.location) == (302, address)
    page = paulo.get(address).get_data(as_text=True)
    assert "Você pediu exame ou informação. Este passo não é possível na situação em que o caso está agora." in page


def test_a_window_that_closed_is_told_at_the_case(case_in, sign_in):
    walk = case_in(State.SUBMITTED)
    answer = sign_in("teresa").get(f"/cases/{walk.case.ref}/accept", follow_redirects=True)
    assert answer.status_code == 403
    page = sign_in("teresa").get(f"/cases/{walk.case.ref}/call_off", follow_redirects=True).get_data(as_text=True)
    assert "Este passo não é possível" in page
    assert "enviou o caso" not in page  # the management sees no timeline


def test_every_answer_of_a_late_opinion_is_given_back_by_its_question(walk, sign_in):
    paulo = sign_in("paulo")
    data = opinion(walk, answer_2="Pode tratar.", red_flags="Dor.", diagnoses="Hanseníase virchowiana")
    walk.conclude()
    status, page = sent(paulo, walk, "answer", data)
    assert status == 409
    for words in ("Sim.", "Pode tratar.", WORDS, "Dor.", "Hanseníase virchowiana"):
        assert f"{words}</textarea>" in page
    assert "Resposta à pergunta 1: É hanseníase?" in page
    assert "Resposta à pergunta 2: Posso tratar na unidade?" in page


def test_a_late_opinion_of_who_sees_the_case_no_more_names_no_question(walk, sign_in):
    paulo, data = sign_in("paulo"), opinion(walk, answer_2="Pode tratar.", answer_7="Mais esta.")
    walk.do("assign", to=world.person("lia"), why="Em turno.", by="rosangela")
    status, page = sent(paulo, walk, "answer", data)
    assert status == 409
    assert "Resposta à pergunta 2" in page
    assert "Pode tratar.</textarea>" in page
    assert "Posso tratar na unidade?" not in page
    assert "Ver como está agora" not in page


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
