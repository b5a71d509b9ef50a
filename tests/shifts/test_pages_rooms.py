"""Rooms with their hours, and holidays: listed, opened, changed, closed; loaded, added, struck out, taken up again."""

from datetime import date, timedelta

import pytest

from teleconsult import clock
from teleconsult.extensions import db
from teleconsult.network.directory import unit_by
from teleconsult.shifts import actions, openings
from teleconsult.shifts.models import Holiday, Room
from tests import world
from tests.racing import uncommitted
from tests.shifts import pages_world as rooms

ROOM = {
    "name": "Sala de telessaúde", "kind": "telehealth", "unit": "policlinica-lessa-de-andrade", "workstations": "3",
    "zone": "America/Recife", "day_0": "8:00–12:00, 13:00–21:00", "day_5": "8h às 12h", "day_6": "",
}  # fmt: skip
YEAR = clock.now().year + 1


@pytest.fixture
def manager(sign_in):
    return sign_in("teresa")


def text(answer, status=200):
    page = " ".join(answer.get_data(as_text=True).split())
    assert answer.status_code == status, page[:3000]
    return page


def test_a_room_is_opened_with_its_hours(manager, session):
    page = text(manager.post("/rooms/new", data=ROOM, follow_redirects=True))
    assert "Sala criada." in page
    session.rollback()
    room = rooms.room()
    assert [(row.weekday, row.opens, row.closes) for row in room.hours] == [
        (0, 480, 720),
        (0, 780, 1260),
        (5, 480, 720),
    ]
    assert "segunda, 8:00 a 12:00 e 13:00 a 21:00; sábado, 8:00 a 12:00" in text(manager.get("/rooms"))


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"workstations": "0"},
        {"workstations": "x"},
        {"day_1": "manhã"},
        {"day_1": "25:00–26:00"},
        {"day_1": "8:00–12:00, 11:00–13:00"},
        {"kind": "castelo"},
        {"unit": "nada"},
        {"zone": "Europe/Lisbon"},
    ],
)
def test_what_is_wrong_with_a_room_is_said_at_its_field(manager, session, change):
    page = text(manager.post("/rooms/new", data=ROOM | change), 422)
    assert "tc-why" in page
    assert 'value="8h às 12h"' in page
    session.rollback()
    assert session.scalar(db.select(db.func.count()).select_from(Room)) == 0


def test_a_room_is_changed_and_who_was_overtaken_keeps_what_was_typed(manager, session):
    slug = rooms.open_room()
    assert 'value="8:00–21:00"' in text(manager.get(f"/rooms/{slug}/edit"))
    data = ROOM | {"name": "Sala azul", "workstations": "2", "version": rooms.room().version}
    assert "Sala salva." in text(manager.post(f"/rooms/{slug}/edit", data=data, follow_redirects=True))
    page = text(manager.post(f"/rooms/{slug}/edit", data=data | {"name": "Minha ideia"}), 422)
    assert "Outra pessoa mudou a escala" in page
    assert 'value="Minha ideia"' in page


def test_no_two_rooms_are_called_the_same_also_when_one_is_renamed(manager, session):
    rooms.open_room()
    slug = rooms.open_room("Sala azul")
    data = ROOM | {"name": "sala  de TELESSAUDE", "workstations": "3", "version": rooms.room(slug).version}
    assert "Já existe um registro com este nome." in text(manager.post(f"/rooms/{slug}/edit", data=data), 422)
    session.rollback()
    assert rooms.room(slug).name == "Sala azul"
    data |= {"name": "Sala verde"}
    assert manager.post(f"/rooms/{slug}/edit", data=data).status_code == 302
    assert manager.post("/rooms/new", data=ROOM | {"name": "Sala azul"}).status_code == 302
    session.rollback()
    assert rooms.room("sala-azul-2").name == "Sala azul"


def test_rooms_of_one_beginning_are_two_and_one_may_have_no_latin_letter(manager, session):
    for name in (
        "Sala de telessaúde do segundo andar, norte",
        "Sala de telessaúde do segundo andar, sul",
        "遠隔医療室",
    ):
        assert manager.post("/rooms/new", data=ROOM | {"name": name}).status_code == 302
    session.rollback()
    assert rooms.room("sala-de-telessaude-do-segundo-an-2").name.endswith("sul")
    assert rooms.room("sala").name == "遠隔医療室"


def test_the_slower_of_two_who_open_one_room_is_told_what_the_form_tells(application, manager, session):
    def open_room():
        unit = unit_by("policlinica-lessa-de-andrade")
        given = {"kind": "telehealth", "workstations": 1, "zone": "America/Recife", "hours": rooms.OPEN}
        actions.open_room(name="SALA DE TELESSAÚDE", unit=unit, **given, by=world.person("dora"))

    with uncommitted(application, open_room):
        page = text(manager.post("/rooms/new", data=ROOM), 422)
    assert "Já existe um registro com este nome." in page
    assert 'href="#name"' in page
    session.rollback()
    assert session.scalar(db.select(db.func.count()).select_from(Room)) == 1


