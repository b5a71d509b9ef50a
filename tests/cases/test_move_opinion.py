"""Writing an opinion: on the page of the case, saved as one types, answered or concluded, without and with scripts."""

import pytest

from teleconsult import clock
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models_opinion import Opinion, OpinionDraft
from teleconsult.cases.request import Problem
from teleconsult.coding.models import Code
from teleconsult.extensions import db, transaction
from teleconsult.web import controls
from tests import world
from tests.cases.helping import last_event, leaky_case, now_in, send, text_of, told
from tests.people.filled import filled

WRITTEN = {
    "answer_1": "Sim, é hanseníase.",
    "answer_2": "Pode tratar na unidade.",
    "conduct": "PQT-U por **doze** meses.",
    "red_flags": "Dor no nervo.",
    "reasoning": "Perda de sensibilidade.",
    "decision": "answer",
}


@pytest.fixture
def held(case_in):
    return case_in(State.ASSIGNED)


@pytest.fixture
def coded(session):
    with transaction():
        db.session.add(
            Code(
                system="cid10",
                code="A30",
                title_pt="Hanseníase",
                names="|hanseniase|",
                chapter="I",
                leaf=True,
                source="starter",
            )
        )


def test_the_untouched_form_is_the_same_each_time_and_remembers_no_question(held, sign_in):
    controls._kept.clear()
    browser, question = sign_in("paulo"), held.case.questions[0].text
    text_of(browser, held)  # the first look marks what is new
    with clock.at(clock.now()):  # how long ago things were is said to the second
        first, second = (text_of(browser, held) for _ in range(2))
    assert first == second
    assert f"1. {question}" in first
    assert controls._kept
    assert question not in repr(controls._kept)


def test_what_was_saved_is_not_shown_by_the_form_that_all_share(held, sign_in):
    browser = sign_in("paulo")
    empty = text_of(browser, held)
    send(browser, held, "answer", then="stay", **WRITTEN)
    assert "PQT-U por **doze** meses.</textarea>" in text_of(browser, held)
    assert "PQT-U" not in empty


def drafts():
    db.session.rollback()
    return db.session.scalars(db.select(OpinionDraft)).all()


def opinions():
    db.session.rollback()
    return db.session.scalars(db.select(Opinion).order_by(Opinion.id)).all()


def test_the_holder_writes_on_the_page_of_the_case(held, sign_in):
    page = text_of(sign_in("paulo"), held)
    assert "Seu parecer" in page
    assert 'form="resposta"' in page
    assert "Antes de enviar, preencha:" in page
    for who in ("marina", "rosangela", "dora"):
        assert "Seu parecer" not in text_of(sign_in(who), held)


@pytest.mark.parametrize("verb", ["answer", "conclude"])
def test_the_address_of_the_move_is_the_same_page(held, sign_in, verb):
    page = text_of(sign_in("paulo"), held, f"/{verb}")
    assert "Seu parecer" in page
    chosen = page.partition('value="conclude"')[0].rpartition("<input")[2] + page.partition('value="conclude"')[2][:20]
    assert ("checked" in chosen) == (verb == "conclude")


def test_an_answer_from_the_form_to_the_requester(held, sign_in):
    page = told(sign_in("paulo"), send(sign_in("paulo"), held, "answer", **WRITTEN))
    assert now_in(held) == State.ANSWERED
    (opinion,) = opinions()
    assert [answer.text for answer in opinion.answers] == ["Sim, é hanseníase.", "Pode tratar na unidade."]
    assert opinion.decision == "answer"
    assert page
    page = text_of(sign_in("marina"), held)
    assert "Sim, é hanseníase." in page
    assert "PQT-U por <strong>doze</strong> meses." in page
    assert "CRM-PE 90012" in page


def test_a_conclusion_needs_a_diagnosis(held, sign_in, coded):
    browser = sign_in("paulo")
    answer = send(browser, held, "conclude", **WRITTEN | {"decision": "conclude"})
    assert answer.status_code == 422
    assert "Para concluir, informe o diagnóstico" in answer.get_data(as_text=True)
    answer = send(
        browser, held, "conclude", **WRITTEN | {"decision": "conclude", "diagnoses": ["cid10:A30", "Neurite ulnar"]}
    )
    assert "Caso concluído" in told(browser, answer)
    (opinion,) = opinions()
    assert [(d.system, d.code, d.title) for d in opinion.diagnoses] == [
        ("cid10", "A30", "Hanseníase"),
        ("", "", "Neurite ulnar"),
    ]


