"""What the agenda costs as its history grows, and what happens when fifty people want its last slot.

`python -m bench --bookings`: 2 k and 200 k visits of the past beside the same open work, each page by the CPU time of the
server under it; then the last slot of a specialty, on two workers and PostgreSQL.
"""

import json
import shutil
import statistics
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, insert, select, text, update
from sqlalchemy.engine import Connection, Engine

from bench import network, processes
from bench.browser import Browser, sign_in
from bench.databases import on_postgres, on_sqlite
from bench.sides import Side, serve
from config import ROOT
from teleconsult.bookings.models import Booking, BookingRequest
from teleconsult.bookings.models_agenda import AgendaSession, AgendaSlot
from teleconsult.bookings.models_quota import Allowance
from teleconsult.cases.models import Case
from teleconsult.cases.models_opinion import Referral
from teleconsult.people.models import User
from tests.servers import postgres

ZONE = "America/Recife"
BATCH = 5000
DAYS = 900
"""Working days that the history is spread over."""

PLACES = 12

UTC_AHEAD = timedelta(hours=3)
"""Of the network's zone: late in its evening it is tomorrow already elsewhere."""


def fill(engine: Engine, history: int) -> None:
    """Write the visits of the past, today's agenda half full, free slots for a month, and a waiting list."""
    with engine.begin() as connection:
        cases = connection.execute(
            select(Case.id, Case.patient_id, Case.unit_id, Referral.id.label("referral_id"), Referral.specialty_id)
            .join(Referral, Referral.case_id == Case.id)
            .where(Referral.ended_at.is_(None), Case.state == "in_person")
        ).all()
        by_id = connection.scalar(select(User.id).order_by(User.id).limit(1))
        today = (datetime.now(UTC) - UTC_AHEAD).replace(hour=11, minute=0, second=0, microsecond=0)
        _past(connection, _over(connection, by_id, today), history, today, by_id)
        _ahead(connection, cases, today, by_id)
        for unit_id in {case.unit_id for case in cases}:
            connection.execute(insert(Allowance).values(unit_id=unit_id, version=1, forms=999, sheets=99))
        if engine.dialect.name == "postgresql":
            for table in ("referrals", "agenda_sessions", "agenda_slots", "booking_requests", "bookings"):
                newest = f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
                connection.execute(text(newest))


def _over(connection: Connection, by_id: Any, today: datetime) -> Any:
    """Give cases that go on a referral that came back, for the visits of the past to belong to."""
    others = select(Case.id, Case.patient_id, Case.unit_id, Case.specialty_id).where(
        Case.state.in_(("assigned", "answered"))
    )
    rows = connection.execute(others.order_by(Case.id).limit(500)).all()
    first = (connection.scalar(select(Referral.id).order_by(Referral.id.desc()).limit(1)) or 0) + 1
    values = [
        {
            "id": first + number, "ref": f"RO-{number}", "case_id": row.id, "specialty_id": row.specialty_id, "priority": "routine",
            "justification": "Avaliação.", "diagnosis": "", "bring": "", "made_by_id": by_id, "made_at": today - timedelta(days=900),
            "ended_at": today, "ended_by_id": by_id, "ended_how": "counter_referred", "unseen_cause": "",
        }
        for number, row in enumerate(rows)
    ]  # fmt: skip
    connection.execute(insert(Referral), values)
    query = select(Case.id, Case.patient_id, Case.unit_id, Referral.id.label("referral_id"), Referral.specialty_id)
    return connection.execute(query.join(Referral, Referral.case_id == Case.id).where(Referral.id >= first)).all()


