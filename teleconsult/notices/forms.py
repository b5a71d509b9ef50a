"""The form of the e-mails that a person wants."""

from typing import Any

from wtforms import RadioField, SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from teleconsult.notices.kinds import Kind
from teleconsult.people.access import ROLE_WORDS, Role
from teleconsult.web import BaseForm, _l
from teleconsult.web.messages import gettext as _

HOURS = range(5, 22)


class Kinds(SelectMultipleField):
    """Kinds of notices, each with its mark."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class MailForm(BaseForm):
    """How often, at what hour, and of what."""

    mode = RadioField(
        _l("Quando mandar"),
        [InputRequired()],
        choices=[
            SelectChoice("each", _l("Um e-mail para cada aviso")),
            SelectChoice("digest", _l("Um resumo por dia")),
            SelectChoice("none", _l("Nenhum e-mail")),
        ],
    )
    hour = SelectField(
        _l("Hora do resumo"), coerce=int, choices=[SelectChoice(str(hour), f"{hour}:00") for hour in HOURS]
    )


def mail_form(kinds: dict[Role, list[Kind]], **given: Any) -> MailForm:
    """Return the form with one field of kinds for each role of the person."""
    fields = {
        str(role): Kinds(_(ROLE_WORDS[role]), choices=[SelectChoice(kind.word, _(kind.choice)) for kind in rows])
        for role, rows in kinds.items()
    }
    return type("MailFormOfRoles", (MailForm,), fields)(**given)  # type: ignore[no-any-return]  # what type() makes has no type of its own
