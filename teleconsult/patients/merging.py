"""Two records found to be one person: joined with a reason, and parted again exactly.

Other floors take part through the events `patient.merge` and `patient.unmerge`, in the same transaction:
what pointed to the record that goes away points to the kept one, and back. The list `moved` holds their
public references and is kept with the merge.
"""

from collections.abc import Collection
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import or_, select, update

from teleconsult import audit, clock, events
from teleconsult.errors import N_, Overtaken, Refused
from teleconsult.extensions import changed, db
from teleconsult.patients.actions import CONTACT, IDENTITY, NUMBERS, index_names
from teleconsult.patients.matching import name_key
from teleconsult.patients.models import Patient, PatientMerge
from teleconsult.patients.queries import standing
from teleconsult.people.models import User

events.declare("patient.merge", "patient.unmerge")

VALUES = (*IDENTITY, *NUMBERS, *CONTACT, "unit_id")
LIMIT = 1000


class Elsewhere(NamedTuple):
    """A CNS or CPF that a record had before a merge, and the record that holds it now."""

    patient: Patient
    name: str
    holder: Patient


def merge(kept: Patient, other: Patient, *, reason: str, by: User) -> PatientMerge:
    """Join two records: the kept one takes what it lacks and everything that pointed to the other.

    Raises:
        Refused: they are one record, one of them was joined already, or there is no reason.
        Overtaken: somebody joined one of them a moment ago.
    """
    if kept.id == other.id:
        raise Refused(N_("Escolha outro cadastro: este é o mesmo."))
    _hold_to_reason(reason)
    if kept.merged_into_id is not None or other.merged_into_id is not None:
        raise Refused(N_("Um dos cadastros já foi juntado a outro. Abra o que ficou e compare de novo."))
    _lock(kept, other)
    before = {"kept": _values(kept), "merged": _values(other)}
    _pass_numbers(other, kept)
    for name in VALUES:
        if name not in NUMBERS and getattr(kept, name) in (None, "", "not_informed"):
            setattr(kept, name, getattr(other, name))
    other.merged_into_id = kept.id
    _rekey(kept)
    moved: list[str] = []
    row = PatientMerge(
        kept_id=kept.id,
        merged_id=other.id,
        reason=reason,
        before={},
        merged_at=clock.now(),
        merged_by_id=by.id,
    )
    db.session.add(row)
    db.session.flush()
    events.emit("patient.merge", kept=kept, merged=other, moved=moved, by=by)
    row.before = before | {"after": _values(kept), "moved": moved}
    db.session.flush()
    _record("patient.merge", kept, other, by, reason, moved)
    return row


def unmerge(
    row: PatientMerge, *, reason: str, by: User, later: Collection[str] = (), asked: Collection[str] | None = None
) -> list[Elsewhere]:
    """Part two records again: each gets back what it was and what pointed to it.

    A number that a third record holds by now stays there; which these are is returned.

    Args:
        row: the merge to undo.
        reason: why.
        by: who does it.
        later: references of what came to the kept record since and belongs to the other one.
        asked: references of what was shown to whoever says so; of anything else they are asked first. None: of nothing.

    Raises:
        Refused: it was undone already, something later builds on it, more came meanwhile, or there is no reason.
    """
    _hold_to_reason(reason)
    if row.undone_at is not None:
        raise Refused(N_("Esta junção já foi desfeita."))
    kept, other = row.kept, row.merged
    _hold_to_order(row)
    _lock(kept)  # whoever sends for the kept record waits from here on: what has come is all there is to ask about
    if asked is not None and not set(came_since(row)) <= set(asked):
        raise Refused(N_("Chegou outro caso a %(kept)s enquanto você escrevia. Diga de quem ele é."), kept=kept.ref)
    db.session.refresh(other)
    moved = list(row.before["moved"])
    events.emit("patient.unmerge", kept=kept, merged=other, moved=moved, later=list(later), by=by)
    lost = taken_since(row)
    _give_back(row, lost)
    other.merged_into_id = None
    row.undone_at, row.undone_by_id, row.undone_reason = clock.now(), by.id, reason
    db.session.flush()
    _rekey(kept)
    _rekey(other)
    _record("patient.unmerge", kept, other, by, reason, [*moved, *later])
    return lost


