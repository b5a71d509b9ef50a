"""From what was typed to the triage queue: the draft is read, its patient found, and the case sent.

Who the patient is may be for a person to say (`patients.actions.Undecided`). What was said is kept in the
draft with a digest of the facts it was said about, so that other facts ask again.
"""

from collections.abc import Set
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, cast

from teleconsult.cases import actions
from teleconsult.cases.draft_fields import MATCH
from teleconsult.cases.draft_text import Reading
from teleconsult.cases.drafts import drafts_noted, reading_of
from teleconsult.cases.models import Case, CaseEvent
from teleconsult.cases.of_patient import record_repoint
from teleconsult.cases.request import EMERGENCY, PatientFacts
from teleconsult.errors import N_, Overtaken, Refused
from teleconsult.patients.actions import NEW, Undecided, admit
from teleconsult.patients.matching import conflicts, name_key
from teleconsult.patients.models import Patient
from teleconsult.patients.queries import Found, beside, came_by_joining, joined_since, look_up
from teleconsult.people.models import User


@dataclass(frozen=True)
class Decision:
    """What a person said about the patient's record: its reference or NEW, and which records were shown."""

    choice: str = ""
    seen: tuple[str, ...] = ()


def decision_of(case: Case, facts: PatientFacts) -> Decision:
    """Return what was decided about exactly these facts, or an empty decision."""
    noted: dict[str, Any] = case.draft.fields.get(MATCH, {}) if case.draft else {}
    if noted.get("facts") != digest_of(facts):
        return Decision()
    earlier = case.linked_case
    if not noted["seen"] and earlier is not None and earlier.patient is not None:
        # Nobody was asked: it is whose the earlier case is, and records may have been joined or parted since.
        return Decision(earlier.patient.ref)
    return Decision(noted["choice"], tuple(noted["seen"]))


def digest_of(facts: PatientFacts) -> str:
    """Return a digest of what tells a person apart."""
    parts = [name_key(facts.name), name_key(facts.social_name), name_key(facts.mother_name)]
    parts += [str(facts.birth_date), facts.cns or "", facts.cpf or ""]
    return sha256("\x1f".join(parts).encode()).hexdigest()[:32]


def undecided(case: Case, facts: PatientFacts) -> Found | None:
    """Return what a person still has to decide about the patient, or None."""
    if not facts.name:
        return None
    found = look_up(facts)
    if found.match is None and not found.numbered:
        if is_somebody_else(case, facts):
            found = beside(found, cast(Patient, case.patient), facts)
        elif known_patient(case):
            return None
    if not found.undecided:
        return None
    decision = decision_of(case, facts)
    shown = [suggestion.ref for suggestion in found.suggestions]
    new = decision.choice == NEW and not found.numbered and set(shown) <= set(decision.seen)
    joined = not found.numbered and joined_since(decision.choice) is not None
    return None if new or joined or decision.choice in shown else found


def decide(case: Case, facts: PatientFacts, found: Found, choice: str, *, by: User) -> None:
    """Keep what a person says: which of the suggested records it is, or NEW.

    Raises:
        Refused: that is none of the choices.
    """
    shown = [suggestion.ref for suggestion in found.suggestions]
    if choice not in shown and (choice != NEW or found.numbered):
        raise Refused(N_("Escolha uma das opções."), field="choice")
    actions.note(case, MATCH, {"facts": digest_of(facts), "choice": choice, "seen": shown}, by=by)


def decided_for(refs: Set[str]) -> list[int]:
    """Return the numbers of the requests that were never sent and whose patient, as written now, was said to be one of these."""
    noted = drafts_noted(MATCH, refs)
    return [case.id for case in noted if decision_of(case, reading_of(case).request.patient).choice in refs]


def known_patient(case: Case) -> Patient | None:
    """Return the patient whom the case already has: sent before, or continuing an earlier case of the same facts."""
    if case.patient is not None:
        return case.patient
    earlier = case.linked_case
    if earlier is None or earlier.patient is None or case.draft is None:
        return None
    choice = decision_of(case, reading_of(case).request.patient).choice
    return earlier.patient if choice == earlier.patient.ref else None


def is_somebody_else(case: Case, facts: PatientFacts) -> bool:
    """Tell whether a request that was sent before names another person now: another name, or another date of birth.

    It is a mistake put right, in the writing or in the choice of the record. Only a person can say which: as long as nobody
    does, the record of the patient whom the case had would take the name of this one, and keep the cases of that one.
    """
    return case.patient is not None and case.snapshot is not None and bool(conflicts(facts, case.snapshot))


def send(case: Case, *, version: str, by: User) -> CaseEvent:
    """Send what the draft says, inside the caller's transaction.

    Raises:
        Refused: it was sent already, or something stands in the way; the field is named.
        Undecided: a person must say first whether the patient has a record.
        Overtaken: the draft is another one than was reviewed.
    """
    if case.draft is None:
        raise Refused(N_("Este caso já foi enviado; recarregue a página."))
    if str(case.draft.version) != str(version):
        raise Overtaken
    reading = reading_of(case)
    _hold_to_complete(reading)
    facts = reading.request.patient
    decision, known = decision_of(case, facts), known_patient(case)
    if is_somebody_else(case, facts):
        if found := undecided(case, facts):
            raise Undecided(found)
        known = known if known and known.ref == decision.choice else None
    told_of = case.linked_case if case.patient is None and case.linked_case is not None else case
    patient = admit(
        facts,
        by=by,
        unit_id=case.unit_id,
        decided=decision.choice,
        seen=decision.seen,
        known=known,
        joined=known is not None and came_by_joining(known, told_of.ref),
    )
    if case.patient is not None and case.patient.id != patient.id:
        record_repoint(case.ref, case.patient, patient, by)
    return actions.submit(case, reading.request, patient=patient, by=by)


def _hold_to_complete(reading: Reading) -> None:
    if reading.request.priority == EMERGENCY:
        raise reading.wrong["priority"]
    for refusal in (reading.wrong | reading.lacking).values():
        raise refusal
