"""The same form sent again, after its line dropped or by a second press, is answered as done; another text never is."""

import pytest

from teleconsult.cases import repeats
from teleconsult.cases.lifecycle import MOVES, State
from teleconsult.cases.models import CaseEvent
from teleconsult.cases.models_opinion import OpinionDraft
from teleconsult.extensions import db
from tests import world
from tests.cases.helping import now_in, send
from tests.cases.test_move_changes import NEW
from tests.cases.test_moves_every import IDS, ROWS, WHY

S = State
OPINION = {
    "answer_1": "Sim, é hanseníase.",
    "answer_2": "Pode tratar na unidade.",
    "conduct": "PQT-U por doze meses.",
    "red_flags": "Dor no nervo.",
    "diagnoses": ["Hanseníase virchowiana", "Neurite"],
}
OTHERS = (
    ("answer", S.ASSIGNED, "paulo", OPINION, S.ANSWERED, "Resposta enviada."),
    ("conclude", S.ASSIGNED, "paulo", OPINION | {"decision": "conclude"}, S.CONCLUDED, "Caso concluído."),
    (
        "supply",
        S.AWAITING_INFORMATION,
        "marina",
        {"answer_1": "a", "why_not_2": "b"},
        S.ASSIGNED,
        "Enviado a Dr. Paulo",
    ),
    ("supply", S.AWAITING_INFORMATION, "dora", {"answer_1": "a", "why_not_2": "b"}, S.ASSIGNED, "Enviado a Dr. Paulo"),
    ("opinions/1/correct", S.ANSWERED, "paulo", NEW, S.ANSWERED, "Parecer corrigido."),
    ("opinions/1/withdraw", S.ANSWERED, "paulo", WHY, S.ANSWERED, "Parecer retirado."),
    ("revoke_consent", S.ANSWERED, "marina", WHY, S.ANSWERED, "Retirada do consentimento registrada."),
)
EVERY = (*ROWS, *OTHERS)
NAMES = [*IDS, *(f"{row[0]}-{row[1]}-{row[2]}" for row in OTHERS)]
ELSEWHERE = {"submit", "claim"}
"""They know by themselves that they are made; tried where they are tested."""
OF_THE_SYSTEM = {"release", "lapse"}


def test_every_verb_of_the_table_is_tried():
    tried = {row[0].rpartition("/")[2] for row in EVERY}
    assert tried | ELSEWHERE | OF_THE_SYSTEM == set(MOVES) | {"correct", "withdraw", "revoke_consent"}
    assert set(repeats.LEFT_BEHIND) == tried


def events_of(walk):
    db.session.rollback()
    return [
        (event.verb, event.said)
        for event in db.session.scalars(
            db.select(CaseEvent).where(CaseEvent.case_id == walk.case.id).order_by(CaseEvent.number)
        )
    ]


def given(walk, fields):
    db.session.rollback()
    return {"version": str(walk.case.version), "seen": str(walk.case.steps), **fields}


def toasts(browser):
    return browser.get("/account").get_data(as_text=True)


@pytest.mark.parametrize("row", EVERY, ids=NAMES)
def test_the_same_again_is_done_and_done_once(case_in, sign_in, row):
    verb, state, who, fields, target, toast = row
    walk = case_in(state)
    browser, data, address = sign_in(who), given(walk, fields), f"/cases/{walk.case.ref}/{verb}"
    first = browser.post(address, data=data)
    assert first.status_code == 302
    assert toast in toasts(browser)
    happened = events_of(walk)
    again = browser.post(address, data=data)
    assert (again.status_code, again.location) == (302, first.location)
    assert toast in toasts(browser)
    assert events_of(walk) == happened
    assert now_in(walk) == target


def changed(value):
    return [*value[:-1], "Outra coisa"] if isinstance(value, list) else "Outra coisa"


TEXTS = (
    *("why", "note", "message", "question", "justification", "diagnosis", "bring", "opinion", "conduct", "return_when"),
    *("attended_by", "diagnoses", "reasoning", "sources", "answer_2", "why_not_2", "items-1", "missing_plan"),
)


@pytest.mark.parametrize("row", EVERY, ids=NAMES)
def test_other_words_are_never_taken_for_recorded(case_in, sign_in, row):
    """Each text of the form in its turn, also those that were left empty the first time."""
    verb, state, who, fields, _target, _toast = row
    walk = case_in(state)
    browser, data, address = sign_in(who), given(walk, fields), f"/cases/{walk.case.ref}/{verb}"
    page = browser.get(address).get_data(as_text=True)
    assert browser.post(address, data=data).status_code == 302
    happened = events_of(walk)
    for name in TEXTS:
        # Another message from the page of one's own is one more message.
        if verb != "add" and (f'name="{name}"' in page or name in fields):
            answer = browser.post(address, data=data | {name: changed(fields.get(name, ""))})
            assert answer.status_code == 409, name
            assert "Outra coisa" in answer.get_data(as_text=True), name
    assert events_of(walk) == happened


