"""Forms of the network's screens."""

from typing import Any

from wtforms import BooleanField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its stubs are of an older release
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from config import ZONES
from teleconsult import clock
from teleconsult.checks import check_cnes
from teleconsult.errors import Refused
from teleconsult.network import source_words, week
from teleconsult.network.directory import REFERENCE_WORDS, SPECIALTY_CATEGORIES, UNIT_KINDS
from teleconsult.network.models import Specialty
from teleconsult.network.settings import ALWAYS, BUSINESS, DEFAULT_DAYS, DEFAULT_HOURS, MOST_DAYS, MOST_HOURS, Counting
from teleconsult.people.models import User
from teleconsult.web import VersionedForm, _l, say
from teleconsult.web.messages import gettext as _

OWN = frozenset({"version", "csrf_token"})


def _words(choices: dict[str, str]) -> list[SelectChoice]:
    return [SelectChoice(value, _(word)) for value, word in choices.items()]


def _values(data: dict[str, Any]) -> dict[str, Any]:
    """Return what was filled in; a field that was not sent at all is an empty one."""
    return {name: "" if value is None else value for name, value in data.items() if name not in OWN}


class _OfTheSource:
    """A text that the source may have written: read in one's own language, and kept as it is unless it is changed."""

    data: str | None
    object_data: str | None

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)  # type: ignore[misc]  # of the field that this is mixed into
        if source_words.says(self.data or "", self.object_data or ""):
            self.data = self.object_data

    def _value(self) -> str:
        return source_words.shown(self.data or "")


class SourceLine(_OfTheSource, StringField):
    """One line of it."""


class SourceText(_OfTheSource, TextAreaField):
    """As many lines as it takes."""


