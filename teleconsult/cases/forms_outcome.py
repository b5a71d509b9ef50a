"""The forms of the outcome survey: every answer is words, and what is left out was not informed."""

from collections.abc import Mapping
from typing import Any

from wtforms import HiddenField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import Length, Optional

from teleconsult.cases import outcome
from teleconsult.cases.forms_request import words_of_value
from teleconsult.errors import N_
from teleconsult.web import BaseForm, _l
from teleconsult.web.messages import gettext as _


def _one_of(label: str, words: dict[str, str]) -> RadioField:
    choices = [SelectChoice(value, _l(word)) for value, word in words.items()]
    return RadioField(_l(label), [Optional()], choices=choices, default=None)


class AskingForm(BaseForm):
    """Questions of which any may be left out, but not all: an empty sheet would count as answered, and nobody would ask again.

    `seen` says which answers the page showed: given since then, by another window or person, they are not wiped.
    """

    seen = HiddenField()

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for one answer at least; "not informed", where somebody chooses it, is one."""
        content = super().validate(extra_validators)
        if any(field.data for field in self if isinstance(field, (RadioField, TextAreaField))):
            return content
        first = next(field for field in self if isinstance(field, RadioField))
        first.errors = [*first.errors, str(_("Nenhuma pergunta tem resposta. Responda ao menos uma."))]
        return False

    def join(self, there: Mapping[str, str]) -> dict[str, str]:
        """Take over what was answered elsewhere and is open here; return, in words, what was answered otherwise in both."""
        apart = {}
        for name, value in there.items():
            if value in ("", outcome.NOT_INFORMED) or self[name].data == value:
                continue
            if self[name].data:
                apart[name] = words_of_value(self[name], value, {})
            else:
                self[name].data = value
        return apart


class OutcomeForm(AskingForm):
    """The survey; what is left out was not informed."""

    satisfaction = _one_of(N_("Satisfação com a resposta"), outcome.SATISFACTION)
    doubt = _one_of(N_("A dúvida foi resolvida?"), outcome.DOUBT)
    referral = _one_of(N_("E o encaminhamento?"), outcome.REFERRAL)
    conduct = _one_of(N_("A conduta mudou?"), outcome.CONDUCT)
    comment = TextAreaField(_l("Comentário"), [Length(max=1000)])

    def survey(self) -> outcome.Survey:
        """Return the answers."""
        told = self.satisfaction.data
        return outcome.Survey(
            satisfaction=int(told) if told and told != outcome.NOT_INFORMED else None,
            doubt=self.doubt.data or outcome.NOT_INFORMED,
            referral=self.referral.data or outcome.NOT_INFORMED,
            conduct=self.conduct.data or outcome.NOT_INFORMED,
            comment=self.comment.data or "",
        )


class LaterForm(AskingForm):
    """The later question."""

    followed = _one_of(N_("A orientação foi seguida?"), outcome.FOLLOWED)
    result = TextAreaField(_l("O que aconteceu com o paciente"), [Length(max=2000)])
