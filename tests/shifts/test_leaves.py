"""Leave: what it frees, whom it tells, and what comes back when it is cancelled."""

from datetime import timedelta

import pytest

from teleconsult.errors import Refused
from teleconsult.extensions import db, transaction
from teleconsult.notices import actions as notices
from teleconsult.outbox import OutboxMessage
from teleconsult.shifts.calendar import SLOT
from teleconsult.shifts.models import Leave
from tests.shifts.rooms import EIGHT, MONDAY, NOW, do, held, laid, left_by, local, room, told, whole
from tests.world import person

TUESDAY = MONDAY + timedelta(days=1)


def away(from_at=None, until_at=None, who="paulo", by="teresa", at=NOW, **more):
    given = {"kind": "leave", "why": "Congresso.", "from_at": from_at or local(MONDAY, 0)}
    return do("take_leave", user=person(who), until_at=until_at or local(TUESDAY, 0), by=by, at=at, **(given | more))


def test_a_leave_frees_the_shifts_inside_it(session):
    place = room(workstations=1)
    shift, later = laid(place), laid(place, day=TUESDAY)
    version = shift.version
    away()
    assert held(shift) == set()
    assert held(later) == whole(later)
    assert shift.cancelled_at is None
    assert shift.version == version + 1
    assert left_by([shift, later]) == {shift.id: "leave"}
    assert told("rosangela", "shift.uncovered") == told("paulo", "leave.take") == 1
    assert laid(place, who="lia").workstation == 1


def test_of_several_shifts_the_desk_is_told_once_and_in_the_plural(session, sign_in):
    place = room()
    laid(place), laid(place, day=TUESDAY)
    away(until_at=local(TUESDAY + timedelta(days=1), 0))
    assert (told("rosangela", "shift.uncovered_many"), told("rosangela", "shift.uncovered")) == (1, 0)
    desk = sign_in("rosangela")
    assert "Turnos ficaram sem consultor: " in desk.get("/notices").get_data(as_text=True)
    desk.post("/language", data={"locale": "en"})
    assert "Shifts are left without a consultant: " in desk.get("/notices").get_data(as_text=True)


def test_who_wants_no_mail_of_one_shift_wants_none_of_several(session, sign_in):
    with transaction():
        notices.choose_mail(person("rosangela"), mode="each", hour=7, off=["shift.uncovered"])
    place = room()
    laid(place), laid(place, day=TUESDAY)
    away(until_at=local(TUESDAY + timedelta(days=1), 0))
    sent = db.select(OutboxMessage.payload).where(OutboxMessage.address == "rosangela@rede.example")
    assert told("rosangela", "shift.uncovered_many") == 1
    assert db.session.scalars(sent).all() == []
    page = sign_in("rosangela").get("/account/mail").get_data(as_text=True)
    assert page.count("Um turno fica sem consultor") == 1  # one line for both


def test_only_the_time_inside_is_freed(session):
    shift = laid(room())
    away(local(MONDAY, 9, 10), local(MONDAY, 10, 5))
    assert whole(shift) - held(shift) == {local(MONDAY, 9) + SLOT * n for n in range(5)}


def test_the_person_takes_it_too_and_the_management_is_told(session):
    away(by="paulo", kind="unavailable")
    assert told("teresa", "leave.take") == 1
    assert told("rosangela", "shift.uncovered") == 0  # no shift was lost
    with pytest.raises(Refused):
        away(who="lia", by="paulo")


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"from_at": local(MONDAY, 9), "until_at": local(MONDAY, 9)}, "until"),
        ({"from_at": local(MONDAY, 9), "until_at": local(MONDAY, 8)}, "until"),
        ({"from_at": local(MONDAY - timedelta(days=9), 9), "until_at": local(MONDAY - timedelta(days=8), 8)}, "until"),
        ({"kind": "férias"}, "kind"),
        ({"who": "marina"}, "user"),
        ({"why": "x" * 301}, "why"),
    ],
)
def test_a_leave_that_is_none_is_refused(session, wish, field):
    with pytest.raises(Refused) as refused:
        away(**wish)
    assert refused.value.field == field
    assert db.session.scalar(db.select(db.func.count(Leave.id))) == 0


def test_a_leave_has_an_end(session):
    with pytest.raises(Refused) as refused:
        do("take_leave", user=person("paulo"), kind="leave", from_at=local(MONDAY, 8), until_at=None, why="")
    assert refused.value.field == "until"


def test_leaves_do_not_overlap(session):
    away()
    with pytest.raises(Refused):
        away(local(MONDAY, 20), local(TUESDAY, 20))
    away(local(TUESDAY, 0), local(TUESDAY, 20))


def test_nobody_is_laid_into_a_leave_or_leaves_while_checked_in(session):
    place = room()
    away()
    with pytest.raises(Refused) as refused:
        laid(place)
    assert refused.value.field == "user"
    shift = laid(place, who="lia")
    do("check_in", shift, at=local(MONDAY, 8), by="lia")
    with pytest.raises(Refused):
        away(who="lia", from_at=local(MONDAY, 9), at=local(MONDAY, 8, 30))


def test_a_cancelled_leave_brings_its_shifts_back(session):
    place = room(workstations=2)
    first, second = laid(place), laid(place, starts=EIGHT + 240)
    third = laid(place, starts=EIGHT + 480)
    leave = away()
    laid(place, who="lia")  # the first workstation, in the morning
    laid(place, who="lia", starts=EIGHT + 240)
    laid(place, who="helena", what="cardiologia", starts=EIGHT + 240)  # both, in the afternoon
    lost = do("cancel_leave", leave, by="paulo")
    assert lost == [second]
    assert (first.workstation, third.workstation) == (2, 1)
    assert held(first) == whole(first)
    assert held(third) == whole(third)
    assert held(second) == set()
    assert second.cancelled_at is not None
    assert left_by([first, second, third]) == {}
    with pytest.raises(Refused):
        do("cancel_leave", leave)


def test_what_is_over_does_not_come_back(session):
    shift = laid(room())
    leave = away()
    with pytest.raises(Refused):
        do("cancel_leave", leave, at=local(TUESDAY, 0))
    with pytest.raises(Refused):
        do("cancel_leave", leave, by="lia")
    assert do("cancel_leave", leave, at=local(MONDAY, 13)) == []
    assert held(shift) == set()
