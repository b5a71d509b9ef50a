"""The simulation keeps its own rules, and every way of distributing is compared in the same world."""

import subprocess
import sys
from itertools import product

import pytest

from teleconsult.routing.optimum import optimum
from teleconsult.routing.outcome import Result, variation
from teleconsult.routing.policies import POLICIES
from teleconsult.routing.promised import Promising
from teleconsult.routing.simulation import PER_WEEK, Network, Simulation, make, run

SMALL = Network(specialties=3, consultants=9, weeks=1)
NOISY = Network(specialties=3, consultants=9, weeks=1, spread=0.5, declines=0.1, asks=0.2)


def test_the_same_seed_gives_the_same_world_and_another_seed_another():
    assert make(SMALL, 1) == make(SMALL, 1)
    assert make(SMALL, 1) != make(SMALL, 2)


def test_the_parameters_are_those_of_the_comparison():
    world = make(Network(load=0.85), 3)
    assert len(world.skills) == 50
    assert len(world.cases) == round(0.85 * 50 * 3 * 16 * 2)
    assert {end - begin for _, begin, end in world.shifts} == {16}
    assert sum(begin < PER_WEEK for _, begin, _ in world.shifts) == 150
    assert 0.3 < sum(len(skills) == 2 for skills in world.skills) / 50 < 0.7
    counts = [sum(case.specialty == s for case in world.cases) for s in range(10)]
    assert counts[9] > 1.4 * counts[0]
    assert all(32 <= case.arrives % 96 < 72 for case in world.cases)
    assert {case.due - case.arrives for case in world.cases if case.urgent} == {96}


@pytest.mark.parametrize("name", POLICIES)
@pytest.mark.parametrize("network", [SMALL, NOISY], ids=["even", "noisy"])
def test_every_policy_answers_everything_within_shifts(name, network):
    world = make(network, 5)
    simulation = Simulation(world, POLICIES[name](world))
    result = simulation.run()
    assert len(result.waits) == len(world.cases)
    assert min(result.waits) > 0
    for case in simulation.cases:
        assert case.answered > case.arrives
        assert len(case.declined_by) == case.declines


@pytest.mark.parametrize("name", ["ours", "edf", "fcfs"])
def test_nobody_is_idle_while_a_case_of_theirs_waits(name):
    world = make(SMALL, 7)
    assert run(world, POLICIES[name](world)).idle_while_waiting == 0


def test_round_robin_leaves_people_idle_beside_full_inboxes():
    world = make(SMALL, 7)
    assert run(world, POLICIES["round-robin"](world)).idle_while_waiting > 0


def test_no_policy_beats_the_optimum_that_knows_the_future():
    for seed, (name, policy) in product(range(2), POLICIES.items()):
        world = make(SMALL, seed)
        result, fewest = run(world, policy(world)), optimum(world, late_first=True)
        assert result.mean >= optimum(world, late_first=False).mean - 1e-9, name
        assert result.late + 3 * result.late_urgent >= fewest.late + 3 * fewest.late_urgent, name


def test_ours_comes_near_the_optimum_and_is_no_later_than_earliest_due_first():
    for seed in range(3):
        world = make(SMALL, seed)
        ours = run(world, POLICIES["ours"](world))
        assert ours.mean <= 1.15 * optimum(world, late_first=False).mean
        assert ours.late <= run(world, POLICIES["edf"](world)).late


def test_a_promise_is_kept_about_nine_times_in_ten():
    kept = []
    for seed in range(3):
        world = make(NOISY, seed)
        policy = Promising(world)
        run(world, policy)
        kept += [told.kept for told in policy.told.values()]
    assert 0.85 <= sum(kept) / len(kept) <= 0.95


def test_what_a_result_says():
    result = Result.of([3.0, 1.0, 2.0, 4.0], [False, False, True, True], [True, False, True, False])
    assert (result.mean, result.quantile(0.5), result.quantile(0.9)) == (2.5, 3.0, 4.0)
    assert (result.on_time, result.urgent_on_time) == (0.5, 0.5)
    assert variation([2, 2, 2]) == 0
    assert variation([0, 4]) == 1


def test_the_web_does_not_load_the_solver(tmp_path):
    code = (
        "import sys, wsgi; wsgi.app; import teleconsult.routing.engine;"
        "sys.exit(any(name.split('.')[0] in ('numpy', 'scipy') for name in sys.modules))"
    )
    environment = {"TELECONSULT_PROFILE": "demo", "TELECONSULT_VAR": str(tmp_path)}
    assert subprocess.run([sys.executable, "-c", code], env=environment, check=False, timeout=60).returncode == 0
