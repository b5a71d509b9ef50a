"""What the clock ends by itself, and what it leaves alone: the worker asks for each case that is listed."""

from datetime import timedelta

import pytest

from teleconsult import clock
from teleconsult.cases import actions
from teleconsult.cases.actions import windows
from teleconsult.cases.lifecycle import State
from teleconsult.extensions import transaction

S = State


def end(walk, days):
    """Let the clock end a case so many days from now; tell whether it is listed to be ended, and how it stands after."""
    with clock.at(clock.now() + timedelta(days=days)):
        listed = walk.case.id in actions.ended()
        with transaction():
            windows.end(walk.case.id)
    return listed, walk.case.state


@pytest.mark.parametrize(
    ("state", "days", "becomes"),
    [
        (S.RETURNED, 30, S.CANCELLED),
        (S.AWAITING_INFORMATION, 30, S.CANCELLED),
        (S.ANSWERED, 15, S.CONCLUDED),
    ],
)
def test_a_window_that_is_over_ends_the_case_and_one_that_is_not_does_not(case_in, state, days, becomes):
    walk = case_in(state)
    assert end(walk, days - 1) == (False, state)
    assert end(walk, days + 1) == (True, becomes)
    assert end(walk, days + 2) == (False, becomes)


@pytest.mark.parametrize("state", [S.DRAFT, S.SUBMITTED, S.ASSIGNED, S.IN_PERSON])
def test_what_waits_for_somebody_else_has_no_window(case_in, state):
    assert end(case_in(state), 400) == (False, state)


def test_a_case_that_was_answered_before_lapses_like_any_other(case_in):
    walk = case_in(S.ANSWERED)
    walk.do("follow_up", "E agora?", by="marina")
    walk.do("ask", ["Foto"], by="paulo")
    assert end(walk, 31) == (True, S.CANCELLED)
