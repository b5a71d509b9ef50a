"""The week and the month of a room: what stands in them, who comes in, what they cost."""

from datetime import timedelta

import pytest

from teleconsult import clock
from teleconsult.extensions import transaction
from teleconsult.shifts import actions, queries
from tests import world
from tests.counting import reading, statements
from tests.shifts import pages_world as rooms

SCREENS = ("/shifts", "/shifts/month", "/shifts/new", "/rooms", "/rooms/new", "/holidays", "/leaves", "/leaves/new")


@pytest.fixture
def room(session):
    return rooms.open_room()


@pytest.fixture
def manager(sign_in):
    return sign_in("teresa")


def text(answer):
    assert answer.status_code == 200, answer.status
    return " ".join(answer.get_data(as_text=True).split())


@pytest.mark.parametrize("path", SCREENS)
@pytest.mark.parametrize("key", ["marina", "paulo", "dora"])
def test_only_who_keeps_the_calendar_comes_in(sign_in, path, key):
    assert sign_in(key).get(path).status_code == 403


@pytest.mark.parametrize("path", SCREENS)
@pytest.mark.parametrize("key", ["teresa", "rosangela"])
def test_the_management_and_the_administration_do(room, sign_in, path, key):
    assert sign_in(key).get(path).status_code == 200


@pytest.mark.parametrize("path", ["/shifts", "/shifts/month"])
def test_before_the_first_room_the_calendar_says_what_to_do(manager, path):
    assert "Nova sala" in text(manager.get(path))


def test_a_week_shows_who_is_there_and_what_is_free(room, manager):
    ref = rooms.lay("paulo")
    rooms.lay("helena", starts=rooms.ONE)
    page = text(manager.get(f"/shifts?day={rooms.next_monday()}"))
    assert "3 estações · segunda a sexta, 8:00 a 21:00; sábado, 8:00 a 12:00" in page
    assert f'id="{ref}"' in page
    assert "8:00–12:00" in page
    assert "Dr. Paulo Nogueira" in page
    assert page.count("1 de 3") == 2
    assert "2 estações livres" in page
    assert "3 estações livres" in page
    assert page.count('class="tc-day ') == 6  # nobody works on Sundays


def test_a_free_workstation_leads_to_the_form_filled_in(room, manager):
    day = rooms.next_monday()
    page = text(manager.get(f"/shifts?day={day}"))
    assert f"/shifts/new?room=sala-de-telessaude&amp;day={day}&amp;starts=1080&amp;ends=1260" in page
    page = text(manager.get(f"/shifts/new?room=sala-de-telessaude&day={day}&starts=1080&ends=1260"))
    assert f'value="{day}"' in page
    assert 'value="18:00"' in page
    assert 'value="21:00"' in page


def test_a_holiday_closes_the_day(room, manager):
    day = rooms.next_monday()
    with transaction():
        actions.add_holiday(day=day, name="São João", by=world.person("teresa"))
    page = text(manager.get(f"/shifts?day={day}"))
    assert "São João. Sala fechada." in page


def test_a_shift_says_how_it_stands(room, sign_in):
    day = rooms.next_monday()
    came, missing, away, swap = (
        rooms.lay("paulo"),
        rooms.lay("helena"),
        rooms.lay("lia", day + timedelta(days=1)),
        rooms.lay("paulo", day + timedelta(days=2)),
    )
    with transaction():
        actions.offer_swap(queries.shift_by_ref(swap), to=None, why="", by=world.person("paulo"))
    tomorrow = rooms.at(day + timedelta(days=1), 0)
    with transaction():
        actions.take_leave(
            user=world.person("lia"), kind="leave", from_at=tomorrow, until_at=tomorrow + timedelta(days=1), why="",
            by=world.person("teresa"),
        )  # fmt: skip
    with clock.at(rooms.at(day, 478)), transaction():
        actions.check_in(queries.shift_by_ref(came), by=world.person("paulo"))
    with clock.at(rooms.at(day, 540)):
        page = text(sign_in("teresa").get("/shifts"))
    assert "chegou às 7:58" in page
    assert "ainda não chegou" in page
    assert "licença" in page
    assert "pede troca" in page
    assert missing in page
    assert away in page


