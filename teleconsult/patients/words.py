"""What is known of a patient, in words: the same terms on the form's review, on the record and side by side."""

from typing import Any

from teleconsult import checks
from teleconsult.patients.matching import SEXES
from teleconsult.web.messages import gettext as _
from teleconsult.web.words import localdate

Pairs = list[tuple[str, str]]


def pairs_of(known: Any, *, empty: bool = False) -> Pairs:
    """Return (term, value) of a form's facts or of a record; `empty` keeps what is not known, to compare."""
    age = getattr(known, "age_years", None)
    pairs = [
        (_("Nome"), known.name),
        (_("Nome social"), known.social_name),
        (_("Data de nascimento"), localdate(known.birth_date)),
        (_("Idade"), "" if age is None else _("%(years)d anos", years=age)),
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
