"""Measure one database of one size: the product, the bare program, and bare SQL, in the same run."""

import hashlib
import os
import secrets
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg

from bench import network, processes
from bench.browser import Browser, sign_in
from bench.databases import SECRETS, settings
from bench.texts import COMMON, RARE
from tests.servers import web

PHOTO = b"\xff\xd8\xff\xe0" + os.urandom(2 * 1024 * 1024 - 6) + b"\xff\xd9"
TEXT = "Manchas claras no antebraço há oito meses, sem coceira, com perda de sensibilidade. " * 6


@dataclass
class Figure:
    """What one operation cost, at one number of users."""

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
    sql_ms: float
    peak_mib: float

    @property
    def ratio(self) -> float:
        """Return the product's CPU time as a multiple of the bare program's."""
        return self.cpu / self.bare_cpu if self.bare_cpu else float("nan")


class Side:
    """A running server, and the processes whose time counts for it: its own, and PostgreSQL's on this database."""

    def __init__(self, server: web.Web, database: str) -> None:
        self.server, self.database = server, database

    def pids(self) -> list[int]:
        """Return the processes that work for it now."""
        own = processes.family(self.server.server.process.pid)
        return own if self.database == "sqlite" else own + postgres_backends()

    def workers(self) -> list[int]:
        """Return its worker processes."""
        return processes.workers(self.server.server.process.pid)


