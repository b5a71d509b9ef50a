"""The form of a person, as a manager fills it in. What each value must be like is in `facts`."""

from collections.abc import Sequence
from typing import Any, cast

from flask_babel import gettext
from wtforms import SelectField, SelectMultipleField, StringField
from wtforms.validators import Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from teleconsult import checks
from teleconsult.people import choices
from teleconsult.people.access import ROLE_WORDS, Role
from teleconsult.people.actions import PLAIN
from teleconsult.people.facts import LIMITS, Faulty, PersonFacts, read_person
from teleconsult.people.models import User
from teleconsult.web import VersionedForm, _l, show_refusal
from teleconsult.web.words import language_names


class ChecksField(SelectMultipleField):
    """Several of a list, each with its own box."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def _number(value: Any) -> int | None:
    return int(value) if value not in (None, "", "None") else None


class PersonForm(VersionedForm):
    """A person: who they are, their registration, where they work, and what they may do."""

    title = StringField(_l("Forma de tratamento"), [Optional(), Length(max=LIMITS["title"])])
    name = StringField(_l("Nome completo"))
    email = StringField(_l("E-mail"))
    cpf = StringField(_l("CPF"), [Optional()])
    cns = StringField(_l("CNS"), [Optional()])
    language = SelectField(_l("Idioma"))
    council = SelectField(_l("Conselho"), [Optional()])
    council_number = StringField(_l("Número do registro"), [Optional()])
    council_uf = SelectField(_l("UF do registro"), [Optional()])
    rqe = StringField(_l("RQE"), [Optional(), Length(max=LIMITS["rqe"])])
    cbo = StringField(_l("CBO"), [Optional()])
    unit = SelectField(_l("Unidade"), [Optional()], coerce=_number)
    roles = ChecksField(_l("Papéis"))
    specialties = ChecksField(_l("Especialidades em que responde"), coerce=int)

    def __init__(self, *args: Any, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs, data=_typed(user) if user else None)
        self.council.choices = [
            ("", gettext("Sem registro")),
            *((c, f"{c}, {gettext(w)}") for c, w in checks.COUNCILS.items()),
        ]
        self.council_uf.choices = [("", gettext("Escolha")), *checks.UFS.items()]
        held = [user.unit_id] if user else []
        self.unit.choices = [("", gettext("Escolha a unidade")), *choices.to_choose(choices.units(), held)]
        self.language.choices = list(language_names().items())
        self.roles.choices = [(role.value, gettext(ROLE_WORDS[role])) for role in Role]
        offered = choices.to_choose(choices.specialties(), user.specialty_ids if user else ())
        self.specialties.choices = choices.with_work(offered, user) if user else offered

    def read(self) -> PersonFacts | None:
        """Return what the form says of the person, or None with every refusal on its field."""
        typed = {name: str(self[name].data or "") for name in PLAIN}
        try:
            return read_person(
                typed,
                roles=[Role(role) for role in self.roles.data or ()],
                unit_id=self.unit.data,
                specialty_ids=self.specialties.data or (),
            )
        except Faulty as faulty:
            for refusal in faulty.refusals:
                show_refusal(self, refusal)
            return None

    def is_based_on(self, user: User) -> bool:
        """Tell whether nobody has saved the person since the page was opened: else that is to be said first."""
        return self.version.data == str(user.version)

    def tell_saved(self, user: User, facts: PersonFacts, *, own: bool) -> None:
        """Say at each field what somebody else has saved meanwhile, where it is not what was typed here.

        One's own rights are not typed: of them the saved ones stand in the form, or it could never be sent.
        """
        self.version.data = str(user.version)
        saved, typed = _facts(user), {name: getattr(facts, name) for name in PLAIN} | _rights(facts)
        for name in saved:
            if own and name in _RIGHTS:
                self[name].data = saved[name]
            elif saved[name] != typed[name]:
                sentence = gettext("Salvo agora: “%(text)s”", text=self._word(name, saved[name]))
                self[name].errors = [*self[name].errors, sentence]

    def _word(self, name: str, value: Any) -> str:
        field = self[name]
        if isinstance(field, SelectField | SelectMultipleField):
            held = {str(one) for one in (value if isinstance(value, list) else [value])}
            words = {"unit": choices.units, "specialties": choices.specialties}.get(name)
            known = ((one.id, one.name) for one in words()) if words else cast("Sequence[Any]", field.choices)
            return ", ".join(str(label) for key, label in known if str(key) in held) or gettext("(vazio)")
        shown = {"cpf": checks.show_cpf, "cns": checks.show_cns}.get(name, str)
        return shown(value) if value else gettext("(vazio)")


_RIGHTS = ("unit", "roles", "specialties")


def _rights(person: User | PersonFacts) -> dict[str, Any]:
    return {"unit": person.unit_id, "roles": sorted(person.roles), "specialties": sorted(person.specialty_ids)}


def _facts(user: User) -> dict[str, Any]:
    return {name: getattr(user, name) for name in PLAIN} | _rights(user)


def _typed(user: User) -> dict[str, Any]:
    """Return a person as the form shows them."""
    typed = _facts(user)
    typed["cpf"] = checks.show_cpf(user.cpf) if user.cpf else ""
    typed["cns"] = checks.show_cns(user.cns) if user.cns else ""
    return typed | {"version": user.version}
