"""Putting a record right: a name, a date, a number. Inside the caller's `transaction()`; what cases were sent with stays.

A number of a record that was joined to this one is the same person's: it is passed on, and parting gives it back.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from teleconsult import audit, checks, clock
from teleconsult.errors import N_, Refused
from teleconsult.extensions import db
from teleconsult.patients.actions import CONTACT, IDENTITY, NUMBERS, index_names
from teleconsult.patients.matching import SEXES, name_key
from teleconsult.patients.models import Patient
from teleconsult.patients.queries import standing
from teleconsult.people.models import User
from teleconsult.typed import check_birth_date, check_name, one_line
from teleconsult.web.words import local

FIELDS = (*IDENTITY, *NUMBERS, *CONTACT)
LINES = ("name", "social_name", "mother_name", "record_number", "address", "neighbourhood", "municipality")


def correct(patient: Patient, values: Mapping[str, Any], *, by: User) -> list[str]:
    """Write what is known better of a patient; return the names of the fields that changed.

    Raises:
        Refused: the record was joined to another, or what was written is not what the form of a request takes.
    """
    if patient.merged_into_id is not None:
        raise Refused(N_("Este cadastro foi juntado a outro. Corrija aquele que ficou."))
    new = {name: values[name] for name in FIELDS}
    _check(new)
    passed = [(name, holder) for name in NUMBERS if (holder := _joined_holder(patient, name, new[name]))]
    for name, holder in passed:
        _take_from(holder, name, by)
    changed = [name for name in FIELDS if new[name] != getattr(patient, name)]
    for name in changed:
        setattr(patient, name, new[name])
    if changed:
        patient.name_key, patient.mother_key = name_key(patient.name), name_key(patient.mother_name)
        db.session.flush()
        index_names(patient)
        audit.record(f"patient:{patient.ref}", "patient.change", by_id=by.id, subject=patient.ref, fields=changed)
    return changed


def _check(new: dict[str, Any]) -> None:
    """Hold what was written to the checks of the form of a request, and write it as that does."""
    for name in LINES:
        new[name] = one_line(new[name])
    if not new["name"]:
        raise Refused(N_("Escreva o nome do paciente."), field="name")
    for name in ("name", "social_name"):
        check_name(new[name], name)
    if new["birth_date"] is not None:
        check_birth_date(new["birth_date"], local(clock.now()).date())
    if new["sex"] and new["sex"] not in SEXES:
        raise Refused(N_("Escolha uma das opções da lista."), field="sex")
    new["cns"] = checks.check_cns(new["cns"]) if new["cns"] else None
    new["cpf"] = checks.check_cpf(new["cpf"]) if new["cpf"] else None
    new["phone"] = checks.check_phone(new["phone"]) if new["phone"] else ""


def _joined_holder(patient: Patient, name: str, number: str | None) -> Patient | None:
    """Return the record with this number that was joined to this one, if there is such.

    Raises:
        Refused: it is somebody else's.
    """
    if number is None:
        return None
    with db.session.no_autoflush:
        other = db.session.scalar(select(Patient).where(getattr(Patient, name) == number, Patient.id != patient.id))
    if other is not None and standing(other).id != patient.id:
        raise Refused(
            N_("Este número é do cadastro %(ref)s. Se for a mesma pessoa, compare e junte os dois."),
            field=name,
            ref=standing(other).ref,
        )
    return other


def _take_from(holder: Patient, name: str, by: User) -> None:
    """Let a record go of a number, which is unique: it leaves before it arrives."""
    setattr(holder, name, None)
    db.session.flush()
    audit.record(f"patient:{holder.ref}", "patient.change", by_id=by.id, subject=holder.ref, fields=[name])
