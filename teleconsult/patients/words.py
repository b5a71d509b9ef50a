"""What is known of a patient, in words: the same terms on the form's review, on the record and side by side."""

from collections.abc import Iterable
from typing import Any

from teleconsult import checks
from teleconsult.patients.matching import SEXES
from teleconsult.patients.merging import Elsewhere
from teleconsult.web.messages import gettext as _
from teleconsult.web.messages import ngettext
from teleconsult.web.words import localdate

Pairs = list[tuple[str, str]]


def pairs_of(known: Any, *, empty: bool = False) -> Pairs:
    """Return (term, value) of a form's facts or of a record; `empty` keeps what is not known, to compare."""
    age = getattr(known, "age_years", None)
    pairs = [
        (_("Nome"), known.name),
        (_("Nome social"), known.social_name),
        (_("Data de nascimento"), localdate(known.birth_date)),
        (_("Idade"), "" if age is None else ngettext("%(num)d ano", "%(num)d anos", age)),
        (_("Sexo"), _(SEXES[known.sex]) if known.sex else ""),
        (_("CNS"), checks.show_cns(known.cns or "")),
        (_("CPF"), checks.show_cpf(known.cpf or "")),
        (_("Prontuário"), known.record_number),
        (_("Nome da mãe"), known.mother_name),
        (_("Endereço"), known.address),
        (_("Bairro"), known.neighbourhood),
        (_("Município"), known.municipality),
        (_("Telefone"), checks.show_phone(known.phone)),
    ]
    return [(term, value) for term, value in pairs if value or (empty and term != _("Idade"))]


def sentences_of(lost: Iterable[Elsewhere], *, done: bool = False) -> list[str]:
    """Return, of each number that parting two records does not give back, who holds it and what can be done."""
    said = []
    for one in lost:
        told = {"number": one.name.upper(), "ref": one.patient.ref, "holder": one.holder.ref}
        said.append(
            _(
                "%(ref)s voltou sem o %(number)s que tinha: o número agora é do cadastro %(holder)s. "
                "Se for engano, tire-o de %(holder)s e escreva-o em %(ref)s, em “Corrigir o cadastro”.",
                **told,
            )
            if done
            else _(
                "%(ref)s volta sem o %(number)s que tinha: o número agora é do cadastro %(holder)s. "
                "Se for engano, corrija o cadastro %(holder)s antes de separar.",
                **told,
            )
        )
    return said
