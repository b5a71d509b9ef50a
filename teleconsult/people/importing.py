"""People from a table: every row is read and checked before anybody is added; one bad row and none is."""

import re
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from teleconsult.errors import N_, Refused
from teleconsult.extensions import db
from teleconsult.people import choices
from teleconsult.people.access import ROLE_WORDS, Role
from teleconsult.people.facts import Faulty, PersonFacts, read_person
from teleconsult.people.models import User
from teleconsult.people.spreadsheet import put_right, shortened
from teleconsult.people.table import Line, read_table
from teleconsult.typed import fold

T = TypeVar("T")

HEADINGS = {
    "title": ("Tratamento", "Title", "Forma de tratamento"),
    "name": ("Nome", "Name", "Nome completo", "Full name"),
    "email": ("E-mail", "Email", "Correio eletrônico"),
    "cpf": ("CPF", "CPF"),
    "cns": ("CNS", "CNS", "Cartão SUS"),
    "council": ("Conselho", "Council"),
    "council_number": ("Registro", "Registration number", "Número do registro", "Registration"),
    "council_uf": ("UF do registro", "State of registration", "UF", "State"),
    "rqe": ("RQE", "RQE"),
    "cbo": ("CBO", "CBO"),
    "unit": ("Unidade", "Unit", "CNES"),
    "roles": ("Papéis", "Roles", "Papel", "Role"),
    "specialties": ("Especialidades", "Specialties", "Especialidade", "Specialty"),
    "language": ("Idioma", "Language"),
}
"""Column -> the words that may stand over it, whoever reads; first the one we write in Portuguese, then in English."""

AT_A_TIME = 500
"""Values asked of the database in one statement."""

NEEDED = ("name", "email", "roles")

HELP = {
    "title": N_("Dra., Dr., Enf.; pode ficar vazio"),
    "name": N_("nome e sobrenome"),
    "email": N_("um por pessoa: por ele se entra"),
    "cpf": N_("com ou sem pontos; pode ficar vazio"),
    "cns": N_("pode ficar vazio"),
    "council": N_("CRM, COREN, CRO…"),
    "council_number": N_("o número no conselho"),
    "council_uf": N_("duas letras"),
    "rqe": N_("pode ficar vazio"),
    "cbo": N_("seis números; pode ficar vazio"),
    "unit": N_("o nome, o código ou o CNES da unidade"),
    "roles": N_("um ou mais, separados por vírgula: solicitante, consultor, administração técnica, apoio, gerência"),
    "specialties": N_("de quem é consultor, separadas por vírgula"),
    "language": N_("português ou inglês; vazio é português"),
}

_ROLES = {
    fold(word): role
    for role in Role
    for word in (role.value, ROLE_WORDS[role], {"support": "apoio", "manager": "gerente"}.get(role, ""))
    if word
} | {
    "tecnico administrativo": Role.ADMINISTRATOR,
    "tecnica administrativa": Role.ADMINISTRATOR,
    "administrador": Role.ADMINISTRATOR,
    "technical administrator": Role.ADMINISTRATOR,
    "consultora": Role.CONSULTANT,
    "gestor": Role.MANAGER,
    "gestora": Role.MANAGER,
}
_LANGUAGES = dict.fromkeys(("", "portugues", "portuguese", "pt", "pt br"), "pt_BR") | dict.fromkeys(
    ("ingles", "english", "en"), "en"
)


@dataclass(frozen=True)
class Bad:
    """What is wrong in one cell; `column` as in `HEADINGS`."""

    line: int
    column: str
    why: Refused


@dataclass
class Plan:
    """What an import would do: the people it would add, and everything that stands in its way."""

    people: list[PersonFacts] = field(default_factory=list)
    bad: list[Bad] = field(default_factory=list)


def headings_in(language: str) -> dict[str, tuple[str, ...]]:
    """Return the `HEADINGS`, before all the word that is written in a language."""
    return {name: (words[1] if language == "en" else words[0], *words) for name, words in HEADINGS.items()}


