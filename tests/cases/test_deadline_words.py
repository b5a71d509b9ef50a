"""What the chip and the clock of a case say, in every state that waits for somebody, for either reader, day by day."""

from datetime import datetime, timedelta

import pytest

from teleconsult import clock
from teleconsult.cases import counting
from teleconsult.cases.due import clock_of, due_chip, short_when, weekday_when, when
from teleconsult.cases.lifecycle import State
from tests.world import new_case, walk_to


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}-03:00")


NOW = at("2026-11-20T10:00")
NONE = {"kind": "none", "text": ""}


def chips(state, now, **how):
    with clock.at(NOW):
        case = walk_to(state).case
    return [due_chip(case, now, counting.load(), asker=asker, **how) for asker in (False, True)]


@pytest.mark.parametrize("state", [State.RETURNED, State.AWAITING_INFORMATION])
@pytest.mark.parametrize(
    ("now", "kind", "words"),
    [
        ("2026-11-20T11:00", "clock", "responder até 20 dez."),
        ("2026-12-17T09:59", "clock", "responder até 20 dez."),
        ("2026-12-17T10:00", "soon", "responder até 20 dez."),
        ("2026-12-19T23:00", "soon", "responder até amanhã"),
        ("2026-12-20T08:00", "soon", "responder até hoje, 10:00"),
    ],
)
def test_the_unit_reads_until_when_it_may_answer_and_the_service_that_its_clock_stands(
    session, state, now, kind, words
):
    assert chips(state, at(now)) == [{"kind": "paused", "text": "relógio parado"}, {"kind": kind, "text": words}]


def test_an_answered_case_says_until_when_one_may_ask_while_the_consent_stands(session):
    asked = {"kind": "clock", "text": "dúvidas até 5 dez."}
    assert chips(State.ANSWERED, NOW) == [asked, asked]
    assert chips(State.ANSWERED, NOW, consented=False) == [NONE, NONE]


@pytest.mark.parametrize("state", [State.DRAFT, State.IN_PERSON, State.CONCLUDED, State.CANCELLED])
def test_where_nobody_waits_there_is_no_day(session, state):
    assert chips(state, NOW) == [NONE, NONE]
    with clock.at(NOW):
        assert clock_of(walk_to(state).case, NOW, counting.load()) is None


def test_the_clock_runs_and_tells_how_late_it_is(session):
    with clock.at(NOW):
        case = walk_to(State.SUBMITTED).case
    for hours, used, late in ((0, 0, ""), (30.9, 30, ""), (72, 72, ""), (74.5, 74, "2 h")):
        shown = clock_of(case, NOW + timedelta(hours=hours), counting.load())
        assert (shown.used, shown.total, shown.late, shown.running, shown.business) == (used, 72, late, True, False)


@pytest.mark.parametrize(("priority", "target"), [("routine", 72), ("high", 48), ("urgent", 24)])
def test_the_last_quarter_of_any_target_is_soon(session, priority, target):
    begun = at("2026-11-20T04:00")  # so that no last quarter begins on the day it ends
    with clock.at(begun):
        walk = new_case()
        walk.submit(priority=priority, priority_reason="" if priority == "routine" else "Piora.")
    minute, turns = timedelta(minutes=1), begun + timedelta(hours=target * 3 / 4)
    kinds = [due_chip(walk.case, when, counting.load())["kind"] for when in (turns - minute, turns)]
    assert kinds == ["clock", "soon"]


def test_the_clock_stands_while_the_unit_has_to_answer(session):
    with clock.at(NOW):
        walk = walk_to(State.SUBMITTED)
    with clock.at(NOW + timedelta(hours=5, minutes=59)):
        walk.do("return_", {"objective": "Faltou."}, by="rosangela")
    with clock.at(NOW + timedelta(days=9)):
        shown = clock_of(walk.case, clock.now(), counting.load())
    assert (shown.used, shown.total, shown.late, shown.running, shown.business) == (5, 72, "", False, False)
    assert shown.when == "dom., 20 dez., 15:59"


DAYS = {
    "2026-11-18T23:59": ("qua., 18 nov., 23:59", None, "18 nov."),
    "2026-11-19T23:59": ("ontem às 23:59", None, "19 nov."),
    "2026-11-20T00:00": ("hoje às 0:00", "sex., 0:00", "hoje, 0:00"),
    "2026-11-21T00:00": ("amanhã às 0:00", "sáb., 0:00", "amanhã"),
    "2026-11-22T00:00": ("dom., 22 nov., 0:00", "dom., 0:00", "22 nov."),
    "2026-11-26T23:59": ("qui., 26 nov., 23:59", "qui., 23:59", "26 nov."),
    "2026-11-27T00:00": ("sex., 27 nov., 0:00", "sex., 27 nov., 0:00", "27 nov."),
    "2027-01-03T10:00": (None, None, "3 jan. 2027"),
}


@pytest.mark.parametrize("moment", DAYS)
def test_a_moment_is_said_by_how_far_its_day_is(session, moment):
    long, weekday, short = DAYS[moment]
    with clock.at(NOW):
        said = when(at(moment), NOW), weekday_when(at(moment), NOW), short_when(at(moment), NOW)
    assert said == (long or said[0], weekday or said[1], short)
