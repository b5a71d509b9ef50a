"""Patients as the other floors and the screens ask for them."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, false, literal_column, or_, select

from teleconsult import checks
from teleconsult.errors import NotFound
from teleconsult.extensions import db, read
from teleconsult.network.models import HealthUnit
from teleconsult.patients.matching import SUGGEST, Known, Likeness, compare, conflicts, name_key, words
from teleconsult.patients.models import Patient, PatientMerge, PatientName
from teleconsult.people import queries as people
from teleconsult.people.models import User
from teleconsult.web.words import initials

MOST_SUGGESTED = 5
MOST_COMPARED = 300
MOST_WORDS = 6
_AFTER_Z = "{"
"""Sorts after every letter and digit: the end of a range of words."""


@dataclass(frozen=True)
class Suggestion:
    """A record that may be the same person, as little of it as tells it apart: no name, no number, no address."""

    ref: str
    initials: str
    birth_year: int | None
    mother: str
    unit: str
    likeness: Likeness


@dataclass(frozen=True)
class Found:
    """What is kept of a person: the record itself, or what a person has to decide about."""

    match: Patient | None = None
    suggestions: tuple[Suggestion, ...] = ()
    """Best first."""
    numbered: bool = False
    """The suggestions are the records of the CNS and CPF themselves: the form contradicts them, or they are two."""
    conflicts: tuple[str, ...] = ()
    """In which fields the form contradicts them."""

    @property
    def undecided(self) -> bool:
        """Tell whether a person has to say who it is."""
        return bool(self.suggestions)


def look_up(facts: Known, *, but: int | None = None) -> Found:
    """Look a person up: by CNS and CPF first, then by what only suggests. `but` leaves one record out."""
    found = _numbered(facts, but)
    if found is None:
        suggestions = _suggestions(facts, but)
        # Another case of the same person may have been sent since the numbers were asked: then that record is theirs.
        found = (_numbered(facts, but) if suggestions else None) or Found(suggestions=suggestions)
    return found


def beside(found: Found, patient: Patient, facts: Known) -> Found:
    """Return what was found with one record more to choose from: first, and however little it is like the form."""
    ref = standing(patient).ref
    if any(one.ref == ref for one in found.suggestions):
        return found
    rows = read(_NUMBERED, {"ids": [standing(patient).id]})
    return replace(found, suggestions=(*(_suggestion(row, compare(facts, row)) for row in rows), *found.suggestions))


def _numbered(facts: Known, but: int | None) -> Found | None:
    numbered = [patient for patient in by_numbers(facts.cns, facts.cpf) if patient.id != but]
    if len(numbered) == 1 and not conflicts(facts, numbered[0]):
        return Found(match=numbered[0])
    if numbered:
        rows = read(_NUMBERED, {"ids": [patient.id for patient in numbered]})
        against = dict.fromkeys(name for row in rows for name in conflicts(facts, row))
        return Found(None, tuple(_suggestion(row, compare(facts, row)) for row in rows), True, tuple(against))
    return None


def by_numbers(cns: str | None, cpf: str | None) -> list[Patient]:
    """Return the records that a CNS and a CPF lead to: none, one, or two that contradict each other."""
    wanted = [column == value for column, value in ((Patient.cns, cns), (Patient.cpf, cpf)) if value]
    if not wanted:
        return []
    found = db.session.scalars(select(Patient).where(or_(false(), *wanted)).order_by(Patient.id))
    return list({standing(patient).id: standing(patient) for patient in found}.values())


def standing(patient: Patient) -> Patient:
    """Return the record that a patient's record was merged into, at the end of the chain, or itself."""
    while patient.merged_into_id is not None:
        patient = db.session.get_one(Patient, patient.merged_into_id)
    return patient


def joined_to(patient: Patient) -> list[int]:
    """Return the numbers of a patient's record and of all that were joined to it, over as many steps as there are."""
    found = [patient.id]
    while further := [
        number
        for number in db.session.scalars(select(Patient.id).where(Patient.merged_into_id.in_(found)))
        if number not in found
    ]:
        found += further
    return found


def joined_since(ref: str) -> Patient | None:
    """Return the record into which one that was chosen has gone since; None when it stands by itself, or is none."""
    chosen = db.session.scalar(select(Patient).where(Patient.ref == ref, Patient.merged_into_id.is_not(None)))
    return standing(chosen) if chosen is not None else None


def came_by_joining(patient: Patient, moved: str) -> bool:
    """Tell whether something, a case by its reference, is this patient's because another record was joined to it."""
    joined = select(PatientMerge.before).where(PatientMerge.kept_id == patient.id, PatientMerge.undone_at.is_(None))
    return any(moved in before["moved"] for before in db.session.scalars(joined))


