"""The engine against every possible distribution of small problems, and what always holds."""

import math
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teleconsult.routing import engine
from teleconsult.routing.slots import Limits, Seat, Waiting
from tests.routing.engine_worlds import NOW, best_cost, cost, hours, pairs_of, problems, slots_for, solved

LITTLE = settings(max_examples=150, deadline=None)


@LITTLE
@given(problems())
def test_no_distribution_is_better(problem):
    plan = solved(problem)
    assert cost(pairs_of(plan, problem), problem[0], problem[3], slots_for(problem)) == best_cost(problem)


@LITTLE
@given(problems(huge=True))
def test_no_distribution_is_better_when_one_number_cannot_hold_all_levels(problem):
    plan = solved(problem)
    assert cost(pairs_of(plan, problem), problem[0], problem[3], slots_for(problem)) == best_cost(problem)


@LITTLE
@given(problems())
def test_looking_at_few_slots_first_changes_nothing(problem):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "WIDTHS", (0.2, 0.6, math.inf))
        patch.setattr("teleconsult.routing.problems.FEW", 1)
        plan = solved(problem)
    assert cost(pairs_of(plan, problem), problem[0], problem[3], slots_for(problem)) == best_cost(problem)


@LITTLE
@given(problems(most_cases=12))
def test_what_a_plan_may_never_do(problem):
    waiting, seats, _, limits = problem
    plan = solved(problem)
    cases = {case.case_id: case for case in waiting}
    shifts = {seat.shift_id: seat for seat in seats}
    given_to = {}
    for line in plan.lines:
        case, seat = cases[line.case_id], shifts[line.shift_id]
        assert case.specialty_id in seat.specialties
        assert line.user_id == seat.user_id
        assert line.user_id not in case.declined
        assert max(seat.starts_at, NOW) <= line.reads_at < seat.ends_at
        assert line.reads_at < line.median_at <= line.ninety_at
        assert line.late == (line.median_at > case.due_at)
        given_to.setdefault(line.user_id, []).append(line)
    for person, lines in given_to.items():
        assert len({line.reads_at for line in lines}) == len(lines), "one reading at a time"
        assert len(lines) + limits.open_now.get(person, 0) <= limits.most_open
    assert sorted([line.case_id for line in plan.lines] + [case for case, _ in plan.unplaced]) == sorted(cases)


@LITTLE
@given(problems(most_cases=8), st.randoms(use_true_random=False))
def test_the_order_of_what_is_given_changes_nothing(problem, dice):
    waiting, seats, paces, limits = problem
    before = solved(problem)
    dice.shuffle(waiting)
    dice.shuffle(seats)
    assert solved((waiting, seats, paces, limits)) == before


@LITTLE
@given(problems(), st.frozensets(st.integers(1, 3), min_size=1, max_size=2), st.sampled_from([0, 0.5, 6]))
def test_a_further_consultant_never_makes_it_worse(problem, skills, begins):
    waiting, seats, paces, limits = problem
    limits = replace(limits, worked={})
    problem = (waiting, seats, paces, limits)
    more = (waiting, [*seats, Seat(99, 99, skills, hours(begins), hours(begins + 1))], paces, limits)
    before = cost(pairs_of(solved(problem), problem), waiting, limits, slots_for(problem))
    after = cost(pairs_of(solved(more), more), waiting, limits, slots_for(more))
    assert after[:2] <= before[:2]


