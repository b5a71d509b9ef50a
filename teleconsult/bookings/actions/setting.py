"""What the management sets: allowances of units, agreements with other districts, windows. Inside the caller's transaction."""

from collections.abc import Mapping

from sqlalchemy import select

from teleconsult import audit, clock
from teleconsult.bookings import settings
from teleconsult.bookings.actions.quota import month_row
from teleconsult.bookings.allowance import month_of
from teleconsult.bookings.models_quota import Allowance
from teleconsult.errors import N_, Refused
from teleconsult.extensions import db
from teleconsult.network.models import HealthUnit, NetworkSetting, Specialty
from teleconsult.people.models import User
from teleconsult.shifts.calendar import local_day

MOST = 9999
BOUNDS = {
    "offer_hours": (1, 168),
    "sheet_return_days": (1, 30),
    "counter_referral_days": (1, 90),
    "overbooking_cap": (0, 10),
    "overbooking_risk": (1, 50),
}


def own_allowance(unit: HealthUnit) -> Allowance | None:
    """Return the allowance of a unit of its own, if one was set."""
    query = select(Allowance).where(Allowance.unit_id == unit.id, Allowance.ended_at.is_(None))
    return db.session.scalars(query).one_or_none()


def set_allowance(
    unit: HealthUnit, *, weekday: int | None, forms: int | None, sheets: int | None, by: User | None, source: str = ""
) -> Allowance:
    """Set what a unit may book each month; the present month follows at once, but never below what is spent.

    Raises:
        Refused: a figure is out of its bounds.
    """
    for name, value in (("forms", forms), ("sheets", sheets)):
        if value is not None and not 0 <= value <= MOST:
            raise Refused(N_("Use de 0 a %(most)d."), field=name, most=MOST)
    row = own_allowance(unit) or Allowance(unit_id=unit.id)
    row.weekday, row.forms, row.sheets, row.source = weekday, forms, sheets, source
    db.session.add(row)
    db.session.flush()
    _follow(row, unit.zone)
    audit.record(
        "system",
        "quota.set",
        by_id=by.id if by else None,
        subject=unit.slug,
        weekday=weekday,
        forms=forms,
        sheets=sheets,
    )
    return row


def _follow(row: Allowance, zone: str) -> None:
    """Bring the present month up to what is set now; what was used already stays used."""
    month = month_row(row, month_of(local_day(clock.now(), zone)))
    month.forms, month.sheets = row.forms or 0, row.sheets or 0
    month.forms_over = max(month.forms_over, month.forms_spent - month.forms)
    month.sheets_over = max(month.sheets_over, month.sheets_spent - month.sheets)
    db.session.flush()


def agree(district: str, specialty: Specialty, *, forms: int, by: User) -> Allowance:
    """Agree with another district how many first visits of a specialty its units may book each month.

    Raises:
        Refused: there is no name, or the figure is out of its bounds.
    """
    if not district:
        raise Refused(N_("Escreva o nome do distrito."), field="district")
    if not 0 <= forms <= MOST:
        raise Refused(N_("Use de 0 a %(most)d."), field="forms", most=MOST)
    query = select(Allowance).where(
        Allowance.district == district, Allowance.specialty_id == specialty.id, Allowance.ended_at.is_(None)
    )
    row = db.session.scalars(query).one_or_none() or Allowance(district=district, specialty_id=specialty.id)
    row.forms = forms
    db.session.add(row)
    db.session.flush()
    _follow(row, clock.home().key)
    audit.record("system", "quota.agree", by_id=by.id, subject=specialty.slug, district=district, forms=forms)
    return row


def end_agreement(row: Allowance, *, by: User) -> None:
    """End an agreement with another district; what was booked under it stays."""
    row.ended_at = clock.now()
    db.session.flush()
    audit.record("system", "quota.end", by_id=by.id, subject=row.district)


def set_numbers(values: Mapping[str, int], *, by: User) -> None:
    """Set the windows and limits of booking.

    Raises:
        Refused: a figure is out of its bounds; the field is named.
    """
    for name, value in values.items():
        low, high = BOUNDS[name]
        if not low <= value <= high:
            raise Refused(N_("Use de %(low)d a %(high)d."), field=name, low=low, high=high)
        db.session.merge(NetworkSetting(name=name, value=str(value)))
    db.session.flush()
    audit.record("system", "quota.numbers", by_id=by.id, numbers=settings.every())
