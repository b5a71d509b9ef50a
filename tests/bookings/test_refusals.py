"""Bad input: a clear sentence, and nothing lost."""

from datetime import timedelta

import pytest

from teleconsult import clock
from teleconsult.bookings import actions
from teleconsult.bookings.models import Booking
from teleconsult.bookings.world import live_booking
from teleconsult.errors import Refused
from teleconsult.extensions import db, transaction
from teleconsult.shifts.models import Holiday
from tests import world
from tests.bookings.conftest import today


def test_a_slot_taken_a_moment_ago(desk):
    desk.allow()
    desk.publish(first=2)
    one, two = desk.escalated(), desk.escalated()
    slot = desk.slot(one)
    desk.book(one)
    with pytest.raises(Refused, match="acabou de ser ocupada"):
        desk.do("book", two, slot, actions.Terms(), by="marina")
    desk.book(two)
    assert db.session.scalar(db.select(db.func.count()).select_from(Booking)) == 2


@pytest.mark.parametrize("own", ["DS V", ""])
def test_support_books_for_its_own_district_alone(desk, own):
    desk.allow()
    desk.publish()
    request = desk.escalated()
    with transaction():
        world.person("dora").unit.district = own
        request.unit.district = "DS IV" if own else ""
    with pytest.raises(Refused, match="cabe a outra pessoa"):
        desk.do("book", request, desk.slot(request), actions.Terms(), by="dora")


def test_past_other_specialty_other_kind(desk):
    desk.allow()
    session = desk.publish()
    request = desk.escalated()
    slot, back = session.slots[0], session.slots[-1]
    with pytest.raises(Refused, match="de retorno"):
        desk.do("book", request, back.id, actions.Terms(), by="marina")
    with clock.at(slot.at + timedelta(minutes=1)), pytest.raises(Refused, match="já passou"):
        desk.do("book", request, slot.id, actions.Terms(), by="marina")
    other = desk.publish(specialty=world.specialty("cardiologia"), specialist=None)
    with pytest.raises(Refused, match="desta especialidade"):
        desk.do("book", request, other.slots[0].id, actions.Terms(), by="marina")
    with pytest.raises(Refused, match="desta especialidade"):
        desk.do("book", request, 10**6, actions.Terms(), by="marina")


def test_on_a_holiday_that_was_declared_later(desk):
    desk.allow()
    session = desk.publish()
    with transaction():
        db.session.add(Holiday(day=session.day, name="São João", scope="municipal", source="own"))
    with pytest.raises(Refused, match="São João"):
        desk.do("book", desk.escalated(), session.slots[0].id, actions.Terms(), by="marina")
    with pytest.raises(Refused, match="feriado"):
        desk.publish(specialist=None)


def test_a_patient_already_booked_in_that_hour(desk):
    desk.allow()
    desk.publish()
    desk.publish(specialist=None)
    one, two = desk.escalated(), desk.escalated()
    with transaction():
        two.case.patient_id = one.case.patient_id
    desk.book(one)
    with pytest.raises(Refused, match="nessa hora"):
        desk.book(two)


def test_a_case_just_concluded(desk):
    desk.allow()
    desk.publish()
    request = desk.escalated()
    with transaction(request.case):
        from teleconsult.cases import actions as cases  # noqa: PLC0415 (the name is taken above)

        cases.close_unseen(request.case, "moved", by=world.person("marina"))
    with pytest.raises(Refused):
        desk.book(request)


def test_no_allowance_was_set(desk):
    desk.publish()
    with pytest.raises(Refused, match="Nenhuma cota"):
        desk.book(desk.escalated())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"days": -1}, "já passou"),
        ({"first": 0, "returns": 0}, "vagas"),
        ({"first": 40, "slot_minutes": 60}, "vagas"),
        ({"rule": "FREQ=HOURLY", "until": 400}, "no máximo"),
        ({"rule": "every monday", "until": 40}, "não pôde ser lida"),
    ],
)
def test_a_session_that_cannot_be(desk, changes, words):
    if "until" in changes:
        changes = changes | {"until": today() + timedelta(days=changes["until"])}
    with pytest.raises(Refused, match=words):
        desk.publish(**changes)


def test_a_specialist_in_two_places(desk):
    desk.publish()
    with pytest.raises(Refused, match="já tem agenda"):
        desk.publish(starts=9 * 60)
    desk.publish(starts=14 * 60)


def test_moved_to_where_it_is(desk):
    desk.allow()
    desk.publish()
    request = desk.escalated()
    desk.book(request)
    with pytest.raises(Refused, match="já está marcada neste horário"):
        desk.do("move", request, live_booking(request).slot_id, "Por engano.", by="marina")
