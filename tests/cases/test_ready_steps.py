"""A step in which nobody has typed is written once for everybody: it must look as if it were written anew."""

import re

import pytest

from teleconsult.extensions import db, transaction
from teleconsult.network.models import Specialty
from teleconsult.web import controls
from tests.cases.filing import STEPS, begin, fill, hidden, path, sent
from tests.cases.test_draft_returned import give_back
from tests.world import specialty

OF_THE_MOMENT = re.compile(
    r'TC-\w+|name="(?:csrf_token|draft_editor|draft_version)"[^>]*>|data-version="\d+"|\d{1,2}:\d\d'
)


@pytest.fixture
def marina(session, sign_in):
    return sign_in("marina")


@pytest.fixture(autouse=True)
def forgotten():
    controls._kept.clear()


def shown(browser, ref, step):
    """Return the form of a step without what differs from one request to the next."""
    page = browser.get(path(ref, step)).get_data(as_text=True)
    return OF_THE_MOMENT.sub("", page.partition('id="formulario"')[2])


def anew(browser, ref, step):
    controls._kept.clear()
    return shown(browser, ref, step)


def ready():
    return [key for key in controls._kept if key[0] == "step"]


@pytest.mark.parametrize("step", STEPS)
def test_it_looks_the_same_the_second_time_and_on_the_next_draft(marina, step):
    first, second = (begin(marina, specialty="dermatologia") for _ in range(2))
    page = shown(marina, first, step)
    assert len(ready()) == 1
    assert shown(marina, first, step) == page
    assert shown(marina, second, step) == page
    assert len(ready()) == 1


@pytest.mark.parametrize("step", STEPS)
def test_the_form_of_one_that_stood_ready_is_taken(marina, step):
    for _ in range(2):
        ref = begin(marina, specialty="dermatologia")
        assert fill(marina, ref, step).status_code == 302


@pytest.mark.parametrize("step", STEPS)
def test_what_was_typed_is_shown_and_not_remembered(marina, step):
    empty, full = begin(marina), begin(marina)
    shown(marina, empty, step)
    fill(marina, full, step, go="leave")
    kept = ready()
    assert shown(marina, full, step) == anew(marina, full, step)
    assert ready() == []
    assert len(kept) == 1


def test_spaces_are_typed_too(marina):
    ref = begin(marina)
    fill(marina, begin(marina), "clinical")
    marina.post(path(ref, "clinical"), data=hidden(marina, ref, "clinical") | {"subjective": "  ", "go": "leave"})
    assert ready() == [key for key in ready() if key[1] == "clinical"]
    assert shown(marina, ref, "clinical") == anew(marina, ref, "clinical")


def test_each_specialty_and_each_language_has_its_own(marina):
    pages = set()
    for slug in ("dermatologia", "cardiologia", ""):
        ref = begin(marina, specialty=slug)
        pages.add(shown(marina, ref, "patient"))
        assert shown(marina, ref, "patient") == anew(marina, ref, "patient")
    marina.post("/language", data={"locale": "en"})
    english = shown(marina, ref, "patient")
    assert len({*pages, english}) == 4
    assert "Mother" in english


@pytest.mark.parametrize("step", ["patient", "questions"])
def test_a_specialty_that_changed_is_seen(marina, step):
    ref = begin(marina)
    shown(marina, ref, step)
    with transaction():
        db.session.get(Specialty, specialty("dermatologia").id).name_pt = "Pele e anexos"
    assert "Pele e anexos" in shown(marina, ref, step)


def test_what_a_step_lacks_is_said(marina):
    ref = begin(marina, specialty="dermatologia")
    shown(marina, ref, "clinical")
    page = marina.get(path(ref, "clinical") + "?check=1").get_data(as_text=True)
    assert "tc-bad" in page
    assert "tc-bad" not in shown(marina, ref, "clinical")


def test_what_the_administration_asks_is_said_and_nothing_of_it_is_remembered(marina):
    ref = sent(marina)
    give_back(ref, {"objective": "Peso de Severina", "available": "O que há?"})
    controls._kept.clear()
    assert "Peso de Severina" in shown(marina, ref, "clinical")
    assert "O que há?" in shown(marina, ref, "clinical")
    assert ready() == []
