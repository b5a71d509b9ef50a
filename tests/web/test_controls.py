"""Controls written by hand are what WTForms would write."""

import pytest
from wtforms import DateField, PasswordField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Regexp

from teleconsult.web import BaseForm
from teleconsult.web.controls import about_of, control, kind_of, limit_of, offers_none

pytestmark = pytest.mark.only_sqlite  # what is written into a page does not depend on the database


class _Form(BaseForm):
    line = StringField("Linha", [DataRequired(), Length(max=80)], default='a "b" <c>')
    code = StringField("Código", [Length(max=12), Regexp("[0-9]+")])
    words = TextAreaField("Texto", [Length(min=2, max=500)], default="um\n<dois> & três")
    styled = StringField("Com atributos", render_kw={"placeholder": "aqui"})
    chosen = SelectField("Escolha", choices=[SelectChoice("", "Nenhum"), SelectChoice("a", "<A>")], default="a")
    named = SelectField("Especialidade", validate_choice=False)
    grouped = SelectField("Unidade", validate_choice=False)
    hour = SelectField("Hora", coerce=int, validate_choice=False)
    secret = PasswordField("Senha", [DataRequired()])
    day = DateField("Dia")


@pytest.fixture
def form(application):
    with application.test_request_context():
        made = _Form(formdata=None)
        made.code.errors = ["Só números."]
        made.named.choices, made.named.data = [("", "Escolha"), ("a<b", 'A "<b>"'), ("c", "C")], "a<b"
        made.grouped.choices = [SelectChoice("x", "X", optgroup="Um"), SelectChoice("y", "Y", optgroup="Dois")]
        made.hour.choices, made.hour.data = [("7", "7:00"), ("8", "8:00")], 8
        yield made


@pytest.mark.parametrize("given", [{}, {"rows": 4, "class": "mine"}, {"autocomplete": "off", "spellcheck": "false"}])
@pytest.mark.parametrize("described", ["", "Uma ajuda."])
def test_a_control_is_what_the_widget_writes(form, given, described):
    for field in (field for field in form if field.name in vars(_Form)):
        limit = limit_of(field)
        asked = given | {
            "class": " ".join(["form-control", "tc-w-m", *([given["class"]] if "class" in given else [])]),
            "maxlength": False,
            "minlength": False,
            "aria-describedby": about_of(field, described, limit) or False,
            "aria-invalid": "true" if field.errors else False,
        }
        if getattr(field.widget, "input_type", None) == "text" or kind_of(field) == "select":
            asked = {"autocomplete": "off"} | asked
        assert control(field, described, limit, "m", given, "form-control") == field(**asked)


def test_the_kind_and_the_limit_of_a_field(form):
    kinds = {field.name: kind_of(field) for field in form if field.name in vars(_Form)}
    assert kinds == {
        "line": "text",
        "code": "text",
        "words": "textarea",
        "styled": "text",
        "chosen": "select",
        "named": "select",
        "grouped": "select",
        "hour": "select",
        "secret": "text",
        "day": "date",
    }
    assert [limit_of(form[name]) for name in ("line", "code", "words", "secret")] == [80, 0, 500, 0]
    assert about_of(form.code, "Ajuda.", 0) == "code-d code-e"


@pytest.mark.parametrize("data", ["", "c", "unknown", None])
def test_a_list_is_written_anew_for_what_is_chosen(form, data):
    form.named.data = data
    plain = {"class": "x", "maxlength": False, "minlength": False, "aria-describedby": False, "aria-invalid": False}
    assert control(form.named, "", 0, "", {}, "x") == form.named(**plain, autocomplete="off")


def test_a_list_whose_choices_change_is_written_anew(form):
    first = str(control(form.named, "", 0, "", {}, "x"))
    form.named.choices[2] = ("c", "Outra")
    assert control(form.named, "", 0, "", {}, "x") == first.replace(">C<", ">Outra<")


def test_whether_a_list_offers_none(form):
    assert offers_none(form.named)
    assert offers_none(form.chosen)
    assert not offers_none(form.grouped)
    form.named.choices = [("a", "A")]
    assert not offers_none(form.named)
