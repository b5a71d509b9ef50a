"""What processes cost, read from the kernel: their CPU time hardly moves with the machine's other work."""

import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

MIB = 1024 * 1024

_ENDED = FileNotFoundError, ProcessLookupError
"""A process ended since it was found: before its file was opened, or before it was read. Those that decode pictures end so."""


def family(pid: int) -> list[int]:
    """Return a process and all that came from it and live."""
    found = [pid]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            with suppress(*_ENDED):
                found += [int(child) for child in task.read_text().split()]
    return found


def workers(pid: int) -> list[int]:
    """Return the worker processes of a web server: those that came from it."""
    return family(pid)[1:]


def named(pid: int, name: str) -> int:
    """Return the first of the processes that came from one which has that name.

    Raises:
        LookupError: none has.
    """
    for child in family(pid)[1:]:
        with suppress(*_ENDED):
            if Path(f"/proc/{child}/comm").read_text().strip() == name:
                return child
    raise LookupError(f"nothing that came from {pid} is named {name}")


def cpu_seconds(pids: Iterable[int]) -> dict[int, float]:
    """Return the CPU time of each process so far, all its threads, by the kernel's own clock of it (nanoseconds)."""
    found = {}
    for pid in pids:
        with suppress(OSError):  # the clock of one that has ended is refused as an invalid argument
            found[pid] = time.clock_gettime(_clock(pid))
    return found


def spent(before: Mapping[int, float], after: Mapping[int, float]) -> float:
    """Return the CPU time between two looks; of a process that ended between them what it did since the first is lost."""
    return sum(seconds - before.get(pid, 0.0) for pid, seconds in after.items())


def _clock(pid: int) -> int:
    """Return the clock of a process, as clock_getcpuclockid(3) makes it; /proc counts in ticks of 10 ms."""
    return ~pid << 3 | 2


def pss(pids: Iterable[int]) -> float:
    """Return the memory of those processes that still live in MiB, what they share counted once (proportional set size).

    Raises:
        LookupError: none of them lives.
    """
    found = []
    for pid in pids:
        with suppress(*_ENDED):
            found.append(_kib(f"/proc/{pid}/smaps_rollup", "Pss:"))
    if not found:
        raise LookupError("no process to measure lives any more")
    return sum(found) / 1024


def forget_peak(pids: Iterable[int]) -> None:
    """Begin the peak of each process anew."""
    for pid in pids:
        Path(f"/proc/{pid}/clear_refs").write_text("5")


def peak(pids: Iterable[int]) -> float:
    """Return the largest peak of any of the processes in MiB (resident set), since it was last forgotten."""
    return max(_kib(f"/proc/{pid}/status", "VmHWM:") for pid in pids) / 1024


def resident(pids: Iterable[int]) -> float:
    """Return the largest resident set of any of the processes in MiB, now."""
    return max(_kib(f"/proc/{pid}/status", "VmRSS:") for pid in pids) / 1024


def _kib(file: str, name: str) -> int:
    for line in Path(file).read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1])
    raise LookupError(f"{file} says nothing of {name}")
