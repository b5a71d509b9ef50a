"""The outcome survey: asked for thirty days after a conclusion, and one question at 30 and at 90 days."""

from datetime import timedelta

import pytest

from teleconsult import clock
from teleconsult.cases import alerts, outcome
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models_opinion import Outcome, OutcomeLater
from teleconsult.extensions import db, transaction
from teleconsult.network import settings
from teleconsult.people.models import UserRole
from tests import world
from tests.cases.filing import value_of
from tests.cases.helping import text_of, told

ALL = {"satisfaction": "4", "doubt": "fully", "referral": "avoided", "conduct": "already", "comment": "Ajudou muito."}


@pytest.fixture
def concluded(case_in):
    return case_in(State.CONCLUDED)


def later(days: float):
    return clock.at(clock.now() + timedelta(days=days))


def outcomes():
    db.session.rollback()
    return db.session.scalars(db.select(Outcome)).all()


def test_the_survey_stands_on_the_page_of_its_requester_only(concluded, sign_in):
    assert "Satisfação com a resposta" in text_of(sign_in("marina"), concluded)
    assert "Satisfação com a resposta" in text_of(sign_in("dora"), concluded)
    assert "Satisfação com a resposta" not in text_of(sign_in("paulo"), concluded)


def test_the_survey_is_led_to_from_the_top_of_the_page_while_it_waits(concluded, sign_in):
    """Who has just pressed the button that ends the case is told to say how it was: far below, on a telephone."""
    browser = sign_in("marina")
    page = text_of(browser, concluded)
    assert page.index('Falta contar <a href="#desfecho">como foi</a>') < page.index('id="desfecho"')
    assert 'href="#desfecho"' not in text_of(sign_in("paulo"), concluded)
    browser.post(f"/cases/{concluded.case.ref}/outcome", data={"satisfaction": "5"})
    assert 'href="#desfecho"' not in text_of(browser, concluded)


def test_the_answers_are_kept_and_shown_in_words(concluded, sign_in):
    browser = sign_in("marina")
    page = told(browser, browser.post(f"/cases/{concluded.case.ref}/outcome", data=ALL))
    assert "Obrigado." in page
    (row,) = outcomes()
    assert (row.satisfaction, row.doubt, row.referral, row.conduct, row.comment) == (
        4,
        "fully",
        "avoided",
        "already",
        "Ajudou muito.",
    )
    page = text_of(sign_in("paulo"), concluded)
    assert "Satisfeito" in page
    assert "Ajudou muito." in page


def test_the_scale_cannot_be_read_in_reverse():
    words = list(outcome.SATISFACTION.items())
    assert words[0] == ("5", "Muito satisfeito")
    assert words[4] == ("1", "Muito insatisfeito")


def test_what_is_left_out_was_not_informed(concluded, sign_in):
    sign_in("marina").post(f"/cases/{concluded.case.ref}/outcome", data={"doubt": "partly"})
    (row,) = outcomes()
    assert (row.satisfaction, row.doubt, row.referral, row.conduct) == (None, "partly", "not_informed", "not_informed")


def test_not_informed_can_be_said(concluded, sign_in):
    data = dict.fromkeys(("satisfaction", "doubt", "referral", "conduct"), "not_informed")
    assert sign_in("marina").post(f"/cases/{concluded.case.ref}/outcome", data=data).status_code == 302
    assert outcomes()[0].satisfaction is None


@pytest.mark.parametrize(
    "wrong", [{"satisfaction": "6"}, {"satisfaction": "x"}, {"doubt": "maybe"}, {"comment": "x" * 1001}]
)
def test_what_is_not_offered_is_refused(concluded, sign_in, wrong):
    assert sign_in("marina").post(f"/cases/{concluded.case.ref}/outcome", data=ALL | wrong).status_code == 422
    assert not outcomes()


def test_answering_again_replaces(concluded, sign_in):
    browser = sign_in("marina")
    browser.post(f"/cases/{concluded.case.ref}/outcome", data=ALL)
    browser.post(f"/cases/{concluded.case.ref}/outcome", data=ALL | {"satisfaction": "1"})
    assert [row.satisfaction for row in outcomes()] == [1]


@pytest.mark.parametrize("other", ["marina", "dora"])
def test_what_another_window_answered_is_neither_wiped_nor_asked_again(concluded, sign_in, other):
    address, browser = f"/cases/{concluded.case.ref}/outcome", sign_in("marina")
    first, second = ({"seen": value_of(text_of(browser, concluded, "/outcome"), "seen")} for _ in range(2))
    assert sign_in(other).post(address, data=first | {"satisfaction": "2", "comment": "Demorou."}).status_code == 302
    assert browser.post(address, data=second | {"doubt": "partly", "comment": ""}).status_code == 302
    (row,) = outcomes()
    assert (row.satisfaction, row.doubt, row.comment) == (2, "partly", "Demorou.")


