"""Who asks never reports back to themselves: the counter-referral of an own case is the administration's."""

from datetime import timedelta

import pytest

from teleconsult import clock
from teleconsult.bookings import queries
from teleconsult.cases import actions as cases
from teleconsult.cases.lifecycle import State
from teleconsult.credits.models import CreditEntry
from teleconsult.errors import Refused
from teleconsult.extensions import db, transaction
from teleconsult.people.models import UserRole, UserSpecialty
from tests import world
from tests.bookings.conftest import today

WHY = "Você fez este pedido e é quem atende a consulta"


@pytest.fixture
def roles():
    return ("requester", "consultant")


@pytest.fixture
def seen(desk, roles):
    """A case of Marina's whose patient was seen by Marina herself."""
    with transaction():
        marina = world.person("marina")
        marina.role_rows = [UserRole(role) for role in roles]
        marina.specialty_rows = [UserSpecialty(world.specialty().id)]
    desk.allow()
    desk.publish(specialist=world.person("marina"), specialist_name="Dra. Marina Alves")
    request = desk.escalated()
    at = desk.book(request).at + timedelta(hours=1)
    with clock.at(at):
        desk.do("attend", request, by="rosangela")
        yield request.case


def visit():
    return cases.Visit(today(), "Dra. Marina Alves", "Psoríase", "Confirmada.", "Tratar.", False)


@pytest.mark.parametrize(
    "roles", [("requester", "consultant"), ("requester", "consultant", "administrator")], ids=["both", "all"]
)
def test_who_asked_does_not_write_what_came_of_the_visit_also_as_the_specialist_of_it(seen, sign_in):
    """They wrote the second opinion on their own case and earned hours by it."""
    with pytest.raises(Refused, match=WHY), transaction(seen, seen.version):
        cases.counter_refer(seen, visit(), by=world.person("marina"))
    browser = sign_in("marina")
    page = browser.get(f"/cases/{seen.ref}").get_data(as_text=True)
    assert WHY in page  # and not only no button: whose it is now
    assert f'href="/cases/{seen.ref}/counter_refer"' not in page


def test_the_administration_writes_it_from_the_sheet_and_nobody_is_paid(seen, sign_in):
    desk = sign_in("rosangela")
    assert f'href="/cases/{seen.ref}/counter_refer"' in desk.get(f"/cases/{seen.ref}").get_data(as_text=True)
    db.session.rollback()
    with transaction(seen, seen.version):
        cases.counter_refer(seen, visit(), by=world.person("rosangela"), from_paper=True)
    assert seen.state == State.CONCLUDED
    assert not db.session.scalars(db.select(CreditEntry).where(CreditEntry.kind == "counter_referral")).all()


def test_the_specialist_of_somebody_elses_case_writes_it(desk, sign_in):
    desk.allow()
    desk.publish()
    request = desk.escalated()
    with clock.at(desk.book(request).at + timedelta(hours=1)):
        desk.do("attend", request, by="rosangela")
        with transaction(request.case, request.case.version):
            cases.counter_refer(request.case, visit(), by=world.person("lia"))
    assert request.case.state == State.CONCLUDED


def test_who_saw_the_patient_before_reports_nothing_of_a_later_referral(desk, sign_in):
    """The case was concluded with a visit that nobody had made, the other's booking was ended, and hours were earned."""
    desk.allow()
    desk.publish()
    request = desk.escalated()
    case = request.case
    with clock.at(desk.book(request).at + timedelta(hours=1)):
        desk.do("attend", request, by="rosangela")
        with transaction(case, case.version):
            cases.counter_refer(case, visit(), by=world.person("lia"))
        walk = world.Walk(case)
        walk.do("reopen", "Piorou.", by="marina")
        walk.escalate()
        with pytest.raises(Refused), transaction(case, case.version):
            cases.counter_refer(case, visit(), by=world.person("lia"))
        browser, address = sign_in("lia"), f"/cases/{case.ref}"
        assert f'href="{address}/counter_refer"' not in browser.get(address).get_data(as_text=True)
        assert browser.get(address).status_code == 200  # it stays theirs to read
        db.session.rollback()
        db.session.refresh(case)
        assert case.state == State.IN_PERSON
        desk.publish(days=9)
        again = queries.requests_of(case.id)[-1]
        at = desk.book(again).at + timedelta(hours=1)
    with clock.at(at), transaction(case, case.version):
        cases.counter_refer(case, visit(), by=world.person("lia"))
    assert case.state == State.CONCLUDED