def test_the_decision_in_the_form_wins_over_the_address(held, sign_in, coded):
    send(sign_in("paulo"), held, "answer", **WRITTEN | {"decision": "conclude", "diagnoses": "Hanseníase"})
    assert now_in(held) == State.CONCLUDED


def test_without_scripts_the_decision_is_sent_to_the_same_address(held, sign_in):
    answer = send(sign_in("paulo"), held, "conclude", **WRITTEN)
    assert answer.status_code == 302
    assert now_in(held) == State.ANSWERED


@pytest.mark.parametrize("lost", ["answer_1", "answer_2", "conduct", "red_flags"])
def test_what_is_missing_is_said_at_its_place_and_the_rest_is_kept(held, sign_in, lost):
    fields = {name: value for name, value in WRITTEN.items() if name != lost}
    answer = send(sign_in("paulo"), held, "answer", **fields)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f'href="#{lost}"' in page
    assert f'id="{lost}-e"' in page
    assert all(typed in page for name, typed in fields.items() if name != "decision")
    assert drafts()[0].fields["reasoning"] == "Perda de sensibilidade."


def test_an_unknown_code_is_refused_by_name(held, sign_in):
    answer = send(sign_in("paulo"), held, "answer", **WRITTEN, diagnoses="cid10:Z99.99")
    assert answer.status_code == 422
    assert "Z99.99" in answer.get_data(as_text=True)


def test_an_opinion_sent_on_a_stale_page_is_kept_and_can_be_sent_again(held, sign_in):
    browser = sign_in("paulo")
    held.do("add", "Chegou o G6PD.", by="marina")
    answer = send(browser, held, "answer", stale=True, **WRITTEN)
    assert answer.status_code == 409
    page = answer.get_data(as_text=True)
    assert "Dra. Marina Alves acrescentou uma mensagem." in page
    assert "Pode tratar na unidade." in page
    assert now_in(held) == State.ASSIGNED
    assert drafts()[0].fields["answer_1"] == "Sim, é hanseníase."
    assert send(browser, held, "answer", **WRITTEN).status_code == 302


def test_sent_twice_it_is_given_once(held, sign_in):
    browser = sign_in("paulo")
    data = {"version": held.case.version, "seen": held.case.steps, **WRITTEN}
    assert browser.post(f"/cases/{held.case.ref}/answer", data=data).status_code == 302
    assert browser.post(f"/cases/{held.case.ref}/answer", data=data).status_code == 302
    assert not drafts()
    assert len(opinions()) == 1


def test_the_draft_saves_itself_with_a_version_of_its_own(held, sign_in):
    browser, url = sign_in("paulo"), f"/cases/{held.case.ref}/opinion-draft"
    first = browser.post(url, data={"draft_version": "0", "conduct": "Trat"})
    assert first.status_code == 200
    assert set(first.json) == {"version", "saved_at"}
    second = browser.post(url, data={"draft_version": first.json["version"], "conduct": "Tratar."})
    assert second.json["version"] > first.json["version"]
    late = browser.post(url, data={"draft_version": first.json["version"], "conduct": "Outra janela."})
    assert late.status_code == 409
    assert late.json["fields"]["conduct"] == "Tratar."
    assert late.json["version"] == second.json["version"]
    page = text_of(browser, held)
    assert "Tratar.</textarea>" in page
    assert f'data-draft-version="{second.json["version"]}"' in page
    assert held.case.version == db.session.get_one(type(held.case), held.case.id).version


def test_saving_does_not_move_the_case(held, sign_in):
    version = held.case.version
    sign_in("paulo").post(f"/cases/{held.case.ref}/opinion-draft", data={"draft_version": "0", "conduct": "x"})
    now_in(held)
    assert held.case.version == version


@pytest.mark.parametrize(("who", "status"), [("lia", 404), ("marina", 403), ("rosangela", 403)])
def test_nobody_else_saves_or_sees_the_draft(held, sign_in, who, status):
    url = f"/cases/{held.case.ref}/opinion-draft"
    sign_in("paulo").post(url, data={"draft_version": "0", "conduct": "RASCUNHO-DO-PAULO"})
    assert sign_in(who).post(url, data={"draft_version": "1", "conduct": "x"}).status_code == status
    if status == 403:
        assert "RASCUNHO-DO-PAULO" not in text_of(sign_in(who), held)


