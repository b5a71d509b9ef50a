"""The calendar feed: another library reads it over HTTP; a secret that was never made, or ended, is not there."""

import logging

import icalendar
import pytest

from teleconsult.people import throttle
from tests.shifts import pages_world as rooms


@pytest.fixture
def room(session):
    return rooms.open_room()


@pytest.fixture
def paulo(sign_in):
    return sign_in("paulo")


def text(answer):
    assert answer.status_code == 200, answer.status
    return " ".join(answer.get_data(as_text=True).split())


def address(browser):
    """Make a secret address and return its path as a calendar program gets it."""
    page = text(browser.post("/shifts/feed"))
    whole = page.split('id="ende" readonly value="')[1].split('"')[0]
    assert whole.startswith("http://teleconsult.test/calendar/")
    return whole.removeprefix("http://teleconsult.test")


def events(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.mimetype == "text/calendar"
    return icalendar.Calendar.from_ical(answer.get_data()).walk("VEVENT")


def test_the_address_is_shown_once(paulo):
    assert "Criar o endereço" in text(paulo.get("/shifts/feed"))
    path = address(paulo)
    page = text(paulo.get("/shifts/feed"))
    assert path not in page
    assert "Trocar o endereço" in page


def test_another_library_reads_the_shifts_without_an_account(room, paulo, client):
    ref, path = rooms.lay(), address(paulo)
    rooms.lay("helena")
    found = events(client, path)
    assert len(found) == 1
    shift = rooms.shift(ref)
    assert found[0].decoded("dtstart") == shift.starts_at
    assert found[0].decoded("dtend") == shift.ends_at


def test_the_answer_sets_no_cookie_may_be_kept_a_while_and_is_not_sent_twice(room, paulo, client):
    rooms.lay()
    path = address(paulo)
    answer = client.get(path)
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "private, max-age=900"
    again = client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_a_new_address_ends_the_old_one_and_revoking_ends_both(room, paulo, client):
    old = address(paulo)
    new = address(paulo)
    assert client.get(old).status_code == 404
    assert client.get(new).status_code == 200
    assert "não vale mais" in text(paulo.post("/shifts/feed/revoke", follow_redirects=True))
    assert client.get(new).status_code == 404


def test_whoever_is_switched_off_has_no_feed(room, paulo, sign_in, client):
    path = address(paulo)
    sign_in("teresa").post("/people/PE-PAULO/switch-off", data={"sure": "1"})
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("token", ["x", "%00", "..%2f..", "a" * 500, "ã"])
def test_what_is_no_secret_is_not_there_and_tells_nothing(client, token):
    answer = client.get(f"/calendar/{token}.ics")
    assert answer.status_code == 404
    assert "Set-Cookie" not in answer.headers


def test_guessing_is_limited(application, client, monkeypatch):
    monkeypatch.setitem(application.config, "RATE_LIMITS", True)
    codes = [client.get(f"/calendar/guess{number}.ics").status_code for number in range(62)]
    assert codes[:60] == [404] * 60
    assert codes[60:] == [429] * 2
    assert throttle.limited  # the same counters as those of the door


def test_the_secret_is_in_no_log(room, paulo, client, capsys, caplog):
    path = address(paulo)
    with caplog.at_level(logging.DEBUG):
        client.get(path)
    token = path.removeprefix("/calendar/").removesuffix(".ics")
    told = capsys.readouterr()
    assert token not in told.err + told.out + caplog.text
