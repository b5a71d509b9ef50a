"""An account is switched off at the moment a case comes to its person: it does not stay with somebody who is gone."""

from contextlib import suppress

import pytest

from teleconsult.cases import actions
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case
from teleconsult.errors import Refused
from teleconsult.extensions import db, transaction
from teleconsult.notices.models import Notice
from teleconsult.people import actions as people
from teleconsult.people.models import User
from tests import world
from tests.racing import uncommitted


def leave(person):
    people.switch_off(person, by=world.person("teresa"))


COMES = {
    State.SUBMITTED: lambda case: actions.assign(
        case, to=world.person("paulo"), why="Em turno.", by=world.person("rosangela")
    ),
    State.AWAITING_INFORMATION: lambda case: actions.supply(
        case, {1: ("Negativa.", ""), 2: ("", "Sem câmera.")}, by=world.person("marina")
    ),
}


@pytest.mark.parametrize("state", COMES)
def test_whoever_leaves_first_gets_no_case(application, case_in, state):
    with application.app_context():
        number, paulo = case_in(state).case.id, world.person("paulo").id
    with uncommitted(application, leave, (User, paulo)), application.app_context():
        case = db.session.get_one(Case, number)
        with suppress(Refused), transaction(case):
            COMES[state](case)
        db.session.refresh(case)
        assert (case.state, case.holder_id) == (State.SUBMITTED, None)


@pytest.mark.parametrize("state", COMES)
def test_whoever_leaves_right_after_it_keeps_none(application, case_in, state):
    with application.app_context():
        number, paulo = case_in(state).case.id, world.person("paulo").id
    with uncommitted(application, COMES[state], (Case, number)), application.app_context():
        person = db.session.get_one(User, paulo)
        with transaction(person):
            leave(person)
    with application.app_context():
        case = db.session.get_one(Case, number)
        assert (case.state, case.holder_id) == (State.SUBMITTED, None)


def pass_on(case):
    actions.hand_over(case, to=world.person("jonas"), by=world.person("rosangela"))


def test_nobody_is_handed_a_case_who_left_a_moment_before(application, case_in):
    with application.app_context():
        number, jonas = case_in(State.ASSIGNED).case.id, world.person("jonas").id
    with uncommitted(application, leave, (User, jonas)), application.app_context():
        case = db.session.get_one(Case, number)
        with pytest.raises(Refused), transaction(case):
            pass_on(case)
        db.session.refresh(case)
        assert case.requester_id == world.person("marina").id


def test_of_a_case_handed_to_who_leaves_right_after_it_the_administrators_are_told(application, case_in):
    with application.app_context():
        number, jonas = case_in(State.ASSIGNED).case.id, world.person("jonas").id
    with uncommitted(application, pass_on, (Case, number)), application.app_context():
        person = db.session.get_one(User, jonas)
        with transaction(person):
            leave(person)
    with application.app_context():
        told = db.select(Notice.kind).where(Notice.user_id == world.person("rosangela").id)
        assert "case.requester_gone" in set(db.session.scalars(told))
