"""What WTForms says by itself is said in the product's own words, in both languages, by every form."""

import pytest
from flask_babel import force_locale
from wtforms import RadioField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from teleconsult.errors import Refused
from teleconsult.web import BaseForm, say

pytestmark = pytest.mark.only_sqlite  # what is written into a page does not depend on the database


class Some(BaseForm):
    why = StringField("Motivo", [Length(max=10)])
    story = StringField("História", [Length(max=1000)])
    kind = RadioField("Tipo", choices=[SelectChoice("a", "A")])
    many = SelectMultipleField("Papéis", choices=[SelectChoice("a", "A")])
    name = StringField("Nome", [DataRequired()])


@pytest.mark.parametrize(
    ("locale", "too_long", "no_choice"),
    [
        ("pt_BR", "O texto passa do limite de 10 caracteres: tem 12.", "Escolha uma das opções."),
        ("en", "The text is over the limit of 10 characters: it has 12.", "Choose one of the options."),
    ],
)
def test_a_limit_and_a_choice(application, locale, too_long, no_choice):
    data = {"why": "doze letras.", "kind": "z", "many": "z"}
    with application.test_request_context(method="POST", data=data), force_locale(locale):
        form = Some(meta={"csrf": False})
        assert not form.validate()
        assert form.errors["why"] == [too_long]
        assert form.errors["kind"] == form.errors["many"] == [no_choice]
        assert "required" not in form.errors["name"][0]


@pytest.mark.parametrize(
    ("locale", "posted", "refused"),
    [
        ("pt_BR", "passa do limite de 1.000 caracteres: tem 12.345.", "Use no máximo 1.000 caracteres."),
        ("en", "over the limit of 1,000 characters: it has 12,345.", "Use at most 1,000 characters."),
    ],
)
def test_a_large_limit_is_written_as_its_language_writes_numbers(application, locale, posted, refused):
    with application.test_request_context(method="POST", data={"story": "a" * 12345}), force_locale(locale):
        form = Some(meta={"csrf": False})
        assert not form.validate()
        assert posted in form.errors["story"][0]
        assert say(Refused("Use no máximo %(limit)s caracteres.", limit=1000)) == refused