class UnitForm(VersionedForm):
    """A health unit."""

    name = StringField(_l("Nome"), [DataRequired(_l("Escreva o nome da unidade.")), Length(max=120)])
    kind = SelectField(_l("Tipo"))
    code = StringField(_l("Código na rede"), [Length(max=20)])
    cnes = StringField(_l("CNES"))
    district = StringField(_l("Distrito sanitário"), [Length(max=40)])
    address = StringField(_l("Endereço"), [Length(max=200)])
    neighbourhood = StringField(_l("Bairro"), [Length(max=80)])
    microregion = StringField(_l("Microrregião"), [Length(max=10)])
    phone = StringField(_l("Telefone atual"), [Length(max=60)])
    services = TextAreaField(_l("Serviços e especialidades"), [Length(max=4000)])
    zone = SelectField(
        _l("Fuso horário"),
        choices=[SelectChoice(zone, zone.replace("_", " ")) for zone in ZONES],
        default=lambda: clock.home().key,
    )
    shares_cases = BooleanField(_l("Os solicitantes desta unidade veem os casos uns dos outros"))
    has_line = BooleanField(_l("A unidade tem computador e linha"), default=True)
    note = SourceText(_l("Observação"), [Length(max=2000)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = _words(UNIT_KINDS)

    def validate_cnes(self, field: StringField) -> None:
        """Hold the number to its shape and store its digits."""
        if field.data:
            try:
                field.data = check_cnes(field.data)
            except Refused as refusal:
                raise ValidationError(say(refusal)) from refusal

    def values(self) -> dict[str, Any]:
        """Return what the actions take."""
        return _values(self.data)


class SpecialtyForm(VersionedForm):
    """A specialty, programme or service."""

    name_pt = StringField(_l("Nome em português"), [DataRequired(_l("Escreva o nome.")), Length(max=120)])
    name_en = StringField(_l("Nome em inglês"), [Optional(), Length(max=120)])
    category = SelectField(_l("Categoria"))
    teleconsult = BooleanField(_l("Recebe casos de teleconsultoria"))
    municipal_reference = SelectField(_l("Referência no município"), default="")
    alternative = SourceText(_l("O que fazer quando não há referência"), [Length(max=1000)])
    details = SourceLine(_l("Detalhe"), [Length(max=500)])
    prompts = TextAreaField(_l("O que ajuda o especialista"), [Length(max=2000)])
    backup = SelectField(_l("Consultor substituto"), [Optional()], default="")
    note = SourceText(_l("Observação"), [Length(max=2000)])

    def __init__(self, *args: Any, consultants: list[User], present: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, backup=present.ref if present else "", **kwargs)
        self.category.choices = _words(SPECIALTY_CATEGORIES)
        self.municipal_reference.choices = _words(REFERENCE_WORDS)
        self.backup.choices = [
            SelectChoice("", _("Ninguém")),
            *(SelectChoice(person.ref, person.full_name) for person in consultants),
        ]
        self._numbers = {person.ref: person.id for person in consultants}
        if present is not None and present.ref not in self._numbers:  # without them, saving would clear them unseen
            name = _("%(name)s (não atende mais nesta especialidade)", name=present.full_name)
            self.backup.choices.append(SelectChoice(present.ref, name))
            self._numbers[present.ref] = present.id

    def clears_backup_of(self, specialty: Specialty) -> bool:
        """Tell whether the specialty is left without a stand-in, by somebody who has seen who it is now."""
        return not self.backup.data and self.version.data == str(specialty.version)

    def values(self) -> dict[str, Any]:
        """Return what the actions take."""
        kept = _values(self.data)
        kept["name_en"] = kept["name_en"] or kept["name_pt"]
        return {**kept, "backup_id": self._numbers.get(kept.pop("backup"))}


WEEKDAYS = (_l("Segunda"), _l("Terça"), _l("Quarta"), _l("Quinta"), _l("Sexta"), _l("Sábado"), _l("Domingo"))
_WHOLE = _l("Escreva um número inteiro.")


def _hours(label: str) -> IntegerField:
    """Return a field for a target: what is out of its bounds is said before anything is reckoned with it."""
    bounds = NumberRange(1, MOST_HOURS, _l("Use de 1 a 2160 horas."))
    return _whole(label, bounds)


def _days(label: str) -> IntegerField:
    """Return a field for a window."""
    return _whole(label, NumberRange(1, MOST_DAYS, _l("Use de 1 a 365 dias.")))


def _whole(label: str, bounds: NumberRange) -> IntegerField:
    # The stubs are of an older release.
    return IntegerField(label, [InputRequired(_WHOLE), bounds], invalid_value_message=_WHOLE)  # type: ignore[call-arg]


class TargetsForm(VersionedForm):
    """Hours to the first opinion by priority and how they run, the week of business hours, and windows in days."""

    routine = _hours(_l("Rotina"))
    runs_routine = SelectField(_l("Rotina: como as horas contam"))
    high = _hours(_l("Alta"))
    runs_high = SelectField(_l("Alta: como as horas contam"))
    urgent = _hours(_l("Urgente"))
    runs_urgent = SelectField(_l("Urgente: como as horas contam"))
    day_0 = StringField(WEEKDAYS[0], [Length(max=80)])
    day_1 = StringField(WEEKDAYS[1], [Length(max=80)])
    day_2 = StringField(WEEKDAYS[2], [Length(max=80)])
    day_3 = StringField(WEEKDAYS[3], [Length(max=80)])
    day_4 = StringField(WEEKDAYS[4], [Length(max=80)])
    day_5 = StringField(WEEKDAYS[5], [Length(max=80)])
    day_6 = StringField(WEEKDAYS[6], [Length(max=80)])
    follow_up_days = _days(_l("Para a unidade perguntar de novo"))
    reopen_days = _days(_l("Para reabrir um caso concluído"))
    lapse_days = _days(_l("Até encerrar o que a unidade não respondeu"))
    survey_days = _days(_l("Para responder à pesquisa de desfecho"))
    sure = HiddenField()
    """The counting that was confirmed, as `Counting` is written; another one asks again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            SelectChoice(ALWAYS, _("Dia e noite, sem parar")),
            SelectChoice(BUSINESS, _("Só no horário de atendimento")),
        ]
        for field in (self.runs_routine, self.runs_high, self.runs_urgent):
            field.choices = choices

    def validate(self, extra_validators: Any = None) -> bool:
        """Hold every day to its shape too, and say at the field what is wrong with it."""
        content = super().validate(extra_validators)
        for day in range(len(WEEKDAYS)):
            try:
                week.parse(self[f"day_{day}"].data or "")
            except Refused as refusal:
                self[f"day_{day}"].errors = [say(refusal)]
                content = False
        return content

    def hours(self) -> dict[str, int]:
        """Return hours by priority."""
        return {name: int(self[name].data) for name in DEFAULT_HOURS}

    def days(self) -> dict[str, int]:
        """Return days by the name of their window."""
        return {name: int(self[name].data) for name in DEFAULT_DAYS}

    def spans_of(self, day: int) -> list[tuple[int, int]]:
        """Return the hours that are written for a day; call it when the form is valid."""
        return list(week.parse(self[f"day_{day}"].data or ""))

    def counting(self) -> Counting:
        """Return how time is to count; call it when the form is valid."""
        spans = [(day, *span) for day in range(len(WEEKDAYS)) for span in self.spans_of(day)]
        return Counting({priority: self[f"runs_{priority}"].data for priority in DEFAULT_HOURS}, tuple(spans))


def spans_of(counting: Counting, day: int) -> list[tuple[int, int]]:
    """Return the hours of a day as they are set."""
    return [span[1:] for span in counting.week if span[0] == day]


def written_week(counting: Counting) -> dict[str, str]:
    """Return the fields of the form that say how time counts."""
    days = {day: spans_of(counting, day) for day in range(len(WEEKDAYS))}
    return {f"day_{day}": week.words(spans) for day, spans in days.items()} | {
        f"runs_{priority}": how for priority, how in counting.runs.items()
    }
