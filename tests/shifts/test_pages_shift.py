"""A shift laid by form, moved, taken off and each undone; a month laid by a rule after every day of it was shown."""

import re
from datetime import timedelta

import pytest

from teleconsult import clock
from teleconsult.extensions import db, transaction
from teleconsult.people.access import Role
from teleconsult.people.models import UserRole
from teleconsult.shifts import actions
from teleconsult.shifts.models import Shift
from tests import world
from tests.shifts import pages_world as rooms


@pytest.fixture
def room(session):
    return rooms.open_room()


@pytest.fixture
def manager(sign_in):
    return sign_in("teresa")


def text(answer, status=200):
    page = " ".join(answer.get_data(as_text=True).split())
    assert answer.status_code == status, page[:3000]
    return page


def count(session):
    session.rollback()
    return session.scalar(db.select(db.func.count()).select_from(Shift).where(Shift.cancelled_at.is_(None)))


def test_a_shift_is_laid_and_shown_with_a_way_back(room, manager, session):
    answer = manager.post("/shifts/new", data=rooms.form(rooms.next_monday()), follow_redirects=True)
    page = text(answer)
    assert re.search(r"Turno de seg\., \d+ \w+\. criado para Dr\. Paulo Nogueira", page)
    assert count(session) == 1
    ref = session.scalars(db.select(Shift.ref)).one()
    assert f"/shifts/{ref}/undo" in page
    assert "não está mais na escala" in text(manager.post(f"/shifts/{ref}/undo", follow_redirects=True))
    assert count(session) == 0


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"who": ""}, "Escolha quem atende e em que especialidade."),
        ({"who": "PE-PAULO cardiologia"}, "Essa pessoa não atende nessa especialidade."),
        ({"day": ""}, "Diga em que dia."),
        ({"day": "31/02/2027"}, "Essa data não existe."),
        ({"day": "2020-01-06"}, "tc-"),
        ({"starts": "12:00", "ends": "08:00"}, "O fim vem antes do início."),
        ({"starts": "08:10"}, "quartos de hora"),
        ({"starts": "05:00"}, "tc-"),
        ({"starts": ""}, "Diga a que horas começa."),
        ({"workstation": "0"}, "Escreva o número da estação"),
        ({"workstation": "4"}, "tc-"),
        ({"room": "nada"}, "tc-why"),
        ({"every": "1"}, "Um turno que se repete precisa de um último dia."),
        ({"every": "1", "until": "2020-01-01"}, "O fim vem antes do primeiro dia."),
        ({"every": "9", "until": "2027-01-01"}, "tc-why"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(room, manager, session, change, says):
    page = text(manager.post("/shifts/new", data=rooms.form(rooms.next_monday()) | change), 422)
    assert says in page
    assert 'class="tc-errors"' in page
    assert f'value="{change.get("ends", "12:00")}"' in page
    assert count(session) == 0


def test_complaints_stand_in_the_order_of_the_page(room, manager, session):
    """The reader of pages holds every answer to it."""
    empty = {"who": "", "room": "", "day": "", "starts": "", "ends": "", "workstation": "x"}
    text(manager.post("/shifts/new", data=empty), 422)
    manager.post("/shifts/new", data=rooms.form(rooms.next_monday()))
    session.rollback()
    ref = session.scalars(db.select(Shift.ref)).one()
    text(manager.post(f"/shifts/{ref}", data=empty | {"version": "1"}), 422)


def test_a_night_shift_is_laid_shown_and_moved(manager, session):
    rooms.open_room("Plantão", hours=[(day, 0, 1440) for day in range(7)])
    day = rooms.next_monday()
    night = rooms.form(day, "22:00", "02:00", room="plantao")
    assert "marque que termina no dia seguinte" in text(manager.post("/shifts/new", data=night), 422)
    page = text(manager.post("/shifts/new", data=night | {"next_day": "y"}, follow_redirects=True))
    assert "22:00–2:00" in page
    session.rollback()
    (shift,) = session.scalars(db.select(Shift))
    assert shift.starts_at == rooms.at(day, 22 * 60)
    assert shift.ends_at == rooms.at(day + timedelta(days=1), 2 * 60)
    manager.post(f"/shifts/{shift.ref}/move", data={"day": day + timedelta(days=1), "starts": 1320, "version": 1})
    assert rooms.shift(shift.ref).ends_at == rooms.at(day + timedelta(days=2), 2 * 60)


def test_a_shift_that_lacks_somebody_offers_who_can_take_it(room, manager):
    def offered(specialty):
        page = text(manager.get(f"/shifts/new?specialty={specialty}"))
        select = page.split('name="who"')[1].split("</select>")[0]
        return [option.rpartition(">")[2] for option in select.split("</option>")[:-1]], select

    names, select = offered("cardiologia")
    assert names[1] == "Dra. Helena Duarte, Cardiologia"
    assert 'selected value="PE-HELENA cardiologia"' in select  # the only one
    names, select = offered("dermatologia")
    assert {name.rpartition(", ")[2] for name in names[1:3]} == {"Dermatologia"}
    assert 'selected value="PE-' not in select
    names, _ = offered("nenhuma")
    assert names[1:] == sorted(names[1:], key=lambda name: name.partition(". ")[2])


def test_a_person_is_in_one_place_and_a_room_takes_no_more_than_it_holds(session, manager):
    rooms.open_room(workstations=1)
    rooms.lay("paulo")
    taken = text(manager.post("/shifts/new", data=rooms.form(rooms.next_monday())), 422)
    assert "Dr. Paulo Nogueira" in taken
    full = rooms.form(rooms.next_monday(), who="PE-HELENA cardiologia")
    assert "tc-why" in text(manager.post("/shifts/new", data=full), 422)
    assert count(session) == 1


def series(day, **more):
    return rooms.form(day, every="1", weekdays=["0", "2"], until=(day + timedelta(days=20)).isoformat(), **more)


def test_a_rule_shows_every_day_and_why_one_is_left_out(room, manager, session):
    monday = rooms.next_monday()
    with transaction():
        actions.add_holiday(day=monday + timedelta(days=7), name="São João", by=world.person("teresa"))
    rooms.lay("paulo", monday + timedelta(days=2), starts=600, minutes=60)
    page = text(manager.post("/shifts/new", data=series(monday)))
    assert "4 turnos para publicar" in page
    assert page.count("Fica de fora") == 2
    assert "São João" in page
    assert "Toda semana: segunda e quarta" in page
    assert count(session) == 1  # nothing is written yet


def test_the_days_that_are_ticked_are_published_and_the_month_is_shown(room, manager, session):
    monday = rooms.next_monday()
    days = [monday + timedelta(days=step) for step in (0, 2, 7, 9, 14, 16)]
    sure = {"sure": "1", "shown": [str(day) for day in days], "keep": [str(day) for day in days[1:]]}
    page = text(manager.post("/shifts/new", data=series(monday) | sure, follow_redirects=True))
    assert "5 turnos publicados." in page
    assert count(session) == 5


def test_a_day_that_was_taken_in_the_meantime_is_shown_again(room, manager, session):
    monday = rooms.next_monday()
    days = [str(monday + timedelta(days=step)) for step in (0, 2, 7, 9, 14, 16)]
    rooms.lay("paulo", monday + timedelta(days=2), starts=600, minutes=60)
    page = text(manager.post("/shifts/new", data=series(monday) | {"sure": "1", "shown": days, "keep": days}), 422)
    assert "5 turnos para publicar" in page
    assert page.count("Fica de fora") == 1
    assert count(session) == 1


def test_one_can_go_back_and_change(room, manager):
    page = text(manager.post("/shifts/new", data=series(rooms.next_monday()) | {"edit": "1"}))
    assert "<h1>Novo turno</h1>" in page
    assert 'value="08:00"' in page


def test_a_shift_is_changed_and_the_change_undone(room, manager, session):
    ref, day = rooms.lay(), rooms.next_monday() + timedelta(days=1)
    page = text(manager.get(f"/shifts/{ref}"))
    assert "Turno de Dr. Paulo Nogueira" in page
    data = {"room": room, "day": str(day), "starts": "13:00", "ends": "17:30", "version": rooms.shift(ref).version}
    page = text(manager.post(f"/shifts/{ref}", data=data, follow_redirects=True))
    assert "13:00–17:30" in page
    assert rooms.shift(ref).starts_at == rooms.at(day, rooms.ONE)
    undo = page.split(f'action="/shifts/{ref}/move')[1].split('"')[0].replace("&amp;", "&")
    manager.post(f"/shifts/{ref}/move{undo}")
    assert rooms.shift(ref).starts_at == rooms.at(rooms.next_monday(), rooms.EIGHT)
    assert (rooms.shift(ref).ends_at - rooms.shift(ref).starts_at).total_seconds() == 4 * 3600


def test_who_was_overtaken_keeps_what_was_typed(room, manager):
    ref = rooms.lay()
    data = {"room": room, "day": str(rooms.next_monday()), "starts": "14:00", "ends": "15:00", "version": "0"}
    page = text(manager.post(f"/shifts/{ref}", data=data), 422)
    assert "Outra pessoa mudou a escala" in page
    assert 'value="14:00"' in page


def test_a_shift_is_dragged_to_another_day(room, manager):
    ref, day = rooms.lay(), rooms.next_monday() + timedelta(days=3)
    data = {"day": str(day), "starts": "480", "version": rooms.shift(ref).version}
    answer = manager.post(f"/shifts/{ref}/move", data=data)
    assert answer.status_code == 302
    assert answer.location.endswith(f"#{ref}")
    assert rooms.shift(ref).starts_at == rooms.at(day, rooms.EIGHT)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"day": "2020-01-06"}, "tc-toast--warning"),
        ({"starts": "300"}, "tc-toast--warning"),
        ({"version": "0"}, "Outra pessoa mudou a escala"),
        ({"starts": "x"}, "Escala"),
        ({"day": "x"}, "Escala"),
        ({"starts": "99999"}, "tc-toast--warning"),
        ({"minutes": "9000"}, "tc-toast--warning"),
        ({"workstation": "77"}, "tc-toast--warning"),
    ],
)
def test_a_drop_that_does_not_fit_leaves_the_shift_and_says_why(room, manager, change, says):
    ref = rooms.lay()
    before = rooms.shift(ref).starts_at
    data = {"day": str(rooms.next_monday()), "starts": "780", "version": rooms.shift(ref).version} | change
    assert says in text(manager.post(f"/shifts/{ref}/move", data=data, follow_redirects=True))
    assert rooms.shift(ref).starts_at == before


