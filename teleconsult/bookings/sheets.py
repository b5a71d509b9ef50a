"""A booking sheet as CSV in the columns of Quadro 2: every row is read, checked, and matched to a request that waits."""

import re
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select

from teleconsult import clock
from teleconsult.bookings.models import BookingRequest
from teleconsult.bookings.models_quota import BookingSheet, BookingSheetLine
from teleconsult.bookings.steps import State
from teleconsult.cases.models import PatientSnapshot
from teleconsult.errors import N_, Refused
from teleconsult.extensions import db
from teleconsult.network.models import HealthUnit, Specialty
from teleconsult.people.table import Line, read_table
from teleconsult.typed import fold, read_birth_date
from teleconsult.web.words import local

HEADINGS = {
    "name": ("NOME", "Nome do usuário", "Nome do paciente", "Name"),
    "birth_date": ("DATA NASCIMENTO", "Data de nascimento", "Nascimento", "Date of birth"),
    "mother_name": ("MÃE", "Nome da mãe", "Mother"),
    "address": ("ENDEREÇO", "Address"),
    "neighbourhood": ("BAIRRO", "Neighbourhood"),
    "municipality": ("MUNICÍPIO", "Municipality"),
    "specialty": ("ESPECIALIDADE", "Specialty"),
}
"""Columns of Quadro 2 (forms.md, 3); its third heading is illegible in the source and is not guessed."""

NEEDED = ("name", "birth_date", "specialty")
LIMITS = {"name": 120, "mother_name": 120, "address": 200, "neighbourhood": 80, "municipality": 80, "specialty": 120}
SHORTEST = 4
"""Letters of a specialty's name from which its beginning is taken for it."""

OPEN = (State.WAITING, State.OFFERED, State.MISSED, State.CANCELLED)
_FORMULA = re.compile(r"^[=+\-@\t\r]")


@dataclass(frozen=True)
class Row:
    """One good row: what it says, and the request that it asks to be booked."""

    line: int
    cells: dict[str, str]
    birth_date: date
    specialty_id: int
    request_id: int


@dataclass(frozen=True)
class Bad:
    """What is wrong in one row."""

    line: int
    column: str
    why: Refused


@dataclass
class Plan:
    """What an import would do: the rows it would take, and those that it cannot."""

    rows: list[Row] = field(default_factory=list)
    bad: list[Bad] = field(default_factory=list)


@dataclass(frozen=True)
class _Known:
    """The specialties by their words, by the Portuguese ones alone, and the unit's open requests by patient and specialty."""

    specialties: dict[str, int]
    in_portuguese: dict[str, int]
    requests: dict[tuple[str, date | None, int], int]
    on_sheets: frozenset[int]


def make_plan(text: str, unit: HealthUnit) -> Plan:
    """Read a sheet of a unit and match every row to a request of the unit that waits to be booked.

    Raises:
        Refused: the file as a whole cannot be read.
    """
    lines, known, plan = read_table(text, HEADINGS, NEEDED), _known(unit), Plan()
    taken: dict[int, int] = {}
    for line in lines:
        try:
            row = _read(line, known)
            if row.request_id in taken:
                raise Refused(N_("O mesmo paciente já está na linha %(line)d."), "name", line=taken[row.request_id])
        except Refused as refusal:
            plan.bad.append(Bad(line.number, HEADINGS[refusal.field or "name"][0], refusal))
            continue
        taken[row.request_id] = line.number
        plan.rows.append(row)
    return plan


def _known(unit: HealthUnit) -> _Known:
    named = db.session.execute(select(Specialty.id, Specialty.name_pt, Specialty.name_en, Specialty.slug)).all()
    specialties = {fold(word): row.id for row in named for word in (row.name_pt, row.name_en, row.slug)}
    in_portuguese = {fold(row.name_pt): row.id for row in named}
    query = (
        select(
            BookingRequest.id,
            BookingRequest.specialty_id,
            PatientSnapshot.name,
            PatientSnapshot.social_name,
            PatientSnapshot.birth_date,
        )
        .join(PatientSnapshot, PatientSnapshot.case_id == BookingRequest.case_id)
        .where(BookingRequest.unit_id == unit.id, BookingRequest.state.in_(OPEN))
        .order_by(BookingRequest.since.desc())
    )
    requests = {
        (fold(name), row.birth_date, row.specialty_id): row.id
        for row in db.session.execute(query)
        for name in (row.name, row.social_name)
        if name
    }
    sent = (
        select(BookingSheetLine.request_id)
        .join(BookingSheet, BookingSheet.id == BookingSheetLine.sheet_id)
        .where(BookingSheet.unit_id == unit.id, BookingSheet.returned_at.is_(None))
    )
    return _Known(specialties, in_portuguese, requests, frozenset(db.session.scalars(sent)))


def _specialty(word: str, known: _Known) -> int | None:
    """Return the specialty of a word, also of its beginning alone ('otorrino', 'dermato') where only one begins so.

    The Portuguese names go first: “Cirurgia dermatológica” is “Dermatological surgery” in English.
    """
    if word in known.specialties or len(word) < SHORTEST:
        return known.specialties.get(word)
    for names in (known.in_portuguese, known.specialties):
        found = {number for name, number in names.items() if name.startswith(word)}
        if found:
            return found.pop() if len(found) == 1 else None
    return None


def _read(line: Line, known: _Known) -> Row:
    line.refuse_beyond()
    cells = {name: line.cells.get(name, "") for name in HEADINGS}
    for name, text in cells.items():
        if _FORMULA.match(text):
            raise Refused(N_("Esta célula parece uma fórmula; escreva só o texto."), name)
        if len(text) > LIMITS.get(name, 40):
            raise Refused(N_("Use no máximo %(limit)s caracteres."), name, limit=LIMITS.get(name, 40))
    for name in NEEDED:
        if not cells[name]:
            raise Refused(N_("Esta célula está vazia."), name)
    birth_date = read_birth_date(cells["birth_date"], local(clock.now()).date())
    specialty_id = _specialty(fold(cells["specialty"]), known)
    if specialty_id is None:
        raise Refused(N_("Esta especialidade não existe na rede."), "specialty")
    request_id = known.requests.get((fold(cells["name"]), birth_date, specialty_id))
    if request_id is None:
        raise Refused(
            N_("Nenhum encaminhamento desta unidade espera por esta pessoa, com esta data, nesta especialidade."),
            "name",
        )
    if request_id in known.on_sheets:
        raise Refused(N_("Este paciente já está em outra planilha que não foi devolvida."), "name")
    return Row(line.number, cells, birth_date, specialty_id, request_id)
