"""The network as the screens and the other floors ask for it: units, specialties, the reference guide."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, false, or_, select

from teleconsult.errors import N_, NotFound
from teleconsult.extensions import db, read
from teleconsult.network.models import HealthUnit, Specialty
from teleconsult.network.naming import name_key
from teleconsult.network.wording import sought
from teleconsult.people.access import Role
from teleconsult.people.models import User, UserRole, UserSpecialty
from teleconsult.typed import fold
from teleconsult.web import Page, page_by_key
from teleconsult.web.messages import gettext as _
from teleconsult.web.words import in_language

UNIT_KINDS = {
    "usf": N_("Unidade de Saúde da Família"),
    "us": N_("Unidade de Saúde"),
    "uer": N_("Unidade especializada de referência"),
    "caps": N_("Centro de Atenção Psicossocial"),
    "sede_distrito": N_("Sede do distrito sanitário"),
    "other": N_("Outro serviço"),
}
SPECIALTY_CATEGORIES = {
    "specialty": N_("Especialidade"),
    "sub_specialty": N_("Subárea"),
    "programme": N_("Programa"),
    "support_service": N_("Serviço de apoio"),
    "statistical_group": N_("Grupo estatístico"),
}
REFERENCE_WORDS = {
    "1": N_("Há referência no município"),
    "0": N_("Sem referência no município"),
    "contracted_clinics": N_("Em clínicas credenciadas"),
    "": N_("Não se informou se há referência"),
}
GUIDE_SIZE = 50
WHO_DOES_IT = {"odontologia": ("dentista",), "enfermagem": ("enfermeiro", "enfermeira")}
"""By whom a unit names what it offers, where it does not name the specialty: family health units list people."""


_BRACKETS = re.compile(r"\([^)]*\)?")


def unit_key(unit: HealthUnit) -> str:
    """Return what a unit is found by: its words without accents, each with a space before it."""
    words = (unit.name, unit.code, unit.neighbourhood, unit.address, unit.services, unit.cnes or "")
    return f" {fold(' '.join(words))} "


def specialty_key(specialty: Specialty) -> str:
    """Return what a specialty is found by, in both languages."""
    return f" {fold(' '.join((specialty.name_pt, specialty.name_en, specialty.details)))} "


def _holds(column: Any, typed: str, kind: Any = None) -> list[ColumnElement[bool]]:
    """Each word by its beginning; `fold` leaves nothing that LIKE would read as a sign. A unit fits by its kind too."""
    return [
        or_(
            false(),
            *(column.like(f"% {form}%") for form in word.forms),
            *([kind.in_(word.kinds)] if kind is not None and word.kinds else ()),
        )
        for word in sought(typed)
    ]


def _offers(name: str) -> ColumnElement[bool]:
    """Tell whether a unit offers a specialty of this name, as far as its own words say so.

    The name must stand in them whole and in its order: "Odontologia Clínica" is not what lists "Clínica Médica" and
    "Odontologia". Of a name with a stroke one part is enough: a unit that lists "Ginecologia" offers something of
    "Ginecologia/Obstetrícia". What stands in brackets only explains the name. Who does it stands for what is done.
    """
    parts = [fold(part) for part in _BRACKETS.sub(" ", name).split("/")]
    said = [word for part in parts if part for word in (part, *WHO_DOES_IT.get(part, ()))]
    return or_(false(), *(HealthUnit.search_key.like(f"% {word} %") for word in said))


@dataclass(frozen=True)
class GuideFilter:
    """What the guide is searched by; every part may be empty."""

    words: str = ""
    neighbourhood: str = ""
    specialty: str = ""


def guide_units(asked: GuideFilter, size: int = GUIDE_SIZE) -> Page:
    """Return a page of the open units that fit, by name; `_offers` tells which offer the specialty."""
    query = select(
        HealthUnit.id,
        HealthUnit.slug,
        HealthUnit.code,
        HealthUnit.name,
        HealthUnit.kind,
        HealthUnit.district,
        HealthUnit.address,
        HealthUnit.neighbourhood,
        HealthUnit.phone,
        HealthUnit.historical_phones,
        HealthUnit.services,
    ).where(HealthUnit.closed_at.is_(None), *_holds(HealthUnit.search_key, asked.words, HealthUnit.kind))
    if asked.neighbourhood:
        query = query.where(HealthUnit.neighbourhood == asked.neighbourhood)
    if asked.specialty:
        name = db.session.scalar(select(Specialty.name_pt).where(Specialty.slug == asked.specialty)) or asked.specialty
        query = query.where(_offers(name))
    return page_by_key(query, [(HealthUnit.name, False), (HealthUnit.id, False)], size)


def guide_specialties(asked: GuideFilter) -> Sequence[Any]:
    """Return the specialties and services that fit, by name; none when a neighbourhood is asked for."""
    if asked.neighbourhood:
        return []
    query = select(
        Specialty.slug,
        Specialty.name_pt,
        Specialty.name_en,
        Specialty.category,
        Specialty.teleconsult,
        Specialty.municipal_reference,
        Specialty.alternative,
        Specialty.details,
    ).where(Specialty.category != "statistical_group", *_holds(Specialty.search_key, asked.words))
    if asked.specialty:
        query = query.where(Specialty.slug == asked.specialty)
    return by_name(db.session.execute(query.order_by(Specialty.name_pt, Specialty.id).limit(200)).all())


def neighbourhoods() -> list[str]:
    """Return the neighbourhoods that have an open unit, by name."""
    query = select(HealthUnit.neighbourhood).where(HealthUnit.closed_at.is_(None), HealthUnit.neighbourhood != "")
    return list(db.session.scalars(query.distinct().order_by(HealthUnit.neighbourhood)))


_place_of = lru_cache(maxsize=1024)(name_key)
"""Where the name of a specialty stands among others."""


def by_name(rows: Iterable[Any]) -> list[Any]:
    """Return specialties by their names in the reader's language; a database has them by the Portuguese ones."""
    return sorted(rows, key=lambda row: _place_of(in_language(row.name_pt, row.name_en)))


