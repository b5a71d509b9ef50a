"""Reads the texts of a draft as a request. Pure.

`read` says everything that is wrong or lacking at once, field by field, and never raises for what was
typed; `draft_write.write` is its other direction.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any, TypeVar

from teleconsult import checks
from teleconsult.cases.clocks import Priority
from teleconsult.cases.draft_fields import KIND_NAMES, LIMITS, MAX_PROBLEMS, QUESTION_NAMES, STEPS, step_of
from teleconsult.cases.draft_problems import read_problem
from teleconsult.cases.request import (
    CONSENT_GIVERS,
    CONSENT_WAYS,
    EMERGENCY,
    WOULD_REFER,
    Consent,
    PatientFacts,
    Problem,
    QuestionKind,
    Request,
    age_on,
)
from teleconsult.cases.vitals import VITALS, read_vital, unusual
from teleconsult.errors import N_, Refused
from teleconsult.patients.matching import SEXES
from teleconsult.typed import check_name, one_line, read_age, read_birth_date, says_nothing, several_lines, too_long

T = TypeVar("T")
OF_AGE = 18


@dataclass(frozen=True)
class Book:
    """What texts are read against: the day, the specialties by slug, the titles of the codes that were chosen."""

    today: date
    specialties: Mapping[str, int]
    referrals: Mapping[str, int]
    codes: Mapping[tuple[str, str], str] = field(default_factory=dict)
    consented: bool = False
    """A consent given when the case was sent before still stands."""


@dataclass
class Reading:
    """What the texts say, and what is to be put right: field → why."""

    request: Request
    wrong: dict[str, Refused] = field(default_factory=dict)
    """What was typed and cannot be."""
    lacking: dict[str, Refused] = field(default_factory=dict)
    """What sending needs and is not there."""
    remarks: dict[str, Refused] = field(default_factory=dict)
    """What is worth a second look; it never stands in the way."""

    def problems_of(self, step: str) -> dict[str, Refused]:
        """Return what stands in the way in one step, in no order."""
        found = self.lacking | self.wrong
        return {name: why for name, why in found.items() if step_of(name) == step}

    def first_open(self) -> str | None:
        """Return the first step that is not complete."""
        return next((step for step in STEPS if self.problems_of(step)), None)

    @property
    def complete(self) -> bool:
        """Tell whether nothing stands in the way of sending."""
        return not self.wrong and not self.lacking


class _Desk:
    """Reads one text after the other, and keeps what is to be put right."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self.fields = fields
        self.wrong: dict[str, Refused] = {}
        self.lacking: dict[str, Refused] = {}
        self.remarks: dict[str, Refused] = {}

    def raw(self, name: str) -> str:
        value = self.fields.get(name, "")
        return "" if not isinstance(value, str) or says_nothing(value) else value.strip()

    def line(self, name: str) -> str:
        """Return a text of one line, within its limit."""
        return self._limited(name, one_line(self.raw(name)))

    def person(self, name: str) -> str:
        """Return a person's name, of one line, within its limit and with a letter."""
        line = self.line(name)
        if name not in self.wrong:
            self.take(name, lambda _text: check_name(line, name))
        return line

    def text(self, name: str) -> str:
        """Return a text of several lines, within its limit."""
        return self._limited(name, several_lines(self.raw(name)))

    def _limited(self, name: str, text: str) -> str:
        limit = LIMITS[name]
        if len(text) > limit:
            self.wrong[name] = too_long(limit, len(text), name)
        return text

    def choice(self, name: str, known: Mapping[Any, Any], default: str = "") -> str:
        """Return one of the known values; what a form of ours does not offer is refused."""
        value = self.raw(name)
        if value and value not in known:
            self.wrong[name] = Refused(N_("Escolha uma das opções."), name)
            return default
        return value or default

    def take(self, name: str, check: Callable[[str], T]) -> T | None:
        """Return what a check makes of a text; None when nothing was typed, or it was refused."""
        text = self.raw(name)
        if not text:
            return None
        try:
            return check(text)
        except Refused as refusal:
            self.wrong[name] = refusal
            return None

    def need(self, name: str, there: Any, message: str) -> None:
        """Note what is lacking, unless something wrong was typed at that place."""
        if not there and name not in self.wrong:
            self.lacking[name] = Refused(message, name)


def read(fields: Mapping[str, Any], book: Book) -> Reading:
    """Read the texts of a draft as a request, as far as it goes."""
    desk = _Desk(fields)
    slug = desk.choice("specialty", book.specialties)
    desk.need("specialty", slug, N_("Escolha a especialidade."))
    specialty_id = book.specialties.get(slug)
    would, refer_to = _intention(desk, book, specialty_id)
    priority, reason = _priority(desk)
    request = Request(
        patient=_patient(desk, book),
        specialty_id=specialty_id,
        questions=_questions(desk),
        complaint=desk.line("complaint"),
        subjective=desk.text("subjective"),
        objective=desk.text("objective"),
        vitals=_vitals(desk),
        assessment=desk.text("assessment"),
        plan=desk.text("plan"),
        available=desk.text("available"),
        problems=_problems(desk, book),
        consent=_consent(desk, book),
        would_refer=would,
        would_refer_specialty_id=refer_to,
        priority=priority,
        priority_reason=reason,
    )
    _look_twice(desk, request, book)
    desk.need("complaint", request.complaint, N_("Diga em uma linha por que pede a opinião."))
    desk.need("subjective", request.subjective, N_("Conte a história em poucas linhas."))
    return Reading(request, desk.wrong, desk.lacking, desk.remarks)


