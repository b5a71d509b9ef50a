"""Nobody is moved silently: whom each move tells, written by hand beside the actions.

marina asks, dora files for her, paulo answers, lia and jonas could in their places, rosangela distributes.
"""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from teleconsult import clock, events
from teleconsult.cases.lifecycle import MOVES, State
from teleconsult.extensions import db, transaction
from teleconsult.notices.models import Notice
from teleconsult.people.facts import Lost
from teleconsult.people.models import User, UserRole
from tests.cases.test_random_life import VERBS
from tests.world import person

S = State
ROWS = (
    # verb, from, by, whom it tells
    ("submit", S.DRAFT, "marina", "rosangela"),
    ("submit", S.RETURNED, "dora", "marina rosangela"),
    ("return", S.SUBMITTED, "rosangela", "marina"),
    ("redirect", S.ASSIGNED, "rosangela", "marina paulo"),
    ("redirect", S.ASSIGNED, "paulo", "marina"),
    ("reprioritise", S.SUBMITTED, "marina", "rosangela"),
    ("reprioritise", S.SUBMITTED, "rosangela", "marina"),
    ("reprioritise", S.ASSIGNED, "marina", "paulo"),
    ("reprioritise", S.ASSIGNED, "rosangela", "marina paulo"),
    ("assign", S.SUBMITTED, "rosangela", "lia marina"),
    ("assign", S.ASSIGNED, "rosangela", "lia marina paulo"),
    ("claim", S.SUBMITTED, "paulo", "marina"),
    ("decline", S.ASSIGNED, "paulo", "marina"),
    ("ask", S.ASSIGNED, "paulo", "marina"),
    ("supply", S.AWAITING_INFORMATION, "marina", "paulo"),
    ("supply", S.AWAITING_INFORMATION, "dora", "marina paulo"),
    ("add", S.SUBMITTED, "marina", "rosangela"),
    ("add", S.ANSWERED, "marina", "paulo"),
    ("add", S.ANSWERED, "paulo", "marina"),
    ("answer", S.ASSIGNED, "paulo", "marina"),
    ("conclude", S.ASSIGNED, "paulo", "marina"),
    ("follow_up", S.ANSWERED, "marina", "paulo"),
    ("follow_up", S.CONCLUDED, "dora", "marina paulo"),
    ("escalate", S.ASSIGNED, "paulo", "marina"),
    ("call_off", S.IN_PERSON, "paulo", "marina"),
    ("call_off", S.IN_PERSON, "rosangela", "marina paulo"),
    ("close_unseen", S.IN_PERSON, "marina", "paulo"),
    ("close_unseen", S.IN_PERSON, "rosangela", "marina paulo"),
    ("counter_refer", S.IN_PERSON, "rosangela", "marina paulo"),
    ("accept", S.ANSWERED, "marina", "paulo"),
    ("accept", S.ANSWERED, "dora", "marina paulo"),
    ("reopen", S.CONCLUDED, "marina", "paulo"),
    ("reopen", S.CONCLUDED, "rosangela", "marina paulo"),
    ("hand_over", S.ASSIGNED, "rosangela", "jonas marina paulo"),
    ("lapse", S.AWAITING_INFORMATION, None, "marina paulo"),
    ("cancel", S.SUBMITTED, "marina", "rosangela"),
    ("cancel", S.ASSIGNED, "marina", "paulo"),
    ("cancel", S.ASSIGNED, "dora", "marina paulo"),
)


def told(verb):
    """Return who was told of a move, in whatever words."""
    found = select(User.email).join(Notice, Notice.user_id == User.id).where(Notice.kind.startswith(f"case.{verb}"))
    return {email.partition("@")[0] for email in db.session.scalars(found)}


@pytest.mark.parametrize(("verb", "state", "by", "whom"), ROWS)
def test_whom_a_move_tells(case_in, verb, state, by, whom):
    walk = case_in(state)
    with transaction():  # what was told and is not seen yet is not told again
        db.session.execute(delete(Notice))
    if verb == "submit":
        walk.requester = by
        walk.submit()
    else:
        with clock.at(clock.now() + timedelta(days=31 if verb == "lapse" else 0)), transaction(walk.case):
            VERBS[verb](walk.case, person(by) if by else None)
    assert told(verb) == set(whom.split())


def test_every_move_says_whom_it_tells():
    assert {row[0] for row in ROWS} | {"release"} == set(MOVES)


def test_of_those_who_distribute_one_is_no_other_side_to_another(case_in):
    walk = case_in(S.SUBMITTED)
    with transaction():
        person("teresa").role_rows = [*person("teresa").role_rows, UserRole("administrator")]
    walk.do("reprioritise", priority="high", why="Piorou.", by="rosangela")
    assert told("reprioritise") == {"marina"}


def test_who_gets_a_case_to_ask_on_is_told_in_words_of_their_own(case_in):
    case_in(S.ASSIGNED).do("hand_over", to=person("jonas"), by="rosangela")
    assert told("hand_over_to_you") == {"jonas"}


def test_who_lost_the_specialty_hears_that_the_case_is_gone_and_so_does_who_asks(case_in):
    walk = case_in(S.ASSIGNED)
    with transaction():
        person("paulo").specialty_rows = []
        events.emit("person.specialties_changed", person=person("paulo"), by=person("teresa"), lost=Lost())
    db.session.refresh(walk.case)
    assert (walk.case.state, told("release")) == (S.SUBMITTED, {"marina", "paulo"})


def test_who_distributes_hears_that_nobody_is_left_for_a_case_and_not_before(case_in):
    walk = case_in(S.ASSIGNED)
    walk.do("decline", "Agenda cheia.", by="paulo")
    assert told("nobody_left") == set()
    walk.do("assign", to=person("lia"), why="Em turno.", by="rosangela")
    walk.do("decline", "Agenda cheia.", by="lia")
    assert told("nobody_left") == {"rosangela"}
