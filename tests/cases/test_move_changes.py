"""What is final is never overwritten: corrections, withdrawals, a consent taken back."""

import re
from io import BytesIO

import pytest

from teleconsult import audit, clock
from teleconsult.attachments.models import Attachment
from teleconsult.cases import actions
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models_opinion import Opinion
from teleconsult.errors import Refused
from teleconsult.extensions import db, transaction
from teleconsult.notices.models import Notice
from teleconsult.outbox import OutboxMessage
from teleconsult.shifts.calendar import local_day
from tests import world
from tests.attachments.samples import picture
from tests.cases.helping import last_event, now_in, send, text_of, told

NEW = {
    "answer_1": "Sim, paucibacilar.",
    "answer_2": "Pode, sim.",
    "conduct": "PQT por seis meses.",
    "red_flags": "Dor em nervo.",
    "decision": "answer",
    "why": "Troquei a classificação.",
}


@pytest.fixture
def answered(case_in):
    return case_in(State.ANSWERED)


def test_the_author_corrects_and_the_old_words_stay_readable(answered, sign_in):
    browser = sign_in("paulo")
    assert "Sim.</textarea>" in text_of(browser, answered, "/opinions/1/correct")
    page = told(browser, send(browser, answered, "opinions/1/correct", **NEW))
    assert "Parecer corrigido." in page
    page = text_of(sign_in("marina"), answered)
    for words in (
        "Sim, paucibacilar.",
        "Troquei a classificação.",
        "Versão anterior",
        "Tratar na unidade por doze meses.",
    ):
        assert words in page
    assert last_event(answered).verb == "correct"
    db.session.rollback()
    assert [row.edition for row in db.session.scalars(db.select(Opinion).order_by(Opinion.id))] == [1, 2]


def test_who_had_read_the_answer_sees_on_the_first_screen_that_it_was_corrected(answered, sign_in):
    """The line “respondeu à sua pergunta” stood there as before, and whoever had read it went by the old dose."""
    paulo, marina = sign_in("paulo"), sign_in("marina")
    text_of(marina, answered)
    send(paulo, answered, "opinions/1/correct", **NEW)
    for address in ("/mine", "/mine?show=waiting"):
        home = marina.get(address).get_data(as_text=True)
        assert "Dr. Paulo Nogueira corrigiu o parecer deste caso: vale a nova versão." in home
        assert "respondeu" not in home
    send(paulo, answered, "opinions/1/withdraw", why="Foto de outro paciente.")
    home = marina.get("/mine").get_data(as_text=True)
    assert "Dr. Paulo Nogueira retirou o parecer deste caso." in home
    assert "corrigiu" not in home


def test_what_came_of_the_visit_is_not_hidden_by_an_opinion_that_was_corrected_before(case_in, sign_in):
    """The line of the correction, long read, stood for the counter-referral that nobody had read."""
    visit = actions.Visit(
        local_day(clock.now(), "America/Recife"), "Dra. Lia Cordeiro", "Psoríase", "Sim.", "Tratar.", False, ""
    )
    for verb, line in (("correct", "corrigiu o parecer"), ("withdraw", "retirou o parecer")):
        walk = case_in(State.ANSWERED)
        paulo, marina = sign_in("paulo"), sign_in("marina")
        send(paulo, walk, f"opinions/1/{verb}", **NEW)
        text_of(marina, walk)
        db.session.rollback()
        walk.escalate()
        walk.do("counter_refer", visit, by="rosangela", from_paper=True)
        home = marina.get("/mine").get_data(as_text=True)
        assert "Caso concluído: falta ler a resposta." in home
        assert line not in home
        text_of(marina, walk)
        if verb == "correct":
            send(paulo, walk, "opinions/1/correct", **NEW)
            assert line in marina.get("/mine").get_data(as_text=True)


def test_a_correction_needs_its_reason(answered, sign_in):
    answer = send(sign_in("paulo"), answered, "opinions/1/correct", **NEW | {"why": ""})
    assert answer.status_code == 422
    assert "PQT por seis meses." in answer.get_data(as_text=True)


