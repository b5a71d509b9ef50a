"""What every page of a move has in common: it opens to whom it belongs, says what it will do, and loses nothing."""

from pathlib import Path

import pytest

from teleconsult.cases import lifecycle, words
from teleconsult.cases.lifecycle import MOVES, State, Who
from teleconsult.cases.models_opinion import OpinionDraft
from teleconsult.extensions import db, transaction
from teleconsult.network.models import Specialty
from tests import world
from tests.cases.helping import last_event, now_in, send, text_of, told

S = State
WHY = {"why": "Um motivo de verdade."}
ROWS = (
    # verb, from, by, what it carries, to, what the toast says
    ("return", S.SUBMITTED, "rosangela", {"missing_objective": "Teste de sensibilidade."}, S.RETURNED, "devolvido"),
    ("redirect", S.SUBMITTED, "rosangela", {"specialty": "neurologia", **WHY}, S.SUBMITTED, "Neurologia"),
    ("redirect", S.ASSIGNED, "paulo", {"specialty": "neurologia", **WHY}, S.SUBMITTED, "Neurologia"),
    ("reprioritise", S.SUBMITTED, "marina", {"priority": "high", **WHY}, S.SUBMITTED, "Prioridade mudada"),
    ("reprioritise", S.ASSIGNED, "rosangela", {"priority": "urgent", **WHY}, S.ASSIGNED, "Prioridade mudada"),
    ("assign", S.SUBMITTED, "rosangela", {"consultant": "PE-PAULO", **WHY}, S.ASSIGNED, "Dr. Paulo Nogueira"),
    ("assign", S.ASSIGNED, "rosangela", {"consultant": "PE-LIA", **WHY}, S.ASSIGNED, "Dra. Lia Cordeiro"),
    ("decline", S.ASSIGNED, "paulo", WHY, S.SUBMITTED, "devolvido à fila"),
    ("ask", S.ASSIGNED, "paulo", {"items-0": "Hemograma", "items-2": "Foto"}, S.AWAITING_INFORMATION, "Pedido enviado"),
    ("add", S.ANSWERED, "marina", {"message": "Chegou o exame."}, S.ANSWERED, "Mensagem enviada"),
    ("add", S.ASSIGNED, "paulo", {"message": "Estou lendo."}, S.ASSIGNED, "Mensagem enviada"),
    ("follow_up", S.ANSWERED, "marina", {"question": "E se não melhorar?"}, S.ASSIGNED, "Pergunta enviada"),
    ("follow_up", S.CONCLUDED, "dora", {"question": "E se não melhorar?"}, S.ASSIGNED, "Pergunta enviada"),
    (
        "escalate",
        S.ANSWERED,
        "paulo",
        {"specialty": "dermatologia", "priority": "high", "justification": "Biópsia.", "bring": "Documento."},
        S.IN_PERSON,
        "Encaminhamento feito",
    ),
    ("call_off", S.IN_PERSON, "paulo", WHY, S.ASSIGNED, "suspensa"),
    ("call_off", S.IN_PERSON, "rosangela", WHY, S.ASSIGNED, "suspensa"),
    ("close_unseen", S.IN_PERSON, "marina", {"cause": "moved"}, S.CONCLUDED, "encerrado sem consulta"),
    (
        "counter_refer",
        S.IN_PERSON,
        "rosangela",
        {
            "attended_on": "hoje",
            "attended_by": "Dr. Olavo Sá",
            "diagnosis": "Hanseníase.",
            "opinion": "Confirmo.",
            "conduct": "Tratar.",
            "returns": "no",
        },
        S.CONCLUDED,
        "Contrarreferência registrada",
    ),
    ("accept", S.ANSWERED, "marina", {}, S.CONCLUDED, "Caso concluído"),
    ("reopen", S.CONCLUDED, "rosangela", WHY, S.ASSIGNED, "reaberto"),
    ("hand_over", S.DRAFT, "rosangela", {"requester": "PE-JONAS"}, S.DRAFT, "Dr. Jonas Tenório"),
    ("hand_over", S.ASSIGNED, "dora", {"requester": "PE-JONAS"}, S.ASSIGNED, "Dr. Jonas Tenório"),
    ("cancel", S.RETURNED, "marina", WHY, S.CANCELLED, "cancelado"),
)
IDS = [f"{row[0]}-{row[1]}-{row[2]}" for row in ROWS]
ELSEWHERE = {"submit", "claim", "supply", "answer", "conclude", "release", "lapse"}
"""Moves with tests of their own, or that only the system makes."""


