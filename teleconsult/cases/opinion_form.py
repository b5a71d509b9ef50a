"""The form of an opinion, and what of it is kept while it is written.

A draft is kept as it was typed: `answer_<number>` for each question that is still open, the other texts by
their names, `diagnoses` as a list of values of `draft_problems`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Protocol

from flask_babel import get_locale
from wtforms import Field, RadioField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import DataRequired, Length
from wtforms.widgets import TextInput

from teleconsult.cases.actions import Written
from teleconsult.cases.draft_problems import codes_in, label_of, read_problem, write_problem
from teleconsult.cases.forms_moves import LONG, SHORT, MoveForm, Within
from teleconsult.cases.models_opinion import Opinion
from teleconsult.cases.request import Problem
from teleconsult.coding.search import titles_of
from teleconsult.errors import Refused
from teleconsult.web import _l, say
from teleconsult.web.messages import gettext

ANSWER, CONCLUDE = "answer", "conclude"
TEXTS = ("reasoning", "conduct", "red_flags", "when_to_refer", "sources", "decision")
MAX_DIAGNOSES = 10


class Asked(Protocol):
    """One question that the opinion answers."""

    @property
    def number(self) -> int: ...


class ChosenField(Field):
    """Values chosen in macros/combo.html, in their order, each once."""

    widget = TextInput()

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Keep what was posted, without the blanks."""
        self.data = list(dict.fromkeys(value for value in valuelist if value.strip()))


class OpinionForm(MoveForm):
    """Everything of an opinion but the answers, which `opinion_form` adds by the numbers of the questions."""

    reasoning = TextAreaField(_l("Por quê"), [Within(LONG)])
    diagnoses = ChosenField(_l("Diagnóstico"))
    conduct = TextAreaField(_l("Conduta"), [DataRequired(_l("Escreva a conduta.")), Within(LONG)])
    red_flags = TextAreaField(_l("Sinais de alerta"), [Within(LONG)])
    when_to_refer = TextAreaField(_l("Quando encaminhar"), [Within(LONG)])
    sources = TextAreaField(_l("Referências"), [Within(LONG)])
    decision = RadioField(
        _l("Decisão"),
        choices=[
            SelectChoice(ANSWER, _l("Responder e deixar aberto a novas dúvidas")),
            SelectChoice(CONCLUDE, _l("Responder e concluir")),
        ],
        default=ANSWER,
    )

    problems: tuple[Problem, ...] = ()

    def __iter__(self) -> Iterator[Field]:
        """Return the fields in the order of the page: what was asked is answered first, but for why one corrects."""
        first = {"why": 0}
        first |= {name: 1 for name in self._fields if name.startswith("answer_")}
        return iter(sorted(self._fields.values(), key=lambda field: first.get(field.name, 2)))

    def validate_diagnoses(self, field: Any) -> None:
        """Read the diagnoses; to conclude, one is needed."""
        codes = titles(field.data or ())
        try:
            self.problems = tuple(read_problem(value, codes) for value in field.data or ())
        except Refused as refusal:
            raise ValidationError(say(refusal)) from refusal
        if len(self.problems) > MAX_DIAGNOSES:
            raise ValidationError(_l("Escolha no máximo %(limit)d diagnósticos.", limit=MAX_DIAGNOSES))
        if not self.problems and self.decision.data == CONCLUDE:
            raise ValidationError(_l("Para concluir, informe o diagnóstico, com código ou em palavras."))

    def validate_red_flags(self, field: Any) -> None:
        """An opinion that leaves the patient with the unit says when to seek help."""
        if not field.data and self.decision.data != CONCLUDE:
            raise ValidationError(_l("Escreva os sinais de alerta."))

    def written(self, asked: Iterable[Asked]) -> Written:
        """Return the opinion of a valid form."""
        return Written(
            answers={question.number: self[f"answer_{question.number}"].data for question in asked},
            conduct=self.conduct.data or "",
            red_flags=self.red_flags.data or "",
            reasoning=self.reasoning.data or "",
            diagnoses=self.problems,
            when_to_refer=self.when_to_refer.data or "",
            sources=self.sources.data or "",
        )


class CorrectionForm(OpinionForm):
    """A new edition of an opinion, and why."""

    why = TextAreaField(
        _l("O que mudou, e por quê"), [DataRequired(_l("Diga o que mudou, e por quê.")), Length(max=SHORT)]
    )


@lru_cache(maxsize=64)
def opinion_form(numbers: tuple[int, ...], base: type[OpinionForm] = OpinionForm) -> type[OpinionForm]:
    """Return the form of an opinion on the questions with these numbers."""
    needed = DataRequired(_l("Responda a esta pergunta."))
    fields = {
        f"answer_{number}": TextAreaField(_l("Resposta %(number)d", number=number), [needed, Within(LONG)])
        for number in numbers
    }
    return type("OpinionFormOf", (base,), fields)


def name_answers(form: Any, words: Mapping[int, str] | None = None) -> None:
    """Name each answer of a form after the question it is to; `words` are those of the questions, where they may be shown."""
    for name, field in form._fields.items():
        if name.startswith("answer_"):
            number = int(name[7:])
            label = gettext("Resposta à pergunta %(number)d", number=number)
            field.label.text = f"{label}: {words[number]}" if words and number in words else label


def titles(values: Iterable[str]) -> dict[tuple[str, str], str]:
    """Return the titles of the codes among chosen values, in the reader's language."""
    found = codes_in({"problems": list(values)})
    return titles_of(found, str(get_locale())) if found else {}


def chosen(values: Sequence[str]) -> list[dict[str, str]]:
    """Return chosen values as macros/combo.html shows them."""
    codes = titles(values)
    return [{"value": value, "label": label_of(value, codes)} for value in values]


def typed(posted: Any, numbers: Iterable[int]) -> dict[str, Any]:
    """Return what was typed of an opinion, to be kept as it is."""
    names = [*(f"answer_{number}" for number in numbers), *TEXTS]
    kept: dict[str, Any] = {name: posted.get(name, "") for name in names}
    kept["diagnoses"] = [value for value in posted.getlist("diagnoses") if value.strip()]
    return kept


def from_draft(fields: Mapping[str, Any], numbers: Iterable[int]) -> dict[str, Any]:
    """Return what a draft holds for a form, without what no question asks any more."""
    wanted = {*(f"answer_{number}" for number in numbers), *TEXTS, "diagnoses"}
    return {name: value for name, value in fields.items() if name in wanted and value}


def from_earlier(opinion: Opinion) -> dict[str, Any]:
    """Return what an opinion on an earlier round offers to the next: what holds for the patient, not for the question."""
    values = from_opinion(opinion)
    return {name: values[name] for name in ("diagnoses", "conduct", "red_flags", "when_to_refer") if values[name]}


def from_opinion(opinion: Opinion) -> dict[str, Any]:
    """Return what an opinion holds for the form that corrects it."""
    values: dict[str, Any] = {name: getattr(opinion, name) for name in TEXTS}
    values |= {f"answer_{answer.question.number}": answer.text for answer in opinion.answers}
    values["diagnoses"] = [write_problem(Problem(d.title, d.system, d.code)) for d in opinion.diagnoses]
    return values
