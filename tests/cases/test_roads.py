"""Every state can be reached through the real verbs, and the record of each road is whole."""

import pytest

from teleconsult import audit
from teleconsult.cases import clocks
from teleconsult.cases.lifecycle import State


@pytest.mark.parametrize("state", list(State))
def test_every_state_is_reached_by_the_real_verbs(case_in, state):
    walk = case_in(state)
    assert walk.case.state == state
    assert [event.number for event in walk.case.events] == list(range(1, walk.case.steps + 1))
    assert list(audit.verify()) == []


@pytest.mark.parametrize("state", [s for s in State if s != State.DRAFT])
def test_the_clock_columns_agree_with_the_events(case_in, state):
    case = case_in(state).case
    times = clocks.read(case.events)
    assert case.service_seconds == pytest.approx(times.service_seconds, abs=0.001)
    assert case.clock_since == times.running_since
