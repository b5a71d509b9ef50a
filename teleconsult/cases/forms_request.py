"""The forms of the request, one class a step. They show what was typed; `draft_text.read` says what is wrong.

A form is made from the texts of the draft, never checked by itself: what cannot be read yet is kept and
shown as it was typed, with the reason beside it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from wtforms import Field, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types

from teleconsult.cases.clocks import PRIORITY_WORDS
from teleconsult.cases.draft_fields import LIMITS, anchor_of, blank
from teleconsult.cases.draft_problems import Codes, label_of
from teleconsult.cases.request import (
    CONSENT_GIVERS,
    CONSENT_WAYS,
    EMERGENCY,
    KIND_WORDS,
    WOULD_REFER,
    QuestionKind,
)
from teleconsult.errors import N_, Refused
from teleconsult.network.directory import by_name
from teleconsult.patients.matching import SEXES
from teleconsult.web import BaseForm, say
from teleconsult.web.forms import _l
from teleconsult.web.messages import gettext as _
from teleconsult.web.words import in_language

Choices = list[tuple[str, str]]


class _Limit:
    """Says how long a text may be; the reading of the draft holds to it, this only shows it."""

    def __init__(self, limit: int) -> None:
        self.field_flags = {"maxlength": limit}

    def __call__(self, _form: Any, _field: Any) -> None:
        return


class ChosenField(Field):
    """Values chosen in macros/combo.html."""

    def _value(self) -> list[str]:
        return list(self.data or [])


def _line(name: str, label: str, **more: Any) -> StringField:
    return StringField(_l(label), [_Limit(LIMITS[name])] if name in LIMITS else [], **more)


def _text(name: str, label: str) -> TextAreaField:
    return TextAreaField(_l(label), [_Limit(LIMITS[name])])


def _radio(label: str, words: Mapping[Any, str]) -> RadioField:
    return RadioField(_l(label), choices=[SelectChoice(str(value), _l(word)) for value, word in words.items()])


class StepForm(BaseForm):
    """One step: the texts, in the order of its page, and what the page must send back with them."""

    draft_version = HiddenField()
    draft_editor = HiddenField()
    draft_marks = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.of_groups: defaultdict[str, list[str]] = defaultdict(list)
        """Sentences about several fields together, by the id of their group on the page."""

    @classmethod
    def of(cls, fields: Mapping[str, Any], step: str, **hidden: Any) -> "StepForm":
        """Make the form of a step from the texts of a draft."""
        return cls(formdata=None, data=blank(fields, step) | hidden)

    def show(self, refusals: Mapping[str, Refused]) -> None:
        """Put what is to be put right beside its field."""
        self.tell({name: say(refusal) for name, refusal in refusals.items()})

    def tell(self, sentences: Mapping[str, str]) -> None:
        """Put sentences beside their fields; one about several fields stands with their group."""
        for name, sentence in sentences.items():
            field = self._fields.get(name) or self._fields.get(anchor_of(name))
            if field is not None:
                field.errors = [*field.errors, sentence]
            else:
                self.of_groups[name].append(sentence)

    def ask(self, names: Iterable[str]) -> None:
        """Note what the administration asks for: what may be left empty otherwise is not called optional here."""
        for name in names:
            if name in self._fields:
                self._fields[name].flags.asked = True

    def offer(self, specialties: Iterable[Any]) -> None:
        """Fill the choices that the network knows: rows with slug, name and whether it takes cases."""

    def speak_of_the_requester(self) -> None:
        """Ask about the requester, where somebody else writes in that name."""


class PatientForm(StepForm):
    """Who it is about, for which specialty, and the consent."""

    specialty = SelectField(_l("Especialidade"))
    patient_name = _line("patient_name", N_("Nome completo"))
    birth_date = _line("birth_date", N_("Data de nascimento"))
    age = _line("age", N_("Idade, em anos"))
    sex = _radio(N_("Sexo"), SEXES)
    cns = _line("cns", N_("CNS (cartão SUS)"))
    cpf = _line("cpf", N_("CPF"))
    mother_name = _line("mother_name", N_("Nome da mãe"))
    social_name = _line("social_name", N_("Nome social"))
    record_number = _line("record_number", N_("Número do prontuário"))
    phone = _line("phone", N_("Telefone, com DDD"))
    address = _line("address", N_("Endereço"))
    neighbourhood = _line("neighbourhood", N_("Bairro"))
    municipality = _line("municipality", N_("Município"))
    consent_given_by = _radio(N_("Quem consentiu"), CONSENT_GIVERS)
    consent_name = _line("consent_name", N_("Nome de quem consentiu pelo paciente"))
    consent_how = _radio(N_("Como foi dado"), CONSENT_WAYS)

    def offer(self, specialties: Iterable[Any]) -> None:
        self.specialty.choices = specialty_choices(specialties, _("Escolha"))


class ClinicalForm(StepForm):
    """The story, the examination, what the requester thinks and did."""

    complaint = _line("complaint", N_("Motivo, em uma linha"))
    subjective = _text("subjective", N_("História"))
    objective = _text("objective", N_("Exame físico e resultados"))
    blood_pressure = _line("blood_pressure", N_("Pressão, mmHg"))
    heart_rate = _line("heart_rate", N_("Freq. cardíaca, bpm"))
    respiratory_rate = _line("respiratory_rate", N_("Freq. respiratória, irpm"))
    temperature = _line("temperature", N_("Temperatura, °C"))
    saturation = _line("saturation", N_("Saturação, %"))
    glucose = _line("glucose", N_("Glicemia, mg/dL"))
    weight = _line("weight", N_("Peso, kg"))
    height = _line("height", N_("Altura, cm"))
    problems = ChosenField(_l("Problemas e diagnósticos"))
    assessment = _text("assessment", N_("Hipóteses e raciocínio"))
    plan = _text("plan", N_("Tratamento já feito e plano"))
    available = _text("available", N_("O que há na unidade"))


_KINDS = [
    SelectChoice("", _l("Tipo")),
    *(SelectChoice(str(kind), _l(KIND_WORDS[kind])) for kind in QuestionKind),
]
_PRIORITIES = dict[Any, str](PRIORITY_WORDS) | {EMERGENCY: N_("Risco de vida agora")}


class QuestionsForm(StepForm):
    """What is asked, how soon, and what the requester would do without an answer."""

    question_1 = _text("question_1", N_("Pergunta 1"))
    question_1_kind = SelectField(_l("Tipo da pergunta 1"), choices=_KINDS)
    question_2 = _text("question_2", N_("Pergunta 2"))
    question_2_kind = SelectField(_l("Tipo da pergunta 2"), choices=_KINDS)
    question_3 = _text("question_3", N_("Pergunta 3"))
    question_3_kind = SelectField(_l("Tipo da pergunta 3"), choices=_KINDS)
    priority = _radio(N_("Prioridade"), _PRIORITIES)
    priority_reason = _text("priority_reason", N_("Por que precisa de resposta mais cedo"))
    would_refer = _radio(N_("Sem a teleconsultoria, você encaminharia este paciente hoje?"), WOULD_REFER)
    would_refer_specialty = SelectField(_l("Para qual especialidade"))

    def offer(self, specialties: Iterable[Any]) -> None:
        self.would_refer_specialty.choices = specialty_choices(specialties, _("A mesma deste pedido"), every=True)

    def speak_of_the_requester(self) -> None:
        self.would_refer.label.text = _("Sem a teleconsultoria, o solicitante encaminharia este paciente hoje?")


def words_of_value(field: Field, value: Any, titles: Codes) -> str:
    """Return a value of the draft as the form shows it: the words of a choice, the titles of codes, or the text itself."""
    if isinstance(value, list):
        return ", ".join(label_of(str(one), titles) for one in value)
    for choice in (getattr(field, "choices", None) or ()) if value else ():
        code, words = (choice.value, choice.label) if isinstance(choice, SelectChoice) else choice
        if code == value:
            return str(words)
    return str(value)


FORMS: dict[str, type[StepForm]] = {"patient": PatientForm, "clinical": ClinicalForm, "questions": QuestionsForm}


def specialty_choices(rows: Iterable[Any], first: str, *, every: bool = False) -> Choices:
    """Return the choices of specialties in the reader's language: those that take cases, or every one."""
    named = [(in_language(row.name_pt, row.name_en), row) for row in by_name(rows) if every or row.teleconsult]
    return [("", first), *((row.slug, name if row.served else unserved_words(name)) for name, row in named)]


