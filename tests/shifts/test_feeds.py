"""The own calendar under a secret address, read back by another library than the one that writes it."""

from datetime import UTC, date, timedelta

import icalendar
import pytest
import vobject

from teleconsult import clock
from teleconsult.extensions import db, transaction
from teleconsult.shifts import feeds
from teleconsult.shifts.models import Feed
from tests.shifts.rooms import EIGHT, MONDAY, NOW, do, laid, local, room
from tests.world import SECRET_NAME, person


def read_back(who="paulo", at=NOW):
    """Return the events of a person's calendar by their UID, as vobject reads them."""
    with clock.at(at):
        text = feeds.ical_of(person(who)).decode()
    calendar = vobject.readOne(text)
    calendar.validate(raiseException=True)
    return {event.uid.value: event for event in calendar.contents.get("vevent", ())}, text


def only(events):
    (event,) = events.values()
    return event


def test_the_feed_says_when_where_and_what(session):
    shift = laid(room())
    events, text = read_back()
    event = only(events)
    assert event.uid.value == f"{shift.ref}.PE-PAULO@teleconsult.test"
    assert (event.dtstart.value.astimezone(UTC), event.dtend.value.astimezone(UTC)) == (
        local(MONDAY, 8), local(MONDAY, 12),
    )  # fmt: skip
    assert event.dtstart.value.hour == 8
    assert event.summary.value == "Teleconsultoria: Dermatologia"
    assert event.location.value == "Sala de telessaúde, estação 1"
    assert (event.status.value, event.sequence.value) == ("CONFIRMED", "0")
    assert "BEGIN:VTIMEZONE" in text
    assert "TZID=America/Recife" in text
    assert SECRET_NAME not in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


def test_it_speaks_the_persons_language(session):
    laid(room())
    with transaction():
        person("paulo").language = "en"
    assert only(read_back()[0]).summary.value == "Teleconsultation: Dermatology"


def test_a_change_keeps_the_uid_and_raises_the_sequence(session):
    shift = laid(room())
    before = only(read_back()[0])
    do("move_shift", shift, room=shift.room, day=MONDAY, starts=EIGHT + 60, minutes=240)
    after = only(read_back()[0])
    assert before.uid.value == after.uid.value
    assert int(after.sequence.value) > int(before.sequence.value)
    assert after.dtstart.value.hour == 9


def test_what_is_cancelled_is_struck_out_for_a_while(session):
    shift = laid(room(), day=date(2027, 3, 1))
    do("cancel_shift", shift, why="Obras.")
    assert only(read_back()[0]).status.value == "CANCELLED"
    assert read_back(at=NOW + timedelta(days=31))[0] == {}


def test_a_leave_strikes_out_what_it_takes_wholly(session):
    place = room()
    one, two = laid(place), laid(place, starts=13 * 60)
    sequence = int(read_back()[0][f"{one.ref}.PE-PAULO@teleconsult.test"].sequence.value)
    do("take_leave", user=person("paulo"), kind="leave", from_at=local(MONDAY, 0), until_at=local(MONDAY, 14), why="")
    events, _ = read_back()
    states = {uid.partition(".")[0]: event.status.value for uid, event in events.items()}
    assert states == {one.ref: "CANCELLED", two.ref: "CONFIRMED"}
    assert int(events[f"{one.ref}.PE-PAULO@teleconsult.test"].sequence.value) > sequence


def test_a_shift_that_was_passed_on_is_struck_out_with_one_and_stands_with_the_other(session):
    shift = laid(room())
    swap = do("offer_swap", shift, to=None, why="", by="paulo")
    do("accept_swap", swap, by="lia")
    assert only(read_back("paulo")[0]).status.value == "CANCELLED"
    assert only(read_back("lia")[0]).status.value == "CONFIRMED"


def test_the_past_leaves_after_three_months(session):
    laid(room())
    assert len(read_back(at=local(MONDAY, 8) + timedelta(days=89))[0]) == 1
    assert read_back(at=local(MONDAY, 8) + timedelta(days=91))[0] == {}


@pytest.mark.parametrize(("zone", "day"), [("Europe/Lisbon", date(2027, 3, 27)), ("America/Recife", date(2027, 1, 2))])
def test_a_night_over_a_change_of_the_clock_is_read_back_as_it_is(session, zone, day):
    place = room(hours=[(n, 0, 1440) for n in range(7)], zone=zone)
    shift = laid(place, day=day, starts=22 * 60, minutes=480)
    text = read_back()[1]
    event = only({"": vobject.readOne(text).vevent})
    assert event.dtstart.value.astimezone(UTC) == shift.starts_at
    assert event.dtend.value.astimezone(UTC) == shift.ends_at
    again = icalendar.Calendar.from_ical(text).walk("VEVENT")[0]
    assert again.end == shift.ends_at


def test_an_empty_calendar_is_one(session):
    assert read_back()[0] == {}


def test_the_address_is_secret_one_at_a_time_and_revoked(session):
    paulo = person("paulo")
    with transaction():
        first = feeds.open_feed(paulo)
    with transaction():
        second = feeds.open_feed(paulo)
    assert feeds.feed_of(first) is None
    assert feeds.feed_of(second) == paulo
    assert feeds.has_feed(paulo)
    assert second not in {row.token_hash for row in db.session.scalars(db.select(Feed))}
    assert feeds.feed_of("x" * 5000) is None
    assert feeds.feed_of("") is None
    do_off = {"switched_off_at": NOW, "switched_off_by_id": person("teresa").id}
    with transaction():
        db.session.execute(db.update(type(paulo)).where(type(paulo).id == paulo.id).values(**do_off))
    assert feeds.feed_of(second) is None
    with transaction():
        back = {"switched_off_at": None, "switched_off_by_id": None}
        db.session.execute(db.update(type(paulo)).where(type(paulo).id == paulo.id).values(**back))
        feeds.revoke_feed(paulo)
        feeds.revoke_feed(paulo)
    assert feeds.feed_of(second) is None
    assert not feeds.has_feed(paulo)
