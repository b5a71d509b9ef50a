"""The calendar as an English reader has it: no Portuguese but what people wrote and what names something."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from teleconsult import clock
from teleconsult.extensions import transaction
from teleconsult.people.models import User
from teleconsult.shifts import actions, queries
from tests import world
from tests.house.test_pages_in_english import left_in, read, written_by_people
from tests.shifts import pages_world as rooms

pytestmark = pytest.mark.only_sqlite  # the words of a page do not depend on the database


@pytest.fixture
def furnished(session):
    """Lay something of everything, and return the reference of a shift that comes again."""
    rooms.open_room()
    day, manager = rooms.next_monday(), world.person("teresa")
    with transaction():
        laid = actions.publish_series(
            room=rooms.room(), user=world.person("paulo"), specialty=world.specialty(), first_day=day,
            starts=rooms.EIGHT, minutes=240, rule="FREQ=WEEKLY;BYDAY=MO,WE", until=day + timedelta(days=13), by=manager,
        )  # fmt: skip
        ref, offered = laid.shifts[0].ref, laid.shifts[1].ref
    for who in ("lia", "helena"):
        rooms.lay(who, starts=rooms.EIGHT)
    with transaction():
        actions.offer_swap(queries.shift_by_ref(offered), to=None, why="Congresso", by=world.person("paulo"))
    with transaction():
        actions.take_leave(
            user=world.person("lia"), kind="leave", from_at=rooms.at(day, 0), until_at=rooms.at(day, 1200), why="",
            by=manager,
        )  # fmt: skip
    with transaction():
        actions.add_holiday(day=day + timedelta(days=1), name="Padroeira", by=manager)
        session.execute(update(User).values(language="en"))
    with clock.at(rooms.at(day, 478)), transaction():
        actions.check_in(queries.shift_by_ref(ref), by=world.person("paulo"))
    return ref


def portuguese(pages):
    data = [*written_by_people(), "Sala de telessaúde"]
    return {place: left for place, html in pages.items() if (left := left_in(read(html), data))}


def test_the_calendar_is_in_english_for_who_keeps_it(furnished, sign_in):
    day = rooms.next_monday()
    with clock.at(rooms.at(day, 540)):
        browser = sign_in("teresa")
        paths = [
            "/shifts", "/shifts/month", "/shifts/new", f"/shifts/{furnished}", f"/shifts/{furnished}/cancel",
            f"/shifts/{furnished}/end-series", "/shifts/copy?room=sala-de-telessaude", "/rooms", "/rooms/new",
            "/rooms/sala-de-telessaude/edit", f"/holidays?year={day.year}", "/leaves", "/leaves/new", "/shifts/roster",
            "/shifts/roster/print?span=month",
        ]  # fmt: skip
        pages = {path: browser.get(path).get_data(as_text=True) for path in paths}
        again = rooms.form(day, every="1", until=str(day + timedelta(days=20)))
        pages["preview"] = browser.post("/shifts/new", data=again).get_data(as_text=True)
        pages["refused"] = browser.post("/shifts/new", data=again | {"ends": "07:00", "until": ""}).get_data(
            as_text=True
        )
        copied = {"weeks": "1", "to": str(day + timedelta(days=7))}
        pages["copied"] = browser.post(paths[6], data=copied).get_data(as_text=True)
    assert "Left out" in pages["preview"]
    assert "not here yet" in pages["/shifts"]
    assert portuguese(pages) == {}


def test_a_consultants_own_page_is_in_english(furnished, sign_in):
    with clock.at(rooms.at(rooms.next_monday(), 540)):
        browser, lia = sign_in("paulo"), sign_in("lia")
        paths = ["/shifts/mine", "/shifts/mine/leave", "/shifts/feed", f"/shifts/{furnished}/offer"]
        pages = {path: browser.get(path).get_data(as_text=True) for path in paths}
        pages["made"] = browser.post("/shifts/feed").get_data(as_text=True)
        pages["offered"] = lia.get("/shifts/mine").get_data(as_text=True)
    assert "offers it to anyone" in pages["offered"]
    assert portuguese(pages) == {}
