"""The forms of a shift: one that is laid, one that is changed, one that is taken off the calendar."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from wtforms import (
    BooleanField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its stubs are of an older release
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from teleconsult.shifts.actions.rooms import MOST_WORKSTATIONS
from teleconsult.shifts.attendance import EARLY
from teleconsult.shifts.calendar import DAY
from teleconsult.shifts.fields import CalendarDay
from teleconsult.shifts.models import Room, Shift
from teleconsult.shifts.rules import EVERY, rule_of
from teleconsult.shifts.words import WEEKDAYS
from teleconsult.web import BaseForm, VersionedForm, _l
from teleconsult.web.dates import HourField
from teleconsult.web.messages import gettext as _
from teleconsult.web.words import in_language


class Wanted(NamedTuple):
    """Who is wanted on a shift, and for which specialty, by their public names."""

    person: str
    specialty: str


def minute_of(value: time | None) -> int:
    """Return a time as a minute of its day."""
    return 0 if value is None else value.hour * 60 + value.minute


def time_of(minutes: int) -> time:
    """Return a minute of a day as a time; past midnight it begins again."""
    return time(minutes // 60 % 24, minutes % 60)


class WhoMixin(BaseForm):
    """Who sits there. The fields of a form are in the order in which this module names them, which is that of its page."""

    who = SelectField(_l("Consultor e especialidade"), validate_choice=False)


class WhereMixin(BaseForm):
    """The room of a shift."""

    room = SelectField(_l("Sala"))


class WhenMixin(BaseForm):
    """The day and the hours of a shift, as the clock on the wall of its room shows them."""

    day = CalendarDay(_l("Dia"), [InputRequired(_l("Diga em que dia."))])
    starts = HourField(_l("Começa às"), [InputRequired(_l("Diga a que horas começa."))])
    ends = HourField(_l("Termina às"), [InputRequired(_l("Diga a que horas termina."))])
    workstation = IntegerField(
        _l("Estação"),
        [Optional(), NumberRange(1, MOST_WORKSTATIONS, _l("Escreva o número da estação, ou deixe em branco."))],
    )
    next_day = BooleanField(_l("Termina no dia seguinte"))

    def validate_ends(self, field: HourField) -> None:
        """Hold the end to come after the start; past midnight is said on purpose."""
        if self.starts.data is not None and field.data is not None and self.minutes() <= 0:
            raise ValidationError(
                _("O fim vem antes do início. Se o turno passa da meia-noite, marque que termina no dia seguinte.")
            )

    def minutes(self) -> int:
        """Return the length of the shift."""
        return minute_of(self.ends.data) - minute_of(self.starts.data) + (DAY if self.next_day.data else 0)

    def placed(self) -> dict[str, Any]:
        """Return the time and place as the actions take them, but for the room."""
        return {
            "day": self.day.data,
            "starts": minute_of(self.starts.data),
            "minutes": self.minutes(),
            "workstation": self.workstation.data,
        }


class ShiftForm(WhoMixin, WhereMixin, WhenMixin):
    """A shift that is laid, once or again and again."""

    every = SelectField(_l("Repete"), default="")
    weekdays = SelectMultipleField(
        _l("Nos dias"), coerce=int, widget=ListWidget(), option_widget=CheckboxInput(), default=()
    )
    until = CalendarDay(_l("Até o dia"))

    def __init__(self, *args: Any, rooms: Sequence[Room], consultants: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.room.choices = [SelectChoice(room.slug, room.name) for room in rooms]
        self.who.choices = [SelectChoice("", _("Escolha")), *(_who(row) for row in consultants)]
        self.every.choices = [
            SelectChoice("", _("Não repete")),
            *(SelectChoice(key, _(word)) for key, word in EVERY.items()),
        ]
        self.weekdays.choices = [SelectChoice(day, _(word)) for day, word in enumerate(WEEKDAYS)]

    def validate_who(self, field: SelectField) -> None:
        """Hold to somebody who holds the specialty; it may have been taken away while the form was filled in."""
        if not field.data:
            raise ValidationError(_("Escolha quem atende e em que especialidade."))
        if field.data not in {value for value, *_rest in field.iter_choices()}:
            raise ValidationError(_("Essa pessoa não atende nessa especialidade. Escolha na lista."))

    def validate_until(self, field: CalendarDay) -> None:
        """Hold a shift that comes again to an end."""
        if self.every.data and field.data is None and not field.errors:
            raise ValidationError(_("Um turno que se repete precisa de um último dia."))

    def wanted(self) -> Wanted:
        """Return whom and for what."""
        person, _sep, specialty = str(self.who.data).partition(" ")
        return Wanted(person, specialty)

    def whose(self) -> str:
        """Return the words of who was chosen."""
        return next((label for value, label, *_rest in self.who.iter_choices() if value == self.who.data), "")

    def rule(self) -> str:
        """Return the rule of what comes again; '' for a single shift."""
        first: date = self.day.data  # type: ignore[assignment]  # required
        return rule_of(self.every.data, self.weekdays.data or [], first) if self.every.data else ""


def _who(row: Any) -> SelectChoice:
    name = f"{row.title} {row.name}".strip()
    specialty = in_language(row.name_pt, row.name_en)
    return SelectChoice(f"{row.ref} {row.slug}", _("%(name)s, %(specialty)s", name=name, specialty=specialty))


class ChangeForm(WhereMixin, WhenMixin, VersionedForm):
    """A shift that stands on the calendar, put elsewhere."""

    def __init__(self, *args: Any, rooms: Sequence[Room], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.room.choices = [SelectChoice(room.slug, room.name) for room in rooms]


class WhyForm(VersionedForm):
    """Why something is taken off the calendar; the person is told."""

    why = TextAreaField(_l("Motivo"), [DataRequired(_l("Escreva o motivo.")), Length(max=300)])


class AttendanceForm(VersionedForm):
    """When somebody came to a shift that is over, and when they left, by the clock on the wall of its room."""

    came = HourField(_l("Chegou às"), [InputRequired(_l("Diga a que horas chegou."))])
    left = HourField(_l("Saiu às"), [InputRequired(_l("Diga a que horas saiu."))])
    why = TextAreaField(_l("Motivo"), [DataRequired(_l("Escreva o motivo.")), Length(max=300)])

    def moments(self, shift: Shift) -> tuple[datetime, datetime]:
        """Return both as moments: the first such hour from half an hour before the shift on, and the one after it."""
        zone = ZoneInfo(shift.room.zone)
        came = _first_such(self.came.data or time(), shift.starts_at - EARLY, zone)
        return came, _first_such(self.left.data or time(), came, zone)


def _first_such(hour: time, since: datetime, zone: ZoneInfo) -> datetime:
    here = since.astimezone(zone)
    found = datetime.combine(here.date(), hour, zone)
    return found if found >= here else datetime.combine(here.date() + timedelta(days=1), hour, zone)


class CopyForm(BaseForm):
    """Some weeks laid again later: how many, and into which."""

    weeks = RadioField(_l("O que copiar"), default="1")
    to = CalendarDay(_l("A partir da semana do dia"), [InputRequired(_l("Diga para qual semana."))])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.weeks.choices = [("1", _("Esta semana")), ("4", _("Quatro semanas, a partir desta"))]
