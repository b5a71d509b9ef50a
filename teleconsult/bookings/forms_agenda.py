"""Forms of the agenda."""

import re
from datetime import date, time
from typing import Any

from wtforms import BooleanField, IntegerField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its stubs are of an older release
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from teleconsult import clock
from teleconsult.bookings.allowance import WEEKDAYS
from teleconsult.bookings.steps import ABSENCES
from teleconsult.errors import Refused
from teleconsult.shifts.fields import CalendarDay
from teleconsult.typed import read_day_near
from teleconsult.web import BaseForm, _l, say
from teleconsult.web.dates import HourField
from teleconsult.web.messages import gettext as _
from teleconsult.web.words import local

_APART = re.compile(r"[,;\n]|\s(?:e|and)\s")


def _days_apart(text: str) -> list[str]:
    """Return the days of a list as they were typed; where spaces alone part them, none has one within."""
    parts = [part.strip() for part in _APART.split(text) if part.strip()]
    return [word for part in parts for word in (part.split() if re.fullmatch(r"[\d/.\-\s]+", part) else [part])]


class PublishForm(BaseForm):
    """A session of a specialist, once or each week on some weekdays until a day."""

    specialty = SelectField(_l("Especialidade"), [InputRequired(_l("Escolha a especialidade."))])
    specialist = SelectField(_l("Especialista"), default="")
    specialist_name = StringField(_l("Nome de quem não tem conta aqui"), [Length(max=120)])
    unit = SelectField(_l("Unidade"), [InputRequired(_l("Escolha a unidade."))])
    room = StringField(_l("Sala"), [Length(max=60)])
    first_day = CalendarDay(_l("Dia"), [InputRequired(_l("Informe o dia."))])
    starts = HourField(_l("Começa às"), [InputRequired(_l("Informe a hora."))])
    slot_minutes = IntegerField(
        _l("Minutos por consulta"), [InputRequired(_l("Escreva um número inteiro.")), NumberRange(5, 240)], default=30
    )
    first = IntegerField(
        _l("Primeiras consultas"), [InputRequired(_l("Escreva um número inteiro.")), NumberRange(0, 60)], default=6
    )
    returns = IntegerField(
        _l("Retornos"), [InputRequired(_l("Escreva um número inteiro.")), NumberRange(0, 60)], default=2
    )
    repeats = BooleanField(_l("Repete toda semana"))
    weekdays = SelectMultipleField(
        _l("Nos dias"), coerce=int, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    until = CalendarDay(_l("Até"))
    without = StringField(_l("Menos nos dias"), [Length(max=600)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.weekdays.choices = [SelectChoice(n, _(word)) for n, word in enumerate(WEEKDAYS)]

    def validate_until(self, field: CalendarDay) -> None:
        """Ask for the last day of what repeats."""
        if self.repeats.data and not field.data:
            raise ValidationError(str(_("Diga até que dia a agenda se repete.")))

    def validate_weekdays(self, field: SelectMultipleField) -> None:
        """Ask for the weekdays of what repeats."""
        if self.repeats.data and not field.data:
            raise ValidationError(str(_("Marque ao menos um dia da semana.")))

    def validate_specialist_name(self, field: StringField) -> None:
        """Ask who attends: somebody of the list, or a name."""
        if not self.specialist.data and not field.data:
            raise ValidationError(str(_("Escolha o especialista, ou escreva o nome.")))

    def validate_without(self, _field: StringField) -> None:
        """Hold each exception to a date."""
        try:
            self.exceptions()
        except Refused as refusal:
            raise ValidationError(say(refusal)) from refusal

    def exceptions(self) -> frozenset[date]:
        """Return the days that are left out, one after the other: '8/12, 15/12 e 22 de dezembro'."""
        near = self.first_day.data or local(clock.now()).date()
        return frozenset(read_day_near(word, near, "without") for word in _days_apart(self.without.data or ""))

    def minute(self) -> int:
        """Return the minute of the day at which it starts."""
        at = self.starts.data or time()
        return at.hour * 60 + at.minute


def _why() -> StringField:
    return StringField(_l("Motivo"), [DataRequired(_l("Escreva o motivo.")), Length(max=300)])


class WhyForm(BaseForm):
    """A reason, and nothing else."""

    why = _why()


class MoveSessionForm(BaseForm):
    """Another day or hour of a session, and why: in the order of its page, which is that of what it complains of."""

    day = CalendarDay(_l("Novo dia"), [InputRequired(_l("Informe o dia."))])
    starts = HourField(_l("Começa às"), [InputRequired(_l("Informe a hora."))])
    why = _why()

    def minute(self) -> int:
        """Return the minute of the day at which it starts."""
        at = self.starts.data or time()
        return at.hour * 60 + at.minute


class MissForm(BaseForm):
    """Why a patient did not come, as far as anybody knows."""

    cause = SelectField(_l("Por que faltou"), default="unknown")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cause.choices = [SelectChoice(cause, _(word)) for cause, word in ABSENCES.items()]
