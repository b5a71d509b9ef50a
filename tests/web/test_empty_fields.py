"""An empty field is written once for everybody; nothing that somebody typed is remembered."""

import pytest
from flask import render_template_string
from flask_babel import force_locale
from wtforms import IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from teleconsult.web import BaseForm, controls
from teleconsult.web.forms import _l

pytestmark = pytest.mark.only_sqlite  # what is written into a page does not depend on the database

PAGE = """{% from "macros/fields.html" import field %}
{%- for f in form if f.name != "csrf_token" %}{{ field(f, help=_("Ao menos 12 caracteres.")) }}{% endfor %}"""
HELPED = '{% from "macros/fields.html" import field %}{{ field(form.line, help=said) }}'


class _Form(BaseForm):
    line = StringField(_l("Nome"), [DataRequired(), Length(max=80)])
    count = IntegerField(_l("Número"))
    words = TextAreaField(_l("Motivo"), [Length(max=500)])
    sex = RadioField(_l("Sexo"), choices=[SelectChoice("f", _l("Feminino")), SelectChoice("m", _l("Masculino"))])
    hour = SelectField(_l("Hora"), coerce=int, choices=[SelectChoice(str(n), f"{n}:00") for n in range(3)])
    offered = SelectField(_l("Especialidade"))

    def __init__(self, *args, offer=("a",), **kwargs):
        super().__init__(*args, **kwargs)
        self.offered.choices = [(value, value.upper()) for value in offer]


@pytest.fixture(autouse=True)
def forgotten():
    controls._kept.clear()


@pytest.fixture
def shown(application):
    def show(form=None, page=PAGE, **values):
        with application.test_request_context():
            made = form() if form else _Form(formdata=None)
            return str(render_template_string(page, form=made, **values))

    return show


def test_it_looks_the_same_the_second_time(shown):
    first = shown()
    assert len(controls._kept) == 5  # the choices of the sixth are of the moment
    assert shown() == first


def test_each_language_has_its_own(application, shown):
    first = shown()
    with application.test_request_context(), force_locale("en"):
        english = render_template_string(PAGE, form=_Form(formdata=None))
    assert "Nome" in first
    assert "Nome" not in english
    assert shown() == first


def _typed():
    return _Form(formdata=None, data={"line": "Josefa <b>", "words": "lombalgia", "sex": "f"})


def _none():
    return _Form(formdata=None, data={"count": 0, "hour": 0})


def _wrong():
    form = _Form(formdata=None)
    form.line.errors = ["Escreva o nome."]
    form.words.errors = ["Longe demais."]
    form.sex.errors = ["Escolha."]
    return form


def _optional():
    form = _Form(formdata=None)
    form.line.flags.required = None
    return form


def _offering():
    return _Form(formdata=None, offer=("b", "c"))


@pytest.mark.parametrize("make", [_typed, _none, _wrong, _optional, _offering])
def test_what_differs_is_written_as_if_nothing_were_kept(shown, make):
    alone = shown(make)
    controls._kept.clear()
    empty = shown()
    assert shown(make) == alone != empty
    assert shown() == empty


def _unknown():
    return _Form(formdata=None, data={"sex": "Josefa"})


def test_nothing_that_was_typed_is_remembered(shown):
    shown(_typed)
    shown(_unknown)
    shown(_wrong)
    shown(page=HELPED, said="A administração pede: a idade de Josefa")
    kept = repr(controls._kept)
    assert "Josefa" not in kept
    assert "lombalgia" not in kept
    assert "Escreva" not in kept


def test_words_of_a_person_stand_beside_their_field(shown):
    assert "a idade" in shown(page=HELPED, said="Falta: a idade")
    assert "a altura" in shown(page=HELPED, said="Falta: a altura")


def test_it_begins_anew_when_there_are_too_many(shown, monkeypatch):
    monkeypatch.setattr(controls, "MOST_KEPT", 2)
    first = shown()
    assert len(controls._kept) <= 2
    assert shown() == first
