"""Every state x verb x person against a second table, written by hand from the domain's page.

Rows are verbs, columns states; a cell names who may: r requester, s support of the district, h holder,
e the consultant who escalated, o another consultant of the specialty on duty, a administrator,
x the system. A dot is nobody. The target stands last ('=' keeps the state).
"""

from dataclasses import dataclass, replace

import pytest

from teleconsult.cases import lifecycle
from teleconsult.cases.lifecycle import MOVES, State
from teleconsult.cases.needs import Facts
from teleconsult.errors import Refused

GRID = """
verb           draft  submitted  returned  assigned  awaiting_information  answered  in_person  concluded  cancelled  target
submit         rs     .          rs        .         .                     .         .          .          .          submitted
return         .      a          .         .         .                     .         .          .          .          returned
redirect       .      a          .         ah        .                     .         .          .          .          submitted
reprioritise   .      rsa        .         rsa       .                     .         .          .          .          =
assign         .      ax         .         ax        .                     .         .          .          .          assigned
claim          .      o          .         .         .                     .         .          .          .          assigned
decline        .      .          .         h         .                     .         .          .          .          submitted
release        .      .          .         x         .                     .         .          .          .          submitted
ask            .      .          .         h         .                     .         .          .          .          awaiting_information
supply         .      .          .         .         rs                    .         .          .          .          assigned
add            .      rs         .         rsh       rsh                   rsh       rsh        .          .          =
answer         .      .          .         h         .                     .         .          .          .          answered
follow_up      .      .          .         .         .                     rs        .          rs         .          assigned
conclude       .      .          .         h         .                     .         .          .          .          concluded
escalate       .      .          .         h         .                     h         .          .          .          in_person
call_off       .      .          .         .         .                     .         ea         .          .          assigned
close_unseen   .      .          .         .         .                     .         rsa        .          .          concluded
counter_refer  .      .          .         .         .                     .         at         .          .          concluded
accept         .      .          .         .         .                     rsx       .          .          .          concluded
reopen         .      .          .         .         .                     .         .          rsa        .          assigned
hand_over      as     as         as        as        as                    as        as         .          .          =
lapse          .      .          x         .         x                     .         .          .          .          cancelled
cancel         .      rs         rs        rs        rs                    .         .          .          .          cancelled
"""

LINES = [line.split() for line in GRID.strip().splitlines()]
STATES = LINES[0][1:-1]
WANTED = {row[0]: (dict(zip(STATES, row[1:-1], strict=True)), row[-1]) for row in LINES[1:]}


@dataclass
class Someone:
    id: int
    roles: frozenset[str]


@dataclass
class SomeCase:
    state: str
    requester_id: int = 1
    holder_id: int | None = None
    specialty_id: int | None = 7


PEOPLE = {
    "r": Someone(1, frozenset({"requester"})),
    "h": Someone(2, frozenset({"consultant"})),
    "o": Someone(3, frozenset({"consultant"})),
    "e": Someone(4, frozenset({"consultant"})),
    "a": Someone(5, frozenset({"administrator"})),
    "s": Someone(6, frozenset({"support"})),
    "t": Someone(7, frozenset({"consultant"})),
    "stranger": Someone(8, frozenset({"requester"})),
    "far support": Someone(9, frozenset({"support"})),
    "other specialty": Someone(10, frozenset({"consultant"})),
    "off duty": Someone(11, frozenset({"consultant"})),
    "manager": Someone(12, frozenset({"manager"})),
    "x": None,
}
HELD = {"assigned", "awaiting_information", "answered", "in_person", "concluded"}
EVERYTHING = dict.fromkeys(lifecycle.CARRY_WORDS, "given")


def facts_of(who: str) -> Facts:
    world = Facts(follow_up_open=who != "x", reopen_open=True, lapse_due=True, holder_able=False)
    return {
        "o": replace(world, specialties=frozenset({7}), on_duty=True),
        "off duty": replace(world, specialties=frozenset({7}), on_duty=False),
        "h": replace(world, specialties=frozenset({7}), on_duty=False),
        "e": replace(world, escalated=True),
        "s": replace(world, own_district=True),
        "t": replace(world, attending=True),
        "other specialty": replace(world, specialties=frozenset({9}), on_duty=False),
    }.get(who, world)


def case_of(state: str) -> SomeCase:
    return SomeCase(state, holder_id=2 if state in HELD else None)


def test_the_table_has_exactly_the_verbs_of_the_domain():
    assert list(MOVES) == [row[0] for row in LINES[1:]]
    assert [state.value for state in State] == STATES


@pytest.mark.parametrize("verb", WANTED)
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("who", PEOPLE)
def test_every_cell(verb, state, who):
    cells, target = WANTED[verb]
    case = case_of(state)
    allowed = who in cells[state] if cells[state] != "." else False
    if allowed:
        move = lifecycle.check(verb, case, PEOPLE[who], facts_of(who), EVERYTHING)
        assert (move.target or "=") == target
    else:
        with pytest.raises(Refused):
            lifecycle.check(verb, case, PEOPLE[who], facts_of(who), EVERYTHING)
    assert (verb in {m.verb for m in lifecycle.open_moves(case, PEOPLE[who], facts_of(who))}) == allowed


@pytest.mark.parametrize("verb", WANTED)
def test_each_thing_a_move_carries_is_asked_for(verb):
    cells, _ = WANTED[verb]
    state, letters = next((s, c) for s, c in cells.items() if c != ".")
    for name in MOVES[verb].carries:
        with pytest.raises(Refused) as refused:
            lifecycle.check(verb, case_of(state), PEOPLE[letters[0]], facts_of(letters[0]), EVERYTHING | {name: None})
        assert refused.value.field == name


CARRIES = """
submit specialty questions summary consent; return missing; redirect specialty why; reprioritise priority why;
assign consultant why; claim; decline why; release; ask items; supply supplies; add message;
answer answers conduct red_flags; follow_up question; conclude answers diagnosis conduct;
escalate specialty priority justification bring; call_off why; close_unseen cause;
counter_refer attendance diagnosis opinion conduct return; accept; reopen why; hand_over requester; lapse; cancel why
"""


def test_what_each_move_carries():
    wanted = {words.split()[0]: tuple(words.split()[1:]) for words in CARRIES.split(";")}
    assert {verb: move.carries for verb, move in MOVES.items()} == wanted


@pytest.mark.parametrize(
    ("verb", "state", "who", "closed"),
    [
        ("follow_up", "answered", "r", {"follow_up_open": False}),
        ("follow_up", "concluded", "r", {"follow_up_open": False}),
        ("reopen", "concluded", "r", {"reopen_open": False}),
        ("lapse", "returned", "x", {"lapse_due": False}),
        ("accept", "answered", "x", {"follow_up_open": True}),
        ("release", "assigned", "x", {"holder_able": True}),
        ("claim", "submitted", "o", {"declined": frozenset({3})}),
    ],
)
def test_the_world_can_close_a_move(verb, state, who, closed):
    with pytest.raises(Refused):
        lifecycle.check(verb, case_of(state), PEOPLE[who], replace(facts_of(who), **closed), EVERYTHING)


def test_what_brings_a_case_to_its_holder_and_what_concludes_it():
    assert set(lifecycle.COMES) == {"assign", "claim", "supply", "follow_up", "call_off", "reopen"}
    assert set(lifecycle.CLOSES) == {"conclude", "close_unseen", "counter_refer", "accept"}


def test_an_unknown_verb_is_a_mistake_of_the_code():
    with pytest.raises(KeyError):
        lifecycle.check("approve", case_of("submitted"), PEOPLE["a"], Facts(), {})
