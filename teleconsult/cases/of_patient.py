"""The cases of a patient: what moves when two records are joined or parted, and the list on the patient's page."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, exists, select, update

from teleconsult import audit, events
from teleconsult.cases.models import Case, CaseEvent
from teleconsult.cases.words import STATE_WORDS
from teleconsult.extensions import changed, db
from teleconsult.network.models import HealthUnit, Specialty
from teleconsult.patients.models import Patient, PatientMerge
from teleconsult.people.models import User
from teleconsult.web import page_by_key


@events.on("patient.merge")
def move_cases(*, kept: Patient, merged: Patient, moved: list[str], by: User) -> None:
    """Point the cases of the record that goes away to the kept one, and say which."""
    moved += _repoint(source=merged, target=kept, by=by)


@events.on("patient.unmerge")
def give_cases_back(*, kept: Patient, merged: Patient, moved: Sequence[str], later: Sequence[str], by: User) -> None:
    """Point the cases that a merge moved back, and those sent since that a person says belong there."""
    _repoint(source=kept, target=merged, by=by, only=[*moved, *later])


def _repoint(*, source: Patient, target: Patient, by: User, only: Sequence[str] | None = None) -> list[str]:
    """Point cases from one record to another and return their references.

    The case itself does not change: its version stays, so that nobody's open form is refused for it.
    """
    query = select(Case.id, Case.ref).where(Case.patient_id == source.id).order_by(Case.id)
    found = db.session.execute(query if only is None else query.where(Case.ref.in_(only))).all()
    changed(update(Case).where(Case.id.in_([row.id for row in found])).values(patient_id=target.id))
    for row in found:
        record_repoint(row.ref, source, target, by)
    return [row.ref for row in found]


def record_repoint(ref: str, source: Patient, target: Patient, by: User, **more: Any) -> None:
    """Record that a case is another record's than it was."""
    audit.record(f"case:{ref}", "case.repoint", by_id=by.id, subject=ref, source=source.ref, target=target.ref, **more)


@events.panel("patient")
def cases_of_patient(patient: Patient, user: User) -> dict[str, Any]:
    """Return the list of a patient's cases for the patient's page: where each stands, nothing clinical."""
    del user
    query = _listed().where(Case.patient_id == patient.id)
    return {
        "template": "cases/of_patient.html",
        "page": page_by_key(query, [(Case.created_at, True), (Case.id, True)]),
        "state_words": STATE_WORDS,
    }


@events.panel("patient_later")
def cases_since(merge: PatientMerge) -> Sequence[Row[Any]]:
    """Return the cases that came to the kept record since two were joined: a person says whose each is.

    They were sent, sent again or put there since; what the merge itself brought goes back without a question.
    """
    came = exists().where(
        CaseEvent.case_id == Case.id, CaseEvent.verb.in_(("submit", "repoint")), CaseEvent.at > merge.merged_at
    )
    query = _listed().where(Case.patient_id == merge.kept_id, came, Case.ref.not_in(merge.before["moved"]))
    return db.session.execute(query.order_by(Case.id)).all()


def _listed() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Case.id,
            Case.ref,
            Case.state,
            Case.created_at,
            Case.submitted_at,
            Specialty.name_pt,
            Specialty.name_en,
            HealthUnit.name.label("unit"),
        )
        .outerjoin(Specialty, Specialty.id == Case.specialty_id)
        .join(HealthUnit, HealthUnit.id == Case.unit_id)
    )