def test_a_case_that_moved_on_takes_no_draft(held, sign_in):
    browser = sign_in("paulo")
    held.answer()
    refused = browser.post(f"/cases/{held.case.ref}/opinion-draft", data={"draft_version": "0", "conduct": "x"})
    assert refused.status_code == 422
    assert refused.json["error"]


def test_the_draft_goes_when_the_opinion_is_given(held, sign_in):
    browser = sign_in("paulo")
    browser.post(f"/cases/{held.case.ref}/opinion-draft", data={"draft_version": "0", "conduct": "x"})
    page = told(browser, send(browser, held, "answer", **WRITTEN))
    assert not drafts()
    assert f'data-draft-done="{held.case.ref}:opinion"' in page


def test_a_diagnosis_is_found_and_taken_away_without_scripts(held, sign_in, coded):
    browser = sign_in("paulo")
    page = send(browser, held, "answer", **WRITTEN, find="diagnoses", diagnoses_q="A30").get_data(as_text=True)
    assert 'value="cid10:A30"' in page
    assert "Pode tratar na unidade." in page
    chosen = {"diagnoses": ["cid10:A30", "Neurite"], "drop": "diagnoses:Neurite"}
    page = send(browser, held, "answer", **WRITTEN, **chosen).get_data(as_text=True)
    assert 'value="cid10:A30" data-label="A30 Hanseníase"' in page
    assert 'value="Neurite"' not in page
    assert now_in(held) == State.ASSIGNED


def test_words_left_in_the_search_for_a_diagnosis_are_not_lost_on_sending(held, sign_in, coded):
    browser = sign_in("paulo")
    answer = send(browser, held, "answer", **WRITTEN, diagnoses_q="artrite nos dedos")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "“artrite nos dedos” ainda não foi incluído" in page
    assert 'name="diagnoses_q" value="artrite nos dedos"' in page
    assert "Usar “artrite nos dedos” como está" in page
    assert now_in(held) == State.ASSIGNED
    assert drafts()[0].fields["diagnoses"] == []
    send(browser, held, "answer", **WRITTEN, diagnoses_q="artrite nos dedos", diagnoses="artrite nos dedos")
    assert now_in(held) == State.ANSWERED
    assert "artrite nos dedos" in text_of(browser, held)


def test_words_left_in_the_search_for_a_diagnosis_are_kept_with_the_draft(held, sign_in):
    send(sign_in("paulo"), held, "answer", then="stay", diagnoses_q="artrite nos dedos")
    assert drafts()[0].fields["diagnoses"] == ["artrite nos dedos"]


def test_words_left_in_the_search_for_a_diagnosis_are_not_lost_in_a_correction(held, sign_in):
    held.answer()
    browser = sign_in("paulo")
    words = WRITTEN | {"why": "Faltava um.", "diagnoses_q": "artrite nos dedos"}
    answer = send(browser, held, "opinions/1/correct", **words)
    assert answer.status_code == 422
    assert "Usar “artrite nos dedos” como está" in answer.get_data(as_text=True)
    assert send(browser, held, "opinions/1/correct", **words, diagnoses="artrite nos dedos").status_code == 302


@pytest.mark.parametrize(("then", "page"), [("ask", "/ask"), ("escalate", "/escalate"), ("stay", "")])
def test_another_decision_keeps_what_was_typed(held, sign_in, then, page):
    answer = send(sign_in("paulo"), held, "answer", then=then, conduct="Meio escrito.")
    assert answer.location == f"/cases/{held.case.ref}{page}"
    assert drafts()[0].fields["conduct"] == "Meio escrito."


def test_who_refers_with_an_opinion_half_written_is_told_that_it_stays_behind(held, sign_in):
    """The questions ended unanswered, and what was advised in the meantime lay in a draft that nobody reads."""
    browser, behind = sign_in("paulo"), "O parecer que você começou a escrever não vai junto"
    assert behind not in text_of(browser, held, "/escalate")
    send(browser, held, "answer", then="stay", diagnoses="Eczema")
    assert behind not in text_of(browser, held, "/escalate")  # the diagnosis goes along
    send(browser, held, "answer", then="escalate", conduct="Compressão.")
    page = text_of(browser, held, "/escalate")
    assert behind in page
    assert f'<a href="/cases/{held.case.ref}/answer">envie-o antes</a>' in page
    assert behind in send(browser, held, "escalate").get_data(as_text=True)  # a form that was refused says so still
    held.do("answer", world.written(held.case), by="paulo")
    assert behind not in text_of(browser, held, "/escalate")