def test_who_sends_again_later_is_told_what_happened_since(case_in, sign_in):
    walk = case_in(S.ASSIGNED)
    browser, data = sign_in("paulo"), given(walk, {"items-0": "Hemograma", "note": "Recente."})
    address = f"/cases/{walk.case.ref}/ask"
    browser.post(address, data=data)
    send(sign_in("marina"), walk, "supply", answer_1="Normal.")
    toasts(browser)
    assert browser.post(address, data=data).status_code == 302
    assert "já estava gravado. Depois disso: Dra. Marina Alves respondeu ao que foi pedido." in toasts(browser)
    assert now_in(walk) == S.ASSIGNED


def test_an_opinion_sent_again_in_the_next_round_is_no_draft_of_it(case_in, sign_in):
    walk = case_in(S.ASSIGNED)
    browser, data = sign_in("paulo"), given(walk, OPINION)
    address = f"/cases/{walk.case.ref}"
    browser.post(f"{address}/answer", data=data)
    now_in(walk)
    walk.do("follow_up", "E na gestação?", by="marina")
    toasts(browser)
    assert browser.post(f"{address}/answer", data=data).status_code == 302
    assert "perguntou de novo" in toasts(browser)
    db.session.rollback()
    assert db.session.scalars(db.select(OpinionDraft)).all() == []
    assert "começam com o que você escreveu no parecer anterior" in browser.get(address).get_data(as_text=True)


def test_an_opinion_on_questions_that_were_answered_meanwhile_is_given_back_whole(case_in, sign_in):
    walk = case_in(S.ASSIGNED)
    browser, data = sign_in("paulo"), given(walk, OPINION)
    walk.answer()
    walk.do("follow_up", "E na gestação?", by="marina")
    answer = browser.post(f"/cases/{walk.case.ref}/answer", data=data)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Resposta à pergunta 2: Posso tratar na unidade?" in page
    assert "Pode tratar na unidade.</textarea>" in page
    assert "Hanseníase virchowiana\nNeurite</textarea>" in page


def test_a_case_passed_on_by_its_holder_is_done_also_out_of_sight(case_in, sign_in):
    walk = case_in(S.ASSIGNED)
    browser, data = sign_in("paulo"), given(walk, {"specialty": "neurologia", **WHY})
    address = f"/cases/{walk.case.ref}/redirect"
    assert browser.post(address, data=data).status_code == 302
    assert browser.get(f"/cases/{walk.case.ref}").status_code == 404
    walk.case = db.session.merge(walk.case)
    now_in(walk)
    walk.do("claim", by="lia")
    toasts(browser)
    answer = browser.post(address, data=data)
    assert (answer.status_code, answer.location) == (302, "/")
    assert "Dra. Lia Cordeiro assumiu o caso." in toasts(browser)
    assert sign_in("helena").post(address, data=data).status_code == 404


def test_the_same_words_of_another_are_not_ones_own(case_in, sign_in):
    walk = case_in(S.SUBMITTED)
    data = given(walk, WHY)
    assert sign_in("dora").post(f"/cases/{walk.case.ref}/cancel", data=data).status_code == 302
    answer = sign_in("marina").post(f"/cases/{walk.case.ref}/cancel", data=data)
    assert answer.status_code == 409
    assert "Dora Siqueira por Dra. Marina Alves cancelou o pedido." in answer.get_data(as_text=True)


def test_the_same_words_from_a_page_that_shows_the_first_are_a_second_message(case_in, sign_in):
    walk = case_in(S.ASSIGNED)
    browser = sign_in("paulo")
    for _press in range(2):
        assert send(browser, walk, "add", message="Olá.").status_code == 302
    assert [said for verb, said in events_of(walk) if verb == "add"] == ["Olá.", "Olá."]


def test_a_case_taken_and_asked_about_is_still_ones_own(case_in, sign_in):
    walk = case_in(S.SUBMITTED)
    browser, data = sign_in("lia"), given(walk, {})
    assert browser.post(f"/cases/{walk.case.ref}/claim", data=data).status_code == 302
    now_in(walk)
    walk.do("ask", ["Hemograma"], by="lia")
    assert browser.post(f"/cases/{walk.case.ref}/claim", data=data).status_code == 302
    assert "O caso já está com você." in toasts(browser)
    assert world.person("lia").id == walk.case.holder_id
