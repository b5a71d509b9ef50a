"""The roster as everybody of the network reads it: names and hours, and nothing of who is ill or late."""

from datetime import timedelta

import pytest

from teleconsult import clock
from teleconsult.extensions import transaction
from teleconsult.shifts import actions
from tests import world
from tests.shifts import pages_world as rooms


@pytest.fixture
def room(session):
    return rooms.open_room()


def text(answer):
    assert answer.status_code == 200, answer.status
    return " ".join(answer.get_data(as_text=True).split())


@pytest.mark.parametrize("path", ["/shifts/roster", "/shifts/roster/print"])
@pytest.mark.parametrize("key", ["marina", "paulo", "rosangela", "dora", "teresa"])
def test_everybody_who_is_signed_in_reads_it(room, sign_in, key, path):
    rooms.lay("helena")
    page = text(sign_in(key).get(f"{path}?day={rooms.next_monday()}"))
    assert "Dra. Helena Duarte" in page
    assert "8:00–12:00" in page
    assert "Cardiologia" in page


@pytest.mark.parametrize("path", ["/shifts/roster", "/shifts/roster/print"])
def test_nobody_else_does(room, client, path):
    assert client.get(path).status_code == 302


@pytest.mark.parametrize("path", ["/shifts/roster", "/shifts/roster/print"])
def test_before_the_first_room_it_says_so(sign_in, path):
    assert sign_in("marina").get(path).status_code == 200


def test_who_is_away_is_not_in_it_and_why_is_not_told(room, sign_in):
    day = rooms.next_monday()
    rooms.lay("paulo")
    rooms.lay("helena")
    with transaction():
        actions.take_leave(
            user=world.person("paulo"), kind="leave", from_at=rooms.at(day, 0), until_at=rooms.at(day, 1439),
            why="Cirurgia", by=world.person("teresa"),
        )  # fmt: skip
    with clock.at(rooms.at(day, 540)):
        page = text(sign_in("marina").get("/shifts/roster"))
    assert "Helena" in page
    for word in ("Paulo", "Cirurgia", "licença", "ainda não chegou"):
        assert word not in page


def test_a_month_and_a_holiday_are_shown(room, sign_in):
    day = rooms.next_monday()
    rooms.lay("helena")
    with transaction():
        actions.add_holiday(day=day + timedelta(days=1), name="Padroeira", by=world.person("teresa"))
    page = text(sign_in("marina").get(f"/shifts/roster?span=month&day={day + timedelta(days=1)}"))
    assert "Feriado: Padroeira" in page


def test_who_is_away_for_a_part_of_a_shift_is_still_on_the_roster(room, sign_in):
    ref, day = rooms.lay("helena"), rooms.next_monday()
    hours = {"kind": "leave", "why": "", "from_at": rooms.at(day, 420), "user": world.person("helena")}
    with transaction():
        leave = actions.take_leave(until_at=rooms.at(day, 600), by=world.person("helena"), **hours)
    assert "Dra. Helena Duarte" in text(sign_in("marina").get(f"/shifts/roster?day={day}"))
    page = text(sign_in("teresa").get(f"/shifts?day={day}"))
    assert "afastamento em parte" in page
    with transaction():
        actions.cancel_leave(leave, by=world.person("helena"))
        actions.take_leave(until_at=rooms.at(day, 720), by=world.person("helena"), **hours)
    assert "Dra. Helena Duarte" not in text(sign_in("marina").get(f"/shifts/roster?day={day}"))
    assert rooms.shift(ref).cancelled_at is None
