"""A step that is sent when the request is no longer its writer's: told by whom, and nothing typed is lost."""

import html

import pytest

from tests.cases.filing import CLINICAL, QUESTIONS, STEPS, begin, case_of, end, fill_all, hidden, path, send, sent
from tests.cases.test_draft_returned import give_back
from tests.world import Walk, person

STORY = "Voltou hoje com dor no nervo ulnar."
JSON = {"Accept": "application/json"}


def page_of(answer):
    return html.unescape(answer.get_data(as_text=True))


def post(browser, ref, step, **data):
    return browser.post(path(ref, step), data={"go": "next"} | data)


@pytest.fixture
def marina(session, sign_in):
    return sign_in("marina")


@pytest.fixture
def late(marina, sign_in):
    """Return a returned case that support sent again while Marina has its clinical step open, and what her page holds."""
    ref = sent(marina)
    give_back(ref, {"objective": "Teste de sensibilidade."})
    window = hidden(marina, ref, "clinical")
    dora = sign_in("dora")
    assert send(dora, ref).status_code == 302
    return ref, window


def test_what_was_typed_after_somebody_sent_it_is_shown_with_who_did(marina, late):
    ref, window = late
    answer = post(marina, ref, "clinical", **CLINICAL | {"subjective": STORY}, **window)
    page = page_of(answer)
    assert answer.status_code == 409
    assert "Dora Siqueira por Dra. Marina Alves completou e reenviou." in page
    assert f">{STORY}</textarea>" in page
    assert CLINICAL["plan"] not in page  # it is in the case
    assert case_of(ref).subjective == CLINICAL["subjective"]


def test_what_could_not_be_read_is_shown_as_it_was_typed_and_pressing_again_says_nothing_twice(marina, late):
    ref, window = late
    typed = CLINICAL | {"subjective": STORY, "weight": "setenta quilos", "plan": ""}
    for _press in range(2):
        page = page_of(post(marina, ref, "clinical", **typed, **window))
        assert ">setenta quilos</textarea>" in page
        assert "></textarea>" not in page  # what was emptied has no words to be copied
    begun = page_of(marina.get(f"/cases/{ref}/add"))
    assert (begun.count(STORY), begun.count("setenta quilos")) == (1, 1)


def test_it_stands_in_a_message_where_the_case_takes_one(marina, late):
    ref, window = late
    where = f'href="/cases/{ref}/add"'
    assert where in page_of(post(marina, ref, "clinical", **CLINICAL | {"subjective": STORY}, **window))
    begun = page_of(marina.get(f"/cases/{ref}/add"))
    assert f"História: {STORY}" in begun
    post(marina, ref, "questions", **QUESTIONS | {"question_1": "E o nervo?"}, **hidden_of(marina, window))
    again = page_of(marina.get(f"/cases/{ref}/add"))
    assert f"História: {STORY}" in again
    assert "Pergunta 1: E o nervo?" in again


def hidden_of(_browser, window):
    return {name: value for name, value in window.items() if name != "draft_marks"}


def test_where_the_case_takes_no_message_the_words_are_only_shown(marina, late):
    ref, window = late
    Walk(case_of(ref)).do("cancel", "O paciente foi atendido.", by="marina")
    page = page_of(post(marina, ref, "clinical", **CLINICAL | {"subjective": STORY}, **window))
    assert STORY in page
    assert f"/cases/{ref}/add" not in page


@pytest.mark.parametrize(
    ("verb", "what"), [("cancel", "Você cancelou o pedido."), ("lapse", "O sistema encerrou o caso")]
)
def test_of_a_request_that_ended_it_is_said_that_it_ended_and_not_that_it_was_sent_once(marina, verb, what):
    ref = sent(marina)
    give_back(ref, {"objective": "Teste de sensibilidade."})
    window = hidden(marina, ref, "clinical")
    typed = CLINICAL | {"subjective": STORY}
    end(ref, verb)
    saved = marina.post(f"/cases/{ref}/draft?step=clinical", data=typed | window, headers=JSON)
    assert what in saved.json["error"]
    page = page_of(post(marina, ref, "clinical", **typed, **window))
    assert what in page
    assert f">{STORY}</textarea>" in page


def test_what_the_case_says_already_is_no_matter(marina, late):
    ref, window = late
    answer = post(marina, ref, "clinical", **CLINICAL, **window)
    assert (answer.status_code, answer.location) == (302, f"/cases/{ref}")


def test_the_same_press_twice_leads_to_the_case(marina):
    ref = begin(marina)
    windows = {step: hidden(marina, ref, step) for step in STEPS}
    fill_all(marina, ref)
    send(marina, ref)
    for step, fields in STEPS.items():
        assert post(marina, ref, step, **fields, **windows[step]).status_code == 302


def test_autosave_says_who_sent_it_and_where_the_words_can_be_seen(marina, late):
    ref, window = late
    answer = marina.post(f"/cases/{ref}/draft?step=clinical", data=CLINICAL | window, headers=JSON)
    assert answer.status_code == 422
    assert "Dora Siqueira por Dra. Marina Alves completou e reenviou." in answer.json["error"]


def test_a_draft_handed_over_while_it_is_written(marina):
    ref = begin(marina)
    window = hidden(marina, ref, "clinical")
    Walk(case_of(ref)).do("hand_over", to=person("jonas"), by="rosangela")
    answer = post(marina, ref, "clinical", **CLINICAL, **window)
    page = page_of(answer)
    assert answer.status_code == 409
    assert "Dr. Jonas Tenório" in page
    assert f">{CLINICAL['subjective']}</textarea>" in page
    said = marina.post(f"/cases/{ref}/draft?step=clinical", data=CLINICAL | window, headers=JSON)
    assert said.status_code == 422
    assert "Dr. Jonas Tenório" in said.json["error"]
    assert case_of(ref).draft.fields.get("subjective", "") == ""


@pytest.mark.parametrize("ref", ["TC-ZZZZZ", None])
def test_a_stranger_learns_nothing_and_keeps_the_own_words(marina, sign_in, ref):
    ref = ref or begin(marina)
    bia = sign_in("bia")
    answer = post(bia, ref, "clinical", **CLINICAL)
    assert answer.status_code == 404
    assert CLINICAL["subjective"] in page_of(answer)
    assert "Marina" not in page_of(answer).replace("Dra. Marina Alves e", "")
    assert bia.post(f"/cases/{ref}/draft?step=clinical", data=CLINICAL, headers=JSON).status_code == 404
