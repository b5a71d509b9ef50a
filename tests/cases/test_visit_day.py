"""The day of an in-person visit: a referral may be written down after the patient was seen, but not a year after."""

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


def recorded(case, day):
    visit = actions.Visit(day, "Dr. Olavo Sá", "Hanseníase.", "Confirmo.", "Tratar.", returns=False)
    with clock.at(NOW), transaction(case):
        actions.counter_refer(case, visit, by=world.person("rosangela"), from_paper=True)


@pytest.mark.parametrize("day", [MADE_ON - timedelta(days=365), MADE_ON - timedelta(days=1), MADE_ON])
def test_a_visit_of_up_to_a_year_before_the_referral_is_taken(case, day):
    recorded(case, day)
    assert case.state == State.CONCLUDED
    assert db.session.scalar(db.select(CounterReferral.attended_on)) == day


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


@pytest.mark.parametrize(("day", "status"), [("09/06/2025", 422), ("10/06/2025", 302)])
def test_the_page_says_it_at_the_field_and_keeps_what_was_typed(case, sign_in, day, status):
    address = f"/cases/{case.ref}/counter_refer"
    with clock.at(NOW):
        browser = sign_in("rosangela")
        page = browser.get(address).get_data(as_text=True)
        carried = dict(re.findall(r'name="(version|seen)"[^>]*value="([^"]*)"', page))
        answer = browser.post(address, data=carried | SHEET | {"attended_on": day})
    assert answer.status_code == status
    if status == 422:
        page = answer.get_data(as_text=True)
        assert "O atendimento seria mais de um ano antes do encaminhamento. Confira o ano." in page
        assert 'href="#attended_on"' in page
        assert f'value="{day}"' in page
        assert "Confirmo." in page