def _past(connection: Connection, cases: Any, history: int, today: datetime, by_id: Any) -> None:
    number, rows = 0, []
    for start in range(0, history, PLACES):
        at = today - timedelta(days=1 + (start * DAYS) // history)
        rows.append((start // PLACES + 1, at, min(PLACES, history - start)))
    for chunk in range(0, len(rows), BATCH // PLACES):
        sessions, slots, requests, bookings = [], [], [], []
        for session_id, at, places in rows[chunk : chunk + BATCH // PLACES]:
            sessions.append(_session(session_id, cases[session_id % len(cases)].specialty_id, at, by_id))
            for place in range(places):
                number += 1
                case = cases[number % len(cases)]
                hour = at + timedelta(minutes=15 * place)
                missed = number % 5 == 0
                slots.append(_slot(number, session_id, place + 1, sessions[-1]["specialty_id"], hour, None))
                requests.append(
                    _request(number, case, "ended" if missed else "attended", at, "repeated_absence" if missed else "")
                )
                bookings.append(
                    _booking(number, number, session_id, case, hour, by_id, "missed" if missed else "attended")
                )
        for table, values in (
            (AgendaSession, sessions),
            (BookingRequest, requests),
            (AgendaSlot, slots),
            (Booking, bookings),
        ):
            connection.execute(insert(table), values)


def _ahead(connection: Connection, cases: Any, today: datetime, by_id: Any) -> None:
    """Today's sessions, half of each booked; four weeks of free slots; every open referral on the list."""
    base, session_id, taken = 10_000_000, 10_000_000, iter(cases[: len(cases) // 2])
    for day in range(29):
        for specialty_id in sorted({case.specialty_id for case in cases}):
            session_id += 1
            at = today + timedelta(days=day)
            connection.execute(insert(AgendaSession), [_session(session_id, specialty_id, at, by_id)])
            values = []
            for place in range(PLACES):
                base += 1
                values.append(
                    _slot(base, session_id, place + 1, specialty_id, at + timedelta(minutes=15 * place), None)
                )
            connection.execute(insert(AgendaSlot), values)
            if day == 0 and (case := next(taken, None)) is not None:
                connection.execute(insert(BookingRequest), [_request(base, case, "booked", at, "")])
                connection.execute(update(AgendaSlot).where(AgendaSlot.id == base).values(request_id=base))
                connection.execute(insert(Booking), [_booking(base, base, session_id, case, at, by_id, "")])
    for number, case in enumerate(taken, base + 1):
        connection.execute(insert(BookingRequest), [_request(number, case, "waiting", today - timedelta(days=9), "")])


def _session(number: int, specialty_id: int, at: datetime, by_id: Any) -> dict[str, Any]:
    return {
        "id": number, "version": 1, "ref": f"AG-{number}", "unit_id": 1, "specialty_id": specialty_id,
        "specialist_name": "Dra. Olga Farias", "room": "", "day": at.date(), "starts_at": at,
        "ends_at": at + timedelta(hours=3), "slot_minutes": 15, "zone": ZONE, "created_at": at, "created_by_id": by_id,
        "cancelled_why": "",
    }  # fmt: skip


def _slot(number: int, session_id: int, place: int, specialty_id: int, at: datetime, request_id: Any) -> dict[str, Any]:
    return {
        "id": number, "session_id": session_id, "specialty_id": specialty_id, "number": place, "at": at, "kind": "first",
        "extra": False, "blocked_why": "", "request_id": request_id,
    }  # fmt: skip


def _request(number: int, case: Any, state: str, at: datetime, ended: str) -> dict[str, Any]:
    return {
        "id": number, "version": 1, "ref": f"BR-{number}", "referral_id": case.referral_id, "case_id": case.id,
        "specialty_id": case.specialty_id, "unit_id": case.unit_id, "kind": "first", "priority": "routine", "rank": 2,
        "state": state, "since": at, "made_at": at, "return_when": "", "ended_how": ended, "steps": 0,
    }  # fmt: skip


def _booking(
    number: int, request_id: int, session_id: int, case: Any, at: datetime, by_id: Any, mark: str
) -> dict[str, Any]:
    over = at if mark == "missed" else None
    return {
        "id": number, "request_id": request_id, "slot_id": number, "session_id": session_id, "patient_id": case.patient_id,
        "unit_id": case.unit_id, "at": at, "hour": at.replace(minute=0) + timedelta(seconds=number % 3600),
        "channel": "screen", "day_why": "", "over_why": "", "booked_at": at - timedelta(days=20), "booked_by_id": by_id,
        "reminded": 1, "mark": mark, "marked_at": at if mark else None, "marked_by_id": by_id if mark else None,
        "cause": "", "ended_at": over, "ended_how": "missed" if over else "", "ended_why": "",
    }  # fmt: skip


def costs(url: str, folder: Path, rounds: int) -> dict[str, float]:
    """Return the CPU time in ms of each page: the day's agenda, the waiting list, the next free slots of a request."""
    engine = create_engine(url)
    with engine.connect() as connection:
        ref = connection.scalar(text("SELECT ref FROM booking_requests WHERE state = 'waiting' ORDER BY id LIMIT 1"))
    engine.dispose()
    server = serve(folder, url)
    try:
        side = Side(server, url)
        desk = next(one for one in network.make().everybody() if one.role == "administrator")
        browser = side.browsers(desk)[0]
        pages = {
            "the day's agenda": "/bookings/agenda",
            "the waiting list": "/bookings",
            "the next free slot": f"/bookings/{ref}/book",
        }
        return {name: _cost(side, browser, path, rounds) for name, path in pages.items()}
    finally:
        server.stop()


def _cost(side: Side, browser: Browser, path: str, rounds: int) -> float:
    for _ in range(12):
        answer = browser.get(path)
    assert answer.status == 200, (path, answer.status)
    found = []
    for _ in range(5):
        before = processes.cpu_seconds(side.pids())
        for _ in range(rounds // 5):
            browser.get(path)
        found.append(processes.spent(before, processes.cpu_seconds(side.pids())) * 1000 / (rounds // 5))
    return statistics.median(found)


def last_slot(url: str, folder: Path, people: int) -> dict[str, int]:
    """Let `people` want one slot at once; return how many have it, are offered the next ones, or got an error."""
    engine = create_engine(url)
    with engine.begin() as connection:
        waiting = connection.execute(
            text(
                "SELECT id, referral_id, case_id, specialty_id, unit_id FROM booking_requests WHERE state = 'waiting' ORDER BY id LIMIT 1"
            )
        ).one()
        slots = (
            connection.execute(
                text(
                    "SELECT id FROM agenda_slots WHERE specialty_id = :s AND request_id IS NULL AND at > :now ORDER BY at, id"
                ),
                {"s": waiting.specialty_id, "now": datetime.now(UTC)},
            )
            .scalars()
            .all()
        )
        last, rest = slots[0], slots[21:]
        connection.execute(
            update(AgendaSlot)
            .where(AgendaSlot.id.in_(rest))
            .values(blocked_at=datetime.now(UTC), blocked_why="fora", blocked_by_id=1)
        )
        connection.execute(
            update(BookingRequest).where(BookingRequest.state == "waiting").values(specialty_id=waiting.specialty_id)
        )
        refs = (
            connection.execute(text("SELECT ref FROM booking_requests WHERE state = 'waiting' ORDER BY id"))
            .scalars()
            .all()
        )
    engine.dispose()
    server = serve(folder, url)
    try:
        desks = [one for one in network.make().everybody() if one.role == "administrator"]
        browsers = list(_signed_in(server.port, desks, people))
        asked = [(browser, refs[number % len(refs)]) for number, browser in enumerate(browsers)]
        forms = [(browser, ref, browser.get(f"/bookings/{ref}/book").field("version")) for browser, ref in asked]

        def want(form: tuple[Browser, str, str]) -> tuple[int, bool]:
            browser, ref, version = form
            answer = browser.post(
                f"/bookings/{ref}/book", {"version": version, "slot": str(last), "channel": "phone", "over_why": "x"}
            )
            return answer.status, b'name="slot"' in answer.body

        with ThreadPoolExecutor(people) as pool:
            answers = list(pool.map(want, forms))
    finally:
        server.stop()
    counts: dict[str, int] = {}
    for status, offered in answers:
        name = (
            "has it"
            if status == 302
            else "is offered the next"
            if offered and status in (409, 422)
            else f"error {status}"
        )
        counts[name] = counts.get(name, 0) + 1
    return counts


def _signed_in(port: int, desks: list[network.Person], count: int) -> Iterator[Browser]:
    firsts = []
    for desk in desks:
        browser = Browser(port)
        sign_in(browser, desk.email, network.PASSWORD)
        browser.get("/account")
        firsts.append(browser)
    for number in range(count):
        first = firsts[number % len(firsts)]
        yield Browser(port, dict(first.cookies), token=first.token)


def figures(small: int = 2000, large: int = 200_000, rounds: int = 200) -> Iterator[str]:
    """Yield both tables, line by line."""
    folder = Path(tempfile.mkdtemp(prefix="teleconsult-bench-"))
    server = postgres.start()
    try:
        found = {size: costs(_grown(folder, size), folder, rounds) for size in (small, large)}
        yield f"| page (SQLite, CPU ms) | {small:,} visits | {large:,} visits | ratio | target |"
        yield "|---|---|---|---|---|"
        for name, before in found[small].items():
            after = found[large][name]
            yield f"| {name} | {before:.2f} | {after:.2f} | {after / before:.2f} | 1.3 |"
        url = on_postgres(server, folder, 1000)
        engine = create_engine(url)
        fill(engine, small)
        engine.dispose()
        yield f"\nFifty people and the last slot, two workers, PostgreSQL: {json.dumps(last_slot(url, folder, 50))}"
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _grown(folder: Path, size: int) -> str:
    """Return the address of a database with so many visits of the past."""
    used = folder / f"{size}.db"
    shutil.copyfile(on_sqlite(ROOT / "var" / "bench", 1000).removeprefix("sqlite:///"), used)
    engine = create_engine(f"sqlite:///{used}")
    fill(engine, size)
    with engine.begin() as connection:
        connection.execute(text("ANALYZE"))
    engine.dispose()
    return f"sqlite:///{used}"
