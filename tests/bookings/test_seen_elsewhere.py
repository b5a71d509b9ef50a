"""A counter-referral before the booked day: the patient was seen on another occasion, and the slot is for somebody else."""

import pytest

from teleconsult import clock
from teleconsult.cases import actions as cases
from teleconsult.extensions import transaction
from tests import world
from tests.bookings.conftest import today
from tests.bookings.test_pages import fresh, text

AHEAD = "ainda não aconteceu"
SHEET = {
    "attended_by": "Dra. Lia Cordeiro", "diagnosis": "Psoríase.", "opinion": "Confirmo.", "conduct": "Tratar.",
    "returns": "no",
}  # fmt: skip


@pytest.fixture
def booked(desk):
    desk.allow()
    desk.session = desk.publish()
    request = desk.escalated()
    desk.book(request)
    return request


def page_of(browser, request):
    return text(browser.get(f"/cases/{request.case.ref}/counter_refer"))


@pytest.mark.parametrize("key", ["rosangela", "lia"])
def test_what_becomes_of_the_booked_visit_is_said_before(desk, booked, sign_in, key):
    browser = sign_in(key)
    page = page_of(browser, booked)
    assert AHEAD in page
    assert f'value="{desk.session.day:%d/%m/%Y}"' not in page
    with clock.at(desk.session.starts_at):
        page = page_of(sign_in(key), booked)
    assert AHEAD not in page


def test_the_specialist_who_saw_the_patient_before_the_day_goes_on_seeing_the_case(booked, sign_in):
    browser = sign_in("lia")
    address = f"/cases/{booked.case.ref}"
    sheet = SHEET | {"attended_on": f"{today():%d/%m/%Y}", "version": booked.case.version}
    assert browser.post(f"{address}/counter_refer", data=sheet).status_code == 302
    fresh()
    assert booked.state == "ended"
    assert "Psoríase." in text(browser.get(address))
    assert booked.case.ref in text(browser.get("/cases/search?q=psoríase"))


def test_who_only_typed_the_paper_does_not(booked, sign_in):
    with transaction(booked.case):
        visit = cases.Visit(today(), "Dra. Lia", "Psoríase.", "Sim.", "Tratar.", returns=False)
        cases.counter_refer(booked.case, visit, by=world.person("lia"), from_paper=True)
    assert sign_in("lia").get(f"/cases/{booked.case.ref}").status_code == 404
