"""The clocks of the consultant unit change between the booking and the visit: the hour on the patient's paper stays."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from teleconsult import clock
from teleconsult.bookings import actions, clockwork
from teleconsult.bookings.world import live_booking
from teleconsult.errors import Refused
from teleconsult.extensions import db, transaction
from teleconsult.shifts import feeds
from tests import world
from tests.bookings.conftest import unit
from tests.bookings.test_prints import words_of

ZONE = "America/Havana"
"""Its clocks go forward on 14 March 2027 at midnight, and stay where they are in Recife."""

BOOKED_ON = datetime(2027, 3, 8, 15, tzinfo=UTC)
VISIT = date(2027, 3, 22)
EIGHT_AFTER = datetime(2027, 3, 22, 12, tzinfo=UTC)
EIGHT_BEFORE = datetime(2027, 3, 12, 13, tzinfo=UTC)


@pytest.fixture(autouse=True)
def before_the_change(session) -> Iterator[None]:
    with transaction():
        unit("policlinica-lessa-de-andrade").zone = ZONE
    with clock.at(BOOKED_ON):
        yield


@pytest.fixture
def booked(desk):
    desk.allow()
    desk.publish(first_day=VISIT, starts=8 * 60, first=1, returns=0)
    request = desk.escalated()
    desk.book(request)
    return request


def text(answer):
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_the_local_hour_stays_on_every_page_and_paper_whoever_reads_it(booked, sign_in):
    assert live_booking(booked).at == EIGHT_AFTER
    day = VISIT.isoformat()
    for moment in (BOOKED_ON, EIGHT_AFTER - timedelta(days=2)):
        with clock.at(moment):
            marina, rosangela = sign_in("marina"), sign_in("rosangela")
            for browser, path in (
                (marina, f"/cases/{booked.case.ref}"),
                (marina, f"/bookings/{booked.ref}"),
                (marina, "/bookings?show=booked"),
                (rosangela, f"/bookings/agenda?day={day}"),
            ):
                page = text(browser.get(path))
                assert " 8:00" in page, path
                assert " 9:00" not in page, path
            assert "às 8:00" in words_of(marina.get(f"/bookings/{booked.ref}/slip.pdf"))
            assert "8:00" in words_of(rosangela.get(f"/bookings/agenda/{day}.pdf"))


def test_the_unit_is_reminded_once_for_each_day_over_the_change(desk, booked):
    with transaction():
        session = live_booking(booked).session
        actions.move_session(session, date(2027, 3, 15), 8 * 60, "Congresso", by=world.person("rosangela"))
    at, found = live_booking(booked).at, []
    assert at == datetime(2027, 3, 15, 12, tzinfo=UTC)
    for hours in (73, 71, 48, 25, 23, 1):
        with clock.at(at - timedelta(hours=hours)):
            for due in clockwork.reminders():
                with transaction():
                    found.append((hours, due[1], clockwork.remind(due)))
    assert found == [(71, 3, 1), (23, 1, 1)]


def test_the_feed_names_the_moment_of_the_local_hour(booked, client):
    with transaction():
        token = feeds.open_feed(world.person("lia"))
    told = text(client.get(f"/calendar/{token}.ics"))
    db.session.rollback()
    assert "DTSTART:20270322T120000Z" in told


def test_a_session_moved_to_before_the_change_keeps_its_local_hour(booked, sign_in):
    session = live_booking(booked).session
    page = text(sign_in("rosangela").get(f"/bookings/agenda/sessions/{session.ref}/move"))
    assert 'value="08:00"' in page
    with transaction():
        moved = actions.move_session(session, date(2027, 3, 12), 8 * 60, "Reforma", by=world.person("rosangela"))
    assert moved == (1, 0)
    assert live_booking(booked).at == EIGHT_BEFORE


def test_an_hour_that_the_clocks_skip_moves_nobody(booked):
    session = live_booking(booked).session
    with pytest.raises(Refused, match="relógio"), transaction():
        actions.move_session(session, date(2027, 3, 14), 30, "Reforma", by=world.person("rosangela"))
    db.session.rollback()
    assert live_booking(booked).at == EIGHT_AFTER