def test_a_shift_is_taken_off_with_a_reason_and_put_back(room, manager):
    ref = rooms.lay()
    version = rooms.shift(ref).version
    assert "Escreva o motivo." in text(manager.post(f"/shifts/{ref}/cancel", data={"version": version}), 422)
    page = text(
        manager.post(f"/shifts/{ref}/cancel", data={"version": version, "why": "Congresso"}, follow_redirects=True)
    )
    assert f"/shifts/{ref}/restore" in page
    assert re.search(r"cancelado: seg\., \d+ \w+\., 8:00–12:00\.", page)
    assert "Congresso" in text(manager.get(f"/shifts/{ref}"))
    assert rooms.shift(ref).cancelled_at is not None
    manager.post(f"/shifts/{ref}/restore")
    assert rooms.shift(ref).cancelled_at is None


def test_a_series_is_ended_from_one_of_its_shifts(room, manager, session):
    monday = rooms.next_monday()
    with transaction():
        laid = actions.publish_series(
            room=rooms.room(), user=world.person("paulo"), specialty=world.specialty(), first_day=monday,
            starts=rooms.EIGHT, minutes=240, rule="FREQ=WEEKLY;BYDAY=MO", until=monday + timedelta(days=28),
            by=world.person("teresa"),
        )  # fmt: skip
        refs, version = [shift.ref for shift in laid.shifts], laid.series.version
    assert "Toda semana: segunda" in text(manager.get(f"/shifts/{refs[2]}"))
    assert "Encerrar a série a partir daqui" in text(manager.get(f"/shifts/{refs[2]}/end-series"))
    data = {"why": "Fim do contrato", "version": version}
    page = text(manager.post(f"/shifts/{refs[2]}/end-series", data=data, follow_redirects=True))
    assert "3 turnos cancelados." in page
    assert count(session) == 2