def _patient(desk: _Desk, book: Book) -> PatientFacts:
    name, social_name = desk.person("patient_name"), desk.person("social_name")
    desk.need("patient_name", name or social_name, N_("Informe o nome ou o nome social do paciente."))
    born = desk.take("birth_date", lambda text: read_birth_date(text, book.today))
    age = desk.take("age", read_age)
    if "age" not in desk.wrong:
        desk.need("birth_date", born or age is not None, N_("Informe a data de nascimento ou a idade."))
    sex = desk.choice("sex", SEXES)
    desk.need("sex", sex, N_("Informe o sexo, ou que não foi informado."))
    return PatientFacts(
        name=name or social_name,
        social_name=social_name,
        birth_date=born,
        age_years=None if born else age,
        sex=sex,
        cns=desk.take("cns", checks.check_cns),
        cpf=desk.take("cpf", checks.check_cpf),
        record_number=desk.line("record_number"),
        mother_name=desk.line("mother_name"),
        address=desk.line("address"),
        neighbourhood=desk.line("neighbourhood"),
        municipality=desk.line("municipality"),
        phone=desk.take("phone", checks.check_phone) or "",
    )


def _questions(desk: _Desk) -> tuple[tuple[str, str], ...]:
    asked = []
    for name, kind_name in zip(QUESTION_NAMES, KIND_NAMES, strict=True):
        words, kind = desk.text(name), desk.choice(kind_name, dict.fromkeys(QuestionKind))
        if words:
            desk.need(kind_name, kind, N_("Diga de que tipo é a pergunta."))
            asked.append((kind, words))
    desk.need(QUESTION_NAMES[0], asked, N_("Escreva ao menos uma pergunta."))
    return tuple(asked)


def _vitals(desk: _Desk) -> dict[str, str]:
    kept = {}
    for name in VITALS:
        value = desk.take(name, partial(read_vital, name))
        if value:
            kept[name] = value
            remark = unusual(name, value)
            if remark:
                desk.remarks[name] = remark
    return kept


def _problems(desk: _Desk, book: Book) -> tuple[Problem, ...]:
    values = desk.fields.get("problems", [])
    found: list[Problem] = []
    for value in values if isinstance(values, list) else []:
        try:
            problem = read_problem(str(value), book.codes)
        except Refused as refusal:
            desk.wrong["problems"] = refusal
            continue
        if problem not in found:
            found.append(problem)
    if len(found) > MAX_PROBLEMS:
        desk.wrong["problems"] = Refused(N_("Escolha no máximo %(limit)d problemas."), "problems", limit=MAX_PROBLEMS)
    return tuple(found)


def _consent(desk: _Desk, book: Book) -> Consent | None:
    given_by, how = desk.choice("consent_given_by", CONSENT_GIVERS), desk.choice("consent_how", CONSENT_WAYS)
    name = desk.line("consent_name")
    if not given_by and not how and book.consented:
        return None
    desk.need("consent_given_by", given_by, N_("Diga quem deu o consentimento."))
    desk.need("consent_how", how, N_("Diga como o consentimento foi dado."))
    if given_by and given_by != "patient":
        desk.need("consent_name", name, N_("Escreva o nome de quem consentiu pelo paciente."))
    return Consent(given_by, how, "" if given_by == "patient" else name) if given_by and how else None


def _look_twice(desk: _Desk, request: Request, book: Book) -> None:
    age = age_on(book.today, request.patient.birth_date, request.patient.age_years)
    if age is not None and age < OF_AGE and request.consent and request.consent.given_by == "patient":
        desk.remarks["consent_given_by"] = Refused(
            N_("O paciente tem menos de 18 anos: em geral quem consente é o responsável."), "consent_given_by"
        )


def _intention(desk: _Desk, book: Book, specialty_id: int | None) -> tuple[str, int | None]:
    would = desk.choice("would_refer", WOULD_REFER, default="not_informed")
    slug = desk.choice("would_refer_specialty", book.referrals)
    return would, book.referrals.get(slug, specialty_id) if would == "yes" else None


def _priority(desk: _Desk) -> tuple[str, str]:
    priority = desk.choice("priority", dict.fromkeys((*Priority, EMERGENCY)), default=str(Priority.ROUTINE))
    reason = desk.text("priority_reason")
    if priority == EMERGENCY:
        desk.wrong["priority"] = Refused(
            N_("Risco de vida não espera por aqui: ligue agora para o SAMU, 192. O caso não foi enviado."), "priority"
        )
    elif priority != Priority.ROUTINE:
        desk.need("priority_reason", reason, N_("Diga por que o caso precisa de resposta mais cedo."))
    return priority, reason