def test_a_withdrawn_opinion_is_struck_through_and_its_questions_are_open_again(answered, sign_in):
    browser = sign_in("paulo")
    page = told(browser, send(browser, answered, "opinions/1/withdraw", why="Respondi no caso errado."))
    assert "Parecer retirado." in page
    page = text_of(sign_in("marina"), answered)
    assert "Retirado por Dr. Paulo Nogueira" in page
    assert "Respondi no caso errado." in page
    assert "tc-gone" in page
    assert "faltam 2 de 2" in page
    assert now_in(answered) == State.ANSWERED


def test_nobody_is_led_to_accept_an_answer_that_was_taken_back(answered, sign_in):
    paulo, marina = sign_in("paulo"), sign_in("marina")
    assert "use Corrigir" in text_of(paulo, answered, "/opinions/1/withdraw")
    send(paulo, answered, "opinions/1/withdraw", why="Foto de outro paciente.")
    home = marina.get("/mine").get_data(as_text=True)
    assert "Dr. Paulo Nogueira retirou o parecer deste caso." in home
    assert "respondeu" not in home
    page = text_of(marina, answered)
    assert "O parecer foi retirado por quem o escreveu." in page
    assert re.search(
        r'class="btn btn-primary[^>]*href="[^"]*/follow_up"|href="[^"]*/follow_up"[^>]*class="btn btn-primary', page
    )
    assert "o caso se encerra sem resposta" in text_of(marina, answered, "/accept")
    send(marina, answered, "follow_up", question="E então?")
    assert "foi retirado por quem" not in text_of(marina, answered)


def test_of_two_opinions_the_one_that_changed_is_new(answered, sign_in):
    marina = sign_in("marina")
    answered.do("follow_up", "E depois?", by="marina")
    answered.do("answer", world.written(answered.case), by="paulo")
    text_of(marina, answered)
    assert send(sign_in("paulo"), answered, "opinions/1/correct", **NEW).status_code == 302
    page = text_of(marina, answered)
    new = re.findall(r"Novo: </span>(Parecer \d)", page)
    assert new == ["Parecer 1"]


def test_a_correction_that_is_withdrawn_leaves_no_edition_standing(answered, sign_in):
    browser = sign_in("paulo")
    send(browser, answered, "opinions/1/correct", **NEW)
    send(browser, answered, "opinions/1/withdraw", why="Tudo errado.")
    now_in(answered)
    answered.do("follow_up", "E então?", by="marina")
    page = text_of(browser, answered)
    assert all(f'id="answer_{number}"' in page for number in (1, 2, 3))


@pytest.mark.parametrize("path", ["correct", "withdraw"])
@pytest.mark.parametrize(("who", "status"), [("lia", 404), ("marina", 403), ("rosangela", 403)])
def test_only_the_author_changes_an_opinion(answered, sign_in, path, who, status):
    assert sign_in(who).get(f"/cases/{answered.case.ref}/opinions/1/{path}").status_code == status


@pytest.mark.parametrize("who", ["lia", "marina", "rosangela"])
def test_nor_does_the_verb_let_anybody_else(answered, who):
    (opinion,) = db.session.scalars(db.select(Opinion)).all()
    for change in (
        lambda by: actions.correct(opinion, world.written(answered.case), why="Outra leitura.", by=by),
        lambda by: actions.withdraw(opinion, why="Outra leitura.", by=by),
    ):
        with pytest.raises(Refused, match="Só quem escreveu"), transaction(answered.case):
            change(world.person(who))


def test_an_opinion_that_is_not_there(answered, sign_in):
    assert sign_in("paulo").get(f"/cases/{answered.case.ref}/opinions/7/correct").status_code == 404


def test_what_is_withdrawn_is_not_changed_again(answered, sign_in):
    browser = sign_in("paulo")
    send(browser, answered, "opinions/1/withdraw", why="Engano.")
    address = f"/cases/{answered.case.ref}"
    for path in ("correct", "withdraw"):
        answer = browser.get(f"{address}/opinions/1/{path}")
        assert (answer.status_code, answer.location) == (302, address)
        assert "Você já retirou este parecer." in text_of(browser, answered)


