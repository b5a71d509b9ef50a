"""Measure one database of one size: the product, the bare program, and bare SQL, in the same run."""

import os
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg

from bench import network, processes
from bench.acts import PHOTO, SENT_ON, begin, ok, opinion, submit
from bench.browser import Browser
from bench.sides import Side, execute, serve, serve_bare
from bench.texts import COMMON, RARE

REPEATS = 5
"""A page is measured so often, the two sides in turn; the median counts."""

SUBMISSION, WRITES = "submission, 3 x 2 MB", "the same without its pages"

Act = Callable[[int, int], Any]
"""What one user does: (number of the user, number of the act)."""


@dataclass
class Figure:
    """What one operation cost, at one number of users; None: not measured, as a page's statement and size are of pages only."""

    database: str
    size: int
    operation: str
    users: int
    p50: float
    p95: float
    p99: float
    per_second: float
    cpu: float
    bare_cpu: float
    peak_mib: float
    sql_ms: float | None = None
    kib: float | None = None
    bare_kib: float | None = None

    @property
    def ratio(self) -> float:
        """Return the product's CPU time as a multiple of the bare program's."""
        return self.cpu / self.bare_cpu if self.bare_cpu else float("nan")


@dataclass
class Runs:
    """What several runs of an act took."""

    times: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    wall: float = 0.0

    def add(self, act: Act, users: int, numbers: range, side: Side) -> None:
        """Let users do an act together, once for each number."""

        def one(user: int) -> None:
            for n in numbers[user::users]:
                began = time.perf_counter()
                act(user, n)
                self.times.append((time.perf_counter() - began) * 1000)

        before, began = processes.cpu_seconds(side.pids()), time.perf_counter()
        with ThreadPoolExecutor(users) as pool:
            list(pool.map(one, range(users)))
        self.wall += time.perf_counter() - began
        self.cpu.append(processes.spent(before, processes.cpu_seconds(side.pids())) * 1000 / len(numbers))

    def at(self, share: float) -> float:
        """Return the time in ms that a share of them did not exceed."""
        times = sorted(self.times)
        return times[min(len(times) - 1, int(share * len(times)))]


