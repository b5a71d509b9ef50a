"""Visits for the bench: sessions and bookings of years, and those to come, in the database itself."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, text, update
from sqlalchemy.engine import Connection, Engine

from teleconsult.bookings.models import Booking, BookingRequest
from teleconsult.bookings.models_agenda import AgendaSession, AgendaSlot
from teleconsult.bookings.models_quota import Allowance
from teleconsult.cases.models import Case
from teleconsult.cases.models_opinion import Referral
from teleconsult.people.models import User

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
