"""The forms of the moves: one class per thing that a move carries. Field names are those of the rules' refusals."""

from functools import lru_cache
from typing import Any

from wtforms import (
    BooleanField,
    FieldList,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import DataRequired, InputRequired, Length

from teleconsult.cases.actions import UNSEEN_CAUSES
from teleconsult.cases.clocks import PRIORITY_WORDS
from teleconsult.cases.draft_fields import RETURNABLE
from teleconsult.errors import N_
from teleconsult.web import VersionedForm
from teleconsult.web.dates import DayField
from teleconsult.web.forms import _l

LONG = 10_000
SHORT = 1_000
NOTE = 500
SPARE_ROWS = 3
MOST_ROWS = 30
"""Of an address; the button gives more."""


class Within(Length):
    """A limit that is far away: it is held, and said only when it is passed."""

    def __init__(self, limit: int) -> None:
        super().__init__(max=limit)
        self.field_flags = {}


def _limit(limit: int) -> Length:
    return Within(limit) if limit >= LONG else Length(max=limit)


def _said(label: str, missing: str, limit: int = SHORT) -> TextAreaField:
    return TextAreaField(_l(label), [DataRequired(_l(missing)), _limit(limit)])


def _why() -> TextAreaField:
    return _said(N_("Motivo"), N_("Escreva o motivo."))


class MoveForm(VersionedForm):
    """A move of one case: the version it was based on, and the number of the last event that was shown."""

    seen = HiddenField()


class WhyForm(MoveForm):
    """Moves that carry their reason and nothing else."""

    why = _why()


class ReturnForm(MoveForm):
    """What is missing, field by field; a field left empty is not missing."""

    note = TextAreaField(_l("Recado para a unidade"), [Length(max=NOTE)])

    def missing(self) -> dict[str, str]:
        """Return field → what to do about it, for the fields that were written on."""
        found = {name: self._fields[f"missing_{name}"].data or "" for name in RETURNABLE}
        return {name: words for name, words in found.items() if words}


for _name, _label in RETURNABLE.items():
    setattr(ReturnForm, f"missing_{_name}", TextAreaField(_l(_label), [Length(max=NOTE)]))


class RedirectForm(MoveForm):
    """Another specialty, and why."""

    specialty = SelectField(_l("Especialidade"), [InputRequired(_l("Escolha a especialidade."))])
    why = _why()


class ReprioritiseForm(MoveForm):
    """Another priority, and why."""

    priority = RadioField(_l("Prioridade"), [InputRequired(_l("Escolha a prioridade."))])
    why = _why()


class AssignForm(MoveForm):
    """A consultant, and why this one."""

    # Who is not among the choices any more: the action says by name why not.
    consultant = RadioField(_l("Consultor"), [InputRequired(_l("Escolha o consultor."))], validate_choice=False)
    why = _said(N_("Por que este consultor"), N_("Escreva o motivo."))


class HandOverForm(MoveForm):
    """Another requester of the unit."""

    requester = RadioField(
        _l("Novo solicitante"), [InputRequired(_l("Escolha quem passa a responder pelo caso."))], validate_choice=False
    )


class AskForm(MoveForm):
    """The list of exams and data that are asked for; empty rows are left out."""

    items = FieldList(
        StringField(_l("Exame ou informação"), [Length(max=300)]), _l("O que você precisa"), min_entries=SPARE_ROWS
    )
    note = TextAreaField(_l("Recado para a unidade"), [Length(max=SHORT)])

    def wanted(self) -> list[str]:
        """Return the rows that were written on."""
        return [row.data for row in self.items.entries if row.data]


class AddForm(MoveForm):
    """A message to the other side."""

    message = _said(N_("Mensagem"), N_("Escreva a mensagem, ou só envie arquivos."), LONG)


class FollowUpForm(MoveForm):
    """The question that is asked again."""

    question = _said(N_("Sua dúvida"), N_("Escreva a pergunta."))


class EscalateForm(MoveForm):
    """The referral to an in-person visit."""

    specialty = SelectField(_l("Especialidade"), [InputRequired(_l("Escolha a especialidade."))])
    priority = RadioField(_l("Prioridade"), [InputRequired(_l("Escolha a prioridade."))])
    justification = _said(N_("Justificativa do encaminhamento"), N_("Escreva a justificativa."), LONG)
    diagnosis = TextAreaField(_l("Diagnóstico"), [Length(max=SHORT)])
    bring = _said(N_("O que o paciente deve levar"), N_("Diga o que o paciente deve levar."))


class CloseUnseenForm(MoveForm):
    """Why no visit happened."""

    cause = RadioField(_l("Por que a consulta não aconteceu"), [InputRequired(_l("Escolha um dos motivos da lista."))])
    note = TextAreaField(_l("Observação"), [Length(max=SHORT)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cause.choices = [(cause, _l(words)) for cause, words in UNSEEN_CAUSES.items()]


class CounterReferForm(MoveForm):
    """The lower half of the referral sheet (forms.md, 2), and when and by whom the patient was seen."""

    attended_on = DayField(_l("Data do atendimento"), [InputRequired(_l("Informe a data do atendimento."))], near=True)
    earlier = BooleanField(_l("O paciente foi atendido antes de o encaminhamento ser feito aqui"))
    attended_by = StringField(
        _l("Quem atendeu"), [DataRequired(_l("Informe o nome do especialista.")), Length(max=120)]
    )
    diagnosis = _said(N_("Diagnóstico"), N_("Escreva o diagnóstico."))
    opinion = _said(N_("Parecer médico ou odontológico"), N_("Escreva o parecer."), LONG)
    conduct = _said(N_("Conduta adotada"), N_("Escreva a conduta."), LONG)
    returns = RadioField(
        _l("Retorno ao especialista após confirmação diagnóstica"),
        [InputRequired(_l("Diga se o paciente volta ao especialista."))],
        choices=[SelectChoice("no", _l("Não")), SelectChoice("yes", _l("Sim"))],
    )
    return_when = StringField(_l("Em quanto tempo, por exemplo 60 dias ou 6 meses"), [Length(max=60)])

    def leave_to_the_sheet(self) -> None:
        """Let what the scanned sheet holds be left empty."""
        for name in ("diagnosis", "opinion", "conduct"):
            self[name].validators = [check for check in self[name].validators if not isinstance(check, DataRequired)]
            self[name].flags.required = None


class OpenForm(MoveForm):
    """Why a manager opens the clinical content."""

    why = TextAreaField(_l("Motivo"), [Length(max=SHORT)])


def priority_choices(*, but: str = "") -> list[tuple[str, str]]:
    """Return the priorities with their words; one can be left out."""
    return [(value, _l(words)) for value, words in PRIORITY_WORDS.items() if value != but]


@lru_cache(maxsize=64)
def supply_form(numbers: tuple[int, ...]) -> type[MoveForm]:
    """Return the form that answers the items with these numbers: `answer_<number>` or `why_not_<number>`.

    `shown_<number>` marks what its page showed of an item (supplying.py).
    """
    fields: dict[str, Any] = {}
    for number in numbers:
        fields[f"answer_{number}"] = TextAreaField(_l("Resposta"), [Within(LONG)])
        fields[f"shown_{number}"] = HiddenField()
        fields[f"why_not_{number}"] = StringField(_l("Ou por que não foi possível"), [Length(max=SHORT)])
    return type("SupplyForm", (MoveForm,), fields)
