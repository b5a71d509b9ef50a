"""What of the record is wanted: a form in the address."""

from typing import Any

from flask import request
from wtforms import Field, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import Length, Optional, ValidationError

from teleconsult.record.queries import Filters, people_called
from teleconsult.record.words import WORDS
from teleconsult.web import BaseForm, _l
from teleconsult.web.dates import DayField
from teleconsult.web.messages import gettext as _

YEARS = range(2000, 2200)


class RecordForm(BaseForm):
    """Dates, an event, who did it, and what it was done to. `people`: whom the name may mean."""

    class Meta(BaseForm.Meta):
        """It changes nothing, so it needs no token."""

        csrf = False

    since = DayField(_l("Desde"), [Optional()])
    until = DayField(_l("Até"), [Optional()])
    event = SelectField(_l("Evento"), default="")
    person = StringField(_l("Pessoa"), [Length(max=120)])
    about = StringField(_l("Sobre"), [Length(max=80)])
    people: list[Any] = []  # noqa: RUF012 (of the form, replaced in `validate_person`)

    def validate_since(self, field: Field) -> None:
        """Refuse a day that no calendar of ours reaches."""
        if field.data and field.data.year not in YEARS:
            raise ValidationError(_("Escolha um dia entre %(first)d e %(last)d.", first=YEARS[0], last=YEARS[-1]))

    validate_until = validate_since

    def validate_person(self, field: Field) -> None:
        """Find who is meant; the reference of one person, or a choice between several."""
        self.people = people_called(field.data) if field.data else []
        if field.data and not self.people:
            raise ValidationError(_("Ninguém na rede tem este nome, e-mail ou código."))
        if len(self.people) > 1:
            raise ValidationError(_("Várias pessoas têm este nome: escolha uma, abaixo."))

    def filters(self) -> Filters:
        """Return what the valid form asks for."""
        return Filters(
            since=self.since.data,
            until=self.until.data,
            word=self.event.data or "",
            person=self.people[0].ref if self.people else "",
            about=self.about.data or "",
        )


def record_form() -> RecordForm:
    """Return the form as the address fills it."""
    form = RecordForm(request.args)
    words = sorted((_(words), word) for word, words in WORDS.items())
    form.event.choices = [SelectChoice("", _("Todos")), *(SelectChoice(word, said) for said, word in words)]
    return form
