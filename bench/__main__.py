"""`python -m bench`: load, measure, and print the table of the README."""

import argparse
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from bench import bookings, distribution, hours, measure
from bench.databases import on_postgres, on_sqlite
from bench.measure import Bench, Figure
from config import ROOT
from tests.servers import postgres

RESULTS = ROOT / "bench" / "results"
TARGETS = {"answer": 3.0, measure.SUBMISSION: 1.0, measure.WRITES: 1.0}
PAGE_TARGET = 2.5
GROWTH_TARGET = 1.3


def main() -> None:
    """Run what was asked for and write bench/results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="1 k and 20 k cases on SQLite only")
    parser.add_argument("--smoke", action="store_true", help="a small database and few requests: does it run?")
    parser.add_argument("--sizes", default="", help="sizes separated by commas")
    parser.add_argument("--rounds", type=int, default=300, help="requests of each page")
    parser.add_argument("--distribution", action="store_true", help="only how well cases are distributed (simulation)")
    parser.add_argument("--hours", action="store_true", help="only the ledger of credit hours")
    parser.add_argument("--bookings", action="store_true", help="only the agenda and its last slot")
    asked = parser.parse_args()
    if asked.distribution:
        distribute()
        return
    if asked.hours or asked.bookings:
        weigh(*("hours", hours.figures) if asked.hours else ("bookings", bookings.figures))
        return
    sizes = (
        [int(s) for s in asked.sizes.split(",")]
        if asked.sizes
        else [1000, 20_000]
        if asked.quick
        else [1000, 20_000, 200_000]
    )
    kinds = ["sqlite"] if asked.quick or asked.smoke else ["sqlite", "postgresql"]
    if asked.smoke:
        sizes, asked.rounds = [1000], 4
    figures: list[Figure] = []
    notes: dict[str, Any] = {}
    kept = ROOT / "var" / "bench"
    server = postgres.start() if "postgresql" in kinds else None
    try:
        for kind in kinds:
            for size in sizes:
                found = one(kind, size, kept, server, asked, notes)
                figures += found
    finally:
        if server is not None:
            server.stop()
    text = report(figures, notes, measure.machine())
    print(text)
    if not asked.smoke:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / "latest.md").write_text(text + "\n", encoding="utf-8")
        rows = {"machine": measure.machine(), "notes": notes, "figures": measure.as_rows(figures)}
        (RESULTS / "latest.json").write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    if not (asked.smoke or asked.quick):
        distribute()
        weigh("bookings", bookings.figures)
        weigh("hours", hours.figures)


def weigh(name: str, figures: Callable[[], Iterable[str]]) -> None:
    """Measure one part of the product, and print each line of its figures as it is known."""
    RESULTS.mkdir(exist_ok=True)
    lines = []
    for line in figures():
        print(line, flush=True)
        lines.append(line)
    (RESULTS / f"{name}.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def distribute() -> None:
    """Compare the ways of distributing, print the tables and write them into their page."""
    text = distribution.report()
    print(text)
    distribution.write(text)


def one(
    kind: str, size: int, kept: Path, server: Any, asked: argparse.Namespace, notes: dict[str, Any]
) -> list[Figure]:
    """Measure one database; what it wrote is thrown away."""
    folder = Path(tempfile.mkdtemp(prefix="teleconsult-bench-"))
    try:
        if kind == "sqlite":
            kept_url = on_sqlite(kept, size)
            used = folder / "used.db"
            shutil.copyfile(kept_url.removeprefix("sqlite:///"), used)
            url = f"sqlite:///{used}"
        else:
            url = on_postgres(server, folder, size)
        os.sync()  # a database of gigabytes on its way to the disk slows down every file that is written meanwhile
        bench = Bench(kind, size, url, folder, asked.rounds)
        try:
            figures = list(bench.pages())
            figures += [bench.answers(2 if asked.smoke else 50), *bench.submissions(1 if asked.smoke else 15)]
            if kind == "sqlite" and size == 1000:
                notes |= extras(bench, asked.smoke, folder, url)
        finally:
            bench.stop()
        if kind == "sqlite" and size == 1000:
            notes |= memory(kept_url, folder, asked.smoke)
        return figures
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def extras(bench: Bench, smoke: bool, folder: Path, url: str) -> dict[str, Any]:
    """Measure the start, one large upload, and the memory of the web server by itself."""
    starts = sorted(measure.cold_start(folder, url) for _ in range(1 if smoke else 3))
    bench.many_uploads(20)
    return {
        "cold start to the first answer, s": round(starts[len(starts) // 2], 2),
        "rise of a worker's peak by a 200 MB upload, MiB": round(bench.upload(20 if smoke else 200), 1),
        "two workers after 20 uploads, the web server run by itself, MiB (PSS)": round(bench.memory()),
    }


def memory(kept_url: str, folder: Path, smoke: bool) -> dict[str, Any]:
    """Measure memory after every kind of page and act, in the product as `make run` starts it, background worker included."""
    used = folder / "memory.db"
    shutil.copyfile(kept_url.removeprefix("sqlite:///"), used)
    bench = Bench("sqlite", 1000, f"sqlite:///{used}", folder, 8 if smoke else 120, whole=True)
    try:
        list(bench.pages())
        bench.answers(2 if smoke else 25)
        list(bench.submissions(1 if smoke else 4))
        bench.many_uploads(20)
        early = bench.memory()
        bench.many_uploads(30 if smoke else 2000)
        return {
            "two workers after 20 uploads, MiB (PSS)": round(early),
            "two workers after 2,000 uploads, MiB (PSS)": round(bench.memory()),
            "the whole product then, background worker included, MiB (PSS)": round(bench.whole_memory()),
        }
    finally:
        bench.stop()


def report(figures: list[Figure], notes: dict[str, Any], machine: dict[str, str]) -> str:
    """Return the table as Markdown."""
    lines = [f"Measured {machine['when']} at {machine['commit']} on {machine['cpu']}, Python {machine['python']}.", ""]
    lines += [
        "| database | cases | operation | users | p50 ms | p95 | p99 | per s | CPU ms | bare CPU ms | ratio | target | SQL ms | page KiB | bare KiB | peak MiB |"
    ]
    lines += ["|---" * 16 + "|"]
    for f in figures:
        target = TARGETS.get(f.operation, PAGE_TARGET)
        lines.append(
            f"| {f.database} | {f.size:,} | {f.operation} | {f.users} | {f.p50:.1f} | {f.p95:.1f} | {f.p99:.1f} | {f.per_second:.0f} "
            f"| {f.cpu:.2f} | {f.bare_cpu:.2f} | {f.ratio:.2f} | {target} "
            f"| {measured(f.sql_ms, 2)} | {measured(f.kib, 1)} | {measured(f.bare_kib, 1)} | {f.peak_mib:.0f} |"
        )
    lines += ["", *growth(figures), ""]
    lines += [f"- {name}: {value}" for name, value in notes.items()]
    return "\n".join(lines)


def measured(figure: float | None, places: int) -> str:
    """Return a figure as the table writes it; a dash where none was taken."""
    return "–" if figure is None else f"{figure:.{places}f}"


def growth(figures: list[Figure]) -> list[str]:
    """Return how the cost of each operation grew from the smallest to the largest size (one user)."""
    found = []
    for kind in dict.fromkeys(f.database for f in figures):
        mine = [f for f in figures if f.database == kind and f.users == 1]
        least, most = min(f.size for f in mine), max(f.size for f in mine)
        if least == most:
            continue
        parts = []
        for name in dict.fromkeys(f.operation for f in mine):
            small = next(f.cpu for f in mine if f.operation == name and f.size == least)
            large = next(f.cpu for f in mine if f.operation == name and f.size == most)
            parts.append(f"{name} {large / small:.2f}")
        found.append(
            f"CPU at {most:,} against {least:,} cases, {kind} (target {GROWTH_TARGET} but for search): "
            + ", ".join(parts)
            + "."
        )
    return found


if __name__ == "__main__":
    main()
