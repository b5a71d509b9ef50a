"""The form that puts a patient's record right."""

from typing import Any

from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import DataRequired, Length, Optional

from teleconsult.patients.correcting import FIELDS
from teleconsult.patients.matching import SEXES
from teleconsult.patients.models import Patient
from teleconsult.web import VersionedForm, _l
from teleconsult.web.dates import DayField
from teleconsult.web.messages import gettext as _


class RecordForm(VersionedForm):
    """What is known of a patient, but for what their cases say."""

    name = StringField(_l("Nome"), [DataRequired(_l("Escreva o nome do paciente.")), Length(max=120)])
    social_name = StringField(_l("Nome social"), [Length(max=120)])
    birth_date = DayField(_l("Data de nascimento"), [Optional()])
    sex = SelectField(_l("Sexo"), default="")
    mother_name = StringField(_l("Nome da mãe"), [Length(max=120)])
    cns = StringField(_l("CNS"), [Length(max=30)])
    cpf = StringField(_l("CPF"), [Length(max=30)])
    record_number = StringField(_l("Prontuário"), [Length(max=30)])
    address = StringField(_l("Endereço"), [Length(max=200)])
    neighbourhood = StringField(_l("Bairro"), [Length(max=80)])
    municipality = StringField(_l("Município"), [Length(max=80)])
    phone = StringField(_l("Telefone"), [Length(max=30)])

    def __init__(self, patient: Patient) -> None:
        super().__init__(obj=patient)
        self.sex.choices = [
            SelectChoice("", _("Não se sabe")),
            *(SelectChoice(k, _(word)) for k, word in SEXES.items()),
        ]

    def values(self) -> dict[str, Any]:
        """Return what `correct` takes."""
        return {name: self[name].data if name == "birth_date" else self[name].data or "" for name in FIELDS}
