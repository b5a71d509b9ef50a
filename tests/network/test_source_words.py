"""What the source says of its own readings is read in one's own language, and stays as it is until somebody changes it."""

import csv
import html
import re

import pytest
from flask_babel import force_locale

from teleconsult.extensions import db, transaction
from teleconsult.network import alternatives, source_words
from teleconsult.network.directory import specialty_by, unit_by
from teleconsult.network.loader import load
from teleconsult.network.models import HealthUnit, Specialty
from tests import english
from tests.network.test_loader import REFERENCE

UNIT, NOTE = "usf-skylab", 'Neighbourhood printed as the abbreviation "CDU".'
PORTUGUESE = "Bairro impresso pela sigla “CDU”."


@pytest.fixture
def noted(session):
    with transaction():
        unit_by(UNIT).note = NOTE


def test_all_that_the_source_says_has_words_in_both_languages(session, application):
    with transaction():
        load(REFERENCE, "DS IV")
    notes = {*session.scalars(db.select(HealthUnit.note)), *session.scalars(db.select(Specialty.note))} - {""}
    details = set(session.scalars(db.select(Specialty.details))) - {""}
    assert notes == {note for note in source_words.NOTES if note in notes}
    assert details == details & source_words.DETAILS
    with application.test_request_context(), force_locale("en"):
        for text in notes | details:
            assert not english.portuguese_in(source_words.shown(text)), text
    with application.test_request_context(), force_locale("pt_BR"):
        for text in notes | details:
            assert not re.search(r"\b(the|in|of|and)\b", source_words.shown(text)), text


def test_every_sentence_is_one_of_the_source():
    rows = [*csv.DictReader((REFERENCE / "health_units.csv").open(encoding="utf-8"))]
    rows += csv.DictReader((REFERENCE / "specialties.csv").open(encoding="utf-8"))
    assert set(source_words.NOTES) == {row["note"] for row in rows} - {""}


def form_of(browser, path="/units/usf-skylab/edit"):
    """Return what the form of a page would send, and the page."""
    page = browser.get(path).get_data(as_text=True)
    inside = page.split('id="formulario"')[1].split("</form>")[0]
    sent = {name: html.unescape(value) for name, value in re.findall(r'name="(\w+)"[^>]*?value="([^"]*)"', inside)}
    sent |= {n: html.unescape(v).strip() for n, v in re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>([^<]*)<', inside)}
    chosen = re.findall(r'<select[^>]*name="(\w+)".*?<option selected value="([^"]*)"', inside, re.DOTALL)
    return sent | dict(chosen), page


@pytest.mark.parametrize(("language", "words"), [("pt_BR", PORTUGUESE), ("en", NOTE)])
def test_saving_what_was_shown_changes_nothing(sign_in, session, noted, language, words):
    manager = sign_in("teresa")
    manager.post("/language", data={"locale": language})
    sent, _page = form_of(manager)
    assert sent["note"] == words
    assert manager.post("/units/usf-skylab/edit", data=sent).status_code == 302
    session.rollback()
    assert unit_by(UNIT).note == NOTE


def test_other_words_take_its_place(sign_in, session, noted):
    manager = sign_in("teresa")
    sent, _page = form_of(manager)
    assert (
        manager.post("/units/usf-skylab/edit", data=sent | {"note": "CDU é Cidade Universitária."}).status_code == 302
    )
    session.rollback()
    assert unit_by(UNIT).note == "CDU é Cidade Universitária."
    assert form_of(manager)[0]["note"] == "CDU é Cidade Universitária."


def test_the_detail_of_a_specialty_is_read_in_english_on_its_form_and_in_the_guide(sign_in, session):
    manager = sign_in("teresa")
    sent, _page = form_of(manager, "/specialties/dermatologia/edit")
    loaded = {"details": "Inclui hansenologia na Portaria", "alternative": alternatives.NO_REFERENCE}
    assert manager.post("/specialties/dermatologia/edit", data=sent | loaded).status_code == 302
    manager.post("/language", data={"locale": "en"})
    sent, _page = form_of(manager, "/specialties/dermatologia/edit")
    assert sent["details"] == "Includes leprosy in the ordinance"
    assert sent["alternative"].startswith("No reference service")
    assert "Includes leprosy in the ordinance" in manager.get("/guide").get_data(as_text=True)
    assert manager.post("/specialties/dermatologia/edit", data=sent).status_code == 302
    session.rollback()
    assert specialty_by("dermatologia").details == "Inclui hansenologia na Portaria"
    assert specialty_by("dermatologia").alternative == alternatives.NO_REFERENCE