@pytest.mark.parametrize("fields", [NEW, NEW | {"why": ""}])
def test_a_correction_of_what_was_withdrawn_meanwhile_is_given_back(answered, sign_in, fields):
    browser, given = sign_in("paulo"), {"version": answered.case.version, "seen": answered.case.steps}
    send(browser, answered, "opinions/1/withdraw", why="Engano.")
    answer = browser.post(f"/cases/{answered.case.ref}/opinions/1/correct", data=given | fields)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Você já retirou este parecer." in page
    assert "a mais nova" not in page
    for name, words in fields.items():
        assert name == "decision" or not words or f"{words}</textarea>" in page
    assert "Resposta à pergunta 2" in page


def test_a_withdrawal_in_other_words_is_given_back(answered, sign_in):
    browser, given = sign_in("paulo"), {"version": answered.case.version, "seen": answered.case.steps}
    send(browser, answered, "opinions/1/withdraw", why="Engano.")
    answer = browser.post(f"/cases/{answered.case.ref}/opinions/1/withdraw", data=given | {"why": "Outro motivo."})
    assert answer.status_code == 409
    assert "Outro motivo.</textarea>" in answer.get_data(as_text=True)


def test_the_patient_takes_the_consent_back(answered, sign_in):
    browser = sign_in("marina")
    page = text_of(browser, answered)
    assert "Registrar que o paciente retirou o consentimento</a>" in page
    assert "O paciente retirou o consentimento" not in page
    assert "A unidade pode perguntar de novo até" in page
    page = text_of(browser, answered, "/revoke_consent")
    assert re.search(r"<h1[^>]*>Registrar que o paciente retirou o consentimento</h1>", page)
    assert re.search(r"<button[^>]*>(<svg.*?</svg>)?Registrar a retirada</button>", page, re.DOTALL)
    page = told(browser, send(browser, answered, "revoke_consent", why="Mudou de ideia."))
    assert "Retirada do consentimento registrada." in page
    page = text_of(browser, answered)
    assert "Mudou de ideia." in page
    assert "nada novo deve ser enviado" in page
    assert "A unidade pode perguntar de novo até" not in page
    assert "dúvidas até" not in page
    assert "O caso se encerra por si" in page
    answer = send(browser, answered, "revoke_consent", why="De novo.")
    assert answer.status_code == 409
    assert "Você registrou que o paciente retirou o consentimento." in answer.get_data(as_text=True)
    assert "De novo.</textarea>" in answer.get_data(as_text=True)
    address = f"/cases/{answered.case.ref}"
    assert browser.get(f"{address}/revoke_consent").location == address
    assert "Você registrou que o paciente retirou o consentimento." in text_of(browser, answered)


def notices_of(word):
    db.session.rollback()
    return {row.user_id for row in db.session.scalars(db.select(Notice).where(Notice.kind == word))}


def test_a_consent_taken_back_stands_on_the_timeline_and_the_other_side_is_told(answered, sign_in):
    send(sign_in("dora"), answered, "revoke_consent", why="MOTIVO-SECRETO")
    event = last_event(answered)
    assert (event.verb, event.for_id, event.said) == ("revoke_consent", answered.case.requester_id, "MOTIVO-SECRETO")
    assert notices_of("case.revoke_consent") == {world.person(key).id for key in ("marina", "paulo")}
    (letter, _other) = [row.payload for row in outbox("case_revoke_consent")]
    assert "MOTIVO" not in repr(letter)
    page = text_of(sign_in("paulo"), answered)
    assert "Dora Siqueira por Dra. Marina Alves</b> registrou que o paciente retirou o consentimento" in page
    assert "MOTIVO-SECRETO" in page
    page = text_of(sign_in("rosangela"), answered)
    assert "registrou que o paciente retirou o consentimento" in page
    assert "MOTIVO-SECRETO" not in page
    assert list(audit.verify()) == []


def test_while_a_case_waits_those_who_give_it_out_are_told_of_a_consent_taken_back(case_in, sign_in):
    walk = case_in(State.SUBMITTED)
    send(sign_in("marina"), walk, "revoke_consent", why="Mudou de ideia.")
    assert notices_of("case.revoke_consent") == {world.person("rosangela").id}


def outbox(template):
    rows = db.session.scalars(db.select(OutboxMessage)).all()
    return [row for row in rows if row.payload.get("template") == template]


