"""The fields of the request form: their names, steps and limits, and what of them is kept as it was typed. Pure.

The names stand in the form, in `CaseDraft.fields`, in what the administrator returns (`MissingItem.field`)
and in addresses (`#objective`): one word for one thing. A value is the text as it was typed, or a list of
texts for `problems`. Names that begin with "_" are kept beside the fields and are never posted.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from teleconsult.cases.request import MAX_QUESTIONS
from teleconsult.cases.vitals import VITALS
from teleconsult.errors import N_

Fields = dict[str, Any]

STEPS = ("patient", "clinical", "questions")
"""The steps in which one types; the last of the form, `REVIEW`, shows and sends."""

REVIEW = "review"
STEP_WORDS = {
    "patient": N_("Paciente"),
    "clinical": N_("Quadro clínico"),
    "questions": N_("Perguntas e arquivos"),
    REVIEW: N_("Revisar e enviar"),
}

MATCH = "_match"
"""Where the draft keeps what a person decided about the patient's record; see `cases/sending.py`."""

SAVED = "_saved"
"""Where the draft keeps who changed a step last, by step: a list with the version, the window, the version on which that
window began, and the number of the person."""

PATIENT_TEXTS = (
    "patient_name",
    "social_name",
    "birth_date",
    "age",
    "sex",
    "cns",
    "cpf",
    "record_number",
    "mother_name",
    "address",
    "neighbourhood",
    "municipality",
    "phone",
)
QUESTION_NAMES = tuple(f"question_{number}" for number in range(1, MAX_QUESTIONS + 1))
KIND_NAMES = tuple(f"{name}_kind" for name in QUESTION_NAMES)

FIELDS: dict[str, tuple[str, ...]] = {
    "patient": ("specialty", *PATIENT_TEXTS, "consent_given_by", "consent_name", "consent_how"),
    "clinical": (
        "complaint",
        "subjective",
        "objective",
        *VITALS,
        "assessment",
        "problems",
        "plan",
        "available",
    ),
    "questions": (
        *(name for pair in zip(QUESTION_NAMES, KIND_NAMES, strict=True) for name in pair),
        "would_refer",
        "would_refer_specialty",
        "priority",
        "priority_reason",
    ),
}
LISTS = frozenset({"problems"})
SEARCHED = (
    *("patient_name", "social_name", "birth_date", "cns", "cpf", "record_number"),
    *("complaint", "subjective", "objective", "assessment", "plan", "available"),
    *("problems", *QUESTION_NAMES),
)
"""What a draft is found by: the fields by which `search` finds a case that was sent."""

LIMITS: dict[str, int] = {
    "patient_name": 120,
    "social_name": 120,
    "mother_name": 120,
    "record_number": 30,
    "address": 200,
    "neighbourhood": 80,
    "municipality": 80,
    "consent_name": 120,
    "complaint": 160,
    "subjective": 10_000,
    "objective": 10_000,
    "assessment": 5_000,
    "plan": 5_000,
    "available": 5_000,
    "priority_reason": 500,
    **dict.fromkeys(QUESTION_NAMES, 1_000),
}
"""Characters that a text may have; a longer one is kept as typed and refused by name."""

PROBLEM_LIMIT = 300
MAX_PROBLEMS = 10

RETURNABLE: dict[str, str] = {
    "specialty": N_("Especialidade"),
    "patient_name": N_("Nome do paciente"),
    "birth_date": N_("Data de nascimento ou idade"),
    "sex": N_("Sexo"),
    "cns": N_("CNS"),
    "cpf": N_("CPF"),
    "mother_name": N_("Nome da mãe"),
    "record_number": N_("Número do prontuário"),
    "phone": N_("Telefone"),
    "address": N_("Endereço"),
    "consent_given_by": N_("Consentimento do paciente"),
    "complaint": N_("Motivo, em uma linha"),
    "subjective": N_("História (subjetivo)"),
    "objective": N_("Exame (objetivo)"),
    "vitals": N_("Sinais vitais"),
    "problems": N_("Problemas e diagnósticos"),
    "assessment": N_("Avaliação"),
    "plan": N_("Plano e tratamento já feito"),
    "available": N_("O que há na unidade"),
    "question_1": N_("Perguntas"),
    "priority": N_("Prioridade e motivo"),
    "would_refer": N_("Intenção de encaminhar"),
    "files": N_("Fotos e exames"),
}
"""What an administrator can send back as missing: field → its words, in the order of the form."""

_ELSEWHERE = {"vitals": "clinical", "files": "questions", "questions": "questions", "consent": "patient"}
_ANCHORS = {"questions": "question_1", "consent": "consent_given_by"}


_STEP_OF = {name: step for step in STEPS for name in FIELDS[step]} | _ELSEWHERE


class Posted(Protocol):
    """What a browser posted: several values a name."""

    def getlist(self, key: str) -> list[str]: ...


def step_of(field: str) -> str | None:
    """Return the step in which a field is put right, or None for a name that is not of the form."""
    return _STEP_OF.get(field)


def anchor_of(field: str) -> str:
    """Return the field, or the group of fields, of the page that a name leads to."""
    return _ANCHORS.get(field, field)


def pick(posted: Posted, step: str) -> Fields:
    """Return what was posted of a step, as it was typed; what a browser leaves out is empty."""
    return {name: _raw(posted.getlist(name), name) for name in FIELDS[step]}


def _raw(values: Iterable[str], name: str) -> Any:
    kept = [_keepable(value) for value in values]
    if name in LISTS:
        return list(dict.fromkeys(value for value in kept if value.strip()))
    return kept[0] if kept else ""


def _keepable(text: str) -> str:
    """Drop only what a browser adds to a line's end."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def blank(fields: Mapping[str, Any], step: str) -> Fields:
    """Return the values of a step with every name there, for a form."""
    return {name: fields.get(name, [] if name in LISTS else "") for name in FIELDS[step]}


def differing(here: Mapping[str, Any], there: Mapping[str, Any], step: str) -> list[str]:
    """Return the fields of a step whose texts differ, by the letter but for spaces at the ends."""
    one, other = blank(here, step), blank(there, step)
    return [name for name in FIELDS[step] if _trimmed(one[name]) != _trimmed(other[name])]


def _trimmed(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def is_empty(fields: Mapping[str, Any], step: str) -> bool:
    """Tell whether nothing was typed in a step yet."""
    return not any(_trimmed(value) for value in blank(fields, step).values())
