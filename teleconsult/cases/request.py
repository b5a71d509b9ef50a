"""The request as it is sent: what a complete form holds, and what makes it complete. Pure."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from teleconsult.errors import N_, Refused

MAX_QUESTIONS = 3


class QuestionKind(StrEnum):
    """What kind of answer a question asks for."""

    DIAGNOSIS = "diagnosis"
    TREATMENT = "treatment"
    EXAMS = "exams"
    MANAGEMENT = "management"
    REFERRAL = "referral"


KIND_WORDS = {
    QuestionKind.DIAGNOSIS: N_("Diagnóstico"),
    QuestionKind.TREATMENT: N_("Tratamento"),
    QuestionKind.EXAMS: N_("Exames"),
    QuestionKind.MANAGEMENT: N_("Acompanhamento"),
    QuestionKind.REFERRAL: N_("Encaminhamento"),
    "follow_up": N_("Nova dúvida"),
    "reopen": N_("Reabertura"),
}

CONSENT_GIVERS = {
    "patient": N_("O próprio paciente"),
    "guardian": N_("Pai, mãe ou responsável legal"),
    "representative": N_("Pessoa que o paciente indicou"),
}
CONSENT_WAYS = {
    "spoken": N_("Em conversa, registrado no prontuário"),
    "signed": N_("Termo assinado, guardado na unidade"),
    "remote": N_("Por telefone ou mensagem"),
}
WOULD_REFER = {
    "yes": N_("Sim, encaminharia hoje"),
    "no": N_("Não encaminharia"),
    "not_informed": N_("Não informado"),
}
EMERGENCY = "emergency"


@dataclass(frozen=True)
class PatientFacts:
    """What the requester knows of the patient."""

    name: str
    social_name: str = ""
    birth_date: date | None = None
    age_years: int | None = None
    sex: str = ""
    cns: str | None = None
    cpf: str | None = None
    record_number: str = ""
    mother_name: str = ""
    address: str = ""
    neighbourhood: str = ""
    municipality: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Problem:
    """A problem or diagnosis: a code with its title, or words alone (system and code empty)."""

    title: str
    system: str = ""
    code: str = ""


@dataclass(frozen=True)
class Consent:
    """That the patient agreed to the case being shared with the specialist."""

    given_by: str
    how: str
    given_by_name: str = ""


@dataclass(frozen=True)
class Request:
    """A whole request, read from a form whose every field is valid by itself."""

    patient: PatientFacts
    specialty_id: int | None
    questions: tuple[tuple[str, str], ...]
    complaint: str
    subjective: str
    objective: str = ""
    vitals: dict[str, str] = field(default_factory=dict)
    assessment: str = ""
    plan: str = ""
    available: str = ""
    problems: tuple[Problem, ...] = ()
    would_refer: str = "not_informed"
    would_refer_specialty_id: int | None = None
    priority: str = "routine"
    priority_reason: str = ""
    consent: Consent | None = None

    def summary(self) -> bool:
        """Tell whether the clinical summary is there: the complaint in a line and the story."""
        return bool(self.complaint and self.subjective)


def check_request(request: Request) -> None:
    """Hold a request to what sending needs beyond its carries.

    Raises:
        Refused: naming the field; a threat to life is refused with the emergency number.
    """
    if request.priority == EMERGENCY:
        raise Refused(
            N_("Risco de vida não espera por aqui: ligue agora para o SAMU, 192. O caso não foi enviado."),
            field="priority",
        )
    if request.priority != "routine" and not request.priority_reason:
        raise Refused(N_("Diga por que o caso precisa de resposta mais cedo."), field="priority_reason")
    if not request.patient.name:
        raise Refused(N_("Informe o nome ou o nome social do paciente."), field="patient_name")
    if request.patient.birth_date is None and request.patient.age_years is None:
        raise Refused(N_("Informe a data de nascimento ou a idade."), field="birth_date")
    if len(request.questions) > MAX_QUESTIONS:
        raise Refused(N_("Faça no máximo três perguntas por caso."), field="questions")


def age_on(day: date, birth_date: date | None, age_years: int | None) -> int | None:
    """Return the age in whole years on a day; somebody born on 29 February has a birthday on 1 March."""
    if birth_date is None:
        return age_years
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))
