"""A visit that is called off: whoever has no opinion yet waits on, and a target is not put off by who holds the case."""

from datetime import timedelta

import pytest

from teleconsult import clock
from teleconsult.cases import actions, clocks
from teleconsult.cases.lifecycle import State
from teleconsult.cases.needs import OWN_ANSWER
from teleconsult.errors import Refused
from teleconsult.extensions import db, transaction
from teleconsult.people.models import UserRole
from tests.cases.helping import now_in, send, text_of
from tests.world import person, walk_to

DAY = timedelta(days=1)


def folded(walk):
    """Return the service time of the present round as the events tell it."""
    db.session.expire_all()
    return clocks.read(walk.case.events).service_seconds


def escalate_and_call_off(walk, start, *, sent, back):
    with clock.at(start + sent):
        walk.escalate()
    with clock.at(start + back):
        walk.do("call_off", "Não precisa mais.", by="paulo")


def test_without_an_opinion_the_time_used_goes_on(session):
    start = clock.now()
    with clock.at(start):
        walk = walk_to(State.ASSIGNED)
    escalate_and_call_off(walk, start, sent=2 * DAY, back=9 * DAY)
    assert walk.case.due_at == start + 10 * DAY
    escalate_and_call_off(walk, start, sent=9.5 * DAY, back=12 * DAY)
    assert walk.case.due_at == start + 12.5 * DAY
    assert walk.case.service_seconds == pytest.approx(folded(walk)) == pytest.approx(2.5 * 86400)


def test_after_an_opinion_of_the_round_a_new_target_begins(session):
    start = clock.now()
    with clock.at(start):
        walk = walk_to(State.ASSIGNED)
    with clock.at(start + DAY):
        walk.answer()
    escalate_and_call_off(walk, start, sent=2 * DAY, back=4 * DAY)
    assert walk.case.due_at == start + 7 * DAY
    # Of this round nothing was answered.
    escalate_and_call_off(walk, start, sent=5 * DAY, back=8 * DAY)
    assert walk.case.due_at == start + 10 * DAY
    assert walk.case.service_seconds == pytest.approx(folded(walk)) == pytest.approx(86400)


def test_nobody_reopens_the_case_that_they_answered(session, sign_in):
    with transaction():
        person("paulo").role_rows = [UserRole("consultant"), UserRole("administrator")]
    walk = walk_to(State.CONCLUDED)
    with pytest.raises(Refused, match="quem o reabre"), transaction(walk.case, walk.case.version):
        actions.reopen(walk.case, "Voltou a piorar.", by=person("paulo"))
    browser = sign_in("paulo")
    browser.post("/account/role", data={"role": "administrator"})
    assert "/reopen" not in text_of(browser, walk)
    assert OWN_ANSWER.split(":")[0] in send(browser, walk, "reopen", why="Piorou.").get_data(as_text=True)
    assert now_in(walk) == State.CONCLUDED
    walk.do("reopen", "Voltou a piorar.", by="rosangela")
    assert now_in(walk) == State.ASSIGNED