@pytest.mark.parametrize(
    ("other", "who", "said"),
    [
        ("marina", "Você já respondeu em outra janela.", "Você salvou em outra janela: “%s”"),
        ("dora", "Dora Siqueira respondeu enquanto você escrevia.", "Dora Siqueira salvou: “%s”"),
    ],
)
def test_where_two_windows_answered_otherwise_one_is_told_whose_it_is_and_chooses(concluded, sign_in, other, who, said):
    address, browser = f"/cases/{concluded.case.ref}/outcome", sign_in("marina")
    first, second = ({"seen": value_of(text_of(browser, concluded, "/outcome"), "seen")} for _ in range(2))
    sign_in(other).post(address, data=first | {"satisfaction": "2", "conduct": "yes", "comment": "Demorou."})
    mine = {"satisfaction": "4", "comment": "Ajudou muito."}
    answer = browser.post(address, data=second | mine)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert who in page
    assert ("Isto já tinha mudado" in page, "Alguém foi mais rápido" in page) == (other == "marina", other == "dora")
    assert said % "Insatisfeito" in page
    assert said % "Demorou." in page
    assert "Ajudou muito." in page
    assert [row.comment for row in outcomes()] == ["Demorou."]
    again = mine | {"seen": value_of(page, "seen"), "conduct": "yes"}
    assert browser.post(address, data=again).status_code == 302
    assert [(row.satisfaction, row.conduct, row.comment) for row in outcomes()] == [(4, "yes", "Ajudou muito.")]


def test_the_later_question_in_two_windows_keeps_both(concluded, sign_in):
    address = f"/cases/{concluded.case.ref}/outcome/30"
    with later(31):
        browser = sign_in("marina")
        first, second = ({"seen": value_of(text_of(browser, concluded, "/outcome/30"), "seen")} for _ in range(2))
        browser.post(address, data=first | {"followed": "yes"})
        assert browser.post(address, data=second | {"result": "Curou."}).status_code == 302
        assert browser.post(address, data=second | {"result": "Piorou."}).status_code == 409
    db.session.rollback()
    (row,) = db.session.scalars(db.select(OutcomeLater)).all()
    assert (row.followed, row.result) == ("yes", "Curou.")


def test_each_conclusion_is_asked_about(concluded, sign_in):
    browser = sign_in("marina")
    browser.post(f"/cases/{concluded.case.ref}/outcome", data=ALL)
    concluded.do("reopen", "Voltou.", by="marina")
    assert browser.post(f"/cases/{concluded.case.ref}/outcome", data=ALL).status_code == 422
    concluded.conclude()
    browser.post(f"/cases/{concluded.case.ref}/outcome", data=ALL)
    assert [row.round for row in outcomes()] == [1, 2]


def test_an_open_case_has_no_page_to_tell_how_it_went(case_in, sign_in):
    ref, browser = case_in(State.ANSWERED).case.ref, sign_in("marina")
    for path in ("outcome", "outcome/30"):
        answer = browser.get(f"/cases/{ref}/{path}")
        assert answer.status_code == 422
        assert "depois que o caso é concluído" in answer.get_data(as_text=True)


def test_after_thirty_days_it_is_too_late(concluded, sign_in):
    with later(31):
        browser = sign_in("marina")
        refused = browser.post(f"/cases/{concluded.case.ref}/outcome", data=ALL)
    assert refused.status_code == 422
    assert not outcomes()


@pytest.mark.parametrize(("days", "asked"), [(29, []), (31, [30]), (59, [30]), (61, []), (91, [90]), (121, [])])
def test_the_later_question_has_its_days(concluded, sign_in, days, asked):
    with later(days):
        browser = sign_in("marina")
        page = text_of(browser, concluded)
        for when in (30, 90):
            assert (f"/outcome/{when}" in page) == (when in asked)
            status = browser.post(
                f"/cases/{concluded.case.ref}/outcome/{when}", data={"followed": "partly"}
            ).status_code
            assert status == (302 if when in asked else 422)


def test_the_later_answer_is_shown(concluded, sign_in):
    with later(35):
        browser = sign_in("marina")
        browser.post(f"/cases/{concluded.case.ref}/outcome/30", data={"followed": "yes", "result": "Lesões sumiram."})
        assert "Lesões sumiram." in text_of(browser, concluded)
    db.session.rollback()
    assert db.session.get(OutcomeLater, (concluded.case.id, 1, 30)).followed == "yes"


