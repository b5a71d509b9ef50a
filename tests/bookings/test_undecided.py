"""A request that is off the list until somebody decides is not said to be on it."""

from tests.bookings.conftest import text


def test_a_visit_that_was_called_off_is_not_said_to_be_on_the_list(desk, sign_in):
    desk.allow()
    desk.publish()
    request = desk.escalated()
    desk.book(request)
    desk.do("cancel", request, "Chuva.", by="marina")
    browser = sign_in("marina")
    page = text(browser.get("/bookings?show=undecided"))
    assert "pedida há" in page
    assert "na lista há" not in page
    desk.do("requeue", request, by="marina")
    assert "na lista há" in text(browser.get("/bookings"))