def test_every_move_is_tried_here_or_in_a_file_of_its_own():
    assert {row[0] for row in ROWS} | ELSEWHERE == set(MOVES)


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_a_move_from_its_page_to_the_timeline(case_in, sign_in, row):
    verb, state, who, fields, target, toast = row
    walk = case_in(state)
    browser = sign_in(who)
    text_of(browser, walk, f"/{verb}")
    page = told(browser, send(browser, walk, verb, **fields))
    assert now_in(walk) == target
    event = last_event(walk)
    assert (event.verb, event.by_id) == (verb, world.person(who).id)
    assert toast in page


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_a_stale_page_changes_nothing_and_keeps_what_was_typed(case_in, sign_in, row):
    verb, state, who, fields, _target, _toast = row
    walk = case_in(state)
    before = walk.case.steps
    answer = send(sign_in(who), walk, verb, stale=True, **fields)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert now_in(walk) == state
    assert walk.case.steps == before
    assert "O caso mudou enquanto você escrevia" in page
    for name, typed in fields.items():
        if name in ("why", "note", "message", "question", "justification") or name.startswith(("missing", "items")):
            assert typed in page, name
    assert f'name="version" type="hidden" value="{walk.case.version}"' in page


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row[3]], ids=[i for i, row in zip(IDS, ROWS, strict=True) if row[3]]
)
def test_what_is_missing_is_said_and_changes_nothing(case_in, sign_in, row):
    verb, state, who, _fields, _target, _toast = row
    walk = case_in(state)
    answer = send(sign_in(who), walk, verb)
    assert answer.status_code == 422
    assert "data-errors" in answer.get_data(as_text=True)
    assert now_in(walk) == state


@pytest.mark.parametrize("verb", sorted(set(MOVES) - {"release", "lapse", "submit", "claim"}))
def test_a_page_that_is_not_open_says_why(case_in, sign_in, verb):
    shut = S.CANCELLED if S.CANCELLED not in MOVES[verb].sources else S.DRAFT
    walk = case_in(shut)
    browser, address = sign_in("dora"), f"/cases/{walk.case.ref}"
    answer = browser.get(f"{address}/{verb}")
    if answer.status_code != 403:
        assert (answer.status_code, answer.location) == (302, address)
        assert "Este passo não é possível" in text_of(browser, walk)


def test_somebody_elses_move_is_refused_with_a_sentence(case_in, sign_in):
    walk = case_in(S.ANSWERED)
    page = sign_in("paulo").get(f"/cases/{walk.case.ref}/call_off", follow_redirects=True).get_data(as_text=True)
    assert "Este passo não é possível" in page
    walk = case_in(S.CONCLUDED)
    page = sign_in("paulo").get(f"/cases/{walk.case.ref}/reopen", follow_redirects=True).get_data(as_text=True)
    assert "Este passo cabe a outra pessoa." in page
    walk = case_in(S.SUBMITTED)
    answer = send(sign_in("dora"), walk, "cancel", **WHY)
    assert answer.status_code == 302


def test_a_long_text_is_refused_and_kept(case_in, sign_in):
    walk = case_in(S.ASSIGNED)
    answer = send(sign_in("paulo"), walk, "decline", why="x" * 1001)
    assert answer.status_code == 422
    assert "x" * 1001 in answer.get_data(as_text=True)
    assert now_in(walk) == S.ASSIGNED


