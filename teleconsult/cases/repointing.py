"""One case that is in the record of another person: moved to the right one, with a reason. Inside the caller's `transaction()`.

What the case was sent with stays: only whose it is was wrong.
"""

from typing import cast

from sqlalchemy import select

from teleconsult import audit, events
from teleconsult.cases.actions._make import put_on_timeline
from teleconsult.cases.models import Case, CaseEvent, PatientSnapshot
from teleconsult.cases.of_patient import record_repoint
from teleconsult.cases.sides import asking
from teleconsult.errors import N_, NotFound, Refused
from teleconsult.extensions import db
from teleconsult.notices import actions as notices
from teleconsult.patients.actions import NEW, Undecided, admit, held
from teleconsult.patients.models import Patient
from teleconsult.people.models import User

events.declare("case.repoint")


def case_in_a_record(ref: str) -> Case:
    """Return a case that was sent, for whoever looks after the records.

    Raises:
        NotFound: there is none, or it was never sent.
    """
    case = db.session.scalar(select(Case).where(Case.ref == ref.upper(), Case.patient_id.is_not(None)))
    if case is None or case.snapshot is None:
        raise NotFound
    return case


def repoint(case: Case, to: Patient | None, *, why: str, by: User) -> CaseEvent:
    """Move a case to the record of the person it is about; without one, to a new record of what it was sent with.

    Raises:
        Refused: there is no reason, it is in that record already, or its CNS or CPF is of one.
    """
    if not why:
        raise Refused(N_("Falta informar: %(what)s."), field="why", what=N_("o motivo"))
    source = cast(Patient, case.patient)
    target = held(to) if to is not None else _made(case, by)
    if target.id == source.id:
        raise Refused(N_("O caso já está neste cadastro."), field="choice")
    case.patient = target
    event = put_on_timeline("repoint", case, by=by, said=why, data={"source": source.ref, "target": target.ref})
    db.session.flush()
    record_repoint(case.ref, source, target, by, number=event.number, why=audit.digest(why))
    events.emit("case.repoint", kept=target, merged=source, case=case, by=by)
    notices.tell(asking(case), "case.repoint", subject=case.ref, by=by)
    return event


def _made(case: Case, by: User) -> Patient:
    """Write a new record of what a case was sent with."""
    numbered = Refused(
        N_("O CNS ou o CPF com que o caso foi enviado já é de um cadastro. Escolha-o, ou corrija antes o número nele."),
        field="choice",
    )
    before = db.session.scalar(select(Patient.id).order_by(Patient.id.desc()).limit(1)) or 0
    try:
        made = admit(cast(PatientSnapshot, case.snapshot), by=by, unit_id=case.unit_id, decided=NEW)
    except Undecided:
        raise numbered from None
    if made.id <= before:
        raise numbered
    return made
