"""Every move of a booking request in every state by every person, against a table written a second time by hand."""

from dataclasses import dataclass

import pytest

from teleconsult.bookings import steps
from teleconsult.bookings.steps import Facts, State
from teleconsult.errors import Refused

DISTRICT, DESK, UNIT, OTHER, MACHINE = "district", "desk", "unit", "other", "machine"
EVERYBODY = (DISTRICT, DESK, UNIT, OTHER, MACHINE)
SIDE = {DISTRICT, DESK, UNIT}

BY_HAND = {
    ("offer", "waiting"): ("offered", {DESK, MACHINE}),
    ("refuse", "offered"): ("waiting", SIDE),
    ("expire", "offered"): ("waiting", {MACHINE}),
    ("book", "waiting"): ("booked", SIDE),
    ("book", "offered"): ("booked", SIDE),
    ("move", "booked"): ("booked", SIDE),
    ("cancel", "booked"): ("cancelled", SIDE),
    ("release", "booked"): ("waiting", {DESK, MACHINE}),
    ("release", "offered"): ("waiting", {DESK, MACHINE}),
    ("attend", "booked"): ("attended", {DESK, MACHINE}),
    ("miss", "booked"): ("missed", {DESK}),
    ("correct", "attended"): ("booked", {DESK}),
    ("correct", "missed"): ("booked", {DESK}),
    ("requeue", "missed"): ("waiting", SIDE),
    ("requeue", "cancelled"): ("waiting", SIDE),
    **{("end", state): ("ended", {MACHINE}) for state in ("waiting", "offered", "booked", "missed", "cancelled")},
    **{("close_unseen", state): ("ended", SIDE) for state in ("waiting", "offered", "booked", "missed", "cancelled")},
    ("reopen", "ended"): ("waiting", SIDE),
}
SO = Facts(own_district=True, open=True, begun=True, due=True, expired=True)


@dataclass
class Request:
    state: str
    unit_id: int = 1
    kind: str = "return"


@dataclass
class Person:
    roles: frozenset[str]
    unit_id: int | None


PEOPLE = {
    DISTRICT: Person(frozenset({"support"}), 9),
    DESK: Person(frozenset({"administrator"}), 8),
    UNIT: Person(frozenset({"requester"}), 1),
    OTHER: Person(frozenset({"requester", "consultant", "manager"}), 2),
    MACHINE: None,
}


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("verb", steps.MOVES)
def test_every_cell(verb, state, who):
    target, may = BY_HAND.get((verb, str(state)), ("", set()))
    if who in may:
        move = steps.check(verb, Request(state), PEOPLE[who], SO)
        assert (move.target or state) == target
    else:
        with pytest.raises(Refused):
            steps.check(verb, Request(state), PEOPLE[who], SO)


@pytest.mark.parametrize(
    ("verb", "state", "fact"),
    [
        ("offer", "waiting", "open"),
        ("book", "waiting", "open"),
        ("move", "booked", "open"),
        ("correct", "missed", "open"),
        ("requeue", "missed", "open"),
        ("attend", "booked", "begun"),
        ("miss", "booked", "begun"),
        ("miss", "booked", "due"),
    ],
)
def test_what_must_be_so(verb, state, fact):
    facts = Facts(**({"own_district": True, "begun": True, "due": True, "open": True} | {fact: False}))
    with pytest.raises(Refused):
        steps.check(verb, Request(state), PEOPLE[DESK], facts)


@pytest.mark.parametrize(
    ("verb", "state"), [("reopen", "ended"), *(("close_unseen", state) for verb, state in BY_HAND if verb == "end")]
)
def test_a_first_visit_ends_with_its_referral_alone(verb, state):
    with pytest.raises(Refused, match="se encerra no caso"):
        steps.check(verb, Request(state, kind="first"), PEOPLE[DESK], SO)


@pytest.mark.parametrize("verb", ["move", "cancel", "close_unseen"])
def test_a_visit_whose_day_is_past_is_marked_and_not_put_off(verb):
    with pytest.raises(Refused, match="já passou"):
        steps.check(verb, Request("booked"), PEOPLE[DESK], Facts(begun=True, due=True, over=True))


@pytest.mark.parametrize(("verb", "state"), [(v, s) for (v, s), _ in BY_HAND.items()])
def test_what_must_be_carried(verb, state):
    who = PEOPLE[DESK] if DESK in BY_HAND[verb, state][1] else None
    for name in steps.MOVES[verb].carries:
        carry = dict.fromkeys(steps.MOVES[verb].carries, "x") | {name: ""}
        with pytest.raises(Refused) as refusal:
            steps.check(verb, Request(state), who, SO, carry)
        assert refusal.value.field == name


def test_support_acts_only_in_its_district():
    with pytest.raises(Refused, match="outra pessoa"):
        steps.check("book", Request("waiting"), PEOPLE[DISTRICT], Facts(own_district=False))


@pytest.mark.parametrize("state", ["attended", "missed"])
def test_attendance_marked_twice_is_said(state):
    with pytest.raises(Refused, match="já foi anotada"):
        steps.check("attend", Request(state), PEOPLE[DESK], SO)


def test_every_verb_and_state_has_words():
    assert set(steps.DONE_WORDS) == {*steps.MOVES, "make", "remind", "book_due", "mark_due", "counter_due"}
    assert set(steps.STATE_WORDS) == set(State)
    assert {name for move in steps.MOVES.values() for name in move.carries} == set(steps.CARRY_WORDS)