@LITTLE
@given(problems(most_cases=8))
def test_no_turn_stays_free_before_one_that_a_case_was_given(problem):
    _, _, _, limits = problem
    pairs = pairs_of(solved(problem), problem)
    used = {slot for _, slot in pairs}
    for case, slot in pairs:
        earlier = [s for s in slots_for(problem) if s.median // 300 < slot.median // 300 and s not in used]
        assert not [s for s in earlier if engine.may_read(case, s, limits)]


@LITTLE
@given(problems(most_cases=8))
def test_earliest_due_first_keeps_the_same_rules(problem):
    waiting, _, _, limits = problem
    pairs = engine.earliest_due_first(waiting, slots_for(problem), limits)
    assert len({slot for _, slot in pairs}) == len(pairs) == len({case for case, _ in pairs})
    assert all(engine.may_read(case, slot, limits) for case, slot in pairs)


def case(number, specialty=1, due=72, priority="routine", **more):
    return Waiting(number, specialty, priority, hours(due), hours(-1), **more)


def seat(number, person, specialties=(1,), begins=0, length=4):
    return Seat(number, person, frozenset(specialties), hours(begins), hours(begins + length))


def test_nobody_on_shift_is_said_and_nothing_else():
    plan = engine.plan([case(1), case(2, specialty=2)], [seat(1, 1, [2])], NOW)
    assert plan.unplaced == ((1, engine.NOBODY),)
    assert plan.of(2).user_id == 1
    assert plan.of(1) is None


def test_a_case_that_all_declined_is_told_apart_from_full_shifts():
    waiting = [case(1, declined=frozenset({1})), case(2, due=2), case(3)]
    plan = engine.plan(waiting, [seat(1, 1)], NOW, limits=Limits(most_open=1))
    assert dict(plan.unplaced) == {1: engine.DECLINED, 3: engine.FULL}


def test_a_shift_that_is_over_and_a_person_without_room_serve_nobody():
    past = engine.plan([case(1)], [seat(1, 1, begins=-5, length=4)], NOW)
    assert past.unplaced == ((1, engine.NOBODY),)
    full = engine.plan([case(1)], [seat(1, 1)], NOW, limits=Limits(20, {1: 20}))
    assert full.unplaced == ((1, engine.FULL),)


def test_two_shifts_of_one_person_at_once_are_read_one_after_the_other():
    plan = engine.plan([case(n) for n in range(8)], [seat(1, 1, length=1), seat(2, 1, length=1)], NOW)
    assert len({line.reads_at for line in plan.lines}) == len(plan.lines)


def test_a_limit_of_one_specialty_leaves_the_other_its_turns():
    waiting = [case(n, specialty=1 + n % 2) for n in range(6)]
    plan = engine.plan(waiting, [seat(1, 1, [1, 2])], NOW, limits=Limits(20, {1: 1}, {}, {1: 2}))
    assert sum(line.case_id % 2 == 0 for line in plan.lines) == 1
    assert sum(line.case_id % 2 == 1 for line in plan.lines) == 3


def test_who_knows_the_patient_is_preferred_among_equals_and_it_is_said():
    plan = engine.plan([case(1, knows=frozenset({2}))], [seat(1, 1), seat(2, 2)], NOW)
    assert plan.of(1).user_id == 2
    assert ("Já conhece este paciente ou o caso ligado", {}) in plan.of(1).reasons


def test_who_worked_least_is_preferred_among_equals():
    plan = engine.plan([case(1)], [seat(1, 1), seat(2, 2)], NOW, limits=Limits(worked={1: 60}))
    assert plan.of(1).user_id == 2


def test_an_instance_that_is_too_large_is_planned_earliest_due_first(monkeypatch):
    monkeypatch.setattr(engine, "MOST_PAIRS", 3)
    plan = engine.plan([case(1, due=30), case(2, due=3)], [seat(1, 1)], NOW)
    assert plan.status == engine.Status.FALLBACK
    assert [line.case_id for line in plan.lines] == [2, 1]


def test_a_late_case_is_placed_and_said_to_be_late():
    line = engine.plan([case(1, due=-1)], [seat(1, 1)], NOW).of(1)
    assert line.late
    assert ("Sem vaga em turno dentro do prazo", {}) in line.reasons


def test_a_kind_that_takes_longer_is_expected_later():
    quick, slow = (
        engine.plan([case(1, kind=kind)], [seat(1, 1)], NOW, kinds={"referral": 2.0}).of(1) for kind in ("", "referral")
    )
    assert slow.median_at - quick.median_at == timedelta(minutes=15)


def test_a_turn_is_kept_free_for_what_is_expected_to_come():
    # Person 1 reads both specialties, person 2 only the first: the expected case of the second needs person 1.
    seats = [seat(1, 1, [1, 2], length=0.25), seat(2, 2, [1], length=0.25)]
    expected = engine.Expected(2, NOW, hours(1))
    plan = engine.plan([case(1)], seats, NOW, limits=Limits(worked={2: 600}), forecast=[expected])
    assert plan.of(1).user_id == 2
    assert engine.plan([case(1)], seats, NOW, limits=Limits(worked={2: 600})).of(1).user_id == 1
