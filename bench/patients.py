"""The people whom the loaded cases are about."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from bench.network import ref
from bench.record import Row
from bench.texts import LAST, Pool
from teleconsult.patients.matching import name_key, words


@dataclass(frozen=True)
class Patient:
    """Somebody a case is about."""

    id: int
    name: str
    mother: str
    born: date
    sex: str
    cns: str | None
    record: str
    place: str


def number_of(case_id: int) -> int:
    """Return the number of a case's patient: of five cases the last two are one person's."""
    return (case_id - 1) // 5 * 4 + min((case_id - 1) % 5, 3) + 1


def make(number: int, rng: Random, pool: Pool) -> Patient:
    """Return an invented person."""
    born = date(1935, 1, 1) + timedelta(days=rng.randrange(31_000))
    cns = _cns(number) if number % 5 < 3 else None
    sex, place = rng.choice(("female", "male")), rng.choice(LAST)
    return Patient(number, pool.name(), pool.name(), born, sex, cns, f"P{number:06}", place)


def _cns(number: int) -> str:
    """Return a CNS with its check digit, another for each number."""
    head = f"7{number * 10:013}"
    total = sum(int(digit) * (15 - place) for place, digit in enumerate(head))
    if total % 11 == 1:  # no last digit would fit: use the tenth place
        head = f"7{number * 10 + 1:013}"
        total += 2
    return head + str(-total % 11)


def rows(patient: Patient, unit_id: int, by_id: int, at: str) -> Iterator[tuple[str, Row]]:
    """Yield the rows of a patient's record."""
    names = (patient.name, "", name_key(patient.name))
    mother = (patient.mother, name_key(patient.mother))
    place = ("Rua das Ubaias, 100", patient.place, "Recife", "81999990000")
    born = patient.born.isoformat()
    row = (patient.id, 1, ref("PA", patient.id), *names, born, patient.sex, patient.cns, *mother)
    yield "patients", (*row, patient.record, *place, unit_id, at, by_id)
    for word in dict.fromkeys(words(patient.name)):
        yield "patient_names", (word[:40], patient.id)
