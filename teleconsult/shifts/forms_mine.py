"""The forms of a consultant's own page, and of leaves."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its stubs are of an older release
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from teleconsult import clock
from teleconsult.people.models import User
from teleconsult.shifts.fields import CalendarDay
from teleconsult.shifts.words import LEAVE_KINDS
from teleconsult.web import BaseForm, VersionedForm, _l
from teleconsult.web.dates import HourField
from teleconsult.web.messages import gettext as _


class LeaveForm(BaseForm):
    """When somebody is away, by the clock of their unit, whoever notes it. The last day counts whole unless an hour is given."""

    person = SelectField(_l("Quem"))
    kind = RadioField(_l("Tipo"), default="leave")
    first = CalendarDay(_l("Primeiro dia"), [InputRequired(_l("Diga a partir de quando."))])
    first_hour = HourField(_l("A partir das"), [Optional()])
    last = CalendarDay(_l("Último dia"), [InputRequired(_l("Diga até quando. Um afastamento precisa ter fim."))])
    last_hour = HourField(_l("Até as"), [Optional()])
    why = TextAreaField(_l("Observação"), [Length(max=300)])

    def __init__(self, *args: Any, people: Sequence[User], own: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [(value, _(word)) for value, word in LEAVE_KINDS.items()]
        self._people = {person.ref: person for person in people}
        if own:
            del self.person
        else:
            self.person.choices = [
                SelectChoice("", _("Escolha")),
                *(SelectChoice(person.ref, person.full_name) for person in people),
            ]

    def validate_person(self, field: SelectField) -> None:
        """Hold to somebody."""
        if not field.data:
            raise ValidationError(_("Escolha quem se afasta."))

    def values(self) -> dict[str, Any]:
        """Return what the action takes: a day without an hour begins and ends at midnight."""
        whose = self._people[self.person.data] if "person" in self else next(iter(self._people.values()))
        zone = ZoneInfo(whose.unit.zone) if whose.unit else clock.home()
        return {
            "user": whose,
            "kind": self.kind.data,
            "from_at": _moment(self.first, self.first_hour, zone),
            "until_at": _moment(self.last, self.last_hour, zone, whole=True),
            "why": self.why.data or "",
        }


def _moment(day: CalendarDay, hour: HourField, zone: ZoneInfo, *, whole: bool = False) -> datetime:
    chosen: date = day.data  # type: ignore[assignment]  # required
    if whole and hour.data is None:
        chosen += timedelta(days=1)
    return datetime.combine(chosen, hour.data or time(), zone)


class OfferForm(VersionedForm):
    """A shift offered to one colleague or to all of the specialty."""

    to = SelectField(_l("Para quem"), default="")
    why = TextAreaField(_l("Recado"), [Length(max=300)])

    def __init__(self, *args: Any, colleagues: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._colleagues = {person.ref: person for person in colleagues}
        self.to.choices = [
            SelectChoice("", _("Quem puder, da especialidade")),
            *(SelectChoice(person.ref, person.full_name) for person in colleagues),
        ]

    def chosen(self) -> User | None:
        """Return the colleague it is offered to; None for all of them."""
        return self._colleagues.get(self.to.data or "")