def test_html_and_nul_in_a_text_are_only_text(case_in, sign_in):
    walk = case_in(S.ASSIGNED)
    browser = sign_in("paulo")
    send(browser, walk, "add", message="<script>alert(1)</script>\x00 & fim")
    page = text_of(browser, walk)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; fim" in page


def test_ones_own_files_do_not_make_ones_own_form_stale(case_in, sign_in):
    walk = case_in(S.ASSIGNED)
    version, seen = walk.case.version, walk.case.steps
    walk.do("add", "", files=("AR-1",), by="paulo")
    browser = sign_in("paulo")
    answer = browser.post(f"/cases/{walk.case.ref}/decline", data={"version": version, "seen": seen, **WHY})
    assert answer.status_code == 302
    assert now_in(walk) == S.SUBMITTED


def test_somebody_elses_files_do(case_in, sign_in):
    walk = case_in(S.ASSIGNED)
    version, seen = walk.case.version, walk.case.steps
    walk.do("add", "", files=("AR-1",), by="marina")
    answer = sign_in("paulo").post(f"/cases/{walk.case.ref}/decline", data={"version": version, "seen": seen, **WHY})
    assert answer.status_code == 409
    assert "Dra. Marina Alves acrescentou" in answer.get_data(as_text=True)


def test_support_is_told_for_whom_it_acts(case_in, sign_in):
    walk = case_in(S.ANSWERED)
    browser = sign_in("dora")
    assert "Você age por Dra. Marina Alves" in text_of(browser, walk)
    send(browser, walk, "accept")
    assert last_event(walk).for_id == world.person("marina").id
    assert "Dora Siqueira por Dra. Marina Alves" in text_of(sign_in("marina"), walk)


@pytest.mark.parametrize("verb", MOVES)
@pytest.mark.parametrize("state", list(State))
def test_every_verb_has_words_in_every_state_it_starts_from(verb, state):
    if state in MOVES[verb].sources:
        row = words.words_of(verb, state)
        assert all((row.label, row.does, row.done, row.icon, row.tone))


def test_no_words_without_a_verb():
    assert words.told() - set(MOVES) == {"correct", "withdraw", "withdraw_file", "revoke_consent", "repoint"}


def test_every_main_verb_is_somebodys():
    assert all(MOVES[verb].who - {Who.SYSTEM} for verb in words.MAIN)
    assert set(words.MAIN) <= set(lifecycle.MOVES)


def test_icons_of_the_verbs_are_drawn():
    drawn = (Path(__file__).resolve().parents[2] / "static" / "img" / "icons.svg").read_text(encoding="utf-8")
    missing = [
        verb for verb in words.told() for state in State if f'id="{words.words_of(verb, state).icon}"' not in drawn
    ]
    assert not missing


def test_the_unsent_opinion_begins_the_referral(session, case_in, sign_in):
    walk = case_in(S.ASSIGNED)
    browser = sign_in("paulo")
    browser.post(
        f"/cases/{walk.case.ref}/opinion-draft",
        data={"draft_version": "0", "diagnoses": "cid10:A30|Hanseníase virchowiana"},
    )
    page = text_of(browser, walk, "/escalate")
    assert "Hanseníase virchowiana" in page
    assert "Manchas claras com perda de sensibilidade" in page
    session.rollback()
    assert session.query(OpinionDraft).count() == 1


def test_a_patient_is_sent_to_what_has_visits(session, case_in, sign_in):
    others = {"programme": "Imunização", "support_service": "Esterilização", "sub_specialty": "Endodontia"}
    with transaction():
        db.session.add_all(
            Specialty(slug=category, name_pt=name, name_en=name, category=category) for category, name in others.items()
        )
    page = text_of(sign_in("paulo"), case_in(S.ASSIGNED), "/escalate")
    agenda = sign_in("rosangela").get("/bookings/agenda/new").get_data(as_text=True)
    for html in (page, agenda):
        assert 'value="cardiologia"' in html
        assert 'value="sub_specialty"' in html
        assert 'value="support_service"' not in html
        assert 'value="programme"' not in html