def specialty_choices(*, teleconsult: bool = False) -> Sequence[Any]:
    """Return slug and names of the specialties by name; `teleconsult`: those that take cases."""
    query = select(Specialty.id, Specialty.slug, Specialty.name_pt, Specialty.name_en)
    query = query.where(Specialty.teleconsult) if teleconsult else query.where(Specialty.category == "specialty")
    return by_name(db.session.execute(query.order_by(Specialty.id)).all())


HAS_VISITS = or_(Specialty.category.in_(("specialty", "sub_specialty")), Specialty.teleconsult)
"""To what a patient can be sent, and of what an agenda is published: of no programme and of no support service."""


def visit_choices() -> Sequence[Any]:
    """Return slug and names of the specialties that have visits, by name."""
    query = select(Specialty.id, Specialty.slug, Specialty.name_pt, Specialty.name_en).where(HAS_VISITS)
    return by_name(db.session.execute(query.order_by(Specialty.id)).all())


_UNITS = (
    select(HealthUnit.id, HealthUnit.slug, HealthUnit.name)
    .where(HealthUnit.closed_at.is_(None))
    .order_by(HealthUnit.name, HealthUnit.id)
)
_OF: ColumnElement[bool] = and_(HealthUnit.district == bindparam("district"), HealthUnit.district != "")
_UNITS_OF = _UNITS.where(_OF)
_EVER = select(HealthUnit.slug, HealthUnit.name, HealthUnit.closed_at).order_by(
    HealthUnit.closed_at.is_not(None), HealthUnit.name, HealthUnit.id
)
_EVER_OF = _EVER.where(_OF)


def unit_choices(district: str | None = None) -> Sequence[Any]:
    """Return number, slug and name of the open units by name, of one district or of all."""
    return read(_UNITS, {}) if district is None else read(_UNITS_OF, {"district": district})


def unit_filter(district: str | None = None) -> list[tuple[str, str]]:
    """Return what a list can be narrowed to, as slug and name: every unit, then the open ones, then the closed, whose cases go on."""
    rows = read(_EVER, {}) if district is None else read(_EVER_OF, {"district": district})
    closed = _("%(name)s (fechada)")
    named = [(row.slug, closed % {"name": row.name} if row.closed_at else row.name) for row in rows]
    return [("", _("Toda unidade")), *named]


def unit_by(slug: str) -> HealthUnit:
    """Return a unit by its slug, closed ones too.

    Raises:
        NotFound: there is none.
    """
    unit = db.session.scalar(select(HealthUnit).where(HealthUnit.slug == slug))
    if unit is None:
        raise NotFound
    return unit


def specialty_by(slug: str) -> Specialty:
    """Return a specialty by its slug.

    Raises:
        NotFound: there is none.
    """
    specialty = db.session.scalar(select(Specialty).where(Specialty.slug == slug))
    if specialty is None:
        raise NotFound
    return specialty


def units_page(words: str) -> Page:
    """Return a page of all units for the management, by name."""
    query = select(
        HealthUnit.id,
        HealthUnit.slug,
        HealthUnit.name,
        HealthUnit.kind,
        HealthUnit.neighbourhood,
        HealthUnit.phone,
        HealthUnit.shares_cases,
        HealthUnit.has_line,
        HealthUnit.closed_at,
    ).where(*_holds(HealthUnit.search_key, words, HealthUnit.kind))
    return page_by_key(query, [(HealthUnit.name, False), (HealthUnit.id, False)], GUIDE_SIZE)


def backup_of(specialty: Specialty) -> User | None:
    """Return the backup consultant of a specialty, also one who attends in it no more."""
    return db.session.get(User, specialty.backup_id) if specialty.backup_id is not None else None


def specialties_page(words: str) -> Page:
    """Return a page of all specialties for the management, by name, with the backup consultant of each, and if they attend."""
    attends = and_(
        User.switched_off_at.is_(None),
        exists().where(UserRole.user_id == User.id, UserRole.role == Role.CONSULTANT),
        exists().where(UserSpecialty.user_id == User.id, UserSpecialty.specialty_id == Specialty.id),
    )
    query = (
        select(
            Specialty.id,
            Specialty.slug,
            Specialty.name_pt,
            Specialty.name_en,
            Specialty.category,
            Specialty.teleconsult,
            Specialty.municipal_reference,
            User.title,
            User.name.label("backup_name"),
            attends.label("backup_attends"),
        )
        .outerjoin(User, User.id == Specialty.backup_id)
        .where(*_holds(Specialty.search_key, words))
    )
    return page_by_key(query, [(Specialty.name_pt, False), (Specialty.id, False)], GUIDE_SIZE)