def unserved_words(name: str) -> str:
    """Return the name of a specialty in which nobody answers, as a choice: it is said before somebody waits in it."""
    return _("%(name)s (ninguém atende agora)", name=name)


class BeginForm(BaseForm):
    """A new request: its token makes the form sent twice one case."""

    token = HiddenField()
    linked = HiddenField()
    requester = SelectField(_l("Em nome de"), validate_choice=False)
    specialty = SelectField(_l("Especialidade"), validate_choice=False)

    def offer(self, specialties: Iterable[Any], requesters: Iterable[Any], *, own: bool) -> None:
        """Fill the choices; `own`: the person may ask in their own name."""
        self.specialty.choices = specialty_choices(specialties, _("Escolha"))
        named = [(row.ref, f"{row.title} {row.name} · {row.unit}".strip()) for row in requesters]
        self.requester.choices = [("", _("Mim mesmo") if own else _("Escolha o solicitante")), *named]

    def begin_with(self, **known: str) -> None:
        """Choose what the case that is continued says, where it can be chosen."""
        for name, value in known.items():
            field: Any = self[name]
            if value in {key for key, _label in field.choices}:
                field.data = value


class SendForm(BaseForm):
    """What is sent: the case and the draft as they were reviewed."""

    version = HiddenField()
    draft_version = HiddenField()


class MatchForm(BaseForm):
    """Whose record it is."""

    draft_version = HiddenField()
    choice = RadioField(_l("É a mesma pessoa?"), validate_choice=False)
