"""Writing a request step by step, without scripts: nothing typed is lost, and each thing is put right at its place."""

import pytest

from teleconsult.cases.models import Case
from teleconsult.coding import loader, tables
from teleconsult.extensions import db, transaction
from tests import world
from tests.cases.filing import (
    CLINICAL,
    at_once,
    begin,
    case_of,
    fill,
    fill_all,
    hidden,
    path,
    review_of,
    texts_of,
    value_of,
)


@pytest.fixture
def marina(session, sign_in):
    return sign_in("marina")


@pytest.fixture
def ref(marina):
    return begin(marina, specialty="dermatologia")


def test_the_form_that_begins_a_case_sent_twice_makes_one(marina):
    page = marina.get("/cases/new").get_data(as_text=True)
    data = {"token": value_of(page, "token"), "specialty": "dermatologia"}
    first, second = (marina.post("/cases/new", data=data).location for _ in range(2))
    assert first == second
    assert db.session.scalar(db.select(db.func.count(Case.id))) == 1


def test_the_form_that_begins_a_case_sent_twice_at_once_makes_one(marina):
    page = marina.get("/cases/new").get_data(as_text=True)
    data = {"token": value_of(page, "token")}
    db.session.rollback()
    answers = at_once(marina, [("/cases/new", data)] * 3)
    assert len({answer.location for answer in answers}) == 1
    assert db.session.scalar(db.select(db.func.count(Case.id))) == 1


@pytest.mark.parametrize("token", ["", "short", "x" * 44, "não é um token!!", "\x00" * 20])
def test_a_token_that_is_none_begins_a_case_all_the_same(marina, token):
    assert marina.post("/cases/new", data={"token": token}).status_code == 302
    assert db.session.scalar(db.select(db.func.count(Case.id))) == 1


def test_another_persons_token_does_not_lead_to_their_draft(marina, sign_in):
    page = marina.get("/cases/new").get_data(as_text=True)
    data = {"token": value_of(page, "token")}
    first = marina.post("/cases/new", data=data).location
    assert sign_in("jonas").post("/cases/new", data=data).status_code in (302, 409)
    assert sign_in("jonas").get(first).status_code == 404


def test_a_draft_is_resumed_where_it_is_not_complete(marina, ref):
    assert marina.get(f"/cases/{ref}/edit").location == path(ref, "patient")
    fill(marina, ref, "patient")
    assert marina.get(f"/cases/{ref}/edit").location == path(ref, "clinical")
    fill(marina, ref, "clinical")
    fill(marina, ref, "questions")
    assert marina.get(f"/cases/{ref}/edit").location == f"/cases/{ref}/edit/review"


@pytest.mark.parametrize(
    ("step", "field"), [("patient", "patient_name"), ("clinical", "subjective"), ("questions", "question_1")]
)
def test_a_step_that_lacks_something_is_kept_and_says_so_at_the_field(marina, ref, step, field):
    answer = fill(marina, ref, step, **{field: " "})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f'href="#{field}"' in page
    assert f'id="{field}-e"' in page
    assert texts_of(ref)["specialty"] == "dermatologia"


def test_what_is_typed_wrong_stays_as_it_was_typed(marina, ref):
    answer = fill(marina, ref, "patient", birth_date="31/02/1979", cns="123", patient_name=" Ana  ")
    assert answer.status_code == 422
    kept = texts_of(ref)
    assert (kept["birth_date"], kept["cns"], kept["patient_name"]) == ("31/02/1979", "123", " Ana  ")
    page = marina.get(path(ref, "patient")).get_data(as_text=True)
    assert 'value="31/02/1979"' in page
    assert 'id="cns-e"' in page
    assert 'href="#birth_date"' in page


def test_leaving_and_going_back_save_without_asking_for_anything(marina, ref):
    assert fill(marina, ref, "patient", go="leave", patient_name="Ana", birth_date="nunca").location == "/"
    assert fill(marina, ref, "clinical", go="back", subjective="").location == path(ref, "patient")
    assert fill(marina, ref, "questions", go="review", question_1="").location == path(ref, "review")
    assert fill(marina, ref, "questions", go="clinical").location == path(ref, "clinical")
    assert texts_of(ref)["patient_name"] == "Ana"
    assert texts_of(ref)["birth_date"] == "nunca"
    assert texts_of(ref)["complaint"] == CLINICAL["complaint"]


