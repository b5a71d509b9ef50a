"""Taking a patient in: the record of the same person, or a new one. Inside the caller's `transaction()`."""

from collections.abc import Collection
from functools import cache
from typing import Any, Protocol, cast

from sqlalchemy import Table, bindparam, delete, insert, select, update

from teleconsult import audit, clock
from teleconsult.errors import N_, Overtaken, Refused
from teleconsult.extensions import changed, db, dialect_name, read, write, write_all
from teleconsult.loading import known
from teleconsult.patients.matching import Known, name_key, words
from teleconsult.patients.models import Patient, PatientName
from teleconsult.patients.queries import Found, joined_since, look_up, standing
from teleconsult.people.models import User
from teleconsult.statements import kept_upsert
from teleconsult.web.refs import new_ref

NEW = "new"
"""What a person decides who says that none of the suggested records is this patient."""

CONTACT = ("record_number", "address", "neighbourhood", "municipality", "phone")
IDENTITY = ("name", "social_name", "birth_date", "sex", "mother_name")
NUMBERS = ("cns", "cpf")
TRIES = 3


class Facts(Known, Protocol):
    """What a form says of a patient."""

    @property
    def record_number(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def neighbourhood(self) -> str: ...
    @property
    def municipality(self) -> str: ...


class Undecided(Refused):
    """A person must say first whether the patient has a record already."""

    def __init__(self, found: Found) -> None:
        super().__init__(N_("Confirme se o paciente já tem cadastro."), field="patient_match")
        self.found = found


def admit(
    facts: Facts,
    *,
    by: User,
    unit_id: int | None = None,
    decided: str = "",
    seen: Collection[str] | None = None,
    known: Patient | None = None,
    joined: bool = False,
) -> Patient:
    """Return the record of a patient, brought up to date with what the form says; a new one if there is none.

    CNS and CPF lead to the record by themselves. Where they contradict it, or where there is only likeness,
    a person decides.

    Args:
        facts: what the form says.
        by: who sends it.
        unit_id: the unit that looks after the patient now; that of `by` if none is named.
        decided: the reference of the record that a person chose among those suggested, NEW, or '' when
            nobody was asked.
        seen: the references that were shown to whoever decided NEW; another one is asked about. None: all.
        known: the patient of whom a person said before that the form is about; likeness asks no more.
        joined: that was said of another record, which was joined to this one: what it knows is not written over.

    Raises:
        Undecided: nobody decided yet, or about other records.
    """
    for _ in range(TRIES):
        found = look_up(facts)
        patient = _chosen(found, decided, seen, known)
        if patient is None:
            patient = _create(facts, by, unit_id or by.unit_id)
        elif _hold(patient):
            # Of a record to which another was joined meanwhile nobody who writes has seen a thing.
            confirmed = found.match is None and not joined and not _was_joined(decided)
            _bring_up_to_date(patient, facts, by, unit_id or by.unit_id, confirmed=confirmed)
        else:
            continue
        if patient is not None:
            return patient
    raise RuntimeError("a patient's record kept moving away")


def _chosen(found: Found, decided: str, seen: Collection[str] | None, known: Patient | None) -> Patient | None:
    """Return the record that the form means; None: a new one is to be made."""
    shown = [suggestion.ref for suggestion in found.suggestions]
    if found.match is not None:
        return found.match
    if decided in shown:
        return standing(db.session.scalars(select(Patient).where(Patient.ref == decided)).one())
    if not found.numbered and (joined := _was_joined(decided)):
        return joined  # it looks like another person now, and would be taken for nobody
    if known is not None and not found.numbered:
        return standing(known)
    if not shown or (decided == NEW and not found.numbered and (seen is None or set(shown) <= set(seen))):
        return None
    raise Undecided(found)


def _was_joined(decided: str) -> Patient | None:
    return joined_since(decided) if decided not in ("", NEW) else None


def _create(facts: Facts, by: User, unit_id: int | None) -> Patient | None:
    """Write a new record; None when somebody took its CNS or CPF a moment ago."""
    ref = new_ref("PA")
    values = {name: getattr(facts, name) for name in (*IDENTITY, *NUMBERS, *CONTACT)}
    row = values | {
        "version": 1,
        "ref": ref,
        "name_key": name_key(facts.name),
        "mother_key": name_key(facts.mother_name),
        "unit_id": unit_id,
        "created_at": clock.now(),
        "created_by_id": by.id,
    }
    if write(_new(dialect_name()), row) == 0:
        return None
    number = read(_NUMBER, {"ref": ref})[0].id
    patient = known(Patient, row | {"id": number, "merged_into_id": None})
    names = _words_of(patient.name, patient.social_name)
    write_all(_NAME, [{"word": word, "patient_id": patient.id} for word in names])
    audit.record(f"patient:{ref}", "patient.create", by_id=by.id, subject=ref)
    return patient


@cache
def _new(dialect: str) -> Any:
    new = kept_upsert(cast(Table, Patient.__table__), dialect)
    return new.on_conflict_do_nothing().execution_options(preserve_rowcount=True)


_NUMBER = select(Patient.id).where(Patient.ref == bindparam("ref"))
_NAME = insert(cast(Table, PatientName.__table__)).inline()


def held(patient: Patient) -> Patient:
    """Return the record that stands for a patient's, which no merge takes away until this transaction ends."""
    for _ in range(TRIES):
        there = standing(patient)
        if _hold(there):
            return there
    raise Overtaken


def _hold(patient: Patient) -> bool:
    """Keep a merge from taking the record away until this transaction ends; False when one just did."""
    statement = update(Patient).where(Patient.id == patient.id, Patient.merged_into_id.is_(None))
    held = changed(statement.values(unit_id=Patient.unit_id)) == 1
    db.session.refresh(patient)
    return held


def _bring_up_to_date(patient: Patient, facts: Facts, by: User, unit_id: int | None, *, confirmed: bool) -> None:
    """Write what the form knows newer: contact always, identity where nothing is known or a person confirmed it."""
    new: dict[str, Any] = {name: getattr(facts, name) for name in CONTACT} | {"unit_id": unit_id}
    for name in IDENTITY:
        value, known = getattr(facts, name), getattr(patient, name)
        if confirmed or known in (None, "", "not_informed"):
            new[name] = known if value == "not_informed" else value
    for name in NUMBERS:
        if getattr(patient, name) is None and not _taken(name, getattr(facts, name)):
            new[name] = getattr(facts, name)
    written = {name: value for name, value in new.items() if value and value != getattr(patient, name)}
    if not written:
        return
    for name, value in written.items():
        setattr(patient, name, value)
    patient.name_key, patient.mother_key = name_key(patient.name), name_key(patient.mother_name)
    db.session.flush()
    index_names(patient)
    stream = f"patient:{patient.ref}"
    audit.record(stream, "patient.change", by_id=by.id, subject=patient.ref, fields=sorted(written))


def _taken(name: str, value: str | None) -> bool:
    column = getattr(Patient, name)
    return value is not None and db.session.scalar(select(Patient.id).where(column == value)) is not None


def _words_of(*names: str) -> set[str]:
    return {word[:40] for name in names for word in words(name)}


def index_names(patient: Patient) -> None:
    """Bring the words up to date under which a record is found: its own names, and those of all that went into it."""
    # Along the chain: what was joined to a record that was joined to this one is found here too.
    joined = select(Patient.id).where(Patient.id == patient.id).cte("joined", recursive=True)
    joined = joined.union(select(Patient.id).where(Patient.merged_into_id == joined.c.id))
    told = db.session.execute(
        select(Patient.name, Patient.social_name).where(Patient.id.in_(select(joined.c.id))).order_by(Patient.id)
    )
    wanted = _words_of(*(name for names in told for name in names))
    kept = set(db.session.scalars(select(PatientName.word).where(PatientName.patient_id == patient.id)))
    if kept - wanted:
        db.session.execute(
            delete(PatientName).where(PatientName.patient_id == patient.id, PatientName.word.in_(kept - wanted))
        )
    for word in sorted(wanted - kept):
        db.session.add(PatientName(word=word, patient_id=patient.id))
    db.session.flush()
