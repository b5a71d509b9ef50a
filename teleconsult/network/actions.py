"""What the management changes of the network: units, specialties, targets and windows. Inside the caller's transaction."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from sqlalchemy import select

from teleconsult import audit, clock, events
from teleconsult.errors import N_, Overtaken, Refused
from teleconsult.extensions import db
from teleconsult.network import settings
from teleconsult.network.directory import SPECIALTY_CATEGORIES, UNIT_KINDS, specialty_key, unit_key
from teleconsult.network.models import HealthUnit, Specialty
from teleconsult.network.naming import free_slug, take_names
from teleconsult.network.settings import Counting
from teleconsult.people import queries as people
from teleconsult.people.models import User

events.declare("network.counting")

UNIT_FIELDS = (
    "name", "code", "cnes", "kind", "district", "address", "neighbourhood", "microregion", "phone", "services",
    "zone", "shares_cases", "has_line", "note",
)  # fmt: skip
SPECIALTY_FIELDS = (
    "name_pt", "name_en", "category", "teleconsult", "municipal_reference", "alternative", "details", "prompts",
    "note", "backup_id",
)  # fmt: skip


def create_unit(values: Mapping[str, Any], *, by: User) -> HealthUnit:
    """Add a unit; its slug is made from its name and never changes.

    Raises:
        Refused: a value is not one of those allowed, or there is a unit of this name.
    """
    unit = HealthUnit()
    _set_unit(unit, values)
    unit.slug = free_slug(unit.name, HealthUnit)
    db.session.add(unit)
    db.session.flush()
    audit.record("system", "unit.create", by_id=by.id, subject=unit.slug)
    return unit


def edit_unit(unit: HealthUnit, values: Mapping[str, Any], *, by: User) -> None:
    """Change a unit.

    Raises:
        Refused: a value is not one of those allowed, or another unit has the name or the CNES.
    """
    before = {name: getattr(unit, name) for name in UNIT_FIELDS}
    _set_unit(unit, values)
    _record_change("unit.change", unit, before, by)


def close_unit(unit: HealthUnit, *, by: User) -> None:
    """Close a unit: the guide no longer shows it, and nobody new is put into it. What it did stays.

    Who works in it can go on asking until the management moves them: a doctor with a patient is not shut out.
    """
    if unit.closed_at is not None:
        raise Refused(N_("A unidade já está fechada."))
    unit.closed_at = clock.now()
    db.session.flush()
    audit.record("system", "unit.close", by_id=by.id, subject=unit.slug)


def reopen_unit(unit: HealthUnit, *, by: User) -> None:
    """Open a closed unit again."""
    if unit.closed_at is None:
        raise Refused(N_("A unidade está aberta."))
    unit.closed_at = None
    db.session.flush()
    audit.record("system", "unit.reopen", by_id=by.id, subject=unit.slug)


def create_specialty(values: Mapping[str, Any], *, by: User) -> Specialty:
    """Add a specialty; its slug is made from its Portuguese name and never changes.

    Raises:
        Refused: a value is not one of those allowed, or there is a specialty of this name.
    """
    specialty = Specialty()
    _set_specialty(specialty, {**values, "backup_id": None})
    specialty.slug = free_slug(specialty.name_pt, Specialty)
    db.session.add(specialty)
    db.session.flush()
    audit.record("system", "specialty.create", by_id=by.id, subject=specialty.slug)
    return specialty


def edit_specialty(specialty: Specialty, values: Mapping[str, Any], *, by: User) -> None:
    """Change a specialty; a new backup consultant must be an active one of the specialty.

    Raises:
        Refused: a value is not one of those allowed, or another specialty has the name.
    """
    backup_id = values.get("backup_id")
    able = {specialty.backup_id, *(person.id for person in people.consultants_of(specialty.id))}
    if backup_id is not None and backup_id not in able:
        raise Refused(N_("Escolha como substituto um consultor ativo desta especialidade."), field="backup")
    before = {name: getattr(specialty, name) for name in SPECIALTY_FIELDS}
    _set_specialty(specialty, values)
    _record_change("specialty.change", specialty, before, by)


def set_times(
    hours: Mapping[str, int], days: Mapping[str, int], counting: Counting, *, based_on: str, by: User
) -> None:
    """Set every target and window at once, for cases whose clock starts from now on.

    How time counts changes for every clock at once: those that run are counted anew by the handlers of
    `network.counting`, in this transaction.

    Raises:
        Overtaken: somebody set them since the form was shown (`based_on` is `settings.stamp()` of then).
        Refused: a value is out of its bounds; the field is named.
    """
    settings.hold_counting(to_change=True)
    if settings.stamp() != based_on:
        raise Overtaken
    before = settings.counting()
    for priority, value in hours.items():
        settings.set_target(priority, value)
    for name, value in days.items():
        settings.set_days(name, value)
    db.session.flush()
    if counting != before:
        settings.set_counting(counting.runs, counting.week)
        events.emit("network.counting", before=before, after=counting)
    audit.record("system", "targets.change", by_id=by.id, hours=dict(hours), days=dict(days),
                 runs=dict(counting.runs), week=[list(span) for span in counting.week])  # fmt: skip


def _set_unit(unit: HealthUnit, values: Mapping[str, Any]) -> None:
    take_names(unit, values)
    if values["kind"] not in UNIT_KINDS:
        raise Refused(N_("Escolha um dos tipos da lista."), field="kind")
    if values["zone"] not in available_timezones():
        raise Refused(N_("Escolha um dos fusos da lista."), field="zone")
    cnes = values["cnes"] or None
    taken = select(HealthUnit.name).where(HealthUnit.cnes == cnes, HealthUnit.slug != (unit.slug or ""))
    with db.session.no_autoflush:
        other = db.session.scalar(taken) if cnes else None
    if other:
        raise Refused(N_("Este CNES já é de %(name)s."), field="cnes", name=other)
    for name in UNIT_FIELDS:
        setattr(unit, name, values[name])
    unit.cnes = cnes
    unit.search_key = unit_key(unit)


def _set_specialty(specialty: Specialty, values: Mapping[str, Any]) -> None:
    take_names(specialty, values)
    if values["category"] not in SPECIALTY_CATEGORIES:
        raise Refused(N_("Escolha uma das categorias da lista."), field="category")
    for name in SPECIALTY_FIELDS:
        setattr(specialty, name, values[name])
    specialty.search_key = specialty_key(specialty)


def _record_change(word: str, thing: HealthUnit | Specialty, before: Mapping[str, Any], by: User) -> None:
    names = [name for name, value in before.items() if getattr(thing, name) != value]
    db.session.flush()
    if names:
        audit.record("system", word, by_id=by.id, subject=thing.slug, fields=names)
