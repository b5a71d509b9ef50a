"""Run the web server and the background worker as one, as `make run` does; Ctrl-C stops both.

The application is loaded once and both are forked from it, so that what they have in common stands in memory once
(docs/adr/0041-loaded-once.md). A part that dies is started again, after a pause that grows while it goes on dying. For a
service manager that does this itself, run the two commands of `docs/operator.md` as two services.
"""

import ctypes
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPException
from importlib import import_module
from multiprocessing.context import ForkProcess
from pathlib import Path
from types import FrameType
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from tools import webserver
from tools.ports import listening_place

ROOT = Path(__file__).resolve().parent.parent
FLASK = [sys.executable, "-m", "flask", "--app", "wsgi"]


def work() -> None:
    """Do the background worker's work, until told to stop."""
    import_module("teleconsult.worker").run(webserver.find(webserver.PRODUCT))


PARTS: dict[str, Callable[[], None]] = {"web server": webserver.serve, "worker": work}

STOP_SECONDS = 15
"""More than the web server gives to what it is still answering."""

READY_SECONDS = 30
PAUSES = (0, 1, 5, 15)
STEADY_SECONDS = 60
"""A part that ran this long has recovered: its next death is again its first."""

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG, PR_SET_NAME = 1, 15


@dataclass
class Part:
    """One child process, started again when it dies."""

    name: str
    process: ForkProcess | None = None
    deaths: int = 0
    started: float = 0
    due: float = field(default_factory=time.monotonic)

    def tend(self) -> None:
        """Start it when it is due; notice when it has ended."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.due:
                self.start()
            return
        if self.process.is_alive():
            return
        self.deaths = 0 if now - self.started > STEADY_SECONDS else self.deaths
        self.due = now + PAUSES[min(self.deaths, len(PAUSES) - 1)]
        self.deaths += 1
        say(f"The {self.name} ended with {self.process.exitcode}; starting it again.")
        self.process = None

    def start(self) -> None:
        """Fork it; a signal that comes meanwhile waits until it can hear it."""
        self.started = time.monotonic()
        self.process = multiprocessing.get_context("fork").Process(target=become, args=(self.name, os.getpid()))
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
        try:
            self.process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)

    def stop(self, deadline: float) -> None:
        """Wait for it to end by itself until the deadline, then end it and what came from it."""
        if self.process is None:
            return
        self.process.join(max(0.1, deadline - time.monotonic()))
        if self.process.is_alive():
            os.killpg(self.process.pid or 0, signal.SIGKILL)
            self.process.join()


def become(name: str, parent: int) -> None:
    """Be a part, in a process group of its own: Ctrl-C is for the parent, who passes it on."""
    os.setpgid(0, 0)
    for number in STOPS:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    LIBC.prctl(PR_SET_NAME, f"tc-{name.partition(' ')[0]}".encode())
    # The kernel ends this child when the parent is killed before it can.
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() == parent:
        PARTS[name]()


@dataclass
class Told:
    """Whether somebody told us to stop: looked at between steps, so that no part is lost while it starts."""

    stop: bool = False

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        """Answer a signal."""
        self.stop = True


def say(words: str) -> None:
    """Say something to whoever started us, among what the parts say."""
    print(words, flush=True)


def address(host: str, port: int) -> str:
    """Return what to type into a browser."""
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def answers(url: str) -> bool:
    """Tell whether the product answers, by one of the names it answers to; that its database is away is an answer too.

    After a power cut the database may come up later than we do: who waits for it are the product's own parts.
    """
    name = webserver.host_name(webserver.find(webserver.PRODUCT))
    try:
        with urlopen(Request(f"{url}/health", headers={"Host": name}), timeout=2):  # noqa: S310 - our own address
            return True
    except HTTPError:
        return True
    except (OSError, HTTPException):
        return False


def wait_for(web: Part, url: str, told: Told) -> None:
    """Return when the web server is ready, or somebody told us to stop.

    Raises:
        SystemExit: it ended or took too long; it has said why.
    """
    deadline = time.monotonic() + READY_SECONDS
    while not (told.stop or answers(url)):
        if web.process and not web.process.is_alive():
            sys.exit(web.process.exitcode or 1)
        if time.monotonic() > deadline:
            sys.exit(f"The web server did not answer at {url}/health within {READY_SECONDS} s.")
        time.sleep(0.05)


def welcome(url: str) -> None:
    """Say where the product is and, when it is the demonstration, who may sign in."""
    say(f"\nTeleconsult is at {url}  (Ctrl-C stops it)\n")
    if os.environ.get("TELECONSULT_PROFILE") == "demo":
        subprocess.run([*FLASK, "demo-accounts"], cwd=ROOT, check=False)


def main() -> None:
    """Run both parts until told to stop."""
    told = Told()
    for number in STOPS:
        signal.signal(number, told)
    url = address(*listening_place())
    webserver.prepare()
    parts = [Part(name) for name in PARTS]
    try:
        parts[0].start()
        wait_for(parts[0], url, told)
        if not told.stop:
            welcome(url)
        while not told.stop:
            for part in parts:
                part.tend()
            time.sleep(0.2)
        say("Stopping.")
    finally:
        for part in parts:
            if part.process is not None and part.process.is_alive():
                part.process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for part in parts:
            part.stop(deadline)


if __name__ == "__main__":
    main()
