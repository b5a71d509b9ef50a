"""What the record asks of cases: which are a patient's, and why somebody who is no party opened one."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from teleconsult.cases.models import Case, CaseOpening
from teleconsult.events import panel
from teleconsult.extensions import db
from teleconsult.patients.models import Patient
from teleconsult.patients.queries import joined_to, standing
from teleconsult.people.models import User

MOMENT = timedelta(seconds=30)
"""How far the row of an opening may be from its event: both are written in one transaction."""

AT_MOST = 200


@panel("record.about")
def cases_of_patient(ref: str) -> list[str]:
    """Return the references of a patient's cases, the newest: who read those read of the patient."""
    patient = db.session.scalar(select(Patient).where(Patient.ref == ref))
    if patient is None:
        return []
    own = select(Case.ref).where(Case.patient_id.in_(joined_to(standing(patient))))
    return list(db.session.scalars(own.order_by(Case.id.desc()).limit(AT_MOST)))


@panel("record.reasons")
def why_opened(rows: Iterable[Any]) -> dict[int, str]:
    """Return the reasons that were given for opening cases, by the number of the event."""
    asked = [row for row in rows if row.word == "case.open"]
    if not asked:
        return {}
    openings = db.session.execute(
        select(Case.ref, User.ref.label("by_ref"), CaseOpening.why, CaseOpening.opened_at)
        .join(Case, Case.id == CaseOpening.case_id)
        .join(User, User.id == CaseOpening.user_id)
        .where(Case.ref.in_({row.subject for row in asked}), CaseOpening.why != "")
    ).all()
    return {
        row.id: one.why
        for row in asked
        for one in openings
        if (one.ref, one.by_ref) == (row.subject, row.by_ref) and abs(one.opened_at - row.at) < MOMENT
    }
