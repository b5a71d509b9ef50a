"""Answering what was asked, item by item: each is kept on its own, and all are sent together."""

import re
from datetime import timedelta

import pytest

from teleconsult import clock
from teleconsult.cases.actions import windows
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models_opinion import InformationItem
from teleconsult.extensions import db, transaction
from tests import world
from tests.cases.helping import last_event, now_in, send, share_unit, text_of, told


@pytest.fixture
def asked(case_in):
    return case_in(State.AWAITING_INFORMATION)


def items():
    db.session.rollback()
    rows = db.session.scalars(db.select(InformationItem).order_by(InformationItem.number)).all()
    return [(row.answer, row.why_not, row.saved_at is not None) for row in rows]


def test_the_main_button_leads_there(asked, sign_in):
    page = text_of(sign_in("marina"), asked)
    assert f'href="/cases/{asked.case.ref}/supply"' in page
    page = text_of(sign_in("marina"), asked, "/supply")
    assert "1. Baciloscopia" in page
    assert "2. Foto de longe" in page


def test_where_a_photo_goes_that_was_asked_for_is_said(asked, sign_in):
    """The control stands beside the items, on a telephone below them all."""
    page = text_of(sign_in("marina"), asked, "/supply")
    assert 'escreva no item qual é: <a href="#arq">Fotos e exames</a>' in page
    assert 'id="arq"' in page


def test_one_item_is_kept_and_found_again(asked, sign_in):
    browser = sign_in("marina")
    answer = send(browser, asked, "supply", save="1", answer_1="Negativa em 4 sítios.")
    assert answer.location == f"/cases/{asked.case.ref}/supply"
    assert items() == [("Negativa em 4 sítios.", "", True), ("", "", False)]
    assert now_in(asked) == State.AWAITING_INFORMATION
    assert "Negativa em 4 sítios.</textarea>" in text_of(browser, asked, "/supply")
    assert "salvo, falta enviar" in text_of(browser, asked)


def test_what_is_kept_is_not_shown_to_the_consultant_yet(asked, sign_in):
    send(sign_in("marina"), asked, "supply", save="1", answer_1="Negativa em 4 sítios.")
    assert "Negativa em 4 sítios." not in text_of(sign_in("paulo"), asked)


def test_all_are_sent_and_the_case_goes_back(asked, sign_in):
    browser = sign_in("marina")
    send(browser, asked, "supply", save="1", answer_1="Negativa.")
    page = told(browser, send(browser, asked, "supply", answer_1="Negativa.", why_not_2="Sem câmera."))
    assert "Enviado a Dr. Paulo Nogueira" in page
    assert now_in(asked) == State.ASSIGNED
    page = text_of(sign_in("paulo"), asked)
    assert "Negativa." in page
    assert "Não foi possível: Sem câmera." in page


def test_an_item_without_an_answer_is_named_and_the_others_are_kept_in_the_form(asked, sign_in):
    answer = send(sign_in("marina"), asked, "supply", answer_1="Negativa.")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'href="#answer_2"' in page
    assert "Negativa.</textarea>" in page
    assert now_in(asked) == State.AWAITING_INFORMATION


@pytest.mark.parametrize("save", [{}, {"save": "1"}])
def test_answered_and_refused_at_once_is_neither(asked, sign_in, save):
    both = {"answer_1": "Negativa.", "why_not_1": "Não foi feita.", "answer_2": "ok"}
    answer = send(sign_in("marina"), asked, "supply", **both, **save)
    assert answer.status_code == 422
    assert "uma coisa só" in answer.get_data(as_text=True)
    assert items()[0][:2] == ("", "")


def test_support_supplies_for_the_named_requester(asked, sign_in):
    send(sign_in("dora"), asked, "supply", answer_1="a", answer_2="b")
    assert last_event(asked).for_id == asked.case.requester_id


