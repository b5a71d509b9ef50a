"""Units and specialties for the people screens, which stand below and ask (people/choices.py); and who has a place in a unit."""

from flask_babel import get_locale
from sqlalchemy import func, select, true

from teleconsult.events import panel
from teleconsult.extensions import db
from teleconsult.network.models import HealthUnit, Specialty
from teleconsult.people.access import Role
from teleconsult.people.choices import Choice
from teleconsult.people.facts import Lost
from teleconsult.people.models import User
from teleconsult.web.messages import gettext, ngettext


@panel("people.units")
def units_of_people() -> list[Choice]:
    """Return every unit; a file may also call it by its short name, its code or its CNES."""
    rows = db.session.execute(
        select(
            HealthUnit.id, HealthUnit.name, HealthUnit.slug, HealthUnit.code, HealthUnit.cnes, HealthUnit.closed_at
        ).order_by(HealthUnit.name, HealthUnit.id)
    )
    return [Choice(r.id, r.name, (r.slug, r.code, r.cnes or ""), r.closed_at is None) for r in rows]


@panel("people.specialties")
def specialties_of_people() -> list[Choice]:
    """Return every specialty; a file may call it by its short name or in either language."""
    rows = db.session.execute(
        select(Specialty.id, Specialty.slug, Specialty.name_pt, Specialty.name_en, Specialty.teleconsult)
    )
    english = str(get_locale()) == "en"
    found = [
        Choice(r.id, r.name_en if english else r.name_pt, (r.slug, r.name_pt, r.name_en), r.teleconsult) for r in rows
    ]
    return sorted(found, key=lambda choice: choice.name)


@panel("person.leaving", order=70)
def specialties_without_stand_in(person: User, lost: Lost) -> list[str] | None:
    """Name the specialties that lose their stand-in: nobody is proposed any more where a case stands still."""
    taken = true() if Role.CONSULTANT in lost.roles else Specialty.id.in_(lost.specialty_ids)
    named = select(Specialty.id).where(Specialty.backup_id == person.id, Specialty.id.in_(person.specialty_ids), taken)
    stood_in = set(db.session.scalars(named))
    names = ", ".join(choice.name for choice in specialties_of_people() if choice.id in stood_in)
    words = gettext("Fica sem consultor substituto até a gerência escolher outro: %(names)s.", names=names)
    return [words] if names and person.has(Role.CONSULTANT) else None


@panel("unit.holds", order=20)
def people_of_unit(unit: HealthUnit) -> str | None:
    """Return how many people with an account have their place in a unit."""
    count = db.session.scalar(select(func.count()).where(User.unit_id == unit.id, User.switched_off_at.is_(None)))
    return ngettext("%(num)d pessoa", "%(num)d pessoas", count) if count else None
