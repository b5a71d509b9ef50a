"""Shifts that are moved, cancelled and restored."""

from datetime import timedelta

import pytest

from teleconsult.audit import AuditEvent
from teleconsult.errors import Refused
from teleconsult.extensions import db
from teleconsult.shifts import queries
from tests.shifts.rooms import EIGHT, MONDAY, NOW, do, held, laid, local, room, told, whole
from tests.world import person

TUESDAY = MONDAY + timedelta(days=1)


def move(shift, at=NOW, **wish):
    given = {"room": shift.room, "day": MONDAY, "starts": EIGHT, "minutes": 240}
    do("move_shift", shift, at=at, subject=shift, **(given | wish))


def test_a_shift_moves_with_what_it_holds(session):
    place, other = room(), room(name="Sala dois")
    shift = laid(place, who="lia")
    laid(other, day=TUESDAY, starts=9 * 60, minutes=60)
    move(shift, room=other, day=TUESDAY, starts=9 * 60, minutes=90)
    assert (shift.room_id, shift.workstation) == (other.id, 2)
    assert (shift.starts_at, shift.ends_at) == (local(TUESDAY, 9), local(TUESDAY, 10, 30))
    assert held(shift) == whole(shift)
    assert told("lia", "shift.change") == 1
    row = db.session.scalars(db.select(AuditEvent).where(AuditEvent.word == "shift.change")).one()
    assert (row.data["before"]["room"], row.data["after"]["room"]) == ("sala-de-telessaude", "sala-dois")


def test_a_shift_keeps_its_workstation_where_it_can(session):
    place = room()
    laid(place)
    shift = laid(place, who="lia")
    move(shift, starts=EIGHT + 30)
    assert shift.workstation == 2
    move(shift, day=TUESDAY)
    assert shift.workstation == 2
    with pytest.raises(Refused):
        move(shift, workstation=1)
    move(shift, starts=13 * 60, workstation=1)
    assert shift.workstation == 1


def test_nothing_moved_tells_nobody(session):
    shift = laid(room())
    version = shift.version
    move(shift)
    assert told("paulo", "shift.change") == 0
    assert shift.version == version


@pytest.mark.parametrize(
    "wish", [{"day": MONDAY - timedelta(days=7)}, {"starts": 6 * 60}, {"minutes": 0}, {"day": MONDAY + timedelta(days=6)}]
)  # fmt: skip
def test_a_move_that_does_not_fit_changes_nothing(session, wish):
    shift = laid(room())
    with pytest.raises(Refused):
        move(shift, **wish)
    assert held(shift) == whole(shift)
    assert shift.starts_at == local(MONDAY, 8)


def test_nobody_moves_into_two_places(session):
    place, other = room(), room(name="Sala dois")
    laid(other, day=TUESDAY)
    shift = laid(place)
    with pytest.raises(Refused) as refused:
        move(shift, day=TUESDAY)
    assert refused.value.field == "user"


def test_a_shift_is_cancelled_with_a_reason_and_restored(session):
    place = room()
    shift = laid(place)
    with pytest.raises(Refused):
        do("cancel_shift", shift, why="  ")
    do("cancel_shift", shift, why="A sala estará em obras.", subject=shift)
    assert held(shift) == set()
    assert told("paulo", "shift.cancel") == 1
    for verb, given in (("cancel_shift", {"why": "De novo."}), ("move_shift", None)):
        with pytest.raises(Refused):
            do(verb, shift, **given) if given else move(shift)
    other = laid(place, who="lia")  # takes the first workstation
    do("restore_shift", shift, subject=shift)
    assert (shift.workstation, shift.cancelled_at, shift.cancelled_why) == (2, None, "")
    assert held(shift) == whole(shift)
    assert told("paulo", "shift.restore") == 1
    with pytest.raises(Refused):
        do("restore_shift", shift)
    do("cancel_shift", shift, why="Outra vez.", subject=shift)
    laid(place, who="helena", what="cardiologia", starts=11 * 60)
    with pytest.raises(Refused):
        do("restore_shift", shift)
    assert other.cancelled_at is None


def test_what_began_is_not_moved_and_what_is_attended_is_not_cancelled(session):
    shift = laid(room())
    at = local(MONDAY, 8, 30)
    with pytest.raises(Refused):
        move(shift, at=at, starts=10 * 60)
    do("check_in", shift, at=at, by="paulo")
    with pytest.raises(Refused) as refused:
        do("cancel_shift", shift, why="Engano.", at=at)
    assert refused.value.params == {"name": person("paulo").full_name}
    do("check_out", shift, at=local(MONDAY, 11), by="paulo")
    with pytest.raises(Refused):
        do("cancel_shift", shift, why="Engano.", at=local(MONDAY, 11))
    assert len(held(shift)) == 12  # the last hour is free for others
    missed = laid(shift.room, who="lia")
    with pytest.raises(Refused):
        do("cancel_shift", missed, why="Engano.", at=local(MONDAY, 12))


def test_an_offer_ends_when_its_shift_changes(session):
    shift = laid(room())
    do("offer_swap", shift, to=None, why="", by="paulo")
    move(shift, day=TUESDAY)
    assert queries.open_swap_of(shift) is None
    do("offer_swap", shift, to=None, why="", by="paulo")
    do("cancel_shift", shift, why="Obras.", subject=shift)
    assert queries.open_swap_of(shift) is None
