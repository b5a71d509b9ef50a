"""Who asks never answers: a person may hold both roles, but nobody is given, or takes, the second opinion on their own case."""

import pytest

from teleconsult.cases import actions
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models_opinion import Decline
from teleconsult.errors import Refused
from teleconsult.extensions import db, transaction
from teleconsult.notices.models import Notice
from teleconsult.people.models import UserRole, UserSpecialty
from tests.cases.helping import now_in, send, text_of
from tests.world import new_case, person, specialty, walk_to


@pytest.fixture(autouse=True)
def both_roles(session):
    """Let Marina answer in Dermatology too, where no calendar is kept: she is always on duty."""
    with transaction():
        marina = person("marina")
        marina.role_rows = [UserRole("requester"), UserRole("consultant")]
        marina.specialty_rows = [UserSpecialty(specialty().id)]


@pytest.fixture
def waiting(session):
    return walk_to(State.SUBMITTED)


@pytest.fixture
def answering(session, sign_in):
    """Marina in her part of a consultant."""
    browser = sign_in("marina")
    browser.post("/account/role", data={"role": "consultant"})
    return browser


def test_an_own_request_is_not_taken(waiting, answering):
    case = waiting.case
    with pytest.raises(Refused), transaction(case, case.version):
        actions.claim(case, by=person("marina"))
    send(answering, waiting, "claim")
    assert now_in(waiting) == State.SUBMITTED


def test_an_own_request_is_not_among_what_a_consultant_may_take(waiting, answering):
    assert waiting.case.ref not in answering.get("/waiting").get_data(as_text=True)
    assert "/claim" not in text_of(answering, waiting)


def test_the_request_of_somebody_else_is(session, answering):
    other = walk_to(State.SUBMITTED, requester="jonas")
    assert f"/cases/{other.case.ref}/claim" in answering.get("/waiting").get_data(as_text=True)


def test_an_own_request_is_not_given_to_its_requester(waiting, sign_in):
    desk = sign_in("rosangela")
    assert 'value="PE-MARINA"' not in text_of(desk, waiting, "/assign")
    answer = send(desk, waiting, "assign", consultant="PE-MARINA", why="Em turno.")
    assert answer.status_code == 422
    case = waiting.case
    with pytest.raises(Refused, match="fez este pedido"), transaction(case, case.version):
        actions.assign(case, to=person("marina"), by=person("rosangela"), why="Em turno.")


def test_a_case_is_not_handed_over_to_who_answers_it(session, sign_in):
    with transaction():
        person("marina").unit_id = person("jonas").unit_id
    walk = walk_to(State.ASSIGNED, requester="jonas", consultant="marina")
    desk = sign_in("rosangela")
    assert 'value="PE-MARINA"' not in text_of(desk, walk, "/hand_over")
    case = walk.case
    with pytest.raises(Refused, match="responde este caso"), transaction(case, case.version):
        actions.hand_over(case, to=person("marina"), by=person("rosangela"))


def test_a_case_is_not_handed_over_to_who_answered_it_once(session, sign_in):
    """They would ask after, accept and judge what they wrote themselves; that another holds the case now changes nothing."""
    walk = walk_to(State.ANSWERED, requester="jonas", consultant="marina")
    walk.do("follow_up", "E se piorar?", by="jonas")
    walk.do("assign", to=person("paulo"), why="Em turno.", by="rosangela")
    desk = sign_in("rosangela")
    assert 'value="PE-MARINA"' not in text_of(desk, walk, "/hand_over")
    case = walk.case
    with pytest.raises(Refused, match="já deu parecer"), transaction(case, case.version):
        actions.hand_over(case, to=person("marina"), by=person("rosangela"))


def test_the_administrators_hear_that_nobody_is_left_when_all_but_the_requester_declined(waiting):
    with transaction():
        at = waiting.case.submitted_at
        db.session.add(Decline(case_id=waiting.case.id, consultant_id=person("lia").id, specialty_id=specialty().id, why="Não.", declined_at=at))  # fmt: skip
    waiting.assign()
    waiting.do("decline", "Não é comigo.", by="paulo")
    told = db.select(Notice.kind).where(Notice.user_id == person("rosangela").id)
    assert "case.nobody_left" in set(db.session.scalars(told))


@pytest.fixture
def handed_over(waiting):
    """A request of Marina's that is a colleague's now, as when she leaves the unit and begins to answer."""
    waiting.do("hand_over", to=person("jonas"), by="rosangela")
    return waiting


def test_who_asked_until_it_was_handed_over_does_not_take_it(handed_over, answering):
    assert handed_over.case.ref not in answering.get("/waiting").get_data(as_text=True)
    assert "/claim" not in text_of(answering, handed_over)
    assert send(answering, handed_over, "claim").status_code == 422
    assert now_in(handed_over) == State.SUBMITTED


def test_who_asked_until_it_was_handed_over_is_not_given_it(handed_over, sign_in):
    desk = sign_in("rosangela")
    assert 'value="PE-MARINA"' not in text_of(desk, handed_over, "/assign")
    assert send(desk, handed_over, "assign", consultant="PE-MARINA", why="Em turno.").status_code == 422
    case = handed_over.case
    for by in (person("rosangela"), None):
        with pytest.raises(Refused, match="fez este pedido"), transaction(case, case.version):
            actions.assign(case, to=person("marina"), by=by, why="Em turno.")


def test_who_asked_a_draft_until_it_was_handed_over_does_not_take_what_became_of_it(session, answering):
    walk = new_case("marina")
    walk.do("hand_over", to=person("jonas"), by="rosangela")
    walk.requester = "jonas"
    walk.submit()
    assert send(answering, walk, "claim").status_code == 422
    assert now_in(walk) == State.SUBMITTED


def test_nobody_is_left_when_all_but_who_asked_once_declined(handed_over):
    with transaction():
        person("lia").specialty_rows = []
    handed_over.assign()
    handed_over.do("decline", "Não é comigo.", by="paulo")
    told = db.select(Notice.kind).where(Notice.user_id == person("rosangela").id)
    assert "case.nobody_left" in set(db.session.scalars(told))


def test_a_draft_that_changed_hands_is_discarded_with_who_asked(session):
    walk = new_case("marina")
    walk.do("hand_over", to=person("jonas"), by="rosangela")
    number = walk.case.id
    with transaction():
        actions.discard(walk.case, by=person("jonas"))
    assert not db.session.scalars(db.select(Decline).where(Decline.case_id == number)).all()
