"""Credit hours at size: a statement of ten times the entries, a review of ten times the people, a million entries rebuilt.

`python -m bench.hours [--entries 1000000]` prints the figures. Every page is served by the real application in this
process, the two sizes in turn, and the median of its CPU time counts.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import flask_migrate
from flask import Flask
from sqlalchemy import insert, select

from teleconsult import clock, create_app
from teleconsult.cases.models import Case, CaseEvent
from teleconsult.credits import declaring, papers
from teleconsult.credits.models import CreditEntry, CreditMonth
from teleconsult.extensions import db, transaction
from teleconsult.people.models import User, UserRole
from tests import world
from tests.credits import certificates

ROUNDS = 40
WARM = 5
ASKS = 100
"""Information requests of one case: what a million earning events are made of."""

TOGETHER = 200
MONTHLY = 100
PEOPLE = 200
FIRST = date(2020, 1, 1)


def main() -> None:
    """Measure everything and print it as lines of Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000, help="entries to be rebuilt")
    asked = parser.parse_args()
    for line in figures(asked.entries):
        print(line, flush=True)


def figures(entries: int = 1_000_000) -> Iterator[str]:
    """Yield each figure as a line."""
    with tempfile.TemporaryDirectory(prefix="teleconsult-hours-") as name:
        folder = Path(name)
        application = _application(folder, "pages")
        with application.app_context():
            _fill_statements()
            _fill_reviews()
        yield _growth("statement of 5,000 entries against 500", *_served(application, "paulo", "lia", "/hours/2024-02"))
        yield _growth(
            "review of 100 consultants against 10",
            *_served(application, "teresa", "teresa", "/credits/months/2025-02", "/credits/months/2025-01"),
        )
        yield _declared(application)
        yield from _rebuilt(_application(folder, "events"), entries)


def _application(folder: Path, name: str) -> Flask:
    file, _authority = certificates.make(folder)
    application = create_app(
        {
            "PROFILE": "test", "TESTING": True, "SECRET_KEY": "bench-only-" + "s" * 32, "AUDIT_KEY": "bench-only-" + "a" * 32,
            "BASE_URL": "http://teleconsult.test", "ARGON2": {"time_cost": 1, "memory_cost": 8, "parallelism": 1},
            "SESSION_COOKIE_SECURE": False, "SESSION_COOKIE_NAME": "teleconsult", "RATE_LIMITS": False,
            "WTF_CSRF_ENABLED": False, "LOG_LEVEL": "ERROR", "VAR": folder, "SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder / name}.db",
            "SIGN_CERTIFICATE": str(file), "SIGN_PASSWORD": certificates.PASSWORD,
        }
    )  # fmt: skip
    with application.app_context():
        flask_migrate.upgrade()
        world.populate()
    return application


def _fill_statements() -> None:
    """Give one consultant fifty months of entries and another one five, a hundred each month."""
    paulo, lia = world.person("paulo").id, world.person("lia").id
    with transaction():
        _write(_entries(paulo, "paulo", FIRST, 50))
        _write(_entries(lia, "lia", date(2023, 10, 1), 5))


def _fill_reviews() -> None:
    """Give a hundred consultants a month of fifty entries, and ten of them the month before."""
    with transaction():
        people = [_consultant(number) for number in range(100)]
        db.session.flush()
        for number, person in enumerate(people):
            _write(_entries(person.id, f"r{number}", date(2025, 2, 1), 1, 50))
            if number < 10:
                _write(_entries(person.id, f"r{number}", date(2025, 1, 1), 1, 50))


def _consultant(number: int) -> User:
    person = User(
        ref=f"PE-R{number:04}", email=f"r{number}@rede.example", title="Dr.", name=f"Consultor {number:03}",
        unit_id=world.person("paulo").unit_id, created_at=clock.now(),
    )  # fmt: skip
    person.role_rows = [UserRole("consultant")]
    db.session.add(person)
    return person


def _entries(person_id: int, key: str, first: date, months: int, monthly: int = MONTHLY) -> list[dict[str, Any]]:
    rows, month = [], first
    for _ in range(months):
        for number in range(monthly):
            at = datetime(month.year, month.month, 1 + number % 28, 15, number % 60, tzinfo=UTC)
            source = f"opinion:{key}:{month:%Y%m}:{number}"
            rows.append(_row(person_id, source, at, month, "forgotten" if number % 25 == 0 else ""))
        month = (month + timedelta(days=32)).replace(day=1)
    return rows


def _row(person_id: int, source: str, at: datetime, month: date, odd: str) -> dict[str, Any]:
    return {
        "person_id": person_id, "kind": "opinion", "source": source, "minutes": 18, "day": at.date(), "month": month,
        "from_at": at, "until_at": at, "subject": "TC-000000", "rules_id": 1, "reason": "each", "data": {"each": 18},
        "odd": odd, "written_at": at, "why": "",
    }  # fmt: skip


