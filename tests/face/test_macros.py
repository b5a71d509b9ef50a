"""Macros, given values, write what a reader of the screen needs; nothing of theirs asks for the person or the database."""

import re

import pytest
from flask import render_template_string
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    SubmitField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional

pytestmark = pytest.mark.only_sqlite  # what is written into a page does not depend on the database


class Item(Form):
    name = StringField("Nome do exame", [InputRequired("Escreva o nome do exame")])


class Request(Form):
    version = HiddenField(default="3")
    story = TextAreaField("História", [InputRequired("Conte a história"), Length(max=200)])
    lesion = RadioField("Sensibilidade", [InputRequired("Escolha uma")], choices={"a": "Normal", "b": "Diminuída"})
    unit = SelectField("Unidade", choices={"d": "dias", "m": "meses"}, default="d")
    remark = StringField("Observação", [Optional(), Length(max=120)])
    password = PasswordField("Senha", [Length(max=128)])
    consent = BooleanField("Autorizou", [InputRequired("Marque que autorizou")])
    items = FieldList(FormField(Item), min_entries=1)
    send = SubmitField("Enviar")


@pytest.fixture
def write(application):
    """Return a writer: `write('fields', 'field(f)', f=...)` shows one macro call as HTML."""

    def writer(name, call, **values):
        macro = re.match(r"\w+", call)[0]
        with application.test_request_context():
            source = f'{{% from "macros/{name}.html" import {macro} %}}{{{{ {call} }}}}'
            return render_template_string(source, **values)

    return writer


@pytest.fixture
def refused():
    form = Request(items=[{}])
    assert not form.validate()
    return form


def test_a_field_in_error_says_why_where_it_is(write, refused):
    html = write("fields", "field(f, help='Em poucas linhas')", f=refused.story)
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="story-d story-e story-c"' in html
    assert 'id="story-e"' in html
    assert "Conte a história" in html
    assert "tc-bad" in html


def test_nothing_is_cut_silently(write, refused):
    html = write("fields", "field(f)", f=refused.story)
    assert "maxlength" not in html
    assert "Até 200 caracteres" in html
    assert "data-limit" not in write("fields", "field(f)", f=refused.password)


@pytest.mark.parametrize(
    ("name", "marked"), [("story", False), ("lesion", False), ("unit", False), ("remark", True), ("consent", False)]
)
def test_what_may_be_left_out_is_marked(write, name, marked):
    assert ("(opcional)" in write("fields", "field(f)", f=Request()[name])) is marked


def test_the_summary_leads_to_every_field(write, refused):
    html = write("fields", "error_summary(form)", form=refused)
    assert set(re.findall(r'href="#([\w-]+)"', html)) == {"story", "lesion-0", "consent", "items-0-name"}
    assert "4 campos" in html
    assert 'tabindex="-1"' in html


def test_no_summary_without_errors(write):
    assert not write("fields", "error_summary(form)", form=Request()).strip()


def test_two_forms_can_stand_on_one_page(write):
    html = write("fields", "hidden(form)", form=Request())
    assert 'value="3"' in html
    assert " id=" not in html


def test_choices_are_one_group_with_a_name(write):
    html = write("fields", "field(f)", f=Request().lesion)
    assert html.count("<fieldset") == html.count("<legend") == 1
    assert html.count('type="radio"') == 2


def test_words_of_persons_are_never_markup(write):
    row = {"url": "/c", "name": "<b>Ana</b>", "unseen": True, "topic": "", "text": "<i>", "state": "submitted"}
    html = write("rows", "going_row(row, 'Na fila')", row=row | {"due": {"kind": "late", "text": "<u>"}})
    assert not re.search(r"<(b|i|u)>", html)
    assert "Novo:" in html


@pytest.mark.parametrize("kind", ["clock", "soon", "late", "paused"])
def test_a_deadline_is_a_phrase_with_its_icon(write, kind):
    html = write("tags", "due_chip(due)", due={"kind": kind, "text": "responder em 5 h"})
    assert f"#{kind}" in html
    assert "responder em 5 h" in html


def test_a_move_that_cannot_be_made_says_what_is_missing(write):
    move = {"verb": "conclude", "label": "Concluir", "does": "", "url": "/x", "icon": "done", "main": True}
    off = move | {"enabled": False, "why_not": "depois de responder à pergunta 2"}
    for call in ("move_bar(m)", "move_list([m])"):
        html = write("moves", call, m=off)
        assert "depois de responder à pergunta 2" in html
        assert 'href="/x"' not in html


def test_a_move_by_a_press_carries_token_and_version(write):
    move = {"verb": "claim", "label": "Assumir", "does": "", "url": "/x", "icon": "claim", "main": False}
    html = write("moves", "move_list([m], 7)", m=move | {"enabled": True, "why_not": "", "post": True})
    assert 'name="csrf_token"' in html
    assert 'name="version" value="7"' in html


def test_a_line_of_figures_stays_inside_its_drawing(write):
    html = write("tiles", "spark(values, 'Seis meses')", values=[5, 5, 5])
    figures = [float(n) for n in re.search(r' d="M([^"]+)"', html)[1].replace("L", " ").split()]
    assert len(figures) == 6
    assert max(figures) <= 72
    assert 'aria-label="Seis meses"' in html