def test_after_a_case_was_reopened_the_later_question_is_asked_of_its_new_conclusion(concluded, sign_in):
    """What was said of the advice before counted for the one after it: nobody was asked, and nobody reminded."""
    case = concluded.case
    path = f"/cases/{case.ref}/outcome/30"
    with transaction():
        settings.set_days("reopen_days", 60)
    with later(30.1):
        sign_in("marina").post(path, data={"followed": "no", "result": "Não melhorou."})
    with later(30.2):
        concluded.do("reopen", "Não melhorou.", by="rosangela")
        concluded.conclude()
    with later(62):
        assert [row.days for row in outcome.pending_for(world.person("marina"))] == [30]
        assert [due.case_id for due in alerts.find("case.outcome_30")] == [case.id]
        browser = sign_in("marina")
        assert path in text_of(browser, concluded)
        assert "Não melhorou." not in text_of(browser, concluded, "/outcome/30")
        browser.post(path, data={"followed": "yes", "result": "Curou."})
        page = text_of(browser, concluded)
        assert -1 < page.find("Não melhorou.</") < page.find("Curou.</")
        assert path not in page
        db.session.rollback()
        assert outcome.pending_for(world.person("marina")) == []
        assert alerts.find("case.outcome_30") == []
    db.session.rollback()
    rows = db.session.execute(db.select(OutcomeLater.round, OutcomeLater.followed).order_by(OutcomeLater.round))
    assert [tuple(row) for row in rows] == [(1, "no"), (2, "yes")]


@pytest.mark.parametrize("path", ["outcome/7", "outcome/30/x", "outcome/999999999999999999999"])
def test_other_days_are_not_there(concluded, sign_in, path):
    assert sign_in("marina").get(f"/cases/{concluded.case.ref}/{path}").status_code == 404


def test_what_waits_for_whom(session, concluded):
    pending = outcome.pending_for(world.person("marina"))
    assert [(row.ref, row.days) for row in pending] == [(concluded.case.ref, 0)]
    assert outcome.pending_for(world.person("jonas")) == []
    assert outcome.pending_for(world.person("dora")) == []
    with later(31):
        assert [row.days for row in outcome.pending_for(world.person("marina"))] == [30]
    with later(200):
        assert outcome.pending_for(world.person("marina")) == []


def test_what_others_answered_hides_nothing_that_still_waits(concluded, case_in):
    """Whoever concludes a case a day was never asked at thirty days: the newest conclusions had used up the list."""
    with later(31):
        for _n in range(3):
            newer = case_in(State.CONCLUDED).case
            with transaction():
                outcome.answer(newer, outcome.Survey(satisfaction=5), by=world.person("marina"))
        pending = outcome.pending_for(world.person("marina"), limit=2)
        assert [(row.ref, row.days) for row in pending] == [(concluded.case.ref, 30)]


def test_nothing_waits_for_who_asks_no_more(session, concluded):
    """Their press would be refused, and the first letters of the patient's name are nothing of theirs now."""
    with transaction():
        world.person("marina").role_rows = [UserRole("consultant")]
    assert outcome.pending_for(world.person("marina")) == []


def test_what_was_answered_waits_no_more(session, concluded, sign_in):
    sign_in("marina").post(f"/cases/{concluded.case.ref}/outcome", data=ALL)
    session.rollback()
    assert outcome.pending_for(world.person("marina")) == []


@pytest.mark.parametrize(("cause", "asked"), [("died", False), ("refused", True)])
def test_of_a_patient_who_died_it_is_not_asked_whether_the_advice_was_followed(case_in, sign_in, cause, asked):
    walk = case_in(State.IN_PERSON)
    walk.do("close_unseen", cause, by="marina")
    assert sign_in("marina").get(f"/cases/{walk.case.ref}/outcome").status_code == 200
    with later(31):
        browser = sign_in("marina")
        assert (30 in outcome.asked_now(walk.case)) is asked
        assert ([one.days for one in outcome.pending_for(world.person("marina"))] == [30]) is asked
        page = browser.get(f"/cases/{walk.case.ref}/outcome/30", follow_redirects=True).get_data(as_text=True)
        assert ("foi seguida" in page) is asked


def test_of_a_case_that_was_closed_so_by_mistake_and_went_on_it_is_asked(case_in):
    walk = case_in(State.IN_PERSON)
    walk.do("close_unseen", "died", by="marina")
    with later(1):
        walk.do("reopen", "Era outra pessoa.", by="marina")
        walk.conclude()
    with later(32):
        assert 30 in outcome.asked_now(walk.case)
        assert [one.days for one in outcome.pending_for(world.person("marina"))] == [30]


@pytest.mark.parametrize(("path", "days"), [("outcome", 0), ("outcome/30", 30)])
def test_an_empty_sheet_is_no_answer_and_is_asked_again(concluded, sign_in, path, days):
    """It was thanked for and kept as if everything had been said to be unknown, and nobody asked again."""
    with clock.at(clock.now() + timedelta(days=days, minutes=1)):
        browser = sign_in("marina")
        answer = browser.post(f"/cases/{concluded.case.ref}/{path}", data={"comment": " ", "result": ""})
        assert answer.status_code == 422
        assert "Nenhuma pergunta tem resposta" in answer.get_data(as_text=True)
        db.session.rollback()
        assert days in [row.days for row in outcome.pending_for(world.person("marina"))]