def test_a_text_over_its_limit_is_refused_by_its_limit_and_kept_whole(marina, ref):
    answer = fill(marina, ref, "clinical", complaint="x" * 161)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "160" in page
    assert "161" in page
    assert texts_of(ref)["complaint"] == "x" * 161


@pytest.mark.parametrize(
    "text", ["a\x00b", "😀👩🏽‍⚕️", "مريض \u202eabc", "a\r\nb\rc", "<script>alert(1)</script>", "{{ 7*7 }} %s"]
)
def test_any_text_is_kept_and_shown_as_text(marina, ref, text):
    fill(marina, ref, "clinical", subjective=text)
    kept = texts_of(ref)["subjective"]
    assert kept == text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
    for page in (marina.get(path(ref, "clinical")).get_data(as_text=True), review_of(marina, ref)):
        assert "<script>alert" not in page
        assert ("7*7" in page) is ("7*7" in text)


def test_codes_are_found_and_taken_away_without_scripts(marina, ref):
    data = hidden(marina, ref, "clinical") | CLINICAL | {"find": "problems", "problems_q": "dor nas costas"}
    page = marina.post(path(ref, "clinical"), data=data).get_data(as_text=True)
    assert "Usar “dor nas costas” como está" in page
    chosen = CLINICAL | {"problems": ["dormência na mão", "dor nas costas"]}
    data = hidden(marina, ref, "clinical") | chosen | {"drop": "problems:dormência na mão"}
    page = marina.post(path(ref, "clinical"), data=data).get_data(as_text=True)
    assert texts_of(ref)["problems"] == ["dor nas costas"]
    assert "dor nas costas" in page


def test_words_left_in_the_search_are_not_lost_on_the_way_on(marina, ref):
    answer = fill(marina, ref, "clinical", problems_q="asma")
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert "Usar “asma” como está" in page
    assert "Escolha um resultado da busca, ou continue: fica como você escreveu." in page
    again = {"problems_q": "asma", "problems_seen_q": "asma"}
    assert fill(marina, ref, "clinical", **again).status_code == 302
    assert texts_of(ref)["problems"] == ["dormência na mão", "asma"]


def test_words_of_which_a_result_was_chosen_are_not_kept_beside_it(marina, ref):
    with transaction():
        loader.write(loader.plan_cid10([tables.Entry("A30", "Hanseníase [lepra]")]))
    looked_up = {"problems_q": "lepra", "problems_seen_q": "lepra"}
    assert fill(marina, ref, "clinical", problems=["cid10:A30"], **looked_up).status_code == 302
    assert texts_of(ref)["problems"] == ["cid10:A30"]


@pytest.mark.parametrize("go", ["leave", "back", "patient"])
def test_words_left_in_the_search_are_kept_by_whoever_goes_elsewhere(marina, ref, go):
    fill(marina, ref, "clinical", problems=[], problems_q=" pressão\talta ", go=go)
    assert texts_of(ref)["problems"] == ["pressão alta"]


def test_a_rare_value_is_remarked_and_lets_one_go_on(marina, ref):
    assert fill(marina, ref, "clinical", temperature="41,5").status_code == 302
    assert "Valor pouco comum" in marina.get(path(ref, "clinical")).get_data(as_text=True)
    assert "Valor pouco comum" in review_of(marina, ref)
    assert fill(marina, ref, "clinical", temperature="415").status_code == 422


def test_a_threat_to_life_shows_where_to_call_and_goes_no_further(marina, ref):
    answer = fill(marina, ref, "questions", priority="emergency")
    assert answer.status_code == 422
    assert "tel:192" in answer.get_data(as_text=True)