def came_since(row: PatientMerge) -> list[str]:
    """Return the references of what came to the kept record since two were joined, as the other floors have it."""
    return [case.ref for cases in events.panels("patient_later", merge=row) for case in cases]


def taken_since(row: PatientMerge) -> list[Elsewhere]:
    """Return the numbers that parting two records cannot give back: a third one holds them now."""
    both = row.kept_id, row.merged_id
    found = []
    for patient, name, number in _numbers_back(row):
        held = select(Patient).where(getattr(Patient, name) == number, Patient.id.not_in(both))
        holder = db.session.scalar(held) if number else None
        if holder is not None:
            found.append(Elsewhere(patient, name, standing(holder)))
    return found


def _hold_to_reason(reason: str) -> None:
    if not reason:
        raise Refused(N_("Falta informar: %(what)s."), field="reason", what=N_("o motivo"))
    if len(reason) > LIMIT:
        raise Refused(N_("Use no máximo %(limit)s caracteres."), field="reason", limit=LIMIT)


def _hold_to_order(row: PatientMerge) -> None:
    """Let only the newest merge of a record be undone: a later one may have built on what this one brought."""
    later = db.session.scalar(
        select(PatientMerge)
        .where(
            PatientMerge.id > row.id,
            PatientMerge.undone_at.is_(None),
            or_(PatientMerge.kept_id == row.kept_id, PatientMerge.merged_id == row.kept_id),
        )
        .order_by(PatientMerge.id.desc())
    )
    if later is not None:
        raise Refused(
            N_("Desfaça antes a junção mais nova, entre %(kept)s e %(merged)s."),
            kept=later.kept.ref,
            merged=later.merged.ref,
        )


def _lock(*patients: Patient) -> None:
    """Keep every other merge and every sending away from the records until this transaction ends."""
    for patient in sorted(patients, key=lambda one: one.id):
        free = update(Patient).where(Patient.id == patient.id, Patient.merged_into_id.is_(None))
        if changed(free.values(unit_id=Patient.unit_id)) == 0:
            raise Overtaken
        db.session.refresh(patient)


def _pass_numbers(source: Patient, target: Patient) -> None:
    """Give CNS and CPF where there is none; each belongs to one record only, so it leaves before it arrives."""
    for name in NUMBERS:
        number = getattr(source, name)
        if number and getattr(target, name) is None:
            setattr(source, name, None)
            db.session.flush()
            setattr(target, name, number)
    db.session.flush()


def _numbers_back(row: PatientMerge) -> list[tuple[Patient, str, str | None]]:
    """Return which record gets which number back: first who lets go of one, then whose it was."""
    kept, own = row.before["kept"], row.before["merged"]
    back: list[tuple[Patient, str, str | None]] = []
    for name in NUMBERS:
        if own[name] and getattr(row.kept, name) == own[name]:
            back.append((row.kept, name, kept[name]))
        if own[name]:
            back.append((row.merged, name, own[name]))
    return back


def _give_back(row: PatientMerge, lost: Collection[Elsewhere]) -> None:
    """Write back what the merge changed of either record; what changed again since stays as it is now."""
    before, after = row.before["kept"], row.before["after"]
    for name in VALUES:
        if name not in NUMBERS and before[name] != after[name] and _told(getattr(row.kept, name)) == after[name]:
            setattr(row.kept, name, before[name])  # nothing, or it would have stayed
    gone = {(one.patient.id, one.name) for one in lost}
    for patient, name, number in _numbers_back(row):
        setattr(patient, name, None if (patient.id, name) in gone else number)
        db.session.flush()
    db.session.flush()


def _rekey(patient: Patient) -> None:
    patient.name_key, patient.mother_key = name_key(patient.name), name_key(patient.mother_name)
    db.session.flush()
    index_names(patient)


def _values(patient: Patient) -> dict[str, Any]:
    return {name: _told(getattr(patient, name)) for name in VALUES}


def _told(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _record(word: str, kept: Patient, other: Patient, by: User, reason: str, moved: list[str]) -> None:
    for patient, counterpart in ((kept, other), (other, kept)):
        audit.record(
            f"patient:{patient.ref}",
            word,
            by_id=by.id,
            subject=patient.ref,
            other=counterpart.ref,
            kept=kept.ref,
            moved=moved,
            why=audit.digest(reason),
        )