def test_a_stale_page_keeps_what_was_typed(asked, sign_in):
    answer = send(sign_in("marina"), asked, "supply", stale=True, answer_1="Negativa.", answer_2="b")
    assert answer.status_code == 409
    assert "Negativa.</textarea>" in answer.get_data(as_text=True)
    assert now_in(asked) == State.AWAITING_INFORMATION


def test_files_sent_meanwhile_do_not_make_it_stale(asked, sign_in):
    version, seen = asked.case.version, asked.case.steps
    asked.do("add", "", files=("AR-1",), by="marina")
    data = {"version": version, "seen": seen, "answer_1": "a", "answer_2": "b"}
    assert sign_in("marina").post(f"/cases/{asked.case.ref}/supply", data=data).status_code == 302
    assert now_in(asked) == State.ASSIGNED


def test_nothing_is_asked_any_more(case_in, sign_in):
    walk = case_in(State.ASSIGNED)
    browser = sign_in("marina")
    address = f"/cases/{walk.case.ref}"
    assert browser.get(f"{address}/supply").location == address
    assert "Rosângela Lima distribuiu para Dr. Paulo Nogueira." in text_of(browser, walk)
    answer = send(browser, walk, "supply", answer_1="Negativa.")
    assert answer.status_code == 409
    assert "Negativa.</textarea>" in answer.get_data(as_text=True)


TYPED = {"answer_1": "Negativa em 4 sítios.", "why_not_2": "Sem câmera."}


def late(browser, given, path, **fields):
    answer = browser.post(path, data=given | fields)
    return answer.status_code, answer.get_data(as_text=True)


@pytest.mark.parametrize("save", [{}, {"save": "1"}])
def test_who_is_slower_is_told_who_supplied_and_finds_what_was_typed(asked, sign_in, save):
    marina, given = sign_in("marina"), {"version": asked.case.version, "seen": asked.case.steps}
    send(sign_in("dora"), asked, "supply", answer_1="Positiva.", answer_2="Segue.")
    status, page = late(marina, given, f"/cases/{asked.case.ref}/supply", **TYPED, **save)
    assert status == 409
    assert "Dora Siqueira por Dra. Marina Alves respondeu ao que foi pedido." in page
    assert "Negativa em 4 sítios.</textarea>" in page
    assert "1. Baciloscopia (Resposta)" in page
    assert "Sem câmera.</textarea>" in page
    assert f'href="/cases/{asked.case.ref}">' in page
    assert last_event(asked).data["items"]["1"]["answer"] == "Positiva."


@pytest.mark.parametrize("save", [{}, {"save": "1"}])
def test_who_is_overtaken_by_the_clock_is_told_so_before_any_item_is_asked_for(asked, sign_in, save):
    marina, given = sign_in("marina"), {"version": asked.case.version, "seen": asked.case.steps}
    path, number = f"/cases/{asked.case.ref}/supply", asked.case.id
    with clock.at(clock.now() + timedelta(days=31)), transaction():
        windows.end(number)
    status, page = late(marina, given, path, answer_1="Ainda dói.", **save)
    assert status == 409
    assert "O sistema encerrou o caso" in page
    assert ">Ainda dói.</textarea>" in page


def test_answers_to_another_list_are_not_put_under_the_new_items(asked, sign_in):
    marina, given = sign_in("marina"), {"version": asked.case.version, "seen": asked.case.steps}
    send(sign_in("dora"), asked, "supply", answer_1="Positiva.", answer_2="Segue.")
    now_in(asked)
    asked.do("ask", ["Glicemia", "Peso"], by="paulo")
    status, page = late(marina, given, f"/cases/{asked.case.ref}/supply", **TYPED)
    assert status == 409
    assert "1. Baciloscopia (Resposta)" in page
    assert "Glicemia" not in page
    assert items()[0][0] == "Positiva."


