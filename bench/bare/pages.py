"""The pages that are read all day: the queue, the inbox, one case."""

import json
from collections import Counter
from datetime import timedelta
from typing import Any

from flask import abort, g, render_template

from bench.bare import words as say
from bench.bare.core import app, append, frame, moment, now, put, sql, transaction

PAGE = 20
WAITING = 10
HELD = (
    "SELECT c.ref, p.name, c.birth_date, c.age_years, c.complaint, c.due_at, c.steps, s.name_pt, h.name, r.title, r.name,"
    " (SELECT count(*) FROM case_questions q WHERE q.case_id = c.id AND q.round = c.round), n.number FROM cases c"
    " JOIN case_patients p ON p.case_id = c.id JOIN specialties s ON s.id = c.specialty_id"
    " JOIN health_units h ON h.id = c.unit_id JOIN users r ON r.id = c.requester_id"
    " LEFT JOIN case_seen n ON n.case_id = c.id AND n.user_id = ?"
    " WHERE c.holder_id = ? AND c.state = 'assigned' AND c.state NOT IN ('concluded','cancelled','draft')"
    " ORDER BY c.due_at, c.id LIMIT 21"
)
OPEN = (
    "SELECT c.ref, c.initials, c.birth_date, c.age_years, c.complaint, c.due_at, c.steps, s.name_pt, h.name, c.version,"
    " n.number FROM cases c JOIN specialties s ON s.id = c.specialty_id JOIN health_units h ON h.id = c.unit_id"
    " LEFT JOIN case_seen n ON n.case_id = c.id AND n.user_id = ?"
    " WHERE c.state = 'submitted' AND c.specialty_id IN ({marks}) AND NOT EXISTS"
    " (SELECT 1 FROM declines d WHERE d.case_id = c.id AND d.consultant_id = ?) ORDER BY c.due_at, c.id LIMIT ?"
)
TIMELINE = {
    "submit": ("submitted", "inbox", "enviou o caso"),
    "assign": ("assigned", "assigned", "distribuiu o caso"),
    "claim": ("assigned", "assigned", "assumiu o caso"),
    "add": ("draft", "clip", "acrescentou"),
    "answer": ("answered", "answered", "respondeu"),
    "ask": ("awaiting", "ask", "pediu informação"),
    "supply": ("submitted", "inbox", "respondeu ao pedido"),
}
HOURS = {"routine": 72, "high": 48, "urgent": 24}
PRIORITIES = {"routine": "rotina", "high": "alta", "urgent": "urgente"}


def marks(values: Any) -> str:
    """Return the places for some values in a statement."""
    return ",".join("?" * len(values)) or "NULL"


