"""Start a server as a child that never outlives the tests, on ports that are free."""

import atexit
import contextlib
import ctypes
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)
_given: set[int] = set()


@dataclass
class Server:
    """A running child process: what it wrote is in `log`, `stop_signal` ends it in an orderly way."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    stop_signal: signal.Signals = signal.SIGTERM
    _told: bool = False

    def tell(self) -> None:
        """Have it end, without waiting. Once: a second signal often means to drop everything."""
        if not self._told and self.process.poll() is None:
            self.process.send_signal(self.stop_signal)
        self._told = True

    def stop(self, seconds: float = 10) -> None:
        """End it and wait; kill it when it takes too long. Harmless when it has ended already."""
        atexit.unregister(self.stop)
        self.tell()
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def wait_until(self, ready: Callable[[], bool], seconds: float = 30) -> None:
        """Return when `ready()` holds.

        Raises:
            RuntimeError: the server ended or took too long; the message holds the end of its log.
        """
        deadline = time.monotonic() + seconds
        while not ready():
            ended = self.process.poll()
            if ended is not None:
                raise RuntimeError(f"{self.name} ended with {ended} before it was ready:\n{self.tail()}")
            if time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"{self.name} was not ready after {seconds:g} s:\n{self.tail()}")
            time.sleep(0.02)

    def tail(self, characters: int = 4000) -> str:
        """Return the end of what it wrote."""
        return self.log.read_text(errors="replace")[-characters:]


def start(
    name: str,
    command: Sequence[str | Path],
    *,
    log: Path,
    stop_signal: signal.Signals = signal.SIGTERM,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    user: Mapping[str, Any] | None = None,
) -> Server:
    """Start `command` with its words going to `log`.

    It is told to stop when the tests end, and by the kernel when they are killed. `user` holds the
    `user`, `group` and `extra_groups` of subprocess, to start it as somebody else.
    """

    def die_with_parent() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, stop_signal)

    with log.open("ab") as out:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=env,
            cwd=cwd,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - one call of prctl, which takes no lock
            **(user or {}),
        )
    server = Server(name, process, log, stop_signal)
    atexit.register(server.stop)
    return server


def free_port(*also: int) -> int:
    """Return a port of 127.0.0.1 that nobody holds; with `also`, one whose port + n is free for each n too.

    Taken below the range from which the system lends ports to clients, so that no client of a
    test takes it between this answer and the server's start.
    """
    for _ in range(200):
        port = random.randint(10_000, 19_999)
        if port not in _given and all(_is_free(port + step) for step in (0, *also)):
            _given.add(port)
            return port
    raise RuntimeError("no free port was found between 10000 and 20000 on 127.0.0.1")


def answers(port: int) -> bool:
    """Tell whether something accepts connections on the port."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=0.5):
        return True
    return False


ENDED = FileNotFoundError, ProcessLookupError
"""A process or thread ended between being listed and being looked at: before its file was opened, or before it was read."""


def children(pid: int) -> set[int]:
    """Return the process numbers of the children that are alive."""
    found: set[int] = set()
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(*ENDED):
            found |= {int(child) for child in task.read_text().split()}
    return found


def threads(pid: int) -> int:
    """Return how many threads a process has."""
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


def sockets(pid: int) -> int:
    """Return how many connections a process has taken or made, and sockets it listens on."""
    found = 0
    for handle in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            found += handle.readlink().name.startswith("socket:")
    return found


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