def postgres_backends() -> list[int]:
    """Return the processes of the PostgreSQL server that serve connections to a bench database."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes()
        except OSError:
            continue
        if words.startswith(b"postgres: ") and b"bench_" in words:
            found.append(int(path.parent.name))
    return found


def serve(folder: Path, url: str) -> web.Web:
    """Start the product on a database, with two workers."""
    return web.start(folder, settings(folder, url))


def serve_bare(folder: Path, url: str) -> web.Web:
    """Start the bare program on the same database, with the same server."""
    (folder / "bare").mkdir(exist_ok=True)
    env = {"BENCH_DB": url, "BENCH_FILES": str(folder / "bare"), **SECRETS}
    return web.start(folder / "bare", env, application="bench.bare.app:app", health="/health")


def bare_session(url: str, user_id: int) -> str:
    """Write a session row for the bare program and return its token."""
    token, now = secrets.token_hex(16), datetime.now(UTC)
    values = (
        hashlib.sha256(token.encode()).hexdigest(),
        user_id,
        False,
        "",
        "",
        now,
        now,
        now + timedelta(hours=9),
        now + timedelta(hours=9),
    )
    text = (
        "INSERT INTO sessions (token_hash, user_id, shared_computer, address, agent, created_at, last_seen_at, idle_until,"
        " expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
    )
    execute(url, text, *(v.strftime("%Y-%m-%d %H:%M:%S.%f") if isinstance(v, datetime) else v for v in values))
    return token


def execute(url: str, text: str, *values: Any) -> list[Any]:
    """Run one statement in a connection of its own and return its rows."""
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=10)
        try:
            rows = connection.execute(text, values).fetchall()
            connection.commit()
        finally:
            connection.close()
        return rows
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as opened:
        cursor = opened.execute(text.replace("?", "%s"), values)
        return cursor.fetchall() if cursor.description else []


def run(act: Callable[[int, int], None], users: int, count: int, side: Side) -> tuple[list[float], float, float]:
    """Let users do an act `count` times together; return the times in ms, CPU ms an act, and the wall seconds."""
    times: list[float] = []

    def one(user: int) -> None:
        for n in range(user, count, users):
            began = time.perf_counter()
            act(user, n)
            times.append((time.perf_counter() - began) * 1000)

    before, began = processes.cpu_seconds(side.pids()), time.perf_counter()
    with ThreadPoolExecutor(users) as pool:
        list(pool.map(one, range(users)))
    wall = time.perf_counter() - began
    return sorted(times), (processes.cpu_seconds(side.pids()) - before) * 1000 / count, wall


def at(times: list[float], share: float) -> float:
    """Return the time that a share of them did not exceed."""
    return times[min(len(times) - 1, int(share * len(times)))]


class Bench:
    """The product and the bare program on one database."""

    def __init__(self, database: str, size: int, url: str, folder: Path, rounds: int) -> None:
        self.database, self.size, self.url, self.rounds = database, size, url, rounds
        began = time.perf_counter()
        self.product = Side(serve(folder, url), database)
        self.cold_seconds = time.perf_counter() - began
        self.bare = Side(serve_bare(folder, url), database)
        people = network.make()
        self.admin, self.consultant, self.requester = (
            people.administrators[0],
            people.consultants[0],
            people.requesters[0],
        )

    def browsers(self, person: network.Person, users: int = 8) -> list[Browser]:
        """Return signed-in browsers of one person: one sign-in, its cookies shared by the connections."""
        first = Browser(self.product.server.port)
        sign_in(first, person.email, network.PASSWORD)
        made = [Browser(self.product.server.port, dict(first.cookies)) for _ in range(users)]
        for browser in made:
            browser.get("/account")
        return made

    def bare_browsers(self, person: network.Person, users: int = 8) -> list[Browser]:
        """Return browsers that the bare program knows."""
        token = bare_session(self.url, person.id)
        return [Browser(self.bare.server.port, {"bare": token}) for _ in range(users)]

    def page(self, name: str, person: network.Person, path: str, bare_path: str, statement: str) -> Iterator[Figure]:
        """Measure a page of the product beside the bare one of the same size."""
        ours, theirs = self.browsers(person), self.bare_browsers(person)
        want = ours[0].get(path)
        if want.status != 200:
            raise RuntimeError(f"{name}: {want.status}")
        joint = "&" if "?" in bare_path else "?"
        short = theirs[0].get(bare_path)
        pad = max(0, len(want.body) - len(short.body))
        full = f"{bare_path}{joint}pad={pad}"
        for browser in (*ours, *theirs):
            browser.get(path if browser in ours else full)
        sql_ms = self.sql_time(statement)
        for users in (1, 8):
            processes.forget_peak(self.product.workers())
            times, cpu, wall = run(lambda u, _n: _ok(ours[u].get(path)), users, self.rounds, self.product)
            peak = processes.peak(self.product.workers())
            _, bare_cpu, _ = run(lambda u, _n: _ok(theirs[u].get(full)), users, self.rounds, self.bare)
            yield self.figure(name, users, times, cpu, wall, bare_cpu, sql_ms, peak)

    def figure(
        self,
        name: str,
        users: int,
        times: list[float],
        cpu: float,
        wall: float,
        bare_cpu: float,
        sql_ms: float,
        peak: float,
    ) -> Figure:
        """Return a figure from the times of one run."""
        rates = (at(times, 0.5), at(times, 0.95), at(times, 0.99), len(times) / wall)
        return Figure(self.database, self.size, name, users, *rates, cpu, bare_cpu, sql_ms, peak)

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
        held = f"SELECT ref, complaint, due_at FROM cases WHERE holder_id = {self.consultant.id} AND state = 'assigned' AND state NOT IN ('concluded','cancelled','draft') ORDER BY due_at LIMIT 20"
        one = f"SELECT * FROM cases c JOIN case_patients p ON p.case_id = c.id WHERE c.ref = '{ref}'"
        yield from self.page("queue page", self.admin, "/desk", "/queue", queue)
        yield from self.page("inbox", self.consultant, "/waiting", "/inbox", held)
        yield from self.page("one case", self.consultant, f"/cases/{ref}", f"/case/{ref}", one)
        for name, word in (("search, rare word", RARE), ("search, a tenth", COMMON)):
            yield from self.searching(name, word)

    def searching(self, name: str, word: str) -> Iterator[Figure]:
        """Measure the search: words are posted, so that none stands in an address; the page that shows is measured."""
        found = self.browsers(self.requester_support())
        place = found[0].post("/cases/search", {"q": word}).location or f"/cases/search?{urlencode({'q': word})}"
        place = place.partition(f":{self.product.server.port}")[2] or place
        statement = (
            f"SELECT rowid FROM case_search WHERE case_search MATCH '{word}' ORDER BY rowid DESC LIMIT 21"
            if self.database == "sqlite"
            else f"SELECT case_id FROM case_search WHERE body_vector @@ to_tsquery('simple', '{word}') ORDER BY case_id DESC LIMIT 21"
        )
        yield from self.page(name, self.requester_support(), place, f"/search?{urlencode({'q': word})}", statement)

    def requester_support(self) -> network.Person:
        """Return somebody who may read the words of every case: the district's support."""
        return network.make().support[0]

    def answers(self, count: int) -> Figure:
        """Measure the giving of an opinion, with its audit event and outbox row."""
        rows = execute(
            self.url,
            "SELECT c.ref, u.email FROM cases c JOIN users u ON u.id = c.holder_id WHERE c.state = 'assigned' ORDER BY c.id LIMIT ?",
            2 * count,
        )
        ours, theirs = rows[:count], rows[count:]
        by_mail: dict[str, Browser] = {}
        forms = []
        for ref, mail in ours:
            if mail not in by_mail:
                by_mail[mail] = Browser(self.product.server.port)
                sign_in(by_mail[mail], mail, network.PASSWORD)
            shown = by_mail[mail].get(f"/cases/{ref}/answer")
            forms.append((by_mail[mail], ref, shown.field("version"), by_mail[mail].token))

        def act(_user: int, n: int) -> None:
            browser, ref, version, token = forms[n]
            browser.token = token
            answer = browser.post(f"/cases/{ref}/answer", _opinion(version))
            if answer.status not in (302, 303):
                raise RuntimeError(f"answer: {answer.status}")

        times, cpu, wall = run(act, 1, len(forms), self.product)
        bare = self.bare_browsers(self.consultant, 1)[0]
        opinion = _opinion("1")
        _, bare_cpu, _ = run(
            lambda _u, n: _ok(bare.post(f"/answer/{theirs[n][0]}", opinion), 303), 1, len(theirs), self.bare
        )
        return self.figure("answer", 1, times, cpu, wall, bare_cpu, 0.0, processes.peak(self.product.workers()))

    def submissions(self, count: int) -> Figure:
        """Measure a whole request with three files of 2 MB: each request that the page's own form makes."""
        browser = self.browsers(self.requester, 1)[0]
        times, cpu, wall = run(lambda _u, _n: submit(browser), 1, count, self.product)
        bare = self.bare_browsers(self.requester, 1)[0]
        body, kind = multipart()
        _, bare_cpu, _ = run(lambda _u, _n: _ok(bare.send("POST", "/submission", body, kind), 303), 1, count, self.bare)
        return self.figure(
            "submission, 3 x 2 MB", 1, times, cpu, wall, bare_cpu, 0.0, processes.peak(self.product.workers())
        )

    def upload(self, megabytes: int) -> float:
        """Return by how many MiB a worker's peak rose through one upload of that size."""
        browser = self.browsers(self.requester, 1)[0]
        ref = begin(browser)
        processes.forget_peak(self.product.workers())
        before = processes.resident(self.product.workers())
        content = PHOTO[:-2] + b"\0" * ((megabytes - 2) * processes.MIB) + b"\xff\xd9"
        answer = browser.put_file(f"/cases/{ref}/files", "grande.jpg", content)
        if answer.status != 201:
            raise RuntimeError(f"upload: {answer.status} {answer.body[:200]!r}")
        return processes.peak(self.product.workers()) - before

    def many_uploads(self, count: int) -> None:
        """Send small files, as many as asked, to new drafts of 50 each."""
        browser = self.browsers(self.requester, 1)[0]
        small = PHOTO[:2000] + b"\xff\xd9"
        ref = ""
        for n in range(count):
            if n % 50 == 0:
                ref = begin(browser)
            answer = browser.put_file(f"/cases/{ref}/files", "foto.jpg", small)
            if answer.status != 201:
                raise RuntimeError(f"upload: {answer.status}")

    def memory(self) -> float:
        """Return the memory of the two workers together in MiB (PSS)."""
        return processes.pss(self.product.workers())

    def stop(self) -> None:
        """Stop both servers."""
        self.product.server.stop()
        self.bare.server.stop()