@app.get("/desk")
def queue() -> str:
    """Show what waits to be given to a consultant."""
    time = now()
    tonight = time.astimezone(say.ZONE).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    rows = sql(
        "SELECT c.id, c.ref, c.version, c.specialty_id, c.initials, c.birth_date, c.age_years, c.priority, c.due_at,"
        " c.submitted_at, c.steps, s.name_pt, h.name, r.title, r.name, n.number,"
        " (SELECT count(*) FROM case_questions q WHERE q.case_id = c.id AND q.round = c.round) FROM cases c"
        " JOIN specialties s ON s.id = c.specialty_id JOIN health_units h ON h.id = c.unit_id"
        " JOIN users r ON r.id = c.requester_id LEFT JOIN case_seen n ON n.case_id = c.id AND n.user_id = ?"
        " WHERE c.state = 'submitted' ORDER BY c.due_at, c.id LIMIT 21",
        g.user.id,
    ).fetchall()
    rail = sql(
        "SELECT s.slug, s.name_pt, count(*), sum(CASE WHEN c.due_at < ? THEN 1 ELSE 0 END),"
        " sum(CASE WHEN c.due_at >= ? AND c.due_at < ? THEN 1 ELSE 0 END), s.id FROM cases c"
        " JOIN specialties s ON s.id = c.specialty_id WHERE c.state = 'submitted' GROUP BY s.id, s.slug, s.name_pt"
        " ORDER BY s.name_pt",
        put(time), put(time), put(tonight),
    ).fetchall()  # fmt: skip
    shifts = dict(
        sql(
            "SELECT s.specialty_id, min(s.starts_at) FROM shifts s JOIN users u ON u.id = s.user_id"
            " WHERE s.cancelled_at IS NULL AND s.ends_at > ? AND s.starts_at < ? AND s.checked_out_at IS NULL"
            " AND u.switched_off_at IS NULL AND NOT EXISTS (SELECT 1 FROM leaves l WHERE l.user_id = s.user_id"
            " AND l.cancelled_at IS NULL AND l.from_at < s.ends_at AND l.until_at > s.starts_at) GROUP BY s.specialty_id",
            put(time), put(tonight + timedelta(days=1)),
        ).fetchall()
    )  # fmt: skip
    load = sql(
        "SELECT us.specialty_id, u.id, u.title, u.name, u.ref, (SELECT count(*) FROM cases c WHERE c.holder_id = u.id"
        " AND c.state NOT IN ('concluded','cancelled','draft') AND c.state = 'assigned')"
        " FROM user_specialties us JOIN users u ON u.id = us.user_id WHERE u.switched_off_at IS NULL"
    ).fetchall()
    ids = [row[0] for row in rows]
    declined = set(sql(f"SELECT case_id, consultant_id FROM declines WHERE case_id IN ({marks(ids)})", *ids).fetchall())
    planned = dict(sql(f"SELECT case_id, user_id FROM plan_lines WHERE case_id IN ({marks(ids)})", *ids).fetchall())
    kinds = sql(
        "SELECT q.kind FROM case_questions q JOIN cases c ON c.id = q.case_id AND c.round = q.round WHERE c.id = ?"
        " ORDER BY q.number", ids[0],
    ).fetchall()  # fmt: skip
    units = sql("SELECT slug, name FROM health_units WHERE closed_at IS NULL ORDER BY name, id").fetchall()
    able: dict[int, list[Any]] = {}
    for row in sorted(load, key=lambda row: (row[5], row[3])):
        able.setdefault(row[0], []).append(row)
    shown: list[dict[str, Any]] = []
    other = None
    for row in rows[:PAGE]:
        free = [one for one in able.get(row[3], ()) if (row[0], one[1]) not in declined]
        free.sort(key=lambda one: one[1] != planned.get(row[0]))
        if not shown and len(free) > 1:
            other = (f"{free[1][2]} {free[1][3]}", free[1][5])
        shown.append(_queued(row, free, time))
    receives = Counter(row["who"] for row in shown if row["give"])
    frame()
    return render_template(
        "queue.html", rows=shown, first=shown[0], other=other, units=units,
        rail=[(*row[:4], say.number(row[4], "vence", "vencem") if row[4] else "",
               say.long_time(moment(shifts[row[5]]) or time) if row[5] in shifts else "sem turno até amanhã") for row in rail],
        sums=[f"{who} recebe {count}." for who, count in receives.most_common(3)], flags=say.FLAGS,
        total=sum(row[2] for row in rail), late=sum(row[3] for row in rail), now=say.long_time(time), after=rows[PAGE - 1][1],
        kinds=", ".join(say.KINDS[row[0]] for row in kinds), sent_at=say.long_time(moment(rows[0][9]) or time),
    )  # fmt: skip


def _queued(row: Any, free: list[Any], time: Any) -> dict[str, Any]:
    return {
        "ref": row[1],
        "version": row[2],
        "name": say.banded(row[4], say.years(row[5], row[6], time.date())),
        "priority": row[7],
        **say.due("submitted", moment(row[8]), time),
        "sent": say.ago(moment(row[9]) or time, time),
        "unseen": (row[15] or 0) < row[10],
        "specialty": row[11],
        "unit": row[12],
        "requester": f"{row[13]} {row[14]}".strip(),
        "asked": say.number(row[16], "pergunta", "perguntas"),
        "who": f"{free[0][2]} {free[0][3]}" if free else "",
        "give": f"{row[1]}:{row[2]}:{free[0][4]}" if free else "",
        "load": say.number(free[0][5], "caso em aberto", "casos em aberto") if free and free[0][5] else "nenhum caso em aberto",
    }  # fmt: skip


