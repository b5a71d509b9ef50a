"""The worker as it runs: a plan seconds after something changed, and once more after a worker that was killed."""

import time
from datetime import timedelta

import pytest

from teleconsult import clock
from teleconsult.cases.models import Case, CaseEvent
from teleconsult.extensions import db, transaction
from teleconsult.routing import modes
from teleconsult.routing.models import Plan, PlanLine
from teleconsult.routing.modes import How, Mode
from tests import test_worker, world
from tests.routing.helping import sent, shift

pytestmark = pytest.mark.server
server, start = test_worker.server, test_worker.start
"""A mail server, and a starter of workers on the database of the test."""


def until(query, wanted, seconds=90):
    """Return when a query says what is wanted; the first plan of a worker loads the solver."""
    deadline = time.monotonic() + seconds
    while (found := _now(query)) != wanted:
        assert time.monotonic() < deadline, f"{found}, not {wanted}"
        time.sleep(0.1)


def _now(query):
    db.session.rollback()
    return db.session.scalar(query)


LINES = db.select(db.func.count()).select_from(PlanLine).where(PlanLine.user_id.is_not(None))
GIVEN = db.select(db.func.count()).select_from(CaseEvent).where(CaseEvent.verb == "assign")


def test_what_is_sent_is_planned_and_a_killed_worker_leaves_nothing_undone(session, start):
    shift("paulo", clock.now() + timedelta(hours=30))
    (one,) = start(1)
    sent()
    until(LINES, 1)
    sent()
    until(LINES, 2)
    one.process.kill()
    one.process.wait()
    sent()
    start(2)
    until(LINES, 3)
    assert _now(db.select(db.func.count(Plan.basis.distinct()))) == _now(db.select(db.func.count(Plan.id)))


def test_two_workers_give_each_case_once(session, start):
    with transaction():
        modes.set_mode("dermatologia", Mode(How.AUTOMATIC), version=0, by=world.person("teresa"))
    shift("paulo", clock.now() - timedelta(hours=1))
    shift("lia", clock.now() - timedelta(hours=1))
    workers = start(1, 2)
    for _ in range(6):
        sent()
    until(GIVEN, 6)
    sent()
    until(GIVEN, 7)
    for one in workers:  # each ends what it was at
        one.tell()
    assert [one.process.wait(test_worker.PATIENCE) for one in workers] == [0, 0]
    assert _now(GIVEN) == 7
    assert _now(db.select(db.func.count()).select_from(Case).where(Case.state == "assigned")) == 7
