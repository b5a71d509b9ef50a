"""The forms of the outcome survey: every answer is words, and what is left out was not informed."""

from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import Length, Optional

from teleconsult.cases import outcome
from teleconsult.errors import N_
from teleconsult.web import BaseForm, _l


def _one_of(label: str, words: dict[str, str]) -> RadioField:
    choices = [SelectChoice(value, _l(word)) for value, word in words.items()]
    return RadioField(_l(label), [Optional()], choices=choices, default=None)


class OutcomeForm(BaseForm):
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


class LaterForm(BaseForm):
    """The later question."""

    followed = _one_of(N_("A orientação foi seguida?"), outcome.FOLLOWED)
    result = TextAreaField(_l("O que aconteceu com o paciente"), [Length(max=2000)])