@app.get("/waiting")
def inbox() -> str:
    """Show what the consultant holds, and what waits in their specialties."""
    time = now()
    today = time.date()
    mine = [row[0] for row in sql("SELECT specialty_id FROM user_specialties WHERE user_id = ?", g.user.id)]
    held = [
        {
            "ref": row[0], "name": say.aged(row[1], say.years(row[2], row[3], today)), "complaint": row[4],
            **say.due("assigned", moment(row[5]), time), "unseen": (row[12] or 0) < row[6], "specialty": row[7],
            "unit": row[8], "requester": f"{row[9]} {row[10]}".strip(), "asked": say.number(row[11], "pergunta", "perguntas"),
        }
        for row in sql(HELD, g.user.id, g.user.id).fetchall()[:PAGE]
    ]  # fmt: skip
    found = sql(OPEN.format(marks=marks(mine)), g.user.id, *mine, g.user.id, WAITING + 1).fetchall()
    waiting = [
        {
            "ref": row[0], "name": say.aged(row[1], say.years(row[2], row[3], today)), "complaint": row[4],
            **say.due("submitted", moment(row[5]), time), "unseen": (row[10] or 0) < row[6], "specialty": row[7],
            "unit": row[8], "version": row[9],
        }
        for row in found[:WAITING]
    ]  # fmt: skip
    open_count = sql(
        f"SELECT count(*) FROM cases c WHERE c.state = 'submitted' AND c.specialty_id IN ({marks(mine)}) AND NOT EXISTS"
        " (SELECT 1 FROM declines d WHERE d.case_id = c.id AND d.consultant_id = ?)",
        *mine, g.user.id,
    ).fetchone()[0]  # fmt: skip
    counts = dict(
        sql(
            "SELECT state, count(*) FROM cases WHERE holder_id = ? AND state NOT IN ('concluded','cancelled','draft')"
            " GROUP BY state",
            g.user.id,
        ).fetchall()
    )
    frame()
    return render_template(
        "inbox.html", held=held, waiting=waiting, counts=counts, open_count=open_count, now=say.long_time(time),
        hello="Bom dia", first_name=g.user.name.split()[0],
    )  # fmt: skip


@app.get("/cases/<ref>")
def case(ref: str) -> str:
    """Show a case to its consultant, with the form of the answer; record that it was read."""
    time = now()
    row = sql(
        "SELECT c.id, c.version, c.steps, c.priority, c.due_at, c.clock_since, c.service_seconds, c.complaint, c.subjective,"
        " c.objective, c.vitals, c.assessment, c.plan, c.would_refer, c.submitted_at, s.name_pt, h.name, h.neighbourhood,"
        " p.name, p.birth_date, p.age_years, p.sex, p.record_number, p.mother_name, p.phone, p.address, p.neighbourhood,"
        " p.municipality, c.requester_id, c.holder_id, n.number, p.cns FROM cases c JOIN specialties s ON s.id = c.specialty_id"
        " JOIN health_units h ON h.id = c.unit_id JOIN case_patients p ON p.case_id = c.id"
        " LEFT JOIN case_seen n ON n.case_id = c.id AND n.user_id = ? WHERE c.ref = ?",
        g.user.id, ref,
    ).fetchone()  # fmt: skip
    if row is None:
        abort(404)
    questions = sql(
        "SELECT number, kind, text FROM case_questions WHERE case_id = ? ORDER BY number", row[0]
    ).fetchall()
    problems = sql("SELECT code, title FROM case_problems WHERE case_id = ? ORDER BY number", row[0]).fetchall()
    consents = sql(
        "SELECT taken_at, taken_by_id, text_version FROM case_consents WHERE case_id = ? AND revoked_at IS NULL", row[0]
    ).fetchall()
    files = sql(
        "SELECT ref, name, kind, content_type, size, previewed_at FROM attachments WHERE case_id = ?"
        " AND withdrawn_at IS NULL ORDER BY id", row[0],
    ).fetchall()  # fmt: skip
    events = sql(
        "SELECT number, verb, at, said, by_id FROM case_events WHERE case_id = ? ORDER BY number DESC", row[0]
    ).fetchall()
    draft = sql("SELECT fields FROM opinion_drafts WHERE case_id = ? AND author_id = ?", row[0], g.user.id).fetchone()
    ids = {row[28], row[29], *(one[4] for one in events)} - {None}
    people = {
        one[0]: (f"{one[1]} {one[2]}".strip(), f"{one[3]}-{one[4]} {one[5]}" if one[3] else "")
        for one in sql(
            f"SELECT id, title, name, council, council_uf, council_number FROM users WHERE id IN ({marks(ids)})", *ids
        )
    }
    frame()
    html = render_template(
        "case.html",
        ref=ref,
        case=_case(row, people, time),
        questions=[(number, say.KINDS[kind], text) for number, kind, text in questions],
        problems=problems,
        files=[say.file_row(file) for file in files],
        events=[_event(event, people, row[30] or 0, time) for event in events],
        consents=[
            ("O próprio paciente", "Em conversa, registrado no prontuário", say.long_time(moment(at) or time), people[by][0], text)
            for at, by, text in consents
        ],
        facts=_facts(row, time),
        people=_people(row, people, events),
        draft=json.loads(draft[0]) if draft and isinstance(draft[0], str) else draft[0] if draft else {},
    )  # fmt: skip
    with transaction():
        append(f"reader:{g.user.ref}", "case.view", ref, {})
        if row[30] != row[2]:
            sql(
                "INSERT INTO case_seen (user_id, case_id, number) VALUES (?, ?, ?)"
                " ON CONFLICT (user_id, case_id) DO UPDATE SET number = excluded.number",
                g.user.id, row[0], row[2],
            )  # fmt: skip
    return html