class Bench:
    """The product and the bare program on one database."""

    def __init__(self, database: str, size: int, url: str, folder: Path, rounds: int, *, whole: bool = False) -> None:
        self.database, self.size, self.url, self.rounds = database, size, url, rounds
        self.product = Side(serve(folder, url, whole=whole), url, whole=whole)
        self.bare = Side(serve_bare(folder, url), url, bare=True)
        people = network.make()
        self.admin, self.support = people.administrators[0], people.support[0]
        self.consultant, self.requester = people.consultants[0], people.requesters[0]

    def compare(self, name: str, users: int, count: int, ours: Act, theirs: Act, **more: float) -> Figure:
        """Measure an act of both sides in turn, so that what else the machine does strikes both."""
        product, bare = Runs(), Runs()
        processes.forget_peak(self.product.workers())
        repeats = max(1, min(REPEATS, count // users))
        bounds = [count * n // repeats for n in range(repeats + 1)]
        for low, high in pairwise(bounds):
            product.add(ours, users, range(low, high), self.product)
            bare.add(theirs, users, range(low, high), self.bare)
        rates = (product.at(0.5), product.at(0.95), product.at(0.99), count / product.wall)
        cpu = (statistics.median(product.cpu), statistics.median(bare.cpu))
        peak = processes.peak(self.product.workers())
        return Figure(self.database, self.size, name, users, *rates, *cpu, peak, **more)

    def page(self, name: str, person: network.Person, path: str, statement: str) -> Iterator[Figure]:
        """Measure a page of the product beside the same page of the bare program."""
        ours, theirs = self.product.browsers(person, 8), self.bare.browsers(person, 8)
        for _ in range(2):
            sizes = [[len(ok(one.get(path)).body) / 1024 for one in side] for side in (ours, theirs)]
        known = {"sql_ms": self.sql_time(statement), "kib": sizes[0][-1], "bare_kib": sizes[1][-1]}
        for users in (1, 8):
            yield self.compare(
                name,
                users,
                self.rounds,
                lambda u, _n: ok(ours[u].get(path)),
                lambda u, _n: ok(theirs[u].get(path)),
                **known,
            )

    def sql_time(self, statement: str) -> float:
        """Return the best of 20 runs of a statement through the driver alone, in ms."""
        if self.url.startswith("sqlite"):
            connection: Any = sqlite3.connect(self.url.removeprefix("sqlite:///"))
        else:
            connection = psycopg.connect(self.url.replace("+psycopg", ""), autocommit=True)
        best = float("inf")
        for _ in range(20):
            began = time.perf_counter()
            connection.execute(statement).fetchall()
            best = min(best, (time.perf_counter() - began) * 1000)
        connection.close()
        return best

    def pages(self) -> Iterator[Figure]:
        """Measure the four pages that are read all day."""
        ref = execute(
            self.url,
            "SELECT ref FROM cases WHERE holder_id = ? AND state = 'assigned' ORDER BY id LIMIT 1",
            self.consultant.id,
        )[0][0]
        queue = "SELECT c.ref, c.initials, c.due_at FROM cases c WHERE c.state = 'submitted' ORDER BY c.due_at, c.id LIMIT 20"
        held = (
            f"SELECT ref, complaint, due_at FROM cases WHERE holder_id = {self.consultant.id} AND state = 'assigned'"
            " AND state NOT IN ('concluded','cancelled','draft') ORDER BY due_at LIMIT 20"
        )
        one = f"SELECT * FROM cases c JOIN case_patients p ON p.case_id = c.id WHERE c.ref = '{ref}'"
        yield from self.page("queue page", self.admin, "/desk", queue)
        yield from self.page("inbox", self.consultant, "/waiting", held)
        yield from self.page("one case", self.consultant, f"/cases/{ref}", one)
        for name, word in (("search, rare word", RARE), ("search, a tenth", COMMON)):
            yield from self.searching(name, word)

    def searching(self, name: str, word: str) -> Iterator[Figure]:
        """Measure the search: words are posted, so that none stands in an address; the page that shows is measured."""
        finder = self.product.browsers(self.support)[0]
        finder.get("/cases/search")
        place = ok(finder.post("/cases/search", {"q": word}), *SENT_ON).location
        place = place.partition(f":{self.product.server.port}")[2] or place
        statement = (
            f"SELECT rowid FROM case_search WHERE case_search MATCH '{word}' ORDER BY rowid DESC LIMIT 21"
            if self.database == "sqlite"
            else f"SELECT case_id FROM case_search WHERE body @@ to_tsquery('simple', '{word}') ORDER BY case_id DESC LIMIT 21"
        )
        yield from self.page(name, self.support, place, statement)

    def answers(self, count: int) -> Figure:
        """Measure the giving of an opinion, with its audit event and outbox row."""
        rows = execute(
            self.url,
            "SELECT ref, holder_id FROM cases WHERE state = 'assigned' ORDER BY holder_id, id LIMIT ?",
            2 * count + 2,
        )
        people = {person.id: person for person in network.make().consultants}
        acts = []
        for side, mine in ((self.product, rows[::2]), (self.bare, rows[1::2])):
            known: dict[int, Browser] = {}
            forms = []
            for ref, holder in mine:
                browser = known.setdefault(holder, known.get(holder) or side.browsers(people[holder])[0])
                page = ok(browser.get(f"/cases/{ref}"))
                forms.append((browser, f"/cases/{ref}/answer", opinion(page.field("version")), browser.token))
            acts.append(_posting(forms))
            acts[-1](0, -1)  # the first one warms the server up
        return self.compare("answer", 1, count, *acts)

    def submissions(self, count: int) -> Iterator[Figure]:
        """Measure a whole request with three files of 2 MB: each request of its pages and forms, then those alone that write."""
        ours, theirs = (side.browsers(self.requester)[0] for side in (self.product, self.bare))
        known = [[submit(browser), submit(browser)][1] for browser in (ours, theirs)]
        writes = (lambda _u, _n: submit(ours, known[0]), lambda _u, _n: submit(theirs, known[1]))
        yield self.compare(SUBMISSION, 1, count, lambda _u, _n: submit(ours), lambda _u, _n: submit(theirs))
        yield self.compare(WRITES, 1, count, *writes)

    def upload(self, megabytes: int) -> float:
        """Return by how many MiB a worker's peak rose through one upload of that size."""
        browser = self.product.browsers(self.requester)[0]
        ref = begin(browser)
        processes.forget_peak(self.product.workers())
        before = {pid: processes.resident([pid]) for pid in self.product.workers()}
        head, index = b"\0\0\0\x14ftypisom\0\0\2\0isom", b"\0\0\0\x08moov"
        rest = megabytes * processes.MIB - len(head + index)
        content = head + rest.to_bytes(4, "big") + b"mdat" + bytes(rest - 8) + index
        ok(browser.put_file(f"/cases/{ref}/files", "grande.mp4", content), 201)
        return max(processes.peak([pid]) - resident for pid, resident in before.items())

    def many_uploads(self, count: int) -> None:
        """Send small files, as many as asked, to new drafts of 50 each."""
        browser = self.product.browsers(self.requester)[0]
        small = PHOTO[:2000] + b"\xff\xd9"
        ref = ""
        for n in range(count):
            if n % 50 == 0:
                ref = begin(browser)
            ok(browser.put_file(f"/cases/{ref}/files", "foto.jpg", small), 201)

    def memory(self) -> float:
        """Return the memory of the web server's two workers together in MiB (PSS)."""
        return processes.pss(self.product.workers())

    def whole_memory(self) -> float:
        """Return the memory of everything that runs of the product in MiB (PSS)."""
        return processes.pss(processes.family(self.product.server.server.process.pid))

    def stop(self) -> None:
        """Stop both servers."""
        self.product.server.stop()
        self.bare.server.stop()


def _posting(forms: list[Any]) -> Act:
    def act(_user: int, n: int) -> None:
        browser, path, fields, token = forms[n]
        browser.token = token
        ok(browser.post(path, fields), *SENT_ON)

    return act


def cold_start(folder: Path, url: str) -> float:
    """Return the seconds from nothing to the first answer of the product, started as `make run` starts it."""
    began = time.perf_counter()
    server = serve(folder, url, whole=True)
    took = time.perf_counter() - began
    server.stop()
    return took


def machine() -> dict[str, str]:
    """Return what the figures were measured on."""
    model = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        "unknown",
    )
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    return {
        "cpu": f"{os.cpu_count()} x {model}",
        "python": sys.version.split()[0],
        "sqlite": sqlite3.sqlite_version,
        "commit": commit,
        "when": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    }


def as_rows(figures: list[Figure]) -> list[dict[str, Any]]:
    """Return figures for JSON."""
    return [asdict(figure) | {"ratio": figure.ratio} for figure in figures]