def _write(rows: list[dict[str, Any]]) -> None:
    db.session.execute(insert(CreditEntry), rows)
    for month in sorted({row["month"] for row in rows}):
        found = db.session.get(CreditMonth, month) or CreditMonth(month=month, entries=0)
        found.entries += sum(row["month"] == month for row in rows)
        db.session.add(found)
    db.session.flush()


def _served(application: Flask, much: str, little: str, path: str, small_path: str = "") -> tuple[float, float]:
    """Return the CPU milliseconds of a page for the larger and the smaller of two sizes."""
    acts = [_page(application, much, path), _page(application, little, small_path or path)]
    taken: tuple[list[float], list[float]] = ([], [])
    for number in range(WARM + ROUNDS):
        for act, times in zip(acts, taken, strict=True):
            begun = time.process_time()
            act()
            if number >= WARM:
                times.append((time.process_time() - begun) * 1000)
    return statistics.median(taken[0]), statistics.median(taken[1])


def _page(application: Flask, who: str, path: str) -> Callable[[], None]:
    browser = application.test_client()
    answer = browser.post("/sign-in", data={"who": f"{who}@rede.example", "password": world.PASSWORD})
    if answer.status_code != 302:
        sys.exit(f"{who} cannot sign in")

    def act() -> None:
        if browser.get(path).status_code != 200:
            sys.exit(f"{path} failed")

    return act


def _growth(name: str, much: float, little: float) -> str:
    return f"- {name}, CPU ms: {much:.1f} against {little:.1f}, {much / little:.2f} times (target 1.3)"


def _declared(application: Flask) -> str:
    """Make a signed declaration some times; the median counts."""
    times = []
    with application.test_request_context():
        person = world.person("paulo")
        asked = declaring.Asked(declaring.CONSULTANT, FIRST, date(2024, 2, 28), "pt_BR")
        for _ in range(7):
            begun = time.perf_counter()
            facts = declaring.facts_of(person, asked)
            pdf, signed_by = papers.declaration(facts, asked, declaring.new_code())
            times.append(time.perf_counter() - begun)
        db.session.rollback()
    return (
        f"- a declaration made and signed by {signed_by}, s: {statistics.median(times):.2f} ({len(pdf) / 1024:.0f} KiB)"
    )


def _rebuilt(application: Flask, entries: int) -> Iterator[str]:
    """Rebuild a ledger of which no entry was written from the earning events of two hundred consultants."""
    with application.app_context():
        _fill_events(entries)
    runner = application.test_cli_runner()
    for name, options in (("rebuilt from their events", []), ("checked against their events", ["--check"])):
        begun, busy = time.perf_counter(), time.process_time()
        answer = runner.invoke(args=["rebuild-credits", *options])
        last = answer.output.strip().splitlines()[-1] if answer.output else str(answer.exception)
        took, cpu = time.perf_counter() - begun, time.process_time() - busy
        yield f"- {entries:,} entries {name}, s: {took:.0f}, of CPU {cpu:.0f} ({last})"


def _fill_events(entries: int) -> None:
    begin = datetime(2021, 1, 4, 12, tzinfo=UTC)
    with transaction():
        people = [_consultant(1000 + number) for number in range(PEOPLE)]
        db.session.flush()
        ids = [person.id for person in people]
        marina = world.person("marina")
        cases = [_case(number, marina, begin) for number in range(-(-entries // ASKS))]
        db.session.execute(insert(Case), cases)
    refs = dict(db.session.execute(select(Case.ref, Case.id)).all())
    for first in range(0, len(cases), TOGETHER):
        with transaction():
            for number in range(first, min(first + TOGETHER, len(cases))):
                asks = min(ASKS, entries - number * ASKS)
                db.session.execute(insert(CaseEvent), _asks(refs[cases[number]["ref"]], number, asks, ids, begin))


def _asks(case_id: int, number: int, count: int, people: list[int], begin: datetime) -> list[dict[str, Any]]:
    """Return the requests of one case: each of its consultant's half hours has one."""
    return [
        {
            "case_id": case_id, "number": n + 1, "verb": "ask", "by_id": people[number % PEOPLE],
            "at": begin + timedelta(minutes=30 * (number // PEOPLE * ASKS + n)), "source": "assigned",
            "state": "awaiting_information", "round": 1, "said": "", "data": {},
        }
        for n in range(count)
    ]  # fmt: skip


def _case(number: int, requester: User, at: datetime) -> dict[str, Any]:
    return {
        "version": 1, "ref": f"TC-B{number:06}", "state": "draft", "priority": "routine", "unit_id": requester.unit_id,
        "requester_id": requester.id, "filed_by_id": requester.id, "created_at": at, "changed_at": at, "vitals": {},
        "steps": 0, "round": 1, "service_seconds": 0.0, "would_refer": "not_informed",
    }  # fmt: skip


if __name__ == "__main__":
    main()
