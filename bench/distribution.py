"""How well cases are distributed: every policy in the same simulated weeks, beside optima that know the future.

`python -m bench --distribution` prints the tables and writes them into docs/distribution.md. Everything but the times is
the same on every machine: the seeds and parameters are here and in teleconsult/routing/simulation.py.
"""

import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from statistics import fmean, median

from bench.measure import machine
from config import ROOT
from teleconsult.routing import engine
from teleconsult.routing.optimum import optimum
from teleconsult.routing.outcome import Result
from teleconsult.routing.policies import POLICIES
from teleconsult.routing.promised import Promising
from teleconsult.routing.simulation import Network, make, run
from teleconsult.routing.slots import Limits, Seat, Waiting

PAGE = ROOT / "docs" / "distribution.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
LOADS = (0.70, 0.85, 0.95)
SEEDS = 30
NOISY_SEEDS = 10
EVEN = Network()
NOISY = Network(spread=0.5, declines=0.10, asks=0.20)
NAMES = {
    "round-robin": "round-robin into inboxes",
    "fcfs": "first come, first served",
    "edf": "earliest due first",
    "ours": "ours",
    "least wait": "optimum: least total wait",
    "fewest late": "optimum: fewest weighted late",
}


@dataclass(frozen=True)
class Run:
    """What one policy did with one seed; of promises told, how many were kept, in all and of the urgent."""

    name: str
    load: float
    seed: int
    result: Result
    kept: tuple[int, int, int, int] = (0, 0, 0, 0)


def one(task: tuple[str, float, int, bool]) -> Run:
    """Run one policy in one world; in a process of its own."""
    name, load, seed, noisy = task
    world = make(replace(NOISY if noisy else EVEN, load=load), seed)
    if name in ("least wait", "fewest late"):
        return Run(name, load, seed, optimum(world, late_first=name == "fewest late"))
    if name == "ours" and noisy:
        policy = Promising(world)
        result = run(world, policy)
        told = list(policy.told.values())
        urgent = [one for one in told if one.case.urgent]
        counts = (sum(one.kept for one in told), len(told), sum(one.kept for one in urgent), len(urgent))
        return Run(name, load, seed, result, counts)
    return Run(name, load, seed, run(world, POLICIES[name](world)))


def runs(seeds: int, *, noisy: bool) -> list[Run]:
    """Run everything on all cores."""
    tasks = [(name, load, seed, noisy) for load in LOADS for seed in range(seeds) for name in NAMES]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(one, tasks))


def of(found: Iterable[Run], load: float, name: str) -> list[Result]:
    """Return the results of a policy at a load, in the order of the seeds."""
    return [run.result for run in found if run.load == load and run.name == name]


