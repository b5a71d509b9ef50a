"""Requests still being written are found as well, by who writes them and by nobody else."""

import pytest

from teleconsult.audit import AuditEvent
from teleconsult.extensions import db
from tests import world
from tests.cases.filing import begin, fill


@pytest.fixture
def marina(sign_in):
    return sign_in("marina")


@pytest.fixture
def written(marina):
    """Return a draft with two of its steps written."""
    ref = begin(marina)
    fill(marina, ref, "patient", cns="700 0000 1021 1009", record_number="00455")
    fill(marina, ref, "clinical")
    return ref


def looked_for(browser, words):
    """Return the page of what these words find."""
    return browser.get(browser.post("/cases/search", data={"q": words}).location).get_data(as_text=True)


@pytest.mark.parametrize(
    "words",
    [
        "Severina",
        "conceicao albuq",
        "manchas hipocrômicas",
        "dormência",
        "700000010211009",
        "700 0000 1021 1009",
        "00455",
        "14/3/1979",
    ],
)
def test_a_draft_is_found_by_its_patient_and_by_its_text(marina, written, words):
    page = looked_for(marina, words)
    assert f'href="/cases/{written}/edit"' in page
    assert "1 caso encontrado" in page
    assert "Rascunho" in page


@pytest.mark.parametrize("words", ["Severino", "manchas cefaleia", "7000000102110", "0045", "female", "spoken"])
def test_it_is_not_found_by_what_it_does_not_say_nor_by_the_choices_of_the_form(marina, written, words):
    assert written not in looked_for(marina, words)


@pytest.mark.parametrize("key", ["jonas", "bia", "paulo", "rosangela", "dora", "teresa"])
def test_nobody_else_finds_it(sign_in, written, key):
    assert written not in looked_for(sign_in(key), "Severina")


def test_support_finds_what_it_writes_for_others(sign_in, session):
    dora = sign_in("dora")
    ref = begin(dora, requester=world.person("marina").ref)
    fill(dora, ref, "patient")
    assert f'href="/cases/{ref}/edit"' in looked_for(dora, "Severina")


def test_drafts_stand_before_what_was_sent_and_on_the_first_page_alone(marina, written, case_in):
    sent = case_in("submitted").case.ref
    page = looked_for(marina, "manchas")
    assert page.index(written) < page.index(sent)
    assert "2 casos encontrados" in page
    further = marina.get("/cases/search?q=manchas&after=WzFd").get_data(as_text=True)
    assert written not in further


def test_the_reading_of_a_draft_is_recorded_like_that_of_any_case(marina, written, session):
    looked_for(marina, "Severina")
    session.rollback()
    event = session.scalars(db.select(AuditEvent).where(AuditEvent.word == "case.search")).one()
    assert event.data == {"cases": [written]}