def make_plan(text: str, language: str = "pt_BR") -> Plan:
    """Read a table of people and check every row: by itself, against the others, and against who is here.

    Args:
        text: the file.
        language: of whoever is told what is wrong with it; the file may be in another.

    Raises:
        Refused: the file as a whole cannot be read.
    """
    lines = read_table(text, headings_in(language), NEEDED)
    reader = _Reader()
    plan = Plan()
    taken: dict[str, dict[str, int]] = {"email": {}, "cpf": {}}
    for line in lines:
        try:
            facts = reader.read(line)
            plan.people.append(facts)
        except Faulty as faulty:
            plan.bad += [_bad(line, refusal) for refusal in faulty.refusals]
            facts = faulty.facts  # whose address is in use already is to be told in the same round
        plan.bad += _repeated(line, facts, taken)
    plan.bad += _here_already(taken["email"], User.email, N_("Já existe uma conta com este e-mail."))
    plan.bad += _here_already(taken["cpf"], User.cpf, N_("Já existe uma conta com este CPF."))
    plan.bad.sort(key=lambda bad: bad.line)
    return plan


class _Reader:
    """Reads rows with the units and specialties of this moment."""

    def __init__(self) -> None:
        self.units = choices.by_word(choices.units())
        self.specialties = choices.by_word(choices.specialties())

    def read(self, line: Line) -> PersonFacts:
        """Return the person of a row.

        Raises:
            Faulty: with everything that is wrong in the row.
        """
        cells = put_right(line.cells)
        wrong = [*_lost(line), *shortened(line.cells)]
        written = re.sub(r"/|\s+e\s+", ",", cells.get("roles", ""))  # no role has a stroke or that word in its name
        roles = _known(written, _ROLES, "roles", N_("Não há o papel “%(word)s”."), wrong)
        specialties = _known(
            cells.get("specialties", ""),
            self.specialties,
            "specialties",
            N_("Não há a especialidade “%(word)s” entre as que recebem casos."),
            wrong,
        )
        unit, unit_id = cells.get("unit", ""), self.units.get(fold(cells.get("unit", "")))
        if unit and unit_id is None:
            wrong.append(
                Refused(N_("Não há a unidade “%(word)s” na rede, ou mais de uma se chama assim."), "unit", word=unit)
            )
        language = _LANGUAGES.get(fold(cells.get("language", "")), "?")
        try:
            facts = read_person(cells | {"language": language}, roles=roles, unit_id=unit_id, specialty_ids=specialties)
        except Faulty as faulty:
            told = {refusal.field for refusal in wrong}
            wrong += [refusal for refusal in faulty.refusals if refusal.field not in told]
            raise Faulty(wrong, faulty.facts) from None
        if wrong:
            raise Faulty(wrong, facts)
        return facts


def _lost(line: Line) -> list[Refused]:
    try:
        line.refuse_beyond()
    except Refused as refusal:
        return [refusal]
    return []


def _known(cell: str, words: dict[str, T], column: str, message: str, wrong: list[Refused]) -> list[T]:
    """Return what the words of a cell stand for; each unknown one is told."""
    found = []
    for word in re.split("[,;|]", cell):
        if fold(word) in words:
            found.append(words[fold(word)])
        elif word.strip():
            wrong.append(Refused(message, column, word=word.strip()))
    return found


def _bad(line: Line, refusal: Refused) -> Bad:
    column = refusal.field if refusal.field in HEADINGS else "name"
    return Bad(line.number, column, refusal)


def _repeated(line: Line, facts: PersonFacts, taken: dict[str, dict[str, int]]) -> list[Bad]:
    """Remember what may stand once in a file, and tell what stands again."""
    found = []
    for column, value in (("email", facts.email), ("cpf", facts.cpf)):
        if not value:
            continue
        first = taken[column].setdefault(value, line.number)
        if first != line.number:
            found.append(_bad(line, Refused(N_("O mesmo valor já está na linha %(line)d."), column, line=first)))
    return found


def _here_already(taken: dict[str, int], column: InstrumentedAttribute[str | None], message: str) -> list[Bad]:
    found = []
    values = list(taken)
    for start in range(0, len(values), AT_A_TIME):
        here = db.session.scalars(select(column).where(column.in_(values[start : start + AT_A_TIME])))
        found += [_bad(Line(taken[value], {}), Refused(message, column.key)) for value in here if value]
    return found
