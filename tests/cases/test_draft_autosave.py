"""Saving as one types: its own version, both texts on a conflict, and nothing lost when it cannot be saved."""

import re
from datetime import timedelta

import pytest

from teleconsult import clock
from teleconsult.extensions import db, transaction
from teleconsult.people.models import Session
from tests.cases.filing import CLINICAL, PATIENT, begin, case_of, fill_all, hidden, path, send, texts_of

JSON = {"Accept": "application/json"}


@pytest.fixture
def marina(session, sign_in):
    return sign_in("marina")


@pytest.fixture
def ref(marina):
    return begin(marina)


def autosave(browser, ref, step="clinical", **data):
    return browser.post(f"/cases/{ref}/draft?step={step}", data=data, headers=JSON)


def test_what_is_typed_is_kept_and_the_hour_is_told(marina, ref):
    window = hidden(marina, ref, "clinical")
    answer = autosave(marina, ref, **CLINICAL, **window)
    assert answer.status_code == 200
    assert answer.json["version"] == int(window["draft_version"]) + 1
    assert re.fullmatch(r"\d{1,2}:\d\d", answer.json["saved_at"])
    assert texts_of(ref)["subjective"] == CLINICAL["subjective"]


def test_of_another_day_the_page_tells_the_day_too(application, ref, sign_in):
    with clock.at(clock.now() - timedelta(days=2)):
        marina = sign_in("marina")
        autosave(marina, ref, **CLINICAL, **hidden(marina, ref, "clinical"))
        assert re.search(
            r"<span data-text>Salvo às \d{1,2}:\d\d<", marina.get(path(ref, "clinical")).get_data(as_text=True)
        )
    marina = sign_in("marina")
    for step in ("clinical", "review"):
        page = marina.get(path(ref, step)).get_data(as_text=True)
        assert re.search(r"Salvo (seg|ter|qua|qui|sex|sáb|dom)\., \d{1,2} [a-z]+\.,[^<]* \d{1,2}:\d\d<", page)


def test_saving_the_same_again_changes_nothing(marina, ref):
    window = hidden(marina, ref, "clinical")
    first = autosave(marina, ref, **CLINICAL, **window).json["version"]
    assert autosave(marina, ref, **CLINICAL, **window | {"draft_version": first}).json["version"] == first


def test_half_a_number_is_kept_as_it_stands(marina, ref):
    window = hidden(marina, ref, "patient")
    assert (
        autosave(marina, ref, "patient", **PATIENT | {"cns": "7000", "birth_date": "14/0"}, **window).status_code == 200
    )
    assert texts_of(ref)["cns"] == "7000"


def test_another_windows_words_are_given_back_to_choose_from(marina, ref):
    first, second = hidden(marina, ref, "clinical"), hidden(marina, ref, "clinical")
    saved = autosave(marina, ref, **CLINICAL | {"plan": "um"}, **first).json["version"]
    answer = autosave(marina, ref, **CLINICAL | {"plan": "outro"}, **second)
    assert answer.status_code == 409
    assert answer.json["version"] == saved
    assert answer.json["fields"]["plan"] == "um"
    assert set(answer.json["fields"]) >= {"complaint", "problems"}
    assert texts_of(ref)["plan"] == "um"
    again = second | {"draft_version": saved}
    assert autosave(marina, ref, **CLINICAL | {"plan": "outro"}, **again).status_code == 200
    assert texts_of(ref)["plan"] == "outro"


def test_support_and_requester_meet_on_the_words_not_on_the_form(session, sign_in):
    dora, marina = sign_in("dora"), sign_in("marina")
    ref = begin(dora, requester="PE-MARINA")
    one, other = hidden(dora, ref, "clinical"), hidden(marina, ref, "clinical")
    assert autosave(dora, ref, **CLINICAL, **one).status_code == 200
    assert autosave(marina, ref, **CLINICAL, **other).status_code == 200
    assert autosave(marina, ref, **CLINICAL | {"plan": "x"}, **other).status_code == 409


@pytest.mark.parametrize("version", ["", "abc", "-1", "9" * 40, "9" * 5000, "1; drop"])
def test_a_version_that_is_none_is_a_conflict_and_never_a_fault(marina, ref, version):
    answer = autosave(marina, ref, **CLINICAL, draft_version=version, draft_editor="x" * 900)
    assert answer.status_code in (200, 409)


@pytest.mark.parametrize("step", ["", "review", "nope", "_match"])
def test_a_step_that_is_none_is_not_there(marina, ref, step):
    assert autosave(marina, ref, step, draft_version="1").status_code == 404


def test_fields_of_other_steps_and_inner_names_are_not_taken(marina, ref):
    autosave(
        marina, ref, "clinical", **CLINICAL, **hidden(marina, ref, "clinical"), patient_name="x", _match="y", state="z"
    )
    assert not {"state", "_match"} & set(texts_of(ref))
    assert texts_of(ref).get("patient_name", "") == ""


def test_a_case_that_was_sent_takes_no_more_words(marina, ref):
    window = hidden(marina, ref, "clinical")
    fill_all(marina, ref)
    send(marina, ref)
    answer = autosave(marina, ref, **CLINICAL | {"plan": "tarde"}, **window)
    assert answer.status_code == 422
    assert "Você enviou o caso." in answer.json["error"]
    assert case_of(ref).plan == CLINICAL["plan"]


def test_an_ended_session_is_told_as_data_and_the_words_go_in_after_signing_in(marina, ref, sign_in):
    window = hidden(marina, ref, "clinical")
    with transaction():
        db.session.execute(db.update(Session).values(ended_at=Session.created_at))
    answer = autosave(marina, ref, **CLINICAL, **window)
    assert answer.status_code == 401
    assert answer.is_json
    again = sign_in("marina")
    assert autosave(again, ref, **CLINICAL, **window).status_code == 200
    assert texts_of(ref)["plan"] == CLINICAL["plan"]


def test_a_form_posted_after_the_session_ended_is_kept_for_its_owner(marina, ref):
    window = hidden(marina, ref, "clinical")
    with transaction():
        db.session.execute(db.update(Session).values(ended_at=Session.created_at))
    answer = marina.post(path(ref, "clinical"), data=CLINICAL | window)
    assert answer.status_code == 401
    assert 'name="kept"' in answer.get_data(as_text=True)