def begin(browser: Browser) -> str:
    """Begin a request and return its reference."""
    page = browser.get("/cases/new")
    return (
        browser.post("/cases/new", {"token": page.field("token"), "specialty": "cardiologia"})
        .location.split("/cases/")[1]
        .split("/")[0]
    )


STEPS = {
    "patient": {
        "specialty": "cardiologia",
        "birth_date": "14/03/1979",
        "sex": "female",
        "mother_name": "Josefa Conceição",
        "consent_given_by": "patient",
        "consent_how": "spoken",
    },
    "clinical": {
        "complaint": "Manchas claras com perda de sensibilidade",
        "subjective": TEXT,
        "objective": TEXT,
        "assessment": TEXT,
        "plan": TEXT,
    },
    "questions": {
        "question_1": "É hanseníase?",
        "question_1_kind": "diagnosis",
        "would_refer": "yes",
        "priority": "routine",
    },
}


def submit(browser: Browser) -> None:
    """Write and send a request: begin, three steps (each page and its form), three files, review, send."""
    ref = begin(browser)
    for step, fields in STEPS.items():
        page = browser.get(f"/cases/{ref}/edit/{step}")
        own = {"draft_version": page.field("draft_version"), "draft_editor": page.field("draft_editor"), "go": "next"}
        name = _somebody() if step == "patient" else {}
        answer = browser.post(f"/cases/{ref}/edit/{step}", fields | own | name)
        if answer.status not in (302, 303):
            raise RuntimeError(f"{step}: {answer.status}")
        if answer.location.endswith("/match"):
            raise RuntimeError("the patient was taken for another")
    for n in range(3):
        if browser.put_file(f"/cases/{ref}/files", f"foto-{n}.jpg", PHOTO).status != 201:
            raise RuntimeError("a file was not taken")
    page = browser.get(f"/cases/{ref}/edit/review")
    answer = browser.post(
        f"/cases/{ref}/submit", {"version": page.field("version"), "draft_version": page.field("draft_version")}
    )
    if answer.status not in (302, 303):
        raise RuntimeError(f"submit: {answer.status}")


