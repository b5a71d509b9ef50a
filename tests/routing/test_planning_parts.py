"""The pure parts under the plan: who competes with whom, how long reading took, and that one world has one digest."""

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from teleconsult.routing.gathering import World
from teleconsult.routing.paces import active
from teleconsult.routing.seating import sharing
from teleconsult.routing.slots import Limits, Seat, Waiting
from tests.routing.helping import FRIDAY

MINUTE = timedelta(minutes=1)


def seat(*specialties: int, user_id: int = 1) -> Seat:
    return Seat(user_id, user_id, frozenset(specialties), FRIDAY, FRIDAY + 60 * MINUTE)


def test_specialties_compete_through_the_people_who_hold_both():
    seats = [seat(1, 2), seat(2, 3), seat(4), seat(5, 6)]
    assert sharing(1, seats) == {1, 2, 3}
    assert sharing(4, seats) == {4}
    assert sharing(9, seats) == {9}


@given(st.lists(st.sets(st.integers(1, 8), min_size=1, max_size=3), max_size=8), st.integers(1, 8))
def test_what_competes_with_one_competes_with_all_of_them(groups, one):
    seats = [seat(*group) for group in groups]
    found = sharing(one, seats)
    assert one in found
    assert all(sharing(other, seats) == found for other in found)


def done(user_id: int, at: float, came: float | None, opened: float | None = None) -> SimpleNamespace:
    moment = [FRIDAY + minutes * MINUTE if minutes is not None else None for minutes in (at, came, opened)]
    return SimpleNamespace(by_id=user_id, kind="", at=moment[0], came_at=moment[1], opened_at=moment[2])


def test_reading_is_counted_from_the_opening_or_from_the_case_before():
    rows = [done(1, 100, 0, 90), done(1, 112, 0), done(1, 500, 480, 490), done(2, 505, 501)]
    assert [(one.user_id, one.minutes) for one in active(rows)] == [(1, 10), (1, 12), (1, 10), (2, 4)]


def test_what_came_from_nowhere_teaches_nothing():
    assert active([done(1, 100, None)]) == []


def world(cases, seats) -> World:
    waiting = [
        Waiting(number, 1, "routine", FRIDAY + 60 * MINUTE, FRIDAY, frozenset(gone), frozenset(knows))
        for number, gone, knows in cases
    ]
    return World(
        now=FRIDAY, waiting=waiting, versions={case.case_id: 1 for case in waiting}, rounds={}, holders={}, held=[],
        seats=seats, limits=Limits(), modes={},
    )  # fmt: skip


people = st.sets(st.integers(1, 5))


@given(st.lists(st.tuples(st.integers(1, 99), people, people), unique_by=lambda case: case[0]), st.randoms())
def test_one_world_has_one_digest_in_whatever_order_it_is_read(cases, random):
    seats = [seat(1, user_id=1), seat(1, 2, user_id=2)]
    mixed = random.sample(cases, len(cases))
    assert world(cases, seats).basis() == world(mixed, seats[::-1]).basis()


def test_another_version_another_shift_and_another_hour_are_another_world():
    first = world([(1, (), ())], [seat(1)])
    others = [
        replace(first, versions={1: 2}),
        replace(first, seats=[replace(seat(1), ends_at=FRIDAY + 75 * MINUTE)]),
        replace(first, now=FRIDAY + 6 * MINUTE),
        world([(1, (3,), ())], [seat(1)]),
    ]
    assert len({first.basis(), *(other.basis() for other in others)}) == 5
    assert replace(first, now=FRIDAY + 4 * MINUTE).basis() == first.basis()


def test_the_web_process_loads_no_solver():
    code = (
        "import sys; from teleconsult import features; from importlib import import_module\n"
        "for name in (*features.LISTENERS, *features.BLUEPRINTS): import_module(name)\n"
        "sys.exit(any(name.split('.')[0] in ('numpy', 'scipy') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