@pytest.mark.parametrize("who", ["marina", "dora"])
def test_nothing_new_is_sent_once_the_consent_is_taken_back(answered, sign_in, who):
    browser, address = sign_in(who), f"/cases/{answered.case.ref}"
    send(browser, answered, "revoke_consent", why="Mudou de ideia.")
    for verb, field in (("add", "message"), ("follow_up", "question")):
        assert send(browser, answered, verb, **{field: "Mais isto."}).status_code == 422
        assert browser.get(f"{address}/{verb}").location == address
        assert "O paciente retirou o consentimento: nada novo é enviado." in text_of(browser, answered)
    photo = {"files": (BytesIO(picture()), "foto.jpg")}
    assert browser.post(f"{address}/files", data=photo).status_code == 422
    assert db.session.query(Attachment).count() == 0
    assert 'type="file"' not in text_of(browser, answered)
    # The opinion is still explained, and the case can still be ended.
    assert send(sign_in("paulo"), answered, "add", message="Veja a referência.").status_code == 302
    assert send(browser, answered, "accept").status_code == 302
    assert send(browser, answered, "reopen", why="Voltou.").status_code == 422


def test_a_case_is_not_asked_anew_without_consent_by_who_distributes_either(case_in, sign_in):
    walk, browser = case_in(State.CONCLUDED), sign_in("rosangela")
    assert "/reopen" in text_of(browser, walk)
    send(sign_in("marina"), walk, "revoke_consent", why="Mudou de ideia.")
    assert "/reopen" not in text_of(browser, walk)
    answer = send(browser, walk, "reopen", why="Voltou.")
    assert answer.status_code == 422
    assert "O paciente retirou o consentimento: nada novo é enviado." in answer.get_data(as_text=True)
    assert now_in(walk) == State.CONCLUDED


def test_of_two_consents_no_earlier_one_stands_when_the_last_is_taken_back(case_in, sign_in):
    walk, browser = case_in(State.RETURNED), sign_in("marina")
    walk.submit()  # completed, with the consent that was given anew
    walk.assign()
    assert len(walk.case.consents) == 2
    send(browser, walk, "revoke_consent", why="Mudou de ideia.")
    answer = send(browser, walk, "add", message="Mais isto.")
    assert answer.status_code == 422
    assert "O paciente retirou o consentimento: nada novo é enviado." in answer.get_data(as_text=True)
    answer = send(browser, walk, "revoke_consent", why="De novo.")
    assert answer.status_code == 409
    assert "registrou que o paciente retirou o consentimento" in answer.get_data(as_text=True)


def test_what_was_asked_for_is_not_sent_without_consent(case_in, sign_in):
    walk, browser = case_in(State.AWAITING_INFORMATION), sign_in("marina")
    send(browser, walk, "revoke_consent", why="Mudou de ideia.")
    assert send(browser, walk, "supply", answer_1="Negativa.").status_code == 422
    assert now_in(walk) == State.AWAITING_INFORMATION
    assert send(browser, walk, "cancel", why="Sem consentimento.").status_code == 302


@pytest.mark.parametrize(("who", "status"), [("paulo", 403), ("jonas", 404), ("dora", 200)])
def test_whose_it_is_to_record(answered, sign_in, who, status):
    assert sign_in(who).get(f"/cases/{answered.case.ref}/revoke_consent").status_code == status


@pytest.mark.parametrize(
    ("who", "state", "verb", "says", "target"),
    [
        ("rosangela", State.SUBMITTED, "return", "Escreva, em ao menos um campo, o que falta.", "missing_subjective"),
        ("paulo", State.ASSIGNED, "ask", "Escreva ao menos um exame ou uma informação.", "items"),
    ],
)
def test_an_empty_list_is_told_where_it_is_to_be_written(case_in, sign_in, who, state, verb, says, target):
    walk = case_in(state)
    page = send(sign_in(who), walk, verb).get_data(as_text=True)
    summary, rest = page.split('class="tc-errors"')[1].split("</ul>", 1)
    assert says in summary
    assert f'href="#{target}"' in summary
    assert f'id="{target}-e"' in rest
    assert says in rest.split(f'id="{target}-e"')[1].split("</p>")[0]
