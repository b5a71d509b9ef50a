"""What of the record is wanted: a form in the address."""

import re
from typing import Any

from flask import request
from wtforms import Field, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import Length, Optional, ValidationError

from teleconsult.record.queries import Filters, people_called
from teleconsult.record.words import ALL_READS, WORDS
from teleconsult.web import BaseForm, _l
from teleconsult.web.dates import DayField
from teleconsult.web.messages import gettext as _

YEARS = range(2000, 2200)
_REF = re.compile(r"[A-Za-z]{2}-[0-9A-Za-z]{4,12}")


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

    def validate_until(self, field: Field) -> None:
        """Refuse an end before the beginning: nothing is found there, and it would read as if nothing had happened."""
        self.validate_since(field)
        if field.data and self.since.data and field.data < self.since.data:
            raise ValidationError(_("O fim vem antes do começo: confira as duas datas."))

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
            about=_reference(self.about.data or ""),
        )


def _reference(text: str) -> str:
    """Return a reference as the record has it, however it was typed; names of rooms and units stay as they are."""
    text = text.strip()
    return text.upper() if _REF.fullmatch(text) else text


def record_form() -> RecordForm:
    """Return the form as the address fills it."""
    form = RecordForm(request.args)
    words = sorted((_(words), word) for word, words in WORDS.items())
    reads = SelectChoice(ALL_READS, _("Toda leitura: quem viu"))
    form.event.choices = [SelectChoice("", _("Todos")), reads, *(SelectChoice(word, said) for said, word in words)]
    return form
