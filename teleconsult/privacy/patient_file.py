"""A patient's own copy: everything of that person and of nobody else, in one archive that opens without the service.

Law 13.709/2018 (LGPD), articles 18 and 19: who asks gets the data whole, in a form that can be used again.
"""

import io
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from flask import current_app, render_template
from sqlalchemy import false, or_, select
from werkzeug.utils import secure_filename

from teleconsult import audit, checks, clock
from teleconsult.attachments.storage import storage
from teleconsult.audit import AuditEvent
from teleconsult.cases.access import Look, Sight
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case
from teleconsult.cases.page import build
from teleconsult.cases.views_case import words as case_words
from teleconsult.errors import N_, NotFound, Refused, StorageLost
from teleconsult.extensions import db, transaction
from teleconsult.network.models import HealthUnit, Specialty
from teleconsult.patients.models import Patient
from teleconsult.patients.queries import by_numbers, patient_for, standing
from teleconsult.people.models import User
from teleconsult.privacy.belongings import Rows, rows_of
from teleconsult.privacy.desk import as_read_by
from teleconsult.privacy.touched import PIECE, refs_of
from teleconsult.record.words import BESIDE, WORDS
from teleconsult.version import VERSION
from teleconsult.web.csv_out import write_csv
from teleconsult.web.messages import gettext as _
from teleconsult.web.words import papertime

STYLES = ("vendor/bootstrap/bootstrap.min.css", "css/tokens.css", "css/base.css", "css/parts.css", "css/print.css")


@dataclass
class Copy:
    """What one archive holds."""

    patient: Patient
    rows: Rows
    cases: list[str] = field(default_factory=list)
    files: int = 0
    lost: list[str] = field(default_factory=list)
    """References of files whose bytes are not in storage."""


def find(text: str) -> Patient:
    """Return the record that a reference, a CNS or a CPF means; of joined records the one that stands.

    Raises:
        Refused: there is none, or the number leads to two.
    """
    number = checks.normalise(text)
    found = by_numbers(number, number) if number.isdecimal() else _by_ref(text)
    if not found:
        raise Refused(N_("Não há cadastro com este código, CNS ou CPF."))
    if len(found) > 1:
        raise Refused(N_("O número leva a mais de um cadastro: %(refs)s."), refs=", ".join(one.ref for one in found))
    return found[0]


def _by_ref(text: str) -> list[Patient]:
    with suppress(NotFound):
        return [standing(patient_for(text.strip()))]
    return []


def write(patient: Patient, place: Path, *, by: User, language: str) -> Copy:
    """Write a patient's archive and record that it was made; a file that is there already is left as it is.

    Args:
        patient: whose.
        place: the archive to make; only the account that runs this may read it.
        by: the manager who answers for giving it out.
        language: of its sentences.

    Raises:
        FileExistsError: something is at `place`.
        StorageFault: storage does not answer; nothing is left at `place`.
    """
    copy = Copy(patient, rows_of(patient))
    handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file, ZipFile(file, "w", ZIP_DEFLATED) as archive:
            _fill(archive, copy, by, language)
        with transaction():
            audit.record(f"patient:{patient.ref}", "patient.export", by_id=by.id, subject=patient.ref)
    except BaseException:
        place.unlink(missing_ok=True)
        raise
    return copy


def _fill(archive: ZipFile, copy: Copy, by: User, language: str) -> None:
    archive.writestr("dados.json", json.dumps(in_names(copy.rows), ensure_ascii=False, indent=1, default=_plain))
    with as_read_by(by, language):
        _cases(archive, copy, by)
        archive.writestr("acessos.csv", _accesses(copy))
        _files(archive, copy)
        archive.writestr(
            "LEIA-ME.txt", render_template("privacy/read_me.txt", copy=copy, by=by, at=clock.now(), version=VERSION)
        )


def _cases(archive: ZipFile, copy: Copy, by: User) -> None:
    numbers = [row["id"] for row in copy.rows.get("cases", ()) if row["state"] != State.DRAFT]
    for name in STYLES if numbers else ():
        archive.write(Path(str(current_app.static_folder)) / name, f"estilo/{name}")
    head = _("Copiado para o paciente, %(when)s", when=papertime(clock.now()))
    for number in numbers:
        case = db.session.get_one(Case, number)
        page = build(Look(case, Sight.FULL, case.steps, continued=False), by, on_paper=True)
        styles = [f"estilo/{name}" for name in STYLES]
        archive.writestr(
            f"casos/{case.ref}.html",
            render_template("privacy/case.html", page=page, case=case, head=head, styles=styles, **case_words()),
        )
        copy.cases.append(case.ref)


def _files(archive: ZipFile, copy: Copy) -> None:
    refs = {row["id"]: row["ref"] for row in copy.rows.get("cases", ())}
    for row in copy.rows.get("attachments", ()):
        name = f"arquivos/{refs[row['case_id']]}/{row['ref']}-{secure_filename(row['name'])}"
        try:
            size = storage().size(row["key"])
            with archive.open(name, "w", force_zip64=True) as kept:
                for chunk in storage().read(row["key"], 0, size):
                    kept.write(chunk)
            copy.files += 1
        except StorageLost:
            copy.lost.append(row["ref"])


def _accesses(copy: Copy) -> bytes:
    file = io.BytesIO()
    write_csv(file, [_("Momento"), _("Evento"), _("Pessoa"), _("Sobre")], _events(copy))
    return file.getvalue()


def _events(copy: Copy) -> Iterator[list[object]]:
    """Yield who read or changed anything of the patient's, oldest first; from where is theirs and stays out."""
    refs = {row["ref"] for name in ("patients", "cases") for row in copy.rows.get(name, ())}
    trails = {f"{kind}:{ref}" for ref in refs for kind in ("patient", "case")}
    which = AuditEvent.subject.in_(refs), AuditEvent.stream.in_(trails), AuditEvent.word.in_(BESIDE)
    query = (
        select(
            AuditEvent.at,
            AuditEvent.word,
            AuditEvent.subject,
            AuditEvent.stream,
            AuditEvent.data,
            User.title,
            User.name,
        )
        .outerjoin(User, User.id == AuditEvent.user_id)
        .where(or_(false(), *which))
        .order_by(AuditEvent.at, AuditEvent.id)
        .execution_options(yield_per=PIECE)
    )
    for row in db.session.execute(query):
        about = row.subject if row.subject in refs or row.stream in trails else ", ".join(sorted(refs & refs_of(row)))
        if about:  # of a list of many only what is this patient's
            yield [row.at, _(WORDS.get(row.word, row.word)), f"{row.title or ''} {row.name or ''}".strip(), about]


def in_names(rows: Rows) -> dict[str, list[dict[str, Any]]]:
    """Return rows as they are given out: people, units and specialties by their names, not by numbers of ours."""
    named = {
        User: {row.id: row.full_name for row in db.session.scalars(select(User))},
        HealthUnit: {row.id: row.name for row in db.session.scalars(select(HealthUnit))},
        Specialty: {row.id: row.name_pt for row in db.session.scalars(select(Specialty))},
    }
    by_table = {model.__tablename__: names for model, names in named.items()}
    return {table: [_named(table, row, by_table) for row in found] for table, found in rows.items()}


def _named(table: str, row: Mapping[str, Any], names: Mapping[str, Mapping[int, str]]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for name, value in row.items():
        targets = [key.column.table.name for key in db.metadata.tables[table].columns[name].foreign_keys]
        known = names.get(targets[0]) if targets else None
        told[name.removesuffix("_id") if known else name] = known.get(value) if known else value
    return told


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(type(value))
