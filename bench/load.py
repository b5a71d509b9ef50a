"""Fill a migrated database with a network and its cases: `python -m bench.load SIZE DATABASE_URL`.

By bulk SQL past the product's actions, but with the rows that these would have left: in the order in which things
happened, every audit stream linked. Seeded: the same size gives the same rows, but for the moment they end at.
"""

import heapq
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

from flask import Flask

from bench import lives, network, patients
from bench.moments import DAY, HOUR, stamp
from bench.record import Row, Streams
from bench.texts import COMMON, RARE, Pool
from bench.writers import Writer
from teleconsult.people.passwords import hash_password

HISTORY = 3 * 365 * DAY
WAITED = {
    "submitted": (0.5 * HOUR, 100 * HOUR),
    "assigned": (2 * HOUR, 110 * HOUR),
    "answered": (1 * DAY, 12 * DAY),
    "awaiting_information": (1 * DAY, 20 * DAY),
    "in_person": (2 * DAY, 40 * DAY),
    "returned": (1 * DAY, 20 * DAY),
}
"""How long ago an open case was begun: some are late."""

RARE_CASES = 20
COMMON_EVERY = 10


def fill(app: Flask, writer: Writer, size: int) -> None:
    """Write everything; the caller makes the indexes again, and the statistics."""
    now = float(int(datetime.now(UTC).timestamp()))
    people = network.make()
    with app.app_context():
        password_hash = hash_password(network.PASSWORD)
    at = stamp(now - HISTORY - 30 * DAY)
    for table, row in network.rows(people, password_hash, app.config["TERMS_VERSION"], at):
        writer.put_named(table, row)
    rng = random.Random(size)
    streams = Streams(str(app.config["AUDIT_KEY"]))
    maker = lives.Maker(rng, Pool(rng), people, streams, now)
    _replay(maker, _spans(rng, size, now), writer, size)


def _spans(rng: random.Random, size: int, now: float) -> list[tuple[float, float, str]]:
    """Return (begin, end, plan) of every case, oldest first."""
    opened = []
    for plan, number in lives.OPEN.items():
        for _ in range(number):
            began = now - rng.uniform(*WAITED[plan])
            opened.append((began, began + (now - began) * rng.uniform(0.5, 0.98), plan))
    old = size - len(opened)
    plans = rng.choices(list(lives.CLOSED), list(lives.CLOSED.values()), k=old)
    closed = []
    for n, plan in enumerate(plans):
        began = now - 45 * DAY - HISTORY * (old - n) / max(old, 1)
        closed.append((began, began + rng.uniform(0.5, 20) * DAY, plan))
    return [*closed, *sorted(opened)]


def _replay(maker: lives.Maker, spans: list[tuple[float, float, str]], writer: Writer, size: int) -> None:
    """Let the cases live, their events in the order of time."""
    ahead: list[tuple[float, int, list[tuple[str, Row]]]] = []
    order, events = count(), count(1)
    patient = None
    for number, (began, ends, plan) in enumerate(spans, 1):
        _write_until(began, ahead, maker, writer, events)
        marks = [RARE] * (number % max(size // RARE_CASES, 1) == 7) + [COMMON] * (number % COMMON_EVERY == 3)
        wanted = patients.number_of(number)
        fresh = patient is None or patient.id != wanted
        if patient is None or fresh:
            patient = patients.make(wanted, maker.rng, maker.pool)
        life = lives.Life(maker, number, plan, patient, (began, ends), marks)
        if fresh:
            unit_id, by_id = life.requester.unit_id, life.requester.id
            for table, row in patients.rows(patient, unit_id, by_id, stamp(life.moments[0])):
                writer.put(table, row)
        for moment, rows in life.tell(writer.put):
            heapq.heappush(ahead, (moment, next(order), rows))
        writer.search(life.search())
    _write_until(float("inf"), ahead, maker, writer, events)
    for stream in list(maker.streams.heads):
        writer.put("audit_heads", maker.streams.close(stream))


def _write_until(
    moment: float,
    ahead: list[tuple[float, int, list[tuple[str, Any]]]],
    maker: lives.Maker,
    writer: Writer,
    events: Iterator[int],
) -> None:
    """Write what happened before a moment."""
    event_id = 0
    while ahead and ahead[0][0] < moment:
        for table, row in heapq.heappop(ahead)[2]:
            if table == "case_events":
                event_id = next(events)
                writer.put(table, (event_id, *row))
            elif table == "missing_items":
                writer.put(table, (event_id, *row))
            elif table == "read":
                reader, at, case_ref = row
                read = maker.streams.row(f"reader:{reader.ref}", at, "case.view", reader.id, case_ref, {})
                writer.put("audit_events", read)
            else:
                writer.put(table, row)
