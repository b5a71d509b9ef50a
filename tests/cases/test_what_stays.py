"""Before a unit is closed or a specialty taken from somebody it is said what of theirs stands there."""

from datetime import timedelta

import pytest

from teleconsult import clock
from teleconsult.cases.lifecycle import State
from teleconsult.extensions import db, transaction
from teleconsult.network.models import HealthUnit
from teleconsult.shifts import actions as shifts
from tests import world
from tests.bookings.conftest import Desk
from tests.counting import scans, statements
from tests.shifts import rooms as laying


@pytest.fixture
def teresa(session, sign_in):
    return sign_in("teresa")


def page_of(browser, slug):
    return browser.get(f"/units/{slug}/edit").get_data(as_text=True)


def test_a_unit_says_whom_and_what_it_keeps_before_it_is_closed(teresa):
    assert "Continuam nela: 2 pessoas." in page_of(teresa, "usf-vietna")
    for state in (State.DRAFT, State.SUBMITTED, State.CONCLUDED, State.CANCELLED):
        world.walk_to(state)
    assert page_of(teresa, "usf-vietna").count("Continuam nela: 2 pessoas, 2 casos em aberto.") == 2, (
        "and in the question"
    )


def test_what_is_over_is_not_read_for_it(application, teresa):
    world.walk_to(State.CONCLUDED)
    with statements(application) as seen:
        page_of(teresa, "usf-vietna")
    assert scans(seen, "cases", "bookings") == []


def test_visits_count_where_they_take_place(teresa):
    desk = Desk()
    request = desk.escalated()
    desk.publish()
    desk.allow()
    assert "consulta marcada" not in page_of(teresa, "policlinica-lessa-de-andrade")
    desk.book(request)
    assert "1 consulta marcada." in page_of(teresa, "policlinica-lessa-de-andrade")
    assert "consulta marcada" not in page_of(teresa, "usf-vietna")


def test_shifts_and_agenda_to_come_are_said_though_nobody_is_booked(application, teresa, sign_in):
    """Its rooms were left with shifts, and its free slots were booked on, and whoever closed it was told of neither."""
    desk, place = Desk(), laying.room(zone="America/Rio_Branco")
    desk.publish()
    desk.publish(days=14)
    day = clock.now().date() + timedelta(days=(7 - clock.now().weekday()))
    shift = laying.laid(place, day=day, at=clock.now())
    laying.laid(place, "lia", day=day, at=clock.now())
    assert "2 turnos marcados, 2 dias de agenda." in page_of(teresa, "policlinica-lessa-de-andrade")
    with transaction():
        shifts.cancel_shift(shift, why="Reforma da sala.", by=world.person("teresa"))
    assert "1 turno marcado, 2 dias" in page_of(teresa, "policlinica-lessa-de-andrade")
    with clock.at(clock.now() + timedelta(days=10)):
        later = page_of(sign_in("teresa"), "policlinica-lessa-de-andrade")
        assert "1 dia de agenda." in later
        assert "turno marcado" not in later
    assert "agenda" not in page_of(teresa, "usf-vietna").split("Continuam nela")[1].split("<")[0]
    with statements(application) as seen:
        page_of(teresa, "policlinica-lessa-de-andrade")
    assert scans(seen, "shifts", "agenda_sessions") == []


def test_an_empty_unit_says_so(teresa):
    with transaction():
        db.session.add(
            HealthUnit(slug="usf-vazia", name="USF Vazia", kind="usf", district="DS IV", search_key="usf vazia")
        )
    assert "Não há pessoas, casos nem consultas nela." in page_of(teresa, "usf-vazia")


def test_a_specialty_says_how_many_cases_go_back_with_it(teresa):
    for state in (State.ASSIGNED, State.ASSIGNED, State.ANSWERED):
        world.walk_to(state)
    page = teresa.get("/people/PE-PAULO").get_data(as_text=True)
    assert "Dermatologia (2 casos com a pessoa)" in page
    assert "Neurologia (" not in page
    assert "com a pessoa)" not in teresa.get("/people/PE-LIA").get_data(as_text=True)