def _suggestions(facts: Known, but: int | None) -> tuple[Suggestion, ...]:
    told = {
        "birth_date": facts.birth_date,
        "name": name_key(facts.name),
        "social_name": name_key(facts.social_name),
        "mother": name_key(facts.mother_name) if facts.mother_name else "",
    }
    given = {name: value for name, value in told.items() if value}
    if not given:
        return ()
    rows = read(_near(tuple(given), but is not None), given | ({"but": but} if but is not None else {}))
    weighed = sorted(((compare(facts, row), row) for row in rows), key=lambda pair: -pair[0].score)
    return tuple(_suggestion(row, how) for how, row in weighed[:MOST_SUGGESTED] if how.score >= SUGGEST)


_LIKE = (
    select(
        Patient.ref,
        Patient.name,
        Patient.social_name,
        Patient.birth_date,
        Patient.sex,
        Patient.cns,
        Patient.cpf,
        Patient.mother_name,
        Patient.phone,
        HealthUnit.name.label("unit"),
    )
    .outerjoin(HealthUnit, HealthUnit.id == Patient.unit_id)
    .limit(literal_column(str(MOST_COMPARED)))
)
_NUMBERED = _LIKE.where(Patient.id.in_(bindparam("ids", expanding=True)))
_SUGGESTS: dict[str, ColumnElement[bool]] = {
    "birth_date": Patient.birth_date == bindparam("birth_date"),
    "name": Patient.name_key == bindparam("name"),
    "social_name": Patient.name_key == bindparam("social_name"),
    "mother": Patient.mother_key == bindparam("mother"),
}


@cache
def _near(known: tuple[str, ...], but: bool) -> Any:
    """Return the query of the records that agree with something that is known; `but` leaves one out."""
    query = _LIKE.where(Patient.merged_into_id.is_(None), or_(false(), *(_SUGGESTS[name] for name in known)))
    return query.where(Patient.id != bindparam("but")) if but else query


def _suggestion(row: Any, likeness: Likeness) -> Suggestion:
    born: date | None = row.birth_date
    mother = row.mother_name.split()
    return Suggestion(
        ref=row.ref,
        initials=initials(row.social_name or row.name),
        birth_year=born.year if born else None,
        mother=mother[0] if mother else "",
        unit=row.unit or "",
        likeness=likeness,
    )


def patient_for(ref: str) -> Patient:
    """Return a patient's record by its reference.

    Raises:
        NotFound: there is none.
    """
    patient = db.session.scalar(select(Patient).where(Patient.ref == ref.upper()))
    if patient is None:
        raise NotFound
    return patient


def is_there(ref: str) -> bool:
    """Tell whether there is a record with this reference."""
    return db.session.scalar(select(Patient.id).where(Patient.ref == ref.upper())) is not None


def search(text: str) -> Select[*tuple[Any, ...]]:
    """Return the query of a search by CNS, CPF, reference, or any words of a name by their beginnings."""
    query: Select[*tuple[Any, ...]] = select(
        Patient.id,
        Patient.ref,
        Patient.name,
        Patient.social_name,
        Patient.name_key,
        Patient.birth_date,
        Patient.mother_name,
        Patient.cns,
        Patient.cpf,
        HealthUnit.name.label("unit"),
    ).outerjoin(HealthUnit, HealthUnit.id == Patient.unit_id)
    text = text.strip()
    number = re.sub("^(?:CPF|CNS):?", "", checks.normalise(text), flags=re.IGNORECASE)
    if number.isdecimal():
        found = [patient.id for patient in by_numbers(number, number)]
        return query.where(Patient.id.in_(found))
    if text.upper().startswith("PA-"):
        return query.where(Patient.ref == text.upper())
    named = words(text)[:MOST_WORDS]
    if not named:
        return query.where(false())
    for word in named:
        begins = PatientName.word >= word[:40], PatientName.word < word[:40] + _AFTER_Z
        query = query.where(Patient.id.in_(select(PatientName.patient_id).where(*begins)))
    return query.where(Patient.merged_into_id.is_(None))


def merges_of(patient: Patient) -> list[PatientMerge]:
    """Return the merges in which a record took part, newest first; undone ones too."""
    query = (
        select(PatientMerge)
        .where(or_(PatientMerge.kept_id == patient.id, PatientMerge.merged_id == patient.id))
        .order_by(PatientMerge.id.desc())
    )
    return list(db.session.scalars(query))


def live_merge(merged: Patient) -> PatientMerge:
    """Return the merge by which a record went into another and that was not undone.

    Raises:
        NotFound: the record stands by itself.
    """
    query = select(PatientMerge).where(PatientMerge.merged_id == merged.id, PatientMerge.undone_at.is_(None))
    found = db.session.scalar(query)
    if found is None:
        raise NotFound
    return found


def last_merge(merged: Patient) -> PatientMerge | None:
    """Return the newest merge by which a record went into another, undone or not; None when it never did."""
    query = select(PatientMerge).where(PatientMerge.merged_id == merged.id).order_by(PatientMerge.id.desc())
    return db.session.scalar(query.limit(1))


_CHANGES = ("patient.create", "patient.change", "patient.merge", "patient.unmerge")


def last_change_of(patient: Patient) -> tuple[User, datetime] | None:
    """Return who changed a record last, and when."""
    return people.last_change_in(f"patient:{patient.ref}", _CHANGES)
