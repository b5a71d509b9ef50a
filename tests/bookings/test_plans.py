"""Every list of bookings is served by an index: none reads the visits of years."""

import pytest

from tests import counting

GROWING = ("bookings", "booking_requests", "booking_events", "agenda_slots", "agenda_sessions")


@pytest.mark.parametrize(
    "show", ["", "?show=booked", "?show=undecided", "?show=owing", "?show=unmarked", "/agenda", "/agenda/{day}.pdf"]
)
def test_no_list_reads_all_visits(desk, sign_in, application, show):
    desk.allow()
    session = desk.publish()
    desk.book(desk.escalated())
    desk.escalated()
    browser = sign_in("rosangela")
    with counting.statements(application) as seen:
        assert browser.get(f"/bookings{show.format(day=session.day)}").status_code == 200
    with application.app_context():
        assert counting.scans(seen, *GROWING) == []