def test_who_handed_the_case_over_finds_what_was_typed_and_no_form(asked, sign_in):
    marina, given = sign_in("marina"), {"version": asked.case.version, "seen": asked.case.steps}
    asked.do("hand_over", to=world.person("jonas"), by="dora")
    status, page = late(marina, given, f"/cases/{asked.case.ref}/supply", **TYPED)
    assert status == 409
    assert "Negativa em 4 sítios.</textarea>" in page
    assert "passou o caso de você para Dr. Jonas Tenório" in page
    share_unit()
    status, page = late(marina, given, f"/cases/{asked.case.ref}/supply", **TYPED)
    assert status == 409
    assert "Negativa em 4 sítios.</textarea>" in page
    assert 'action="' not in page


def posted_by(page):
    """Return what a page of the items would post as it stands."""
    inputs = [dict(re.findall('([a-z]+)="([^"]*)"', tag)) for tag in re.findall("<input[^>]*hidden[^>]*>", page)]
    texts = dict(re.findall('<textarea[^>]*name="([^"]+)"[^>]*>\n?([^<]*)</textarea>', page))
    return {one["name"]: one.get("value", "") for one in inputs if "name" in one} | texts


def window_on(browser, walk):
    return posted_by(text_of(browser, walk, "/supply"))


def test_another_window_does_not_write_over_what_was_saved_in_the_first(asked, sign_in):
    """It posted the item as it had been when it was opened, empty, and said that all was saved."""
    marina, dora = sign_in("marina"), sign_in("dora")
    first, second = window_on(marina, asked), window_on(dora, asked)
    address = f"/cases/{asked.case.ref}/supply"
    assert marina.post(address, data=first | {"answer_1": "Negativa.", "save": "1"}).status_code == 302
    assert dora.post(address, data=second | {"answer_2": "Segue.", "save": "2"}).status_code == 302
    assert items() == [("Negativa.", "", True), ("Segue.", "", True)]


def test_two_answers_to_one_item_are_both_shown_and_the_next_press_decides(asked, sign_in):
    marina, dora = sign_in("marina"), sign_in("dora")
    first, second = window_on(marina, asked), window_on(dora, asked)
    address = f"/cases/{asked.case.ref}/supply"
    marina.post(address, data=first | {"answer_1": "Negativa.", "save": "1"})
    status, page = late(dora, second, address, answer_1="Positiva.", save="1")
    assert status == 409
    assert "Lá está: “Negativa.”" in page
    assert "Positiva.</textarea>" in page
    assert items()[0][0] == "Negativa."
    assert late(dora, posted_by(page), address, save="1")[0] == 302
    assert items()[0][0] == "Positiva."


def test_nothing_is_sent_that_its_sender_has_not_seen(asked, sign_in):
    marina, dora = sign_in("marina"), sign_in("dora")
    first, second = window_on(marina, asked), window_on(dora, asked)
    address = f"/cases/{asked.case.ref}/supply"
    marina.post(address, data=first | {"answer_1": "Negativa.", "save": "1"})
    status, page = late(dora, second, address, answer_2="Segue.")
    assert status == 409
    assert "salvo em outra janela depois que esta página abriu" in page
    assert "Negativa.</textarea>" in page
    assert "Segue.</textarea>" in page
    assert "Alguém foi mais rápido" in page
    assert "Falta acertar" not in page
    assert now_in(asked) == State.AWAITING_INFORMATION


def test_more_rows_come_without_scripts(case_in, sign_in):
    walk = case_in(State.ASSIGNED)
    page = send(sign_in("paulo"), walk, "ask", more="1", **{"items-0": "Hemograma", "note": "Recente."})
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert 'value="Hemograma"' in text
    begun = re.findall(r'<input[^>]*autofocus[^>]*name="(items-\d+)"', text)
    assert begun == ["items-1"], "who asked for rows goes on typing in the first empty one"
    assert 'id="items-5"' in text
    assert "Recente.</textarea>" in text
    assert now_in(walk) == State.ASSIGNED
