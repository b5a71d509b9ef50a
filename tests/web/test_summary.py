"""The summary of a form says of which field each complaint is, in the order of the page."""

import pytest
from wtforms import FieldList, Form, FormField, HiddenField, RadioField, StringField
from wtforms.fields.choices import SelectChoice

from teleconsult.web.summary import lines_of

pytestmark = pytest.mark.only_sqlite  # what is written into a page does not depend on the database


class Item(Form):
    name = StringField("Exame")


class Visit(Form):
    version = HiddenField()
    temperature = StringField("Temperatura, °C")
    weight = StringField("Peso, kg")
    why = StringField("Motivo, em uma linha")
    cns = StringField("CNS (cartão SUS)")
    kind = RadioField("Tipo", choices=[SelectChoice("a", "A")])
    doubt = RadioField("A dúvida foi resolvida?", choices=[SelectChoice("a", "A")])
    items = FieldList(FormField(Item), min_entries=1)


def told(**errors):
    form = Visit()
    for name, line in errors.items():
        form[name].errors = [line]
    return [tuple(line) for line in lines_of(form)]


@pytest.mark.parametrize(
    ("errors", "lines"),
    [
        ({"temperature": "Escreva só o número."}, [("Temperatura, °C: Escreva só o número.", "temperature")]),
        ({"why": "Escreva o motivo."}, [("Escreva o motivo.", "why")]),
        ({"cns": "O CNS não confere."}, [("O CNS não confere.", "cns")]),
        ({"kind": "Escolha um tipo."}, [("Escolha um tipo.", "kind-0")]),
        ({"version": "Aberta tempo demais."}, [("Aberta tempo demais.", "")]),
        ({"doubt": "Ana salvou: “Não”"}, [("A dúvida foi resolvida? Ana salvou: “Não”", "doubt-0")]),
        ({"weight": "Temperatura?"}, [("Peso, kg: Temperatura?", "weight")]),
    ],
)
def test_a_sentence_that_does_not_name_its_field_is_told_with_its_label(errors, lines):
    assert told(**errors) == lines


def test_the_same_sentence_beside_two_fields_is_told_with_both_labels():
    assert told(temperature="Confira o peso e a temperatura.", weight="Confira o peso e a temperatura.") == [
        ("Temperatura, °C: Confira o peso e a temperatura.", "temperature"),
        ("Peso, kg: Confira o peso e a temperatura.", "weight"),
    ]


def test_a_field_inside_a_field_is_told_by_its_own():
    form = Visit()
    form.items.entries[0].form.name.errors = ["Escreva assim."]
    assert lines_of(form) == [("Exame: Escreva assim.", "items-0-name")]
