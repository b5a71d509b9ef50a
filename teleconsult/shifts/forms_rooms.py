"""The forms of rooms and holidays."""

from collections.abc import Sequence
from typing import Any

from wtforms import IntegerField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its stubs are of an older release
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, ValidationError

from config import ZONES
from teleconsult import clock
from teleconsult.errors import Refused
from teleconsult.shifts import openings
from teleconsult.shifts.actions.rooms import MOST_WORKSTATIONS
from teleconsult.shifts.fields import CalendarDay
from teleconsult.shifts.models import Room
from teleconsult.shifts.words import ROOM_KINDS, WEEKDAYS
from teleconsult.web import BaseForm, VersionedForm, _l, say
from teleconsult.web.messages import gettext as _


class OpeningField(StringField):
    """When a room is open on one weekday, as people write it: '8:00–12:00, 13:00–21:00'."""

    def spans(self) -> list[tuple[int, int]]:
        """Return from which minute to which; past 1440 on the next day."""
        return openings.read(self.data or "")

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002 (WTForms' signature)
        """Hold what was written to what can be read."""
        try:
            self.spans()
        except Refused as refusal:
            raise ValidationError(say(refusal)) from refusal


def _opening(word: str) -> Any:
    return OpeningField(_l(word), [Length(max=120)])


class RoomForm(VersionedForm):
    """A room: what it is called, how many it takes, when it is open."""

    name = StringField(_l("Nome"), [DataRequired(_l("Escreva o nome da sala.")), Length(max=120)])
    kind = SelectField(_l("Para quê"))
    unit = SelectField(_l("Unidade"))
    workstations = IntegerField(
        _l("Estações de trabalho"),
        [InputRequired(_l("Diga quantas pessoas cabem ao mesmo tempo.")), NumberRange(1, MOST_WORKSTATIONS)],
        default=1,
    )
    zone = SelectField(
        _l("Fuso horário"),
        choices=[SelectChoice(zone, zone.replace("_", " ")) for zone in ZONES],
        default=lambda: clock.home().key,
    )
    day_0 = _opening(WEEKDAYS[0])
    day_1 = _opening(WEEKDAYS[1])
    day_2 = _opening(WEEKDAYS[2])
    day_3 = _opening(WEEKDAYS[3])
    day_4 = _opening(WEEKDAYS[4])
    day_5 = _opening(WEEKDAYS[5])
    day_6 = _opening(WEEKDAYS[6])

    def __init__(self, *args: Any, units: Sequence[Any], room: Room | None = None, **kwargs: Any) -> None:
        super().__init__(*args, data=_present(room) if room else None, **kwargs)
        self.kind.choices = [SelectChoice(value, _(word)) for value, word in ROOM_KINDS.items()]
        self.unit.choices = [SelectChoice(unit.slug, unit.name) for unit in units]
        if room is not None:  # what a room is for, and whose it is, never changes
            del self.kind
            del self.unit

    @property
    def week(self) -> list[Any]:
        """Return the fields of the weekdays, Monday first."""
        return [self[f"day_{day}"] for day in range(len(WEEKDAYS))]

    def hours(self) -> list[tuple[int, int, int]]:
        """Return weekday, opening and closing, as the actions take them."""
        return [(day, opens, closes) for day, field in enumerate(self.week) for opens, closes in field.spans()]

    def values(self) -> dict[str, Any]:
        """Return what both opening and changing a room take."""
        return {
            "name": self.name.data,
            "workstations": self.workstations.data,
            "zone": self.zone.data,
            "hours": self.hours(),
        }


def _present(room: Room) -> dict[str, Any]:
    spans: dict[int, list[tuple[int, int]]] = {}
    for row in room.hours:
        spans.setdefault(row.weekday, []).append((row.opens, row.closes))
    return {
        "version": room.version,
        "name": room.name,
        "workstations": room.workstations,
        "zone": room.zone,
        **{f"day_{day}": openings.written(each) for day, each in spans.items()},
    }


class HolidayForm(BaseForm):
    """A holiday of one's own."""

    day = CalendarDay(_l("Dia"), [InputRequired(_l("Diga em que dia."))])
    name = StringField(_l("Nome"), [DataRequired(_l("Escreva o nome do feriado.")), Length(max=120)])
