"""Forms of the managers' screens of hours."""

from typing import Any

from wtforms import HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its stubs are of an older release
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.widgets import TextInput

from teleconsult.credits.rules import INSIDE_WORDS, LIMITS
from teleconsult.errors import N_, Refused
from teleconsult.shifts.fields import CalendarDay
from teleconsult.typed import read_minutes, read_number
from teleconsult.web import BaseForm, VersionedForm, _l, say
from teleconsult.web.messages import gettext as _

WHOLE = _l("Escreva um número inteiro.")


def whole(label: str, missing: str = WHOLE) -> IntegerField:
    """Return a field for a whole number, which says so when something else is written; `missing` when nothing is."""
    # The stubs are of an older release.
    return IntegerField(label, [InputRequired(missing)], invalid_value_message=WHOLE)  # type: ignore[call-arg]


class RulesForm(VersionedForm):
    """The next version of the rules."""

    begins_on = CalendarDay(_l("Começa a valer em"), [InputRequired(_l("Escreva o dia em que as regras começam."))])
    opinion = whole(_l("Parecer, em minutos"))
    ask = whole(_l("Pedido de informação, em minutos"))
    counter_referral = whole(_l("Contrarreferência, em minutos"))
    given = whole(_l("Atividade ministrada, por cento do tempo"))
    education = whole(_l("Atividade assistida, por cento do tempo"))
    inside = SelectField(_l("Trabalho feito num turno: quem paga é"))
    round_to = whole(_l("Turno: arredondar a cada, em minutos"))
    grace = whole(_l("Turno: tolerância na entrada e na saída, em minutos"))
    cap_shift = whole(_l("Limite por turno, em minutos (0: nenhum)"))
    cap_day = whole(_l("Limite por dia, em minutos (0: nenhum)"))
    cap_month = whole(_l("Limite por mês, em minutos (0: nenhum)"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.inside.choices = [SelectChoice(value, _(word)) for value, word in INSIDE_WORDS.items()]

    def amounts(self) -> dict[str, Any]:
        """Return what the rules check."""
        return {name: self[name].data for name in (*LIMITS, "inside")}


class FactorForm(BaseForm):
    """How many points of the career plan an hour is worth from a day on."""

    begins_on = CalendarDay(_l("Vale a partir de"), [InputRequired(_l("Escreva o dia em que o fator começa."))])
    factor = StringField(_l("Pontos por hora"), [DataRequired(_l("Escreva quantos pontos vale uma hora."))])

    def thousandths(self) -> int:
        """Return the factor in thousandths.

        Raises:
            Refused: it is no number, or has more than three places.
        """
        number = read_number(self.factor.data or "", "factor") * 1000
        if number != int(number):
            raise Refused(N_("Use no máximo três casas depois da vírgula."), "factor")
        return int(number)


class LengthField(IntegerField):
    """A length of time in minutes, also typed as hours: a '3' that meant three hours would take the rest away."""

    widget = TextInput()

    def process_formdata(self, valuelist: Any) -> None:
        """Read what was typed."""
        text = " ".join(valuelist or ()).strip()
        self.raw_data, self.data = [text], None
        try:
            self.data = read_minutes(text, self.name) if text else None
        except Refused as refusal:
            raise ValueError(say(refusal)) from refusal


class CorrectionForm(BaseForm):
    """What a line should be worth, and why."""

    minutes = LengthField(_l("Quantos minutos o lançamento deve valer"), [InputRequired(WHOLE)])
    why = TextAreaField(_l("Motivo"), [DataRequired(_l("Escreva o motivo.")), Length(max=1000)])


class AnswerForm(VersionedForm):
    """The answer to a dispute: accepted with the right minutes, or declined."""

    minutes = StringField(_l("Se aceitar, quantos minutos o lançamento passa a valer"))
    answer = TextAreaField(_l("Resposta"), [DataRequired(_l("Escreva a resposta.")), Length(max=1000)])
    decision = HiddenField()


class CloseForm(BaseForm):
    """Closing a month for good."""