def test_two_windows_on_one_step_show_both_texts_and_on_two_steps_do_not_meet(marina, ref):
    first, second = hidden(marina, ref, "clinical"), hidden(marina, ref, "clinical")
    other_step = hidden(marina, ref, "questions")
    assert marina.post(path(ref, "clinical"), data=CLINICAL | first | {"complaint": "um texto"}).status_code == 302
    assert marina.post(path(ref, "questions"), data=other_step | {"go": "leave"}).status_code == 302
    answer = marina.post(path(ref, "clinical"), data=CLINICAL | second | {"complaint": "outro texto"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "um texto" in page
    assert 'value="outro texto"' in page
    assert texts_of(ref)["complaint"] == "um texto"
    again = {name: value_of(page, name) for name in ("draft_version", "draft_editor")}
    assert marina.post(path(ref, "clinical"), data=CLINICAL | again | {"complaint": "outro texto"}).status_code == 302
    assert texts_of(ref)["complaint"] == "outro texto"


def test_the_same_window_may_save_twice_on_one_version(marina, ref):
    window = hidden(marina, ref, "clinical")
    for words in ("um", "um texto"):
        data = CLINICAL | window | {"complaint": words, "go": "leave"}
        assert marina.post(path(ref, "clinical"), data=data).status_code == 302
    assert texts_of(ref)["complaint"] == "um texto"


def test_strangers_find_nothing_and_other_roles_may_not_file(ref, sign_in, client):
    for key in ("jonas", "bia", "dora"):
        stranger = sign_in(key)
        for where in ("edit", "edit/patient", "edit/review", "edit/match", "discard"):
            assert stranger.get(f"/cases/{ref}/{where}").status_code == 404, (key, where)
        assert stranger.post(f"/cases/{ref}/draft?step=patient").status_code == 404
        assert stranger.post(f"/cases/{ref}/submit").status_code == 404
    for key in ("paulo", "rosangela", "teresa"):
        assert sign_in(key).get(f"/cases/{ref}/edit/patient").status_code == 403, key
    assert client.get(f"/cases/{ref}/edit/patient").status_code == 302
    assert sign_in("marina").get("/cases/TC-000000/edit/patient").status_code == 404


def test_a_draft_is_thrown_away_only_after_a_warning(marina, ref):
    assert "Não há como desfazer" in marina.get(f"/cases/{ref}/discard").get_data(as_text=True)
    assert "Não há como desfazer" in marina.post(f"/cases/{ref}/discard").get_data(as_text=True)
    assert case_of(ref)
    assert marina.post(f"/cases/{ref}/discard", data={"sure": "1"}).status_code == 302
    assert marina.get(f"/cases/{ref}/edit").status_code == 404


def test_drafts_are_listed_to_go_on_with(marina, ref, sign_in):
    fill(marina, ref, "patient", patient_name="Ana Lima")
    page = marina.get("/cases/new").get_data(as_text=True)
    assert f"/cases/{ref}/edit" in page
    assert "Ana Lima" in page
    assert "Ana Lima" not in sign_in("jonas").get("/cases/new").get_data(as_text=True)


def test_no_page_names_the_patient_in_its_title_or_address(marina, ref):
    fill_all(marina, ref)
    for where in ("patient", "clinical", "questions", "review"):
        page = marina.get(path(ref, where)).get_data(as_text=True)
        assert "Severina" not in page.split("</title>")[0]


def test_the_summary_says_which_sign_it_is(marina, ref):
    page = fill(marina, ref, "clinical", heart_rate="x", weight="y").get_data(as_text=True)
    assert '<a href="#heart_rate">Freq. cardíaca, bpm: Escreva só o número; o mais cabe no exame físico.</a>' in page
    assert '<a href="#weight">Peso, kg: Escreva só o número; o mais cabe no exame físico.</a>' in page


def test_where_nobody_answers_is_said_before_somebody_waits_there(marina):
    served, unserved = ">Cardiologia</option>", ">Cardiologia (ninguém atende agora)</option>"
    assert served in marina.get("/cases/new").get_data(as_text=True)
    ref = begin(marina, specialty="cardiologia")
    assert served in marina.get(path(ref, "patient")).get_data(as_text=True)
    fill_all(marina, ref, specialty="cardiologia")
    said = "Ninguém atende em Cardiologia agora."
    assert said not in review_of(marina, ref)
    with transaction():
        db.session.delete(world.person("helena").specialty_rows[0])
    other = begin(marina)
    for page in (marina.get("/cases/new"), marina.get(path(ref, "patient")), marina.get(path(other, "patient"))):
        assert unserved in page.get_data(as_text=True)
    assert said in review_of(marina, ref)