def test_the_administration_notes_who_came_and_who_left_without_a_word(room, sign_in):
    ref = rooms.lay()
    assert "/attendance/" not in text(sign_in("rosangela").get(f"/shifts/{ref}"))
    with clock.at(rooms.at(rooms.next_monday(), 490)):
        browser = sign_in("rosangela")
        assert f"/shifts/{ref}/attendance/check-in" in text(browser.get(f"/shifts/{ref}"))
        page = text(browser.post(f"/shifts/{ref}/attendance/check-in", follow_redirects=True))
        assert "Entrada de Dr. Paulo Nogueira registrada." in page
        assert f"/shifts/{ref}/cancel" not in page
        assert "Saída de" in text(browser.post(f"/shifts/{ref}/attendance/check-out", follow_redirects=True))
        again = text(browser.post(f"/shifts/{ref}/attendance/check-out", follow_redirects=True))
        assert "já foi registrada" in again
    assert sign_in("paulo").post(f"/shifts/{ref}/attendance/check-in").status_code == 403


def test_what_nobody_noted_at_the_time_is_noted_afterwards(room, sign_in):
    ref, day = rooms.lay(), rooms.next_monday()
    with clock.at(rooms.at(day, 725)):
        browser, url = sign_in("rosangela"), f"/shifts/{ref}/attendance"
        assert url in text(browser.get(f"/shifts/{ref}"))
        assert "Ninguém registrou a entrada" in text(browser.get(url))
        version = rooms.shift(ref).version
        said = {"came": "8h10", "left": "1155", "why": "Vi na sala.", "version": version}
        for change, says in (
            ({"why": " "}, "Escreva o motivo."),
            ({"came": "cedo"}, "Escreva a hora assim"),
            ({"came": "7:29"}, "no horário do turno"),
            ({"left": "8:05"}, "A saída precisa vir depois"),
            ({"left": "12:31"}, "A saída precisa vir depois"),
        ):
            assert says in text(browser.post(url, data=said | change), 422)
        page = text(browser.post(url, data=said, follow_redirects=True))
        assert "Presença de Dr. Paulo Nogueira registrada." in page
        assert url not in page
        assert "já foi registrada" in text(browser.post(url, data=said | {"version": rooms.shift(ref).version}), 422)
    shift = rooms.shift(ref)
    assert (shift.checked_in_at, shift.checked_out_at) == (rooms.at(day, 490), rooms.at(day, 715))


