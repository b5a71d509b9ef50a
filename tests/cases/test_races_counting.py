"""How time counts is changed at the moment a clock starts: the case is due by the new hours, whoever comes first."""

from contextlib import suppress
from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import event

from teleconsult import clock
from teleconsult.cases import actions, counting
from teleconsult.cases.hours import after
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case
from teleconsult.errors import Overtaken
from teleconsult.extensions import db, transaction
from teleconsult.network import actions as network
from teleconsult.network import settings
from teleconsult.network.settings import ALWAYS, BUSINESS, Counting
from teleconsult.shifts.actions import add_holiday
from teleconsult.shifts.models import Holiday
from tests import world
from tests.racing import uncommitted

OFFICE = Counting(
    {"routine": BUSINESS, "high": ALWAYS, "urgent": ALWAYS}, tuple((day, 8 * 60, 17 * 60) for day in range(7))
)


def set_hours(counted=OFFICE):
    days = settings.every_window()
    hours = settings.target_hours()
    network.set_times(hours, days, counted, based_on=settings.stamp(), by=world.person("teresa"))


def add_days():
    for ahead in (1, 2, 3):
        day = clock.now().date() + timedelta(days=ahead)
        if db.session.get(Holiday, day) is None:
            add_holiday(day=day, name="Feriado", by=world.person("teresa"))


CHANGES = {"the hours": set_hours, "the holidays": add_days}

STARTS = {
    State.DRAFT: lambda case: actions.submit(
        case, world.request(), patient=world._patient(), by=world.person("marina")
    ),
    State.AWAITING_INFORMATION: lambda case: actions.supply(
        case, {1: ("Negativa.", ""), 2: ("", "Sem câmera.")}, by=world.person("marina")
    ),
}


@pytest.fixture(params=CHANGES)
def change(application, request):
    if request.param == "the holidays":
        with application.app_context(), transaction():
            set_hours()
    return CHANGES[request.param]


def holds_to_the_hours(application, number):
    with application.app_context():
        case, hours = db.session.get_one(Case, number), counting.load().of("routine")
        due = after(case.clock_since, 72 * 3600 - case.service_seconds, hours)
        return abs(due - case.due_at) < timedelta(seconds=1)


@pytest.mark.parametrize("state", STARTS)
def test_a_clock_that_starts_while_the_change_is_made(application, case_in, change, state):
    with application.app_context():
        number = case_in(state).case.id
    with uncommitted(application, change), application.app_context():
        case = db.session.get_one(Case, number)
        with transaction(case):
            STARTS[state](case)
    assert holds_to_the_hours(application, number)


@pytest.mark.parametrize("state", STARTS)
def test_a_change_that_is_made_while_a_clock_starts(application, case_in, change, state):
    with application.app_context():
        number = case_in(state).case.id
    with uncommitted(application, STARTS[state], (Case, number)), application.app_context(), transaction():
        change()
    assert holds_to_the_hours(application, number)


def decline(case):
    actions.decline(case, "Viajo.", by=world.person("paulo"))


def test_a_case_that_moves_while_the_change_is_made_is_not_counted_by_what_it_was(application, case_in):
    with application.app_context():
        moved, other = case_in(State.ASSIGNED).case, case_in(State.SUBMITTED).case
        numbers, version = (moved.id, other.id), other.version
    waits = suppress(Overtaken)  # on SQLite the change comes after it, and counts the clock that runs then
    with uncommitted(application, decline, (Case, numbers[0])), application.app_context(), waits, transaction():
        set_hours()
    with application.app_context():
        changed = settings.counting() == OFFICE
        rows = [db.session.get_one(Case, number) for number in numbers]
        assert [row.state for row in rows] == [State.SUBMITTED, State.SUBMITTED]
        assert rows[1].version == version + changed
    for number in numbers:
        assert holds_to_the_hours(application, number)


@pytest.mark.only_postgresql  # on SQLite nobody else writes meanwhile
def test_a_case_that_moves_after_the_open_cases_were_read_is_not_forgotten(application, case_in):
    with application.app_context():
        number, engine = case_in(State.ASSIGNED).case.id, db.engine
    moves = []

    def move():
        with application.app_context():
            case = db.session.get_one(Case, number)
            with transaction(case):
                decline(case)

    def after_reading(_connection, _cursor, statement, *_):
        if "FROM cases" in statement and not moves:
            moves.append(Thread(target=move))
            moves[0].start()
            moves[0].join()

    event.listen(engine, "after_cursor_execute", after_reading)
    try:
        with application.app_context(), suppress(Overtaken), transaction():
            set_hours()
    finally:
        event.remove(engine, "after_cursor_execute", after_reading)
    with application.app_context():
        assert db.session.get_one(Case, number).state == State.SUBMITTED
    assert holds_to_the_hours(application, number)
