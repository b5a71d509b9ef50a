"""Writes a request as the texts of a draft: `read(write(request, book), book).request == request`. Pure."""

from collections.abc import Mapping

from teleconsult import checks
from teleconsult.cases.draft_fields import KIND_NAMES, QUESTION_NAMES, Fields
from teleconsult.cases.draft_problems import write_problem
from teleconsult.cases.draft_text import Book
from teleconsult.cases.request import Request
from teleconsult.cases.vitals import VITALS
from teleconsult.typed import show_day


def write(request: Request, book: Book) -> Fields:
    """Write a request as the texts of the form."""
    patient, consent = request.patient, request.consent
    fields: Fields = {
        "specialty": _slug(book.specialties, request.specialty_id),
        "patient_name": patient.name,
        "birth_date": show_day(patient.birth_date) if patient.birth_date else "",
        "age": "" if patient.age_years is None else str(patient.age_years),
        "cns": checks.show_cns(patient.cns or ""),
        "cpf": checks.show_cpf(patient.cpf or ""),
        "phone": checks.show_phone(patient.phone),
        **{name: getattr(patient, name) for name in _SAME_OF_PATIENT},
        "consent_given_by": consent.given_by if consent else "",
        "consent_name": consent.given_by_name if consent else "",
        "consent_how": consent.how if consent else "",
        **{name: getattr(request, name) for name in _SAME},
        **{name: request.vitals.get(name, "") for name in VITALS},
        "problems": [write_problem(problem) for problem in request.problems],
        "would_refer_specialty": _slug(book.referrals, request.would_refer_specialty_id),
    }
    asked = [*request.questions, *([("", "")] * len(QUESTION_NAMES))]
    for name, kind_name, (kind, words) in zip(QUESTION_NAMES, KIND_NAMES, asked, strict=False):
        fields[name], fields[kind_name] = words, str(kind)
    return fields


_SAME_OF_PATIENT = ("social_name", "sex", "record_number", "mother_name", "address", "neighbourhood", "municipality")
_SAME = (
    "complaint",
    "subjective",
    "objective",
    "assessment",
    "plan",
    "available",
    "would_refer",
    "priority",
    "priority_reason",
)


def _slug(slugs: Mapping[str, int], wanted: int | None) -> str:
    return next((slug for slug, number in slugs.items() if number == wanted), "")