def table(found: Sequence[Run]) -> list[str]:
    """Return the comparison as Markdown: means over the seeds."""
    lines = [
        "| load | policy | mean wait h | × least wait | P50 h | P90 h | by due % | urgent in 24 h % | idle turns while one waits | evenness |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for load in LOADS:
        least = of(found, load, "least wait")
        for name, words in NAMES.items():
            mine = of(found, load, name)
            ratio = fmean(a.mean / b.mean for a, b in zip(mine, least, strict=True))
            known = name in POLICIES
            lines.append(
                f"| {load:.2f} | {words} | {fmean(r.mean for r in mine):.2f} | {ratio:.3f}"
                f" | {fmean(r.quantile(0.5) for r in mine):.2f} | {fmean(r.quantile(0.9) for r in mine):.1f}"
                f" | {100 * fmean(r.on_time for r in mine):.2f} | {100 * fmean(r.urgent_on_time for r in mine):.2f}"
                f" | {sum(r.idle_while_waiting for r in mine) if known else '–'}"
                f" | {f'{fmean(r.evenness for r in mine):.3f}' if known else '–'} |"
            )
    return lines


def paired(found: Sequence[Run]) -> list[str]:
    """Return what the issue asks of ours, paired by seed."""
    lines = [
        "| load | late, ours | late, earliest due first | seeds with more late than it | points below fewest late |",
        "|---|---|---|---|---|",
    ]
    for load in LOADS:
        ours, edf, best = (of(found, load, name) for name in ("ours", "edf", "fewest late"))
        worse = sum(a.late > b.late for a, b in zip(ours, edf, strict=True))
        points = 100 * fmean(b.on_time - a.on_time for a, b in zip(ours, best, strict=True))
        lines.append(
            f"| {load:.2f} | {sum(r.late for r in ours)} | {sum(r.late for r in edf)} | {worse} of {len(ours)} | {points:.3f} |"
        )
    return lines


def promises(found: Sequence[Run]) -> list[str]:
    """Return how many promises were kept."""
    lines = ["| load | promises | kept % | urgent kept % |", "|---|---|---|---|"]
    for load in LOADS:
        counts = [run.kept for run in found if run.load == load and run.name == "ours"]
        kept, told, urgent_kept, urgent = (sum(column) for column in zip(*counts, strict=True))
        lines.append(f"| {load:.2f} | {told} | {100 * kept / told:.1f} | {100 * urgent_kept / max(1, urgent):.1f} |")
    return lines


def instance(cases: int, people: int) -> tuple[list[Waiting], list[Seat], datetime]:
    """Return a queue as it is on a Monday morning: declines, people who know the patient, two weeks of shifts."""
    dice, now = random.Random(1), datetime(2026, 3, 2, 11, tzinfo=UTC)
    skills = [frozenset({p % 10, dice.randrange(10)} if dice.random() < 0.5 else {p % 10}) for p in range(people)]
    begins = [
        (p, now + timedelta(days=7 * week + day, hours=dice.randint(0, 6)))
        for p in range(people)
        for week in range(2)
        for day in dice.sample(range(5), 3)
    ]
    seats = [Seat(i, p, skills[p], at, at + timedelta(hours=4)) for i, (p, at) in enumerate(begins)]
    waiting = []
    for number in range(cases):
        urgent = dice.random() < 0.1
        since = now - timedelta(hours=dice.random() * (20 if urgent else 70))
        due = since + timedelta(hours=24 if urgent else 72)
        declined, knows = (frozenset(dice.sample(range(people), int(dice.random() < 0.1))) for _ in range(2))
        priority = "urgent" if urgent else "routine"
        waiting.append(Waiting(number, dice.randrange(10), priority, due, since, declined, knows))
    return waiting, seats, now


def decision(cases: int, people: int, times: int = 15) -> tuple[float, float, float, float]:
    """Return the median, the best, and the best of the processor's milliseconds of a plan, and the process's peak in MiB."""
    waiting, seats, now = instance(cases, people)
    took, cpu = [], []
    for _ in range(times + 1):
        began, used = time.perf_counter(), time.process_time()
        engine.plan(waiting, seats, now, limits=Limits(most_open=40))
        took.append((time.perf_counter() - began) * 1000)
        cpu.append((time.process_time() - used) * 1000)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return median(took[1:]), min(took[1:]), min(cpu[1:]), peak


def decisions() -> list[str]:
    """Return what a decision costs; each size in a process of its own, for its peak."""
    lines = [
        "| waiting cases | consultants | median ms | best ms | best CPU ms | peak MiB of the process |",
        "|---|---|---|---|---|---|",
    ]
    for cases, people in ((500, 50), (2000, 100)):
        code = f"from bench.distribution import decision; print(*decision({cases}, {people}))"
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
        typical, best, cpu, peak = (float(x) for x in done.stdout.split())
        lines.append(f"| {cases:,} | {people} | {typical:.0f} | {best:.0f} | {cpu:.0f} | {peak:.0f} |")
    return lines


def report(seeds: int = SEEDS, noisy_seeds: int = NOISY_SEEDS) -> str:
    """Measure everything and return it as Markdown."""
    costs = decisions()
    even, noisy = runs(seeds, noisy=False), runs(noisy_seeds, noisy=True)
    of_machine = machine()
    return "\n".join(
        [
            f"`python -m bench --distribution`, {of_machine['when']}, {of_machine['cpu']}, Python {of_machine['python']}.",
            "",
            f"Answers of one slot, {seeds} seeds:",
            "",
            *table(even),
            "",
            f"Paired by seed, {seeds} seeds:",
            "",
            *paired(even),
            "",
            f"Log-normal times (spread 0.5), 10 % declines, 20 % asked for more, {noisy_seeds} seeds; the optima know nothing"
            " of these and are marks, not bounds:",
            "",
            *table(noisy),
            "",
            "Promises in the same runs:",
            "",
            *promises(noisy),
            "",
            "A decision (10 % declined, 10 % known to somebody, no forecast):",
            "",
            *costs,
        ]
    )


def write(text: str) -> None:
    """Put the tables into the page between its markers."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")