def test_what_the_unit_has_read_in_the_last_opinion_is_no_opinion_that_stays_behind(held, sign_in):
    """The next round begins with it: whoever refers at once has begun to write nothing."""
    held.do("answer", world.written(held.case), by="paulo")
    held.do("follow_up", "E a perna esquerda?", by="marina")
    browser, behind = sign_in("paulo"), "O parecer que você começou a escrever não vai junto"
    found = filled(browser.get(f"/cases/{held.case.ref}/answer"), id="resposta")
    begun = {name: [value.strip() for value in values] for name, values in found.items()}
    begun["conduct"] = [begun["conduct"][0].replace(" por", "\r\npor")]  # how a browser breaks lines is no new word
    assert "doze meses" in begun["conduct"][0]
    send(browser, held, "answer", **(begun | {"then": "escalate"}))
    assert drafts()[0].fields["conduct"]
    assert behind not in text_of(browser, held, "/escalate")
    send(browser, held, "answer", **(begun | {"then": "escalate", "conduct": "Trocar a compressão."}))
    assert behind in text_of(browser, held, "/escalate")


def referral_says(browser, walk) -> str:
    page = text_of(browser, walk, "/escalate")
    return page.split('name="diagnosis"')[1].split(">", 1)[1].split("</textarea>")[0].strip()


def test_what_the_specialist_chose_stands_in_the_referral_as_the_page_posts_it(held, sign_in, coded):
    browser = sign_in("paulo")
    data = {"draft_version": "0", "diagnoses": ["cid10:A30", "Neurite do ulnar"]}
    browser.post(f"/cases/{held.case.ref}/opinion-draft", data=data)
    assert referral_says(browser, held) == "Hanseníase (A30); Neurite do ulnar"


def test_the_given_opinion_and_not_the_suspicion_stands_in_the_referral(held, sign_in):
    held.do("answer", world.written(held.case, diagnoses=(Problem("Eczema", "", ""),)), by="paulo")
    assert referral_says(sign_in("paulo"), held) == "Eczema"


CARRIED = "começam com o que você escreveu no parecer anterior"


def test_a_new_round_begins_with_what_its_author_advised_before(held, sign_in, coded):
    """Whoever was asked one thing more had to write conduct, red flags and diagnosis anew, or wrote "see above"."""
    opinion = world.written(held.case, conduct="PQT-U por doze meses.", red_flags="Dor no nervo.")
    held.do("answer", opinion, by="paulo")
    held.do("follow_up", "E na gestação?", by="marina")
    browser = sign_in("paulo")
    page = text_of(browser, held)
    assert CARRIED in page
    for words in ("PQT-U por doze meses.</textarea>", "Dor no nervo.</textarea>", 'name="diagnoses" value="cid10:A30'):
        assert words in page
    assert "Lesões com perda de sensibilidade.</textarea>" not in page  # why: that is of the question
    browser.post(f"/cases/{held.case.ref}/opinion-draft", data={"draft_version": "0", "conduct": "Outra."})
    page = text_of(browser, held)
    assert CARRIED not in page
    assert "Dor no nervo.</textarea>" not in page  # what the author took away stays away


def test_a_new_round_puts_nobodys_words_into_anothers_mouth(held, sign_in):
    held.do("answer", world.written(held.case, conduct="PQT-U por doze meses."), by="paulo")
    held.do("follow_up", "E na gestação?", by="marina")
    held.do("assign", to=world.person("lia"), why="Férias.", by="rosangela")
    page = text_of(sign_in("lia"), held)
    assert CARRIED not in page
    assert "PQT-U por doze meses.</textarea>" not in page


def test_a_new_round_asks_only_the_new_question(case_in, sign_in):
    walk = case_in(State.ANSWERED)
    walk.do("follow_up", "E na gestação?", by="marina")
    browser = sign_in("paulo")
    page = text_of(browser, walk)
    assert 'id="answer_3"' in page
    assert 'id="answer_1"' not in page
    send(browser, walk, "answer", answer_3="Pode.", conduct="Manter.", red_flags="Febre.", decision="answer")
    assert last_event(walk).data == {"questions": [3]}
    page = text_of(sign_in("marina"), walk)
    assert "Parecer 1" in page
    assert "Parecer 2" in page


def test_the_holder_never_sees_the_form_of_a_case_not_theirs(session, sign_in):
    walk = leaky_case()
    walk.do("claim", by="lia")
    assert sign_in("paulo").get(f"/cases/{walk.case.ref}/answer").status_code == 404
    assert world.person("lia").id == walk.case.holder_id
