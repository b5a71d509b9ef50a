"""What the clock reminds of is in nobody's way: a page that is open goes on, and names no system as who was faster."""

import re
from datetime import timedelta

import pytest

from teleconsult import clock, jobs
from teleconsult.bookings import clockwork, queries
from teleconsult.bookings.models import BookingEvent
from teleconsult.extensions import db, transaction
from tests.bookings.conftest import fresh, text
from tests.bookings.test_life import verbs
from tests.bookings.test_races import race


def due(name):
    return next(job for job in jobs.JOBS if job.name == name)


@pytest.fixture
def waiting(desk):
    """Return a request that a unit is asked to book, a week on."""
    desk.allow()
    desk.publish(days=40)
    request = desk.escalated()
    with clock.at(clock.now() + timedelta(days=8)):
        yield request


def test_who_has_the_page_of_a_booking_open_books_although_the_unit_is_reminded_meanwhile(waiting, sign_in):
    browser, url = sign_in("marina"), f"/bookings/{waiting.ref}"
    page = text(browser.get(f"{url}/book"))
    slot, version = (re.search(rf'name="{name}"[^>]*value="(\d+)"', page)[1] for name in ("slot", "version"))
    assert jobs.run(due("bookings.idle")) == 1
    answer = browser.post(f"{url}/book", data={"slot": slot, "version": version})
    assert answer.status_code == 302, text(answer, answer.status_code)
    fresh()
    assert verbs(waiting) == ["make", "book_due", "book"]


def test_every_reminder_leaves_the_version_as_it_was(desk):
    desk.allow()
    desk.publish(days=10)
    request = desk.escalated()
    booking = desk.book(request)
    for days, name in ((-1, "bookings.remind"), (1.1, "bookings.unmarked")):
        with clock.at(booking.at + timedelta(days=days)):
            version = request.version
            assert jobs.run(due(name)) == 1
            fresh()
            assert request.version == version, name
    with clock.at(booking.at + timedelta(days=8)):
        desk.do("attend", request, by="rosangela")
        version = request.version
        assert jobs.run(due("bookings.owing")) == 1
        fresh()
        assert request.version == version
    assert verbs(request) == ["make", "book", "remind", "mark_due", "attend", "counter_due"]
    numbers = db.select(BookingEvent.number).where(BookingEvent.request_id == request.id)
    assert sorted(db.session.scalars(numbers)) == [1, 2, 3, 4, 5, 6]


def test_who_comes_too_late_is_told_of_the_person_who_was_faster_and_not_of_a_reminder_since(desk, sign_in):
    desk.allow()
    desk.publish(days=10)
    request = desk.escalated()
    booking = desk.book(request)
    url, version = f"/bookings/{request.ref}", request.version
    desk.do("cancel", request, "Chuva.", by="dora")
    with clock.at(booking.at):
        browser = sign_in("marina")
        assert jobs.run(due("bookings.idle")) == 1
        page = text(browser.post(f"{url}/cancel", data={"why": "Viagem da mãe.", "version": version}), 409)
    assert "Dora Siqueira: desmarcada (" in page
    assert "Sistema" not in page


def test_of_three_workers_at_once_one_reminds(application, waiting):
    number, ref, now = waiting.id, waiting.ref, clock.now()
    db.session.remove()

    def job():
        with clock.at(now), transaction():
            clockwork.ask_to_book(number)

    ends = race(application, [job, job, job])
    assert set(ends) <= {"done", "Overtaken"}, ends
    assert verbs(queries.request_by(ref)) == ["make", "book_due"]
