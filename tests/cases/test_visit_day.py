"""The day of an in-person visit: a referral may be written down after the patient was seen, knowingly, but not a year after."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from teleconsult import clock
from teleconsult.cases import actions
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models_opinion import CounterReferral
from teleconsult.errors import Refused
from teleconsult.extensions import db, transaction
from tests import world

MADE = datetime(2026, 6, 11, 1, tzinfo=UTC)
"""When the referral is made: on the 10th in Recife, already on the 11th in UTC."""
MADE_ON = date(2026, 6, 10)
NOW = MADE + timedelta(days=3)
SHEET = {
    "attended_by": "Dr. Olavo Sá", "diagnosis": "Hanseníase.", "opinion": "Confirmo.", "conduct": "Tratar.",
    "returns": "no",
}  # fmt: skip


@pytest.fixture
def case(case_in):
    with clock.at(MADE):
        return case_in(State.IN_PERSON).case


def recorded(case, day, earlier=True):
    visit = actions.Visit(day, "Dr. Olavo Sá", "Hanseníase.", "Confirmo.", "Tratar.", returns=False, earlier=earlier)
    with clock.at(NOW), transaction(case):
        actions.counter_refer(case, visit, by=world.person("rosangela"), from_paper=True)


@pytest.mark.parametrize("day", [MADE_ON - timedelta(days=365), MADE_ON - timedelta(days=1), MADE_ON])
def test_a_visit_of_up_to_a_year_before_the_referral_is_taken(case, day):
    recorded(case, day)
    assert case.state == State.CONCLUDED
    assert db.session.scalar(db.select(CounterReferral.attended_on)) == day


def test_a_visit_before_its_referral_is_asked_about(case):
    with pytest.raises(Refused, match="seria antes do encaminhamento, que é de 10/06/2026") as refused:
        recorded(case, MADE_ON - timedelta(days=1), earlier=False)
    assert refused.value.field == "earlier"
    db.session.rollback()
    assert case.state == State.IN_PERSON
    recorded(case, MADE_ON, earlier=False)
    assert case.state == State.CONCLUDED


@pytest.mark.parametrize("day", [MADE_ON - timedelta(days=366), date(1926, 6, 10), date.min])
def test_a_visit_of_more_than_a_year_before_it_is_refused(case, day):
    with pytest.raises(Refused, match="mais de um ano antes do encaminhamento") as refused:
        recorded(case, day)
    assert refused.value.field == "attended_on"
    db.session.rollback()
    assert case.state == State.IN_PERSON
    assert db.session.scalar(db.select(CounterReferral.id)) is None


@pytest.mark.parametrize(("zone", "earliest"), [("America/Recife", date(2025, 6, 10)), ("UTC", date(2025, 6, 11))])
def test_the_year_is_counted_on_the_clocks_of_the_unit(case, zone, earliest):
    with transaction():
        case.unit.zone = zone
    with pytest.raises(Refused):
        recorded(case, earliest - timedelta(days=1))
    db.session.rollback()
    recorded(case, earliest)


@pytest.fixture
def send(case, sign_in):
    """Send the sheet of the case with a day and more, from its page."""
    browser, address = sign_in("rosangela"), f"/cases/{case.ref}/counter_refer"

    def made(day, **more):
        with clock.at(NOW):
            page = browser.get(address).get_data(as_text=True)
            assert 'name="earlier"' not in page
            carried = dict(re.findall(r'name="(version|seen)"[^>]*value="([^"]*)"', page))
            return browser.post(address, data=carried | SHEET | {"attended_on": day} | more)

    return made


@pytest.mark.parametrize(("day", "status"), [("09/06/2025", 422), ("10/06/2025", 302)])
def test_the_page_says_it_at_the_field_and_keeps_what_was_typed(send, day, status):
    answer = send(day, earlier="y")
    assert answer.status_code == status
    if status == 422:
        page = answer.get_data(as_text=True)
        assert "O atendimento seria mais de um ano antes do encaminhamento. Confira o ano." in page
        assert 'href="#attended_on"' in page
        assert f'value="{day}"' in page
        assert "Confirmo." in page


def test_the_page_asks_about_a_day_before_the_referral_and_takes_it_when_that_is_meant(case, send):
    answer = send("09/06/2026")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'href="#earlier"' in page
    assert re.search(r'<input[^>]*name="earlier"', page)
    assert "que é de 10/06/2026" in page
    assert "Confirmo." in page
    assert send("09/06/2026", earlier="y").status_code == 302
    db.session.rollback()
    assert case.state == State.CONCLUDED


def test_of_a_day_that_is_not_before_nothing_is_asked(send):
    assert send("10/06/2026").status_code == 302


def test_the_same_sheet_sent_again_is_recognised(case, sign_in):
    browser, address = sign_in("rosangela"), f"/cases/{case.ref}/counter_refer"
    with clock.at(NOW):
        page = browser.get(address).get_data(as_text=True)
        carried = dict(re.findall(r'name="(version|seen)"[^>]*value="([^"]*)"', page))
        sheet = carried | SHEET | {"attended_on": "09/06/2026", "earlier": "y"}
        assert [browser.post(address, data=sheet).status_code for _ in range(2)] == [302, 302]