def test_whose_shift_it_was_is_not_offered_to_note_it(room, sign_in):
    """It could only be refused: who also runs the desk asks somebody else."""
    ref, day = rooms.lay(), rooms.next_monday()
    with transaction():
        paulo = world.person("paulo")
        paulo.role_rows.append(UserRole(Role.ADMINISTRATOR))
    with clock.at(rooms.at(day, 725)):
        assert f"/shifts/{ref}/attendance" not in text(sign_in("paulo").get(f"/shifts/{ref}"))
        assert f"/shifts/{ref}/attendance" in text(sign_in("rosangela").get(f"/shifts/{ref}"))


def test_a_shift_that_began_or_was_cancelled_offers_no_change_that_would_be_refused(room, sign_in):
    ref, day = rooms.lay(), rooms.next_monday()
    assert "Salvar a mudança" in text(sign_in("teresa").get(f"/shifts/{ref}"))
    with clock.at(rooms.at(day, 500)):
        page = text(sign_in("teresa").get(f"/shifts/{ref}"))
        assert "Salvar a mudança" not in page
        assert "fica onde está" in page
    sign_in("teresa").post(f"/shifts/{ref}/cancel", data={"why": "Reforma", "version": rooms.shift(ref).version})
    assert "Salvar a mudança" not in text(sign_in("teresa").get(f"/shifts/{ref}"))


def test_a_night_is_noted_across_midnight(session, sign_in):
    slug = rooms.open_room(hours=[(day, 0, 1440) for day in range(7)])
    ref, day = rooms.lay(room=slug, starts=1320, minutes=240), rooms.next_monday()
    after = day + timedelta(days=1)
    with clock.at(rooms.at(after, 180)):
        said = {"came": "23:50", "left": "1:30", "why": "Vi na sala.", "version": rooms.shift(ref).version}
        assert sign_in("rosangela").post(f"/shifts/{ref}/attendance", data=said).status_code == 302
    shift = rooms.shift(ref)
    assert (shift.checked_in_at, shift.checked_out_at) == (rooms.at(day, 1430), rooms.at(after, 90))


def test_a_single_shift_has_no_series_to_end(room, manager):
    assert manager.get(f"/shifts/{rooms.lay()}/end-series").status_code == 404


@pytest.mark.parametrize("day", ["9999-12-31", "31/12/9999", "0001-01-01", "1900-01-01"])
def test_a_day_out_of_reach_is_a_slip_of_the_hand(room, manager, sign_in, session, day):
    ref = rooms.lay()
    whole = rooms.form(rooms.next_monday())
    place = {"room": room, "starts": "08:00", "ends": "12:00", "version": rooms.shift(ref).version}
    for path, data in (
        ("/shifts/new", whole | {"day": day, "starts": "23:00", "ends": "22:00", "next_day": "y"}),
        ("/shifts/new", whole | {"every": "month", "until": day}),
        (f"/shifts/{ref}", place | {"day": day}),
        ("/leaves/new", {"person": "PE-LIA", "kind": "leave", "first": day, "last": day}),
        ("/holidays", {"day": day, "name": "Padroeira"}),
        (f"/shifts/copy?room={room}", {"weeks": "1", "to": day}),
    ):
        assert "Confira o ano" in text(manager.post(path, data=data), 422), path
    manager.post(f"/shifts/{ref}/move", data=place | {"day": day, "starts": "480"})
    assert rooms.shift(ref).starts_at == rooms.at(rooms.next_monday(), rooms.EIGHT)


def test_an_unknown_shift_is_not_there(room, manager):
    for path in ("/shifts/TU-00000", "/shifts/%00", "/shifts/TU-00000/cancel"):
        assert manager.get(path).status_code == 404
    assert manager.post("/shifts/TU-00000/move", data={"day": "2027-01-04", "starts": "480"}).status_code == 404
