"""Swaps: offered to all or to one, accepted once."""

import pytest

from teleconsult import clock
from teleconsult.errors import Overtaken, Refused
from teleconsult.extensions import db
from teleconsult.shifts import mine, queries
from teleconsult.shifts.models import Swap
from tests.shifts.rooms import MONDAY, NOW, do, held, laid, left_by, local, room, told, whole
from tests.world import person


def offer(shift, to=None, by="paulo", at=NOW):
    return do("offer_swap", shift, to=person(to) if to else None, why="Viagem.", by=by, at=at)


def test_an_accepted_shift_is_the_accepters(session):
    shift = laid(room())
    swap = offer(shift)
    assert told("lia", "swap.offer") == 1
    assert told("helena", "swap.offer") == 0
    with clock.at(NOW):
        assert [one.ref for one in mine.offers_to(person("lia"))] == [swap.ref]
    assert do("accept_swap", swap, by="lia", subject=swap) is shift
    assert shift.user_id == person("lia").id
    assert held(shift) == whole(shift)
    assert told("paulo", "swap.accept") == told("rosangela", "swap.accept") == 1
    assert queries.open_swap_of(shift) is None
    with pytest.raises(Overtaken):
        do("accept_swap", swap, by="lia")
    laid(shift.room, who="paulo")  # he is free now


def test_an_offer_to_one_is_for_that_one(session):
    shift = laid(room(), who="lia")
    swap = offer(shift, to="paulo", by="lia")
    with pytest.raises(Refused):
        do("accept_swap", swap, by="helena")
    with pytest.raises(Refused):
        do("accept_swap", swap, by="lia")
    do("accept_swap", swap, by="paulo")


def test_what_cannot_be_offered(session):
    shift = laid(room())
    for wish in ({"by": "lia"}, {"to": "paulo"}, {"to": "helena"}, {"at": local(MONDAY, 8)}):
        with pytest.raises(Refused):
            offer(shift, **wish)
    offer(shift)
    with pytest.raises(Refused):
        offer(shift)
    assert db.session.scalar(db.select(db.func.count(Swap.id))) == 1


def test_who_is_elsewhere_away_or_of_another_specialty_cannot_take_it(session):
    place, other = room(), room(name="Sala dois")
    swap = offer(laid(place))
    for who in ("helena", "marina"):
        with pytest.raises(Refused):
            do("accept_swap", swap, by=who)
    shift = laid(other, who="lia", starts=11 * 60)
    with pytest.raises(Refused):
        do("accept_swap", swap, by="lia")
    do("cancel_shift", shift, why="Obras.")
    leave = do(
        "take_leave", user=person("lia"), kind="leave", from_at=local(MONDAY, 9), until_at=local(MONDAY, 10), why=""
    )
    with pytest.raises(Refused):
        do("accept_swap", swap, by="lia")
    do("cancel_leave", leave)
    with pytest.raises(Refused):
        do("accept_swap", swap, by="lia", at=local(MONDAY, 8))
    do("accept_swap", swap, by="lia")


def test_a_shift_left_by_leave_can_be_taken_over(session):
    shift = laid(room())
    swap = offer(shift)
    do("take_leave", user=person("paulo"), kind="leave", from_at=local(MONDAY, 0), until_at=local(MONDAY, 23), why="")
    assert held(shift) == set()
    do("accept_swap", swap, by="lia")
    assert held(shift) == whole(shift)
    assert left_by([shift]) == {}


def test_an_offer_is_withdrawn_by_who_made_it_or_the_management(session):
    swap = offer(laid(room()))
    with pytest.raises(Refused):
        do("withdraw_swap", swap, by="lia")
    do("withdraw_swap", swap, by="paulo")
    for act in ("withdraw_swap", "accept_swap"):
        with pytest.raises((Refused, Overtaken)):
            do(act, swap, by="lia" if act == "accept_swap" else "paulo")
    again = offer(swap.shift)
    do("withdraw_swap", again, by="teresa")
