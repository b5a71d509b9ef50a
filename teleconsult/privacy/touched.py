"""Whose records an account or a period touched: what has to be known when an account was in other hands."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select

from teleconsult.audit import AuditEvent
from teleconsult.cases.models import Case
from teleconsult.extensions import db
from teleconsult.patients.models import Patient
from teleconsult.patients.queries import standing
from teleconsult.people.models import User
from teleconsult.record.words import WORDS
from teleconsult.web.messages import gettext as _

LISTS = frozenset({"agenda.print", "sheet.print", "sheet.export", "sheet.take"})
"""Events of many patients whose record may name none: their own list is looked up by what they are about."""

PIECE = 500


@dataclass
class Touch:
    """What one person did with one case, or with a patient's record itself."""

    words: set[str] = field(default_factory=set)
    times: int = 0
    first: datetime | None = None
    last: datetime | None = None

    def add(self, word: str, at: datetime) -> None:
        """Count one event more; they come oldest first."""
        self.words.add(word)
        self.times += 1
        self.first, self.last = self.first or at, at


Touched = dict[tuple[str, int], Touch]
"""By the reference of what was touched, and who touched it."""


def touched(*, by: User | None, since: datetime | None, until: datetime | None) -> Touched:
    """Return what the record says was read, printed, changed or given out, of patients and of cases.

    Args:
        by: whose doings; None: everybody's.
        since: from then on.
        until: before then.
    """
    found: Touched = {}
    conditions: list[ColumnElement[bool]] = [
        AuditEvent.user_id.is_not(None) if by is None else AuditEvent.user_id == by.id
    ]
    conditions += [AuditEvent.at >= since] if since else []
    conditions += [AuditEvent.at < until] if until else []
    query = select(
        AuditEvent.at, AuditEvent.word, AuditEvent.user_id, AuditEvent.subject, AuditEvent.stream, AuditEvent.data
    )
    query = query.where(*conditions).order_by(AuditEvent.at, AuditEvent.id).execution_options(yield_per=PIECE)
    for row in db.session.execute(query):
        for ref in refs_of(row):
            found.setdefault((ref, row.user_id), Touch()).add(row.word, row.at)
    return found


def refs_of(row: Any) -> set[str]:
    """Return whom one event is about: its subject, the trail it stands in, what was shown beside it, the rows of a list."""
    kind, _colon, ref = row.stream.partition(":")
    named = {
        row.subject,
        ref if kind in ("case", "patient") else "",
        row.data.get("other", ""),
        row.data.get("case", ""),
        *row.data.get("cases", ()),
        *row.data.get("patients", ()),
    }
    of_patients = {one for one in named if one.startswith(("TC-", "PA-"))}
    return of_patients or ({row.subject} if row.word in LISTS else set())


def lines(found: Touched) -> Iterator[list[object]]:
    """Yield a line for each: the patient's record and name, the case, who, what, how often, first and last; by patient."""
    refs = {ref for ref, _who in found}
    patients, people = _patients(refs), _people({who for _ref, who in found})
    made: list[list[object]] = []
    for (ref, who), touch in found.items():
        patient = patients.get(ref)
        known = (patient.ref, patient.social_name or patient.name) if patient else ("", "")
        about = "" if ref.startswith("PA-") else ref
        words = "; ".join(sorted(_(WORDS.get(word, word)) for word in touch.words))
        made.append([*known, about, people[who], words, touch.times, touch.first, touch.last])
    yield from sorted(made, key=lambda line: (line[0] == "", *(str(part) for part in line[:4])))


def _patients(refs: Iterable[str]) -> Mapping[str, Patient]:
    wanted = sorted(refs)
    found: dict[str, Patient] = {}
    for start in range(0, len(wanted), PIECE):
        piece = wanted[start : start + PIECE]
        rows = db.session.execute(
            select(Case.ref, Patient).join(Patient, Patient.id == Case.patient_id).where(Case.ref.in_(piece))
        )
        found |= {ref: standing(patient) for ref, patient in rows}
        found |= {one.ref: standing(one) for one in db.session.scalars(select(Patient).where(Patient.ref.in_(piece)))}
    return found


def _people(ids: Iterable[int]) -> Mapping[int, str]:
    return {row.id: row.full_name for row in db.session.scalars(select(User).where(User.id.in_(list(ids))))}