def test_what_is_over_tells_only_what_is_out_of_the_ordinary(room, sign_in):
    day = rooms.next_monday()
    came, forgot = rooms.lay("paulo"), rooms.lay("lia")
    rooms.lay("helena")
    with clock.at(rooms.at(day, 478)), transaction():
        for ref, who in ((came, "paulo"), (forgot, "lia")):
            actions.check_in(queries.shift_by_ref(ref), by=world.person(who))
    with clock.at(rooms.at(day, 715)), transaction():
        actions.check_out(queries.shift_by_ref(came), by=world.person("paulo"))
    with clock.at(rooms.at(day, 800)):
        with transaction():
            actions.close_forgotten(queries.shift_by_ref(forgot).id)
        page = text(sign_in("teresa").get("/shifts"))
    assert "chegou às" not in page
    assert page.count("saída não marcada") == 1
    assert page.count("sem registro de presença") == 1


@pytest.mark.parametrize(
    ("starts", "minutes", "part"),
    [
        (480, 240, "morning"),
        (600, 240, "morning"),
        (660, 240, "afternoon"),
        (1020, 240, "evening"),
        (1080, 180, "evening"),
    ],
)
def test_a_shift_stands_in_the_part_of_the_day_in_which_most_of_it_lies(room, manager, starts, minutes, part):
    ref = rooms.lay("paulo", starts=starts, minutes=minutes)
    page = text(manager.get(f"/shifts?day={rooms.next_monday()}"))
    assert f'data-part="{part}"' in page.split(f'data-shift="{ref}"')[1].split(">")[0]


def test_one_specialty_can_be_looked_at_and_the_figures_still_count_all(room, manager):
    rooms.lay("paulo")
    rooms.lay("helena")
    page = text(manager.get(f"/shifts?day={rooms.next_monday()}&specialty=cardiologia"))
    assert "Dra. Helena Duarte" in page
    assert "Dr. Paulo Nogueira" not in page
    assert "2 de 3" in page


@pytest.mark.parametrize(
    "query", ["day=x", "day=0001-01-01", "day=9999-12-31", "room=nada", "specialty=%25", "day=%25"]
)
def test_an_address_that_cannot_be_read_shows_this_week(room, manager, query):
    assert "hoje" in text(manager.get(f"/shifts?{query}"))


@pytest.mark.parametrize("days", [0, 5, 6])
def test_today_is_shown_also_when_the_room_is_closed(room, sign_in, days):
    with clock.at(rooms.at(rooms.next_monday() + timedelta(days=days), 600)):
        assert "hoje" in text(sign_in("teresa").get("/shifts"))


def test_a_shift_across_midnight_stands_where_it_begins(session, manager):
    rooms.open_room("Plantão", hours=[(day, 0, 1440) for day in range(7)])
    rooms.lay("paulo", starts=1320, minutes=480, room="plantao")
    page = text(manager.get(f"/shifts?room=plantao&day={rooms.next_monday()}"))
    assert "22:00–6:00" in page
    assert page.count('class="tc-day ') == 7


def test_a_month_lists_every_shift_on_its_day(room, manager):
    ref = rooms.lay("paulo")
    page = text(manager.get(f"/shifts/month?day={rooms.next_monday()}"))
    assert f'id="{ref}"' in page
    assert f'id="dia-{rooms.next_monday()}"' in page


@pytest.mark.parametrize("path", ["/shifts", "/shifts/month", "/shifts/roster"])
def test_a_calendar_costs_the_same_however_full_it_is(room, application, manager, path):
    url = f"{path}?day={rooms.next_monday()}"
    rooms.lay("paulo")
    with statements(application) as few:
        manager.get(url)
    for step in range(5):
        for who in ("paulo", "helena", "lia"):
            if (step, who) != (0, "paulo"):
                rooms.lay(who, rooms.next_monday() + timedelta(days=step))
    with statements(application) as many:
        manager.get(url)
    assert len(reading(many)) == len(reading(few)) <= 11
