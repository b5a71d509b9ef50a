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
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import create_engine, text, update

from bench import network, processes
from bench.browser import Browser, sign_in
from bench.databases import on_postgres, on_sqlite
from bench.sides import Side, serve
from bench.visits import fill
from config import ROOT
from teleconsult.bookings.models import BookingRequest
from teleconsult.bookings.models_agenda import AgendaSlot
from tests.servers import postgres


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
    """Let `people` want one slot at once; return how many have it, are offered the next ones, find their request booked, or fail.

    There are fewer requests than people: of those who want it for the same patient, the slower ones are told of the faster.
    """
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
    engine = create_engine(url)
    with engine.begin() as connection:
        held = connection.scalar(
            text("SELECT count(*) FROM bookings WHERE slot_id = :slot AND ended_at IS NULL"), {"slot": last}
        )
    engine.dispose()
    offered = sum(slots and status in (409, 422) for status, slots in answers)
    told = sum(status == 302 or (status == 409 and not slots) for status, slots in answers)
    counts = {"has it": int(held or 0), "is offered the next": offered, "finds it booked": told - int(held or 0)}
    return counts | {"error": people - sum(counts.values())}


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
