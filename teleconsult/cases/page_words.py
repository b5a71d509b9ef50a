"""Whom the page of a case is about and who takes part in it, in words, as far as whoever reads may know it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from teleconsult.cases.access import Sight
from teleconsult.cases.ages import age_words, band_words
from teleconsult.cases.models import Case, PatientSnapshot
from teleconsult.checks import show_cns, show_cpf, show_phone
from teleconsult.network.models import Specialty
from teleconsult.patients.matching import SEXES
from teleconsult.people.models import User
from teleconsult.web.messages import gettext as _
from teleconsult.web.words import in_language, local, localdate


def name_of(case: Case, sight: Sight, patient: PatientSnapshot | None, age: str) -> str:
    """Return how the page calls the patient: by name to whoever may know it, else by initials or not at all."""
    if sight is Sight.CLOSED or not case.initials:
        return str(_("Caso %(ref)s", ref=case.ref))
    name = (patient.social_name or patient.name) if patient else case.initials
    return str(_("%(name)s, %(age)s", name=name, age=age)) if age else name


def age_of(case: Case, sight: Sight, now: datetime) -> str:
    """Return how old the patient is, as exactly as whoever reads may know it."""
    words = age_words if sight.clinical else band_words
    return words(local(now).date(), case.birth_date, case.age_years)


def specialty_of(row: Specialty) -> str:
    """Return the name of a specialty in the reader's language."""
    return in_language(row.name_pt, row.name_en)


def meta_of(case: Case, patient: PatientSnapshot | None) -> list[str]:
    """Return what stands under the name: sex and numbers where the patient is known, the specialty, the reference."""
    made = [specialty_of(case.specialty) if case.specialty else "", _("caso %(ref)s", ref=case.ref)]
    if patient is not None:
        civil = _("nome civil: %(name)s", name=patient.name) if patient.social_name else ""
        number = _("prontuário %(number)s", number=patient.record_number) if patient.record_number else ""
        made = [civil, _(SEXES[patient.sex]) if patient.sex else "", number, *made]
    return [str(words) for words in made if words]


def identity_of(patient: PatientSnapshot, age: str) -> list[tuple[str, str]]:
    """Return what is known of the patient beside the name."""
    place = ", ".join(part for part in (patient.address, patient.neighbourhood, patient.municipality) if part)
    pairs = [
        (_("Nascimento"), localdate(patient.birth_date)),
        (_("Idade"), age),
        (_("Sexo"), _(SEXES[patient.sex]) if patient.sex else ""),
        (_("CNS"), show_cns(patient.cns) if patient.cns else ""),
        (_("CPF"), show_cpf(patient.cpf) if patient.cpf else ""),
        (_("Nome da mãe"), patient.mother_name),
        (_("Telefone"), show_phone(patient.phone) if patient.phone else ""),
        (_("Endereço"), place),
    ]
    return [(str(label), value) for label, value in pairs if value]


def parties_of(case: Case, people: Mapping[int, User], happened: Sequence[Any]) -> list[tuple[str, str, str]]:
    """Return who takes part: what they do, their name, and their registration."""
    rows: list[tuple[str, int | None]] = [(_("Quem pergunta"), case.requester_id)]
    if case.filed_by_id != case.requester_id:
        rows.append((_("Registrado por"), case.filed_by_id))
    triage = next((e.by_id for e in reversed(happened) if e.verb in ("assign", "return") and e.by_id), None)
    rows += [(_("Consultor"), case.holder_id), (_("Triagem"), triage)]
    if case.escalated_by_id and case.escalated_by_id != case.holder_id:
        rows.append((_("Encaminhado por"), case.escalated_by_id))
    made = [(str(label), people[who].full_name, _registered(people[who])) for label, who in rows if who]
    made.insert(1, (_("Unidade"), case.unit.name, case.unit.neighbourhood))
    return made


def _registered(person: User) -> str:
    rqe = _("RQE %(number)s", number=person.rqe).replace(" ", "\u00a0") if person.rqe else ""
    return ", ".join(part for part in (person.registration, rqe) if part)
