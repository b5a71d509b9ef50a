"""What is known of a person, read from what was typed in a form or stands in a row of a file.

One place for both: every value is checked, and all that is wrong is told at once, field by field.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from email_validator import EmailNotValidError, validate_email

from teleconsult import checks
from teleconsult.errors import N_, Refused
from teleconsult.people.access import Role
from teleconsult.typed import one_line

T = TypeVar("T")

LIMITS = {"title": 12, "name": 120, "email": 254, "rqe": 60}
"""Characters that each text may have; nothing is cut."""

CLINICAL = frozenset({Role.REQUESTER, Role.CONSULTANT})
"""Roles that write in a case under their professional registration."""

LANGUAGES = ("pt_BR", "en")


@dataclass(frozen=True)
class Lost:
    """What a person loses by one act: who hears of it must not hear again of what was lost before."""

    roles: frozenset[str] = frozenset()
    specialty_ids: frozenset[int] = frozenset()
    account: bool = False
    """The account ends: what is said of it is said also where it touches nothing."""


@dataclass(frozen=True)
class PersonFacts:
    """A person as a manager describes them; every value in the form to store."""

    name: str
    email: str
    roles: frozenset[Role]
    title: str = ""
    cpf: str | None = None
    cns: str | None = None
    council: str | None = None
    council_number: str | None = None
    council_uf: str | None = None
    rqe: str | None = None
    cbo: str | None = None
    unit_id: int | None = None
    specialty_ids: frozenset[int] = frozenset()
    language: str = "pt_BR"


class Faulty(Exception):
    """What was given cannot be taken: every refusal, each with its field. `facts` is what could be read of it, for further checks."""

    def __init__(self, refusals: list[Refused], facts: PersonFacts) -> None:
        super().__init__("; ".join(str(refusal) for refusal in refusals))
        self.refusals, self.facts = refusals, facts


def read_person(
    typed: Mapping[str, str],
    *,
    roles: Iterable[Role],
    unit_id: int | None = None,
    specialty_ids: Iterable[int] = (),
) -> PersonFacts:
    """Return the facts of a person from typed text.

    Args:
        typed: name, email, and optionally title, cpf, cns, council, council_number, council_uf, rqe, cbo, language.
        roles: already known to be roles.
        unit_id: of a unit that is there.
        specialty_ids: of specialties that are there.

    Raises:
        Faulty: with everything that is wrong.
    """
    text = {key: one_line(value) for key, value in typed.items()}
    given, held = text.get, frozenset(roles)
    trial = _Trial()
    for key, limit in LIMITS.items():
        if len(given(key, "")) > limit:
            trial.refuse(N_("Use no máximo %(limit)s caracteres."), key, limit=limit)
    facts = PersonFacts(
        title=given("title", ""),
        name=trial.of(read_name, given("name", "")) or "",
        email=trial.of(read_email, given("email", "")) or "",
        cpf=trial.of(checks.check_cpf, given("cpf", "")) if given("cpf") else None,
        cns=trial.of(checks.check_cns, given("cns", "")) if given("cns") else None,
        rqe=given("rqe") or None,
        cbo=trial.of(read_cbo, given("cbo", "")) if given("cbo") else None,
        roles=held,
        unit_id=unit_id,
        specialty_ids=frozenset(specialty_ids),
        language=given("language") or "pt_BR",
        **trial.of(_registration, text) or {},
    )
    _check_whole(facts, trial)
    if trial.refusals:
        raise Faulty(trial.refusals, facts)
    return facts


class _Trial:
    """Collects refusals, so that one mistake does not hide the next."""

    def __init__(self) -> None:
        self.refusals: list[Refused] = []

    def of(self, read: Callable[..., T], given: object) -> T | None:
        try:
            return read(given)
        except Refused as refusal:
            self.refusals.append(refusal)
            return None

    def refuse(self, message: str, field: str, **params: object) -> None:
        self.refusals.append(Refused(message, field, **params))


def read_name(text: str) -> str:
    """Return a name with single spaces: at least two words, as it stands in the council's register."""
    name = one_line(text)
    if not name:
        raise Refused(N_("Escreva o nome."), "name")
    if " " not in name or not any(sign.isalpha() for sign in name):
        raise Refused(N_("Escreva o nome e o sobrenome."), "name")
    return name


def read_email(text: str) -> str:
    """Return an e-mail address in lower case."""
    if not text:
        raise Refused(N_("Escreva o e-mail: é por ele que a pessoa entra e recebe o convite."), "email")
    try:
        return validate_email(text, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        raise Refused(N_("Esse e-mail não está completo. Confira, como em nome@rede.gov.br."), "email") from None


def read_cbo(text: str) -> str:
    """Return an occupation of the Brazilian classification: six digits ('2251-24' is '225124')."""
    code = checks.normalise(text)
    if len(code) != 6 or not (code.isascii() and code.isdigit()):
        raise Refused(N_("A CBO tem seis números, como em 2251-24."), "cbo")
    return code


def _registration(text: Mapping[str, str]) -> dict[str, str]:
    council, number, uf = (text.get(key, "") for key in ("council", "council_number", "council_uf"))
    if not council and not number:
        return {}
    try:
        council, number, uf = checks.check_registration(council, number, uf, "council_number")
    except Refused as refusal:
        field = {"uf": "council_uf"}.get(refusal.field or "", refusal.field)
        raise Refused(refusal.message, field, **refusal.params) from None
    return {"council": council, "council_number": number, "council_uf": uf}


def _check_whole(facts: PersonFacts, trial: _Trial) -> None:
    """Check what one value asks of another."""
    wrong = {refusal.field for refusal in trial.refusals}
    if not facts.roles:
        trial.refuse(N_("Escolha ao menos um papel."), "roles")
    if facts.roles & CLINICAL and not facts.council and not wrong & {"council", "council_number", "council_uf"}:
        trial.refuse(N_("Quem solicita ou responde casos precisa do registro profissional."), "council_number")
    if Role.CONSULTANT in facts.roles and not facts.specialty_ids:
        trial.refuse(N_("Escolha ao menos uma especialidade para quem é consultor."), "specialties")
    if facts.roles & {Role.REQUESTER, Role.SUPPORT} and facts.unit_id is None:
        trial.refuse(N_("Escolha a unidade de quem solicita casos ou apoia unidades."), "unit")
    if facts.language not in LANGUAGES:
        trial.refuse(N_("Escolha português ou inglês."), "language")
