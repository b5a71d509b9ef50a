"""A week, or four, laid again later: every shift is shown first, what does not fit with its reason."""

from datetime import timedelta

import pytest

from teleconsult.extensions import db, transaction
from teleconsult.notices.models import Notice
from teleconsult.shifts import actions
from teleconsult.shifts.models import Shift
from tests import world
from tests.shifts import pages_world as rooms

WEEK = timedelta(days=7)


@pytest.fixture
def manager(session, sign_in):
    rooms.open_room(workstations=2)
    return sign_in("teresa")


def text(answer, status=200):
    page = " ".join(answer.get_data(as_text=True).split())
    assert answer.status_code == status, page[:3000]
    return page


def url(weeks=1):
    return f"/shifts/copy?room=sala-de-telessaude&day={rooms.next_monday() + timedelta(days=3)}&weeks={weeks}"


def starts(session, **which):
    session.rollback()
    return session.scalars(db.select(Shift.starts_at).filter_by(**which).order_by(Shift.starts_at)).all()


def test_a_week_is_shown_and_then_copied_to_the_same_hours(manager, session):
    day = rooms.next_monday()
    rooms.lay("paulo")
    skipped = rooms.lay("helena", day + timedelta(days=1), starts=rooms.ONE, workstation=2)
    assert f'value="{day + WEEK}"' in text(manager.get(url()))
    page = text(manager.post(url(), data={"weeks": "1", "to": str(day + WEEK)}))
    assert "2 turnos para publicar" in page
    assert len(starts(session)) == 2
    refs = page.split('name="shown" value="')[1:]
    shown = [ref.split('"')[0] for ref in refs]
    data = {"weeks": "1", "to": str(day + WEEK), "sure": "1", "shown": shown}
    page = text(manager.post(url(), data=data | {"keep": shown}, follow_redirects=True))
    assert "2 turnos publicados." in page
    assert starts(session)[2:] == [
        rooms.at(day + WEEK, rooms.EIGHT),
        rooms.at(day + WEEK + timedelta(days=1), rooms.ONE),
    ]
    assert starts(session, workstation=2) == [moment for moment in starts(session) if moment.hour == 16]
    data |= {"to": str(day + 2 * WEEK), "keep": [ref for ref in shown if ref != skipped]}
    manager.post(url(), data=data)
    assert len(starts(session)) == 5


def test_four_weeks_are_copied_and_each_person_is_told_once(manager, session):
    day = rooms.next_monday()
    for step in range(4):
        rooms.lay("paulo", day + step * WEEK)
    before = len(notices(session))
    manager.post(url(4), data={"weeks": "4", "to": str(day + 4 * WEEK), "sure": "1"})
    assert len(starts(session)) == 8
    assert len(notices(session)) == before + 1


def notices(session):
    session.rollback()
    return session.scalars(db.select(Notice).where(Notice.user_id == world.person("paulo").id)).all()


def test_what_does_not_fit_is_left_out_with_its_reason(manager, session):
    day = rooms.next_monday()
    for step, who in enumerate(("paulo", "helena", "lia")):
        rooms.lay(who, day + timedelta(days=step))
    rooms.lay("paulo", day + WEEK, starts=600, minutes=60)
    with transaction():
        actions.add_holiday(day=day + WEEK + timedelta(days=1), name="Padroeira", by=world.person("teresa"))
    page = text(manager.post(url(), data={"weeks": "1", "to": str(day + WEEK)}))
    assert "1 turno para publicar" in page
    assert "Padroeira" in page
    assert "Dr. Paulo Nogueira já tem um turno neste horário" in page
    manager.post(url(), data={"weeks": "1", "to": str(day + WEEK), "sure": "1"})
    assert len(starts(session)) == 5


def test_a_copy_takes_another_workstation_when_its_own_is_taken_and_never_one_twice(manager, session):
    day = rooms.next_monday()
    rooms.lay("paulo", workstation=1)
    rooms.lay("lia", workstation=2)
    rooms.lay("helena", day + WEEK, workstation=1)
    page = text(manager.post(url(), data={"weeks": "1", "to": str(day + WEEK)}))
    assert "1 turno para publicar" in page
    assert "A sala está cheia" in page
    manager.post(url(), data={"weeks": "1", "to": str(day + WEEK), "sure": "1"})
    assert len(starts(session)) == 4


@pytest.mark.parametrize("change", [{"to": ""}, {"to": "x"}, {"to": "2020-01-01"}, {"weeks": "9"}])
def test_weeks_that_cannot_be_are_said_on_the_form(manager, session, change):
    rooms.lay()
    data = {"weeks": "1", "to": str(rooms.next_monday() + WEEK)} | change
    assert "tc-errors" in text(manager.post(url(), data=data), 422)
    assert len(starts(session)) == 1


def test_an_empty_week_has_nothing_to_copy(manager, session):
    page = text(manager.post(url(), data={"weeks": "1", "to": str(rooms.next_monday() + WEEK)}), 422)
    assert "Não há turnos para copiar" in page


def test_one_can_go_back_and_a_room_that_is_not_there_is_not_there(manager):
    rooms.lay()
    data = {"weeks": "1", "to": str(rooms.next_monday() + WEEK), "edit": "1"}
    assert "Continuar" in text(manager.post(url(), data=data))
    assert manager.get("/shifts/copy?room=nada").status_code == 404