def test_a_holiday_that_another_adds_at_the_same_moment_is_named(application, manager, session):
    day = date(YEAR, 10, 27)
    with uncommitted(application, lambda: actions.add_holiday(day=day, name="Feira", by=world.person("dora"))):
        page = text(manager.post("/holidays", data={"day": f"{day:%d/%m/%Y}", "name": "Festa"}), 422)
    assert "Outra pessoa mudou" not in page
    session.rollback()
    assert session.get_one(Holiday, day).name == "Feira"


def test_a_room_with_shifts_to_come_stays_open_and_an_empty_one_closes(manager, session):
    slug = rooms.open_room()
    ref = rooms.lay()
    assert "Fechar Sala de telessaúde?" in text(manager.post(f"/rooms/{slug}/close"))
    assert "tc-toast--warning" in text(manager.post(f"/rooms/{slug}/close", data={"sure": "1"}, follow_redirects=True))
    manager.post(f"/shifts/{ref}/cancel", data={"why": "Fim", "version": rooms.shift(ref).version})
    page = text(manager.post(f"/rooms/{slug}/close", data={"sure": "1"}, follow_redirects=True))
    assert "Fechada" in page
    assert "Nenhuma sala aberta" in text(manager.get("/shifts"))


def test_the_holidays_of_a_year_are_loaded_once_and_one_is_struck_out_and_taken_up(manager, session):
    assert f"Nenhum feriado em {YEAR}" in text(manager.get(f"/holidays?year={YEAR}"))
    assert "feriados carregados" in text(manager.post("/holidays/load", data={"year": YEAR}, follow_redirects=True))
    day = date(YEAR, 9, 7)
    version = session.get(Holiday, day).version
    page = text(manager.post(f"/holidays/{day}/strike", data={"version": version}, follow_redirects=True))
    assert "não vale" in page
    assert f"/holidays/{day}/restore" in page
    assert f", {day.day} set., a sala abre." in page
    assert "já estavam todos aqui" in text(manager.post("/holidays/load", data={"year": YEAR}, follow_redirects=True))
    assert "não vale" not in text(manager.post(f"/holidays/{day}/restore", follow_redirects=True))


@pytest.mark.parametrize(
    "change", [{"day": ""}, {"name": ""}, {"day": "x"}, {"day": "2020-01-01"}, {"name": "x" * 121}]
)
def test_a_holiday_needs_its_day_and_its_name(manager, session, change):
    data = {"day": str(rooms.next_monday()), "name": "Padroeira"} | change
    assert "tc-errors" in text(manager.post("/holidays", data=data), 422)
    session.rollback()
    assert session.scalar(db.select(db.func.count()).select_from(Holiday)) == 0


def test_a_holiday_of_ones_own_is_added_once(manager, session):
    data = {"day": str(rooms.next_monday() + timedelta(days=1)), "name": "Padroeira"}
    assert "Feriado acrescentado." in text(manager.post("/holidays", data=data, follow_redirects=True))
    assert "tc-errors" in text(manager.post("/holidays", data=data), 422)


def test_the_day_that_still_runs_here_is_not_past(sign_in):
    day = rooms.next_monday() + timedelta(days=1)
    with clock.at(rooms.at(day, 22 * 60)):
        data = {"day": str(day), "name": "Luto oficial"}
        assert "Feriado acrescentado." in text(sign_in("teresa").post("/holidays", data=data, follow_redirects=True))


@pytest.mark.parametrize("path", ["/holidays/x/strike", "/holidays/2027-01-02/strike", "/rooms/nada/close"])
def test_what_is_not_there_is_not_there(manager, path):
    assert manager.post(path).status_code == 404


@pytest.mark.parametrize("year", ["x", "1", "99999999", "-1", ""])
def test_a_year_that_is_none_shows_one_that_is(manager, year):
    assert manager.get(f"/holidays?year={year}").status_code == 200


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("", []),
        ("8-12", [(480, 720)]),
        ("8h30 às 12h e 13:00 a 21:00", [(510, 720), (780, 1260)]),
        ("18:00–2:00", [(1080, 1560)]),
        ("0830-1200", [(510, 720)]),
        ("das 8 às 12 h", [(480, 720)]),
        ("8hs as 12hs", [(480, 720)]),
        ("Não abre", []),
        ("0:00–24:00", [(0, 1440)]),
        ("13:00–21:00; 8:00–12:00", [(480, 720), (780, 1260)]),
    ],
)
def test_hours_are_read_as_people_write_them(written, read):
    assert openings.read(written) == read
    assert openings.read(openings.written(read)) == read