def _somebody() -> dict[str, str]:
    """Return a person like no other, so that nobody is asked whether it is the same."""
    word = "".join(secrets.choice("abcdefghijlmnoprstuvz") for _ in range(24)).title()
    day = f"{secrets.randbelow(28) + 1:02}/{secrets.randbelow(12) + 1:02}/{1930 + secrets.randbelow(80)}"
    return {"patient_name": f"{word[:12]} {word[12:].title()}", "mother_name": word[::-1].title(), "birth_date": day}


def multipart() -> tuple[bytes, str]:
    """Return the same request as one form with its files, and its content type."""
    mark = "----bench7d1f"
    fields = {"patient_name": "Paciente da Medida", **STEPS["patient"], **STEPS["clinical"], **STEPS["questions"]}
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    parts += [
        f'--{mark}\r\nContent-Disposition: form-data; name="files"; filename="foto-{n}.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'.encode()
        + PHOTO
        + b"\r\n"
        for n in range(3)
    ]
    return b"".join([*parts, f"--{mark}--\r\n".encode()]), f"multipart/form-data; boundary={mark}"


def _opinion(version: str) -> dict[str, str]:
    answers = {f"answer_{n}": "Sim, pode tratar na unidade." for n in range(1, 5)}
    texts = {"reasoning": TEXT, "conduct": TEXT, "red_flags": "Dor em nervo.", "decision": "answer"}
    return {"version": version, **answers, **texts}


def _ok(answer: Any, status: int = 200) -> None:
    if answer.status != status:
        raise RuntimeError(f"answered {answer.status}")


def cold_start(folder: Path, url: str) -> float:
    """Return the seconds from nothing to the first answer of the product."""
    began = time.perf_counter()
    server = serve(folder, url)
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
