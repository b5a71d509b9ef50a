"""The measurement itself: it runs, and what it compares is alike."""

import os
import subprocess
import sys

import pytest

from config import ROOT

pytestmark = pytest.mark.server


def test_bench_prints_every_figure() -> None:
    """`python -m bench --smoke` measures every operation; a page of the bare program has the size of ours."""
    run = subprocess.run(
        [sys.executable, "-m", "bench", "--smoke"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "")},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    rows = [line.strip("| ").split(" | ") for line in run.stdout.splitlines() if line.startswith("| sqlite")]
    assert [(row[2], row[3]) for row in rows] == [
        *((name, users) for name in ("queue page", "inbox", "one case") for users in ("1", "8")),
        *((name, users) for name in ("search, rare word", "search, a tenth") for users in ("1", "8")),
        ("answer", "1"),
        ("submission, 3 x 2 MB", "1"),
        ("the same without its pages", "1"),
    ]
    for row in rows[:-3]:
        ours, bare = float(row[13]), float(row[14])
        assert 0.9 < bare / ours < 1.1, f"{row[2]}: {ours} KiB and {bare} KiB"
    for row in rows[-3:]:  # they have no page of which the statement and the size are taken
        assert row[12:15] == ["–", "–", "–"]
    assert "two workers after 2,000 uploads" in run.stdout
