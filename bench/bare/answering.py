"""The answer of a consultant: the opinion, its event, who is told, and the search."""

import json
from datetime import datetime
from typing import Any

from flask import abort, g, redirect, request

from bench.bare.core import app, append, moment, now, put, sql, transaction
from bench.bare.searching import shelve
from bench.bare.words import ZONE


@app.post("/cases/<ref>/answer")
def answer(ref: str) -> Any:
    """Take an opinion."""
    form, time = request.form, now()
    at = put(time)
    with transaction():
        row = sql(
            "SELECT c.id, c.version, c.steps, c.specialty_id, c.requester_id, c.round, c.service_seconds, c.clock_since,"
            " r.email, r.ref FROM cases c JOIN users r ON r.id = c.requester_id WHERE c.ref = ? AND c.holder_id = ?"
            " AND c.state = 'assigned'",
            ref, g.user.id,
        ).fetchone()  # fmt: skip
        if row is None or str(row[1]) != form["version"]:
            abort(409)
        questions = sql("SELECT id, number FROM case_questions WHERE case_id = ? ORDER BY number", row[0]).fetchall()
        since = moment(row[7])
        used = row[6] + ((time - since).total_seconds() if since else 0)
        sql(
            "UPDATE cases SET state = 'answered', version = version + 1, steps = steps + 1, changed_at = ?, due_at = NULL,"
            " clock_since = NULL, service_seconds = ?, ends_at = ?, first_opinion_at = coalesce(first_opinion_at, ?),"
            " last_opinion_at = ? WHERE id = ? AND version = ?",
            at, used, at, at, at, row[0], row[1],
        )  # fmt: skip
        opinion = sql(
            "INSERT INTO opinions (case_id, round, edition, author_id, specialty_id, decision, reasoning, conduct, red_flags,"
            " when_to_refer, sources, given_at, correction_why, withdrawn_why)"
            " VALUES (?, ?, 1, ?, ?, 'answer', ?, ?, ?, '', '', ?, '', '') RETURNING id",
            row[0], row[5], g.user.id, row[3], form["reasoning"], form["conduct"], form["red_flags"], at,
        ).fetchone()[0]  # fmt: skip
        for question_id, number in questions:
            sql(
                "INSERT INTO opinion_answers (opinion_id, question_id, text) VALUES (?, ?, ?)",
                opinion, question_id, form[f"answer_{number}"],
            )  # fmt: skip
        happened(row[0], row[2] + 1, "answer", ("assigned", "answered"), at, row[5])
        append(f"case:{ref}", "case.answer", ref, {"number": row[2] + 1, "source": "assigned", "state": "answered"})
        earn(ref, row[5], row[3], time)
        tell("case.answer", ref, at, [(row[4], row[9], row[8])])
        sql("DELETE FROM opinion_drafts WHERE case_id = ?", row[0])
        shelve(row[0])
    return redirect(f"/cases/{ref}", 303)


def earn(ref: str, turn: int, specialty_id: int, time: datetime) -> None:
    """Write the minutes that an opinion earns."""
    at, day = put(time), time.astimezone(ZONE).date()
    sql(
        "INSERT INTO credit_accounts (person_id, turns) VALUES (?, 1)"
        " ON CONFLICT (person_id) DO UPDATE SET turns = credit_accounts.turns + 1",
        g.user.id,
    )
    rules = sql(
        "SELECT id, opinion FROM credit_rules WHERE begins_on <= ? ORDER BY begins_on DESC LIMIT 1", day
    ).fetchone()
    sql("UPDATE credit_months SET entries = entries + 1 WHERE month = ? AND closed_at IS NULL", day.replace(day=1))
    sql(
        "INSERT INTO credit_entries (person_id, kind, source, minutes, day, month, from_at, until_at, subject, rules_id,"
        " reason, data, why, odd, specialty_id, written_at)"
        " VALUES (?, 'opinion', ?, ?, ?, ?, ?, ?, ?, ?, 'each', '{}', '', '', ?, ?)",
        g.user.id, f"opinion:{ref}:{turn}", rules[1] if rules else 0, day, day.replace(day=1), at, at, ref,
        rules[0] if rules else None, specialty_id, at,
    )  # fmt: skip


def happened(case_id: int, number: int, verb: str, states: tuple[str, str], at: Any, turn: int = 1) -> None:
    """Write the step of a case."""
    sql(
        "INSERT INTO case_events (case_id, number, verb, at, by_id, source, state, round, said, data)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', '{}')",
        case_id, number, verb, at, g.user.id, *states, turn,
    )  # fmt: skip


def tell(kind: str, ref: str, at: Any, people: list[tuple[int, str, str]]) -> None:
    """Write a notice and a mail for each person: (id, reference, address)."""
    payload = json.dumps({"template": kind.replace(".", "_"), "language": "pt_BR", "params": {"ref": ref}})
    for user_id, person, address in people:
        sql(
            "INSERT INTO notices (user_id, kind, subject, by_id, at) VALUES (?, ?, ?, ?, ?)",
            user_id,
            kind,
            ref,
            g.user.id,
            at,
        )
        sql(
            "INSERT INTO outbox_messages (kind, key, address, payload, created_at, next_at, attempts, last_error)"
            " VALUES ('email', ?, ?, ?, ?, ?, 0, '')",
            f"{kind}:{ref}:{person}:{at}", address, payload, at, at,
        )  # fmt: skip
