"""The rows that one case leaves in each table."""

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from bench.moments import DAY, stamp
from bench.network import Person, ref
from bench.record import Row
from teleconsult.notices.words import TO_YOU
from teleconsult.outbox import KEPT_DAYS
from teleconsult.web.words import initials

if TYPE_CHECKING:
    from bench.lives import Life

Put = Callable[[str, Row], None]

_FILES = (
    ("lesao-perto.jpg", "image/jpeg", "photo"),
    ("lesao-longe.jpg", "image/jpeg", "photo"),
    ("hemograma.pdf", "application/pdf", "lab"),
)


def _done(kind: str, key: str, address: str, at: str) -> Row:
    return (kind, key, address, json.dumps({"subject": key}), at, at, 1, "", at)


def notices(life: "Life", verb: str, by: Person, moment: float) -> Iterator[tuple[str, Row]]:
    """Yield whom the step tells: the other side; older than a day is seen, sent mails are forgotten in time."""
    told = {life.requester.id: life.requester} | ({life.holder.id: life.holder} if life.holder else {})
    told.pop(by.id, None)
    at, seen = stamp(moment), stamp(moment + 3600) if moment < life.maker.now - DAY else None
    for person in told.values() if verb != "submit" else ():
        word = TO_YOU.get(f"case.{verb}", f"case.{verb}") if person is life.holder else f"case.{verb}"
        yield "notices", (person.id, word, life.ref, by.id, at, seen)
        if moment > life.maker.now - KEPT_DAYS * DAY:
            yield "outbox_messages", _done("mail", f"{word}:{life.ref}:{person.ref}:{at}", person.email, at)


def files(life: "Life") -> Iterator[tuple[float, list[tuple[str, Row]]]]:
    """Yield the three files that were added to the draft, each with its moment; no object lies behind them."""
    for n, (name, media, kind) in enumerate(_FILES):
        moment = life.began + 60 * (n + 1)
        at, file = stamp(moment), ref("AR", life.id * 4 + n, 8)
        key = life.maker.streams.digest(file) + f"{life.id * 4 + n:08x}"
        size = 2_000_000 + life.id % 1000
        previewed = stamp(moment + 5) if media == "image/jpeg" else None
        row = (file, life.id, key, name, media, size, key + key[:24], kind, "", "not_scanned", previewed, at)
        rows: list[tuple[str, Row]] = [("attachments", (*row, life.requester.id, ""))]
        rows.append(life.record(moment, "attachment.add", life.requester, {"file": file, "sha256": key, "size": size}))
        if previewed and moment > life.maker.now - KEPT_DAYS * DAY:
            rows.append(("outbox_messages", _done("preview", f"preview:{file}", "", at)))
        yield moment, rows


def put_request(life: "Life", put: Put) -> None:
    """Put what was asked."""
    for number, (question_id, question) in enumerate(zip(life.question_ids, life.asks, strict=True), 1):
        put("case_questions", (question_id, life.id, number, 1, "diagnosis", question.words))
    put("case_problems", (life.id, 1, "cid10", *life.problem))
    at = stamp(life.moments[0])
    put("case_consents", (life.id, "patient", "", "spoken", life.requester.id, at, "2026-11", ""))


def put_case(life: "Life", put: Put) -> None:
    """Put the case as its last step left it."""
    patient = life.patient
    sent = stamp(life.moments[0])
    age = int((life.moments[0] / 86400 - patient.born.toordinal() + 719_163) / 365.25)
    moments = {name: stamp(value) if value else None for name, value in life.columns.items()}
    put(
        "cases",
        (
            life.id, life.steps + 1, life.ref, life.state, life.specialty_id, life.priority,
            "" if life.priority == "routine" else "Piora rápida.", life.requester.unit_id, life.requester.id,
            life.requester.id, life.holder.id if life.holder else None,
            life.consultant.id if "escalate" in dict(life.plan) else None, patient.id, initials(patient.name),
            patient.born.isoformat(), age, *(life.texts[name].words for name in ("complaint", "subjective", "objective")),
            json.dumps({"blood_pressure": "128/82", "heart_rate": "76"}),
            *(life.texts[name].words for name in ("assessment", "plan")), "", "yes", 1, stamp(life.began),
            moments["changed_at"], moments["submitted_at"], stamp(life.since) if life.since else None, life.used,
            moments["due_at"], moments["ends_at"], moments.get("first_opinion_at"), moments.get("last_opinion_at"),
            moments["concluded_at"], life.steps,
        ),
    )  # fmt: skip
    details = (
        patient.sex,
        patient.cns,
        patient.record,
        patient.mother,
        "Rua das Ubaias, 100",
        patient.place,
        "Recife",
    )
    put("case_patients", (life.id, patient.name, "", patient.born.isoformat(), age, *details, "81999990000", sent))
    for person in (life.requester, life.holder):
        if person is not None:
            put("case_seen", (person.id, life.id, max(0, life.steps - life.id % 3)))
    put("audit_heads", life.maker.streams.close(life.stream))
