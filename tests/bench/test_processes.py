"""What is read of processes while some of them come and go."""

import os
import subprocess
import sys

import pytest

from bench import processes


@pytest.fixture
def ended():
    """A process number that was alive a moment ago."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


def test_memory_counts_who_still_lives(ended):
    assert processes.pss([os.getpid(), ended]) > 1
    with pytest.raises(LookupError):
        processes.pss([ended])


def test_a_family_without_who_has_ended(ended):
    assert ended not in processes.family(os.getpid())
    assert processes.family(ended) == [ended]
    assert list(processes.cpu_seconds([os.getpid(), ended])) == [os.getpid()]


def test_who_has_ended_and_is_not_yet_taken_away_has_no_memory():
    child = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    try:
        assert child.pid in processes.family(os.getpid())
        with pytest.raises(LookupError):
            processes.pss([child.pid])
    finally:
        child.wait()
