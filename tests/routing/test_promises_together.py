"""Promises told anew for many cases at once: few transactions, and nothing that moves at that moment is lost."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import event

from teleconsult import clock
from teleconsult.cases import actions
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case
from teleconsult.errors import Overtaken
from teleconsult.extensions import db, transaction
from teleconsult.routing import promises as rules
from teleconsult.routing.models import Promise
from teleconsult.routing.promising import Expected
from tests import world
from tests.routing.helping import FRIDAY, promises, sent

SOON = Expected(FRIDAY + timedelta(days=3), FRIDAY + timedelta(days=4))
LATER = Expected(FRIDAY + timedelta(days=5), FRIDAY + timedelta(days=6))


@pytest.fixture(autouse=True)
def friday(session):
    with clock.at(FRIDAY):
        yield FRIDAY


def renew(cases: dict[int, int], expected: Expected, now: datetime = FRIDAY) -> int:
    return rules.renew(cases, dict.fromkeys(cases, expected), now)


def many(count: int) -> dict[int, int]:
    """Send some cases and return their versions."""
    made = [sent() for _ in range(count)]
    return {case.id: case.version for case in made}


def test_as_many_transactions_as_there_are_parts(monkeypatch):
    monkeypatch.setattr(rules, "TOGETHER", 4)
    cases, committed = many(10), []
    note = committed.append
    event.listen(db.engine, "commit", note)
    try:
        assert renew(cases, SOON) == len(cases)
    finally:
        event.remove(db.engine, "commit", note)
    assert len(committed) == 3
    assert renew(cases, SOON) == 0
    assert renew(cases, LATER, FRIDAY + timedelta(hours=1)) == len(cases)
    db.session.rollback()
    rows = db.session.scalars(db.select(Promise).where(Promise.replaced_at.is_(None))).all()
    assert {row.case_id: row.ninety_at for row in rows} == dict.fromkeys(cases, LATER.ninety_at)


def test_what_moved_since_is_left_out_and_holds_up_none_of_the_others():
    stays, gone = many(2), sent()
    cases = stays | {gone.id: gone.version}
    with transaction(gone):
        actions.cancel(gone, "Engano.", by=world.person("marina"))
    assert renew(cases, SOON) == len(stays)
    assert promises(gone) == []


def test_one_that_is_overtaken_at_that_moment_holds_up_none_of_the_others(monkeypatch):
    cases = many(3)
    unlucky, make = min(cases), rules._make

    def overtaken(case_id, *args):
        if case_id == unlucky:
            raise Overtaken
        make(case_id, *args)

    monkeypatch.setattr(rules, "_make", overtaken)
    assert renew(cases, SOON) == 2
    db.session.rollback()
    assert set(db.session.scalars(db.select(Promise.case_id))) == set(cases) - {unlucky}


def test_an_answer_at_the_same_moment_is_scored_whoever_comes_first(application):
    walks = [world.Walk(sent()) for _ in range(6)]
    for walk in walks:
        walk.assign()
    cases = {walk.case.id: walk.case.version for walk in walks}
    assert renew(cases, SOON) == len(cases)
    barrier = Barrier(2)

    def machine():
        with application.app_context(), clock.at(FRIDAY):
            barrier.wait(10)
            return renew(cases, LATER)

    def consultant():
        with application.app_context(), clock.at(FRIDAY):
            barrier.wait(10)
            for case_id, version in cases.items():
                case = db.session.get(Case, case_id)
                while True:
                    try:
                        with transaction(case, version):
                            actions.answer(case, world.written(case), by=world.person("paulo"))
                        break
                    except Overtaken:  # the database was busy
                        continue

    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(machine), pool.submit(consultant)]:
            future.result(60)
    for walk in walks:
        rows = promises(walk.case)
        assert walk.case.state == State.ANSWERED
        assert [row.answered_at for row in rows if row.replaced_at is None] == [FRIDAY]


def test_two_workers_at_once_tell_each_case_once(application):
    cases, barrier = many(6), Barrier(2)

    def work():
        with application.app_context(), clock.at(FRIDAY):
            barrier.wait(10)
            return renew(cases, SOON)

    with ThreadPoolExecutor(2) as pool:
        told = [future.result(60) for future in [pool.submit(work), pool.submit(work)]]
    db.session.rollback()
    rows = db.session.scalars(db.select(Promise.case_id)).all()
    assert sorted(rows) == sorted(set(rows))
    assert len(rows) == max(told)
