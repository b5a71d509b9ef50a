"""An age in words: exact where it changes what is done, in days for a newborn."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from teleconsult import clock
from teleconsult.cases.ages import age_words
from teleconsult.cases.lifecycle import State
from teleconsult.cases.request import PatientFacts
from teleconsult.patients.words import pairs_of
from tests import world
from tests.cases.filing import begin, fill
from tests.cases.helping import text_of

TODAY = date(2026, 11, 23)


@pytest.fixture
def say(application):
    """Speak as to whoever reads Portuguese."""
    with application.test_request_context():
        yield


@pytest.mark.parametrize(
    ("born", "years", "words"),
    [
        (TODAY, None, "0 dias"),
        (date(2026, 11, 22), None, "1 dia"),
        (date(2026, 11, 20), None, "3 dias"),
        (date(2026, 10, 24), None, "30 dias"),
        (date(2026, 10, 23), None, "1 mês"),
        (date(2024, 11, 24), None, "23 meses"),
        (date(2024, 11, 23), None, "2 anos"),
        (None, 0, "0 anos"),
        (None, 1, "1 ano"),
        (None, None, ""),
    ],
)
def test_an_age_is_said_in_the_unit_that_tells(say, born, years, words):
    assert age_words(TODAY, born, years) == words


def test_one_year_is_one_year_where_the_request_is_reviewed(say):
    assert dict(pairs_of(PatientFacts(name="Rui", age_years=1)))["Idade"] == "1 ano"


def test_a_newborn_is_days_old_while_the_request_is_written_and_when_it_was_sent(case_in, session, sign_in):
    browser, today = sign_in("marina"), clock.now().astimezone(ZoneInfo("America/Recife")).date()
    ref = begin(browser)
    fill(browser, ref, "patient", patient_name="RN de Severina", birth_date=today.strftime("%d/%m/%Y"))
    assert "RN de Severina, 0 dias" in browser.get(f"/cases/{ref}/edit/clinical").get_data(as_text=True)
    walk = case_in(State.DRAFT)
    walk.submit(patient=PatientFacts(name="RN de Severina", birth_date=today, sex="female"))
    assert "<h1>RN de Severina, 0 dias</h1>" in text_of(browser, walk)


def test_the_age_that_is_kept_is_that_of_the_day_where_the_patient_is(session):
    """In the last hours of a day it is the next one in Greenwich: a birthday counted on its eve."""
    walk = world.new_case()
    born = date(1979, 11, 24)
    with clock.at(datetime(2026, 11, 23, 22, 0, tzinfo=ZoneInfo("America/Recife"))):
        walk.submit(patient=PatientFacts(name=world.SECRET_NAME, birth_date=born, sex="female"))
    assert walk.case.age_years == 46
