"""What the record asks of patients: the records that are one person's, so that who read one is found under each."""

from sqlalchemy import select

from teleconsult.events import panel
from teleconsult.extensions import db
from teleconsult.patients.models import Patient
from teleconsult.patients.queries import joined_to, standing


@panel("record.about", order=10)
def joined_records(ref: str) -> list[str]:
    """Return the references of the records joined with a patient's, whichever of them is asked for."""
    patient = db.session.scalar(select(Patient).where(Patient.ref == ref))
    if patient is None:
        return []
    joined = select(Patient.ref).where(Patient.id.in_(joined_to(standing(patient))), Patient.ref != ref)
    return list(db.session.scalars(joined.order_by(Patient.id)))
