"""A telehealth shift and in-person visits of one person at the same hours: each says that the other is there."""

from datetime import timedelta

import pytest

from teleconsult.extensions import db, transaction
from teleconsult.shifts.models import Shift
from tests import world
from tests.bookings.test_pages import text
from tests.routing.helping import cancel, shift

SAYS = "tem turno de teleconsultoria neste horário"


@pytest.fixture
def agenda(desk):
    return desk.publish()


def page_of(browser, session):
    return text(browser.get(f"/bookings/agenda/sessions/{session.ref}"))


def shift_page(browser, number):
    ref = db.session.get_one(Shift, number).ref
    return text(browser.get(f"/shifts/{ref}"))


def test_each_page_says_what_the_other_holds(agenda, sign_in):
    browser = sign_in("rosangela")
    assert SAYS not in page_of(browser, agenda)
    number = shift("lia", agenda.starts_at + timedelta(minutes=30))
    assert f"Dra. Lia Cordeiro {SAYS} (8:30–12:30)." in page_of(browser, agenda)
    assert SAYS in text(browser.get(f"/bookings/agenda?day={agenda.day}"))
    assert "consultas presenciais em Policlínica Lessa de Andrade, 8:00–" in shift_page(browser, number)


def test_hours_that_only_touch_other_people_and_what_was_cancelled_are_nothing(agenda, sign_in):
    browser = sign_in("rosangela")
    shift("lia", agenda.ends_at)
    other = shift("paulo", agenda.starts_at)
    cancel(shift("lia", agenda.starts_at))
    assert SAYS not in page_of(browser, agenda)
    assert "Também neste horário" not in shift_page(browser, other)
    with transaction():
        db.session.execute(
            db.text("UPDATE agenda_sessions SET cancelled_at = created_at, cancelled_by_id = :by, cancelled_why = 'x'"),
            {"by": world.person("rosangela").id},
        )
    held = shift("lia", agenda.starts_at + timedelta(minutes=5))
    assert "Também neste horário" not in shift_page(browser, held)
