"""The network of every size: 20 specialties, 40 units, 100 consultants and those who ask, sort and watch."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bench.texts import FIRST, LAST
from teleconsult.people.models import search_key_of
from teleconsult.web.refs import ALPHABET

PASSWORD = "medida-de-bancada-27"
DISTRICT = "DS IV"
SPECIALTIES = (
    "Cardiologia", "Dermatologia", "Neurologia", "Endocrinologia", "Reumatologia", "Pneumologia", "Nefrologia",
    "Gastroenterologia", "Hematologia", "Infectologia", "Ortopedia", "Urologia", "Ginecologia", "Obstetrícia",
    "Pediatria", "Psiquiatria", "Oftalmologia", "Otorrinolaringologia", "Geriatria", "Cirurgia",
)  # fmt: skip
UNITS = 40
CONSULTANTS = 100
REQUESTERS = 200
ADMINISTRATORS = 8
SUPPORT = 8
MANAGERS = 3

PROBLEMS = (
    ("I10", "Hipertensão essencial (primária)"),
    ("E11.9", "Diabetes mellitus tipo 2, sem complicações"),
    ("A30.9", "Hanseníase, não especificada"),
    ("J45.9", "Asma, não especificada"),
    ("E03.9", "Hipotireoidismo, não especificado"),
    ("G43.9", "Enxaqueca, sem especificação"),
    ("I48", "Fibrilação atrial"),
    ("M06.9", "Artrite reumatoide, não especificada"),
    ("K29.5", "Gastrite crônica, sem especificação"),
    ("N18.9", "Doença renal crônica, não especificada"),
)


def ref(prefix: str, number: int, length: int = 6) -> str:
    """Return a reference that looks like the product's random ones: another for each number, the same each time."""
    left = (number * 387_420_489 + 123_456_789) % 32**6
    letters = []
    for _ in range(length):
        letters.append(ALPHABET[left % 32])
        left //= 32
    return f"{prefix}-{''.join(reversed(letters))}"


@dataclass(frozen=True)
class Person:
    """Somebody of the network, as the lives of cases need to know them."""

    id: int
    ref: str
    email: str
    name: str
    unit_id: int
    role: str
    specialty_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class Network:
    """Everybody, by what they do."""

    requesters: tuple[Person, ...]
    consultants: tuple[Person, ...]
    administrators: tuple[Person, ...]
    support: tuple[Person, ...]
    managers: tuple[Person, ...]

    def everybody(self) -> Iterator[Person]:
        """Yield each person once."""
        for group in (self.requesters, self.consultants, self.administrators, self.support, self.managers):
            yield from group

    def of_specialty(self) -> dict[int, list[Person]]:
        """Return the consultants by the row number of their specialties."""
        found: dict[int, list[Person]] = {}
        for person in self.consultants:
            for specialty_id in person.specialty_ids:
                found.setdefault(specialty_id, []).append(person)
        return found


def make() -> Network:
    """Return the same network each time."""
    rng = random.Random(1)
    made: list[Person] = []

    def group(role: str, count: int) -> tuple[Person, ...]:
        for n in range(count):
            person_id = len(made) + 1
            name = f"{rng.choice(FIRST)} {rng.choice(LAST)} {rng.choice(LAST)}"
            unit_id = n % UNITS + 1 if role == "requester" else UNITS + (1 if role == "support" else 2)
            also = ((n * 7 + 3) % len(SPECIALTIES) + 1,) if n % 5 == 0 else ()
            main = n % len(SPECIALTIES) + 1
            held = tuple(dict.fromkeys((main, *also))) if role == "consultant" else ()
            email = f"{role}{n}@rede.example"
            made.append(Person(person_id, ref("PE", person_id), email, name, unit_id, role, held))
        return tuple(made[-count:])

    return Network(
        group("requester", REQUESTERS),
        group("consultant", CONSULTANTS),
        group("administrator", ADMINISTRATORS),
        group("support", SUPPORT),
        group("manager", MANAGERS),
    )


def rows(network: Network, password_hash: str, terms: str, at: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (table, row) of the network, parents first."""
    for n in range(1, UNITS + 3):
        kind = "usf" if n <= UNITS else ("sede_distrito" if n == UNITS + 1 else "uer")
        name = (
            f"USF {LAST[n % len(LAST)]} {n}" if n <= UNITS else ("Distrito Sanitário IV", "Policlínica")[n - UNITS - 1]
        )
        yield "health_units", _unit(n, name, kind)
    for n, name in enumerate(SPECIALTIES, 1):
        yield "specialties", _specialty(n, name)
    for person in network.everybody():
        yield "users", _user(person, password_hash, terms, at)
    for person in network.everybody():
        yield "user_roles", {"user_id": person.id, "role": person.role}
        for specialty_id in person.specialty_ids:
            yield "user_specialties", {"user_id": person.id, "specialty_id": specialty_id}


def _unit(number: int, name: str, kind: str) -> dict[str, Any]:
    return {
        "id": number,
        "version": 1,
        "slug": f"unit-{number}",
        "name": name,
        "kind": kind,
        "district": DISTRICT,
        "neighbourhood": LAST[number % len(LAST)],
        "zone": "America/Recife",
        "shares_cases": 0,
        "has_line": 1,
        "search_key": name.lower(),
    } | dict.fromkeys(
        ("code", "address", "microregion", "phone", "historical_phones", "services", "note"),
        "",
    )


def _specialty(number: int, name: str) -> dict[str, Any]:
    return {
        "id": number,
        "version": 1,
        "slug": name.lower(),
        "name_pt": name,
        "name_en": name,
        "category": "specialty",
        "teleconsult": 1,
        "search_key": name.lower(),
    } | dict.fromkeys(("municipal_reference", "alternative", "details", "prompts", "note"), "")


def _user(person: Person, password_hash: str, terms: str, at: str) -> dict[str, Any]:
    clinical = person.role in ("requester", "consultant")
    return {
        "id": person.id,
        "version": 1,
        "ref": person.ref,
        "email": person.email,
        "title": ("Dra." if person.id % 2 else "Dr.") if clinical else "",
        "name": person.name,
        "council": "CRM" if clinical else None,
        "council_number": str(20_000 + person.id) if clinical else None,
        "council_uf": "PE" if clinical else None,
        "unit_id": person.unit_id,
        "language": "pt_BR",
        "password_hash": password_hash,
        "password_set_at": at,
        "must_change_password": 0,
        "failures": 0,
        "terms_version": terms,
        "terms_accepted_at": at,
        "mail_mode": "each",
        "created_at": at,
        "search_key": search_key_of(person.name, person.email, str(20_000 + person.id) if clinical else None),
    }