def _case(row: Any, people: dict[int, Any], time: Any) -> dict[str, Any]:
    due_at, since = moment(row[4]), moment(row[5])
    used = row[6] + ((time - since).total_seconds() if since else 0)
    vitals = json.loads(row[10]) if isinstance(row[10], str) else row[10]
    names = {"blood_pressure": "Pressão arterial {} mmHg", "heart_rate": "Frequência cardíaca {} bpm"}
    return {
        "version": row[1], "steps": row[2], "priority": PRIORITIES[row[3]], **say.due("assigned", due_at, time),
        "hours": HOURS[row[3]], "used": int(used // 3600), "ends": say.long_time(due_at) if due_at else "",
        "complaint": row[7], "subjective": row[8], "objective": row[9], "assessment": row[11], "plan": row[12],
        "vitals": [names[name].format(value) for name, value in vitals.items() if name in names],
        "would_refer": "Sim" if row[13] == "yes" else "Não", "sent_on": say.long_day((moment(row[14]) or time).date()),
        "specialty": row[15], "name": say.aged(row[18], say.years(row[19], row[20], time.date())),
        "sex": say.SEXES[row[21]], "record": row[22], "requester": people[row[28]][0], "state": "Com você",
    }  # fmt: skip


def _facts(row: Any, time: Any) -> list[tuple[str, str]]:
    age = say.years(row[19], row[20], time.date())
    pairs = (
        ("Nascimento", say.long_day(row[19])),
        ("Idade", say.number(age or 0, "ano", "anos")),
        ("Sexo", say.SEXES[row[21]]),
        ("CNS", " ".join((row[31][:3], row[31][3:7], row[31][7:11], row[31][11:])) if row[31] else ""),
        ("Nome da mãe", row[23]),
        ("Telefone", f"({row[24][:2]}) {row[24][2:7]}-{row[24][7:]}" if row[24] else ""),
        ("Endereço", ", ".join(part for part in row[25:28] if part)),
    )
    return [pair for pair in pairs if pair[1]]


def _people(row: Any, people: dict[int, Any], events: Any) -> list[tuple[str, str, str]]:
    sorted_by = next((one[4] for one in events if one[1] == "assign"), None)
    return [
        ("Quem pergunta", *people[row[28]]),
        ("Unidade", row[16], row[17]),
        ("Consultor", *people.get(row[29], ("", ""))),
        *([("Triagem", people[sorted_by][0], "")] if sorted_by else []),
    ]


def _event(event: Any, people: dict[int, Any], seen: int, time: Any) -> dict[str, Any]:
    number, verb, at, said, by = event
    at = moment(at) or time
    tone, icon, did = TIMELINE.get(verb, ("draft", "clip", verb))
    return {
        "tone": tone, "icon": icon, "did": did, "said": said, "iso": at.isoformat(), "at": say.long_time(at),
        "ago": say.ago(at, time), "who": "Você" if by == g.user.id else people[by][0],
        "unseen": number > seen and by != g.user.id,
    }  # fmt: skip
