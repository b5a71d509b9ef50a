"""What units have left of their month, as the screens show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, not_, or_, select

from teleconsult import clock
from teleconsult.bookings.allowance import PASSES, WEEKDAYS, month_of
from teleconsult.bookings.models import BookingRequest
from teleconsult.bookings.models_quota import Allowance, AllowanceMonth, FormSpent
from teleconsult.bookings.steps import Kind
from teleconsult.extensions import db
from teleconsult.network.directory import by_name
from teleconsult.network.models import HealthUnit, Specialty
from teleconsult.people.access import Role
from teleconsult.people.models import User
from teleconsult.shifts.calendar import local_day
from teleconsult.web.messages import gettext as _


def allowance_of(unit: HealthUnit, specialty_id: int) -> Allowance | None:
    """Return what a unit books from: its own allowance, or what was agreed with its district for the specialty."""
    live = select(Allowance).where(Allowance.ended_at.is_(None))
    own = db.session.scalars(live.where(Allowance.unit_id == unit.id)).one_or_none()
    if own is not None or not unit.district:
        return own
    agreed = live.where(Allowance.district == unit.district, Allowance.specialty_id == specialty_id)
    return db.session.scalars(agreed).one_or_none()


@dataclass(frozen=True)
class Quota:
    """What one booking is held to: the unit's day and its balance. `left` None: nothing was set for the unit."""

    weekday: int | None
    today: bool
    given: int | None
    left: int | None
    spends: bool


def quota_of(request: BookingRequest) -> Quota:
    """Return what a request is held to today."""
    allowance, today = allowance_of(request.unit, request.specialty_id), local_day(clock.now(), request.unit.zone)
    own = allowance if allowance is not None and allowance.unit_id is not None else None
    weekday = own.weekday if own is not None else None
    spent = db.session.get(FormSpent, request.id)
    given, left = balance(allowance, today)
    return Quota(
        weekday=weekday,
        today=weekday is None or today.weekday() == weekday,
        given=given,
        left=left,
        spends=request.kind == Kind.FIRST and (spent is None or spent.returned_at is not None),
    )


def may_book_today() -> ColumnElement[bool]:
    """Return the condition that the unit of a request, read beside it, may book it today by its own day and allowance.

    As `quota_of`, of many requests. Where nothing was stated the unit has to ask for it, and is let through: nobody else
    would hear of its patients.
    """
    weekday = case({zone: day.weekday() for zone, day in _days().items()}, value=HealthUnit.zone)
    own = and_(Allowance.unit_id == BookingRequest.unit_id, Allowance.ended_at.is_(None))
    other_day = exists().where(own, Allowance.weekday != weekday)
    return and_(or_(BookingRequest.priority.in_(PASSES), not_(other_day)), has_a_form())


def has_a_form(request: Any = BookingRequest, unit: Any = HealthUnit) -> ColumnElement[bool]:
    """Return the condition that a request has spent its form, or its unit, read beside it, has one left this month.

    Args:
        request: the requests, or an alias of them.
        unit: their units, or an alias of them.
    """
    month = case({zone: month_of(day) for zone, day in _days().items()}, value=unit.zone)
    live = Allowance.ended_at.is_(None)
    agreed = (
        Allowance.district == unit.district,
        Allowance.district != "",
        Allowance.specialty_id == request.specialty_id,
        live,
    )
    own = select(Allowance.id).where(Allowance.unit_id == request.unit_id, live)
    its_own = own.correlate(request).scalar_subquery()
    its_districts = select(Allowance.id).where(*agreed).correlate(request, unit).scalar_subquery()
    used_up = (
        select(Allowance.id)
        .outerjoin(AllowanceMonth, and_(AllowanceMonth.allowance_id == Allowance.id, AllowanceMonth.month == month))
        .where(
            Allowance.id == func.coalesce(its_own, its_districts),
            func.coalesce(AllowanceMonth.forms, Allowance.forms) <= func.coalesce(AllowanceMonth.forms_spent, 0),
            Allowance.forms.is_not(None),
        )
        .correlate(request, unit)
        .exists()
    )
    spent = exists().where(FormSpent.request_id == request.id, FormSpent.returned_at.is_(None))
    return or_(request.kind == Kind.RETURN, spent, not_(used_up))


def _days() -> dict[str, date]:
    """Return the local day of every zone in which there is a unit."""
    zones = {clock.home().key, *db.session.scalars(select(HealthUnit.zone).distinct())}
    return {zone: local_day(clock.now(), zone) for zone in zones}


def balance(allowance: Allowance | None, today: date) -> tuple[int | None, int | None]:
    """Return the forms given for the month and what is left of them; (None, None) when none were stated."""
    if allowance is None or allowance.forms is None:
        return None, None
    row = db.session.get(AllowanceMonth, (allowance.id, month_of(today)))
    if row is None:
        return allowance.forms, allowance.forms
    return row.forms, max(0, row.forms - row.forms_spent)


def balance_words(user: User) -> str:
    """Return the balance and the booking day of the person's own unit in a sentence, '' for others."""
    if not user.has(Role.REQUESTER) or user.unit is None:
        return ""
    allowance = db.session.scalars(
        select(Allowance).where(Allowance.unit_id == user.unit_id, Allowance.ended_at.is_(None))
    ).one_or_none()
    given, left = balance(allowance, local_day(clock.now(), user.unit.zone))
    if allowance is None or given is None:
        return str(_("Nenhuma cota foi definida para a sua unidade."))
    words: dict[str, Any] = {"left": left, "given": given}
    if allowance.weekday is None:
        return str(_("Formulários de referência que restam neste mês: %(left)d de %(given)d.", **words))
    return str(
        _(
            "Dia de marcação: %(day)s. Formulários de referência que restam neste mês: %(left)d de %(given)d.",
            day=_(WEEKDAYS[allowance.weekday]),
            **words,
        )
    )


def sheets_words(unit: HealthUnit) -> str:
    """Return what a unit has left of the month's booking sheets in a sentence, '' when none were stated."""
    allowance = allowance_of(unit, 0)
    if allowance is None or allowance.sheets is None:
        return ""
    row = db.session.get(AllowanceMonth, (allowance.id, month_of(local_day(clock.now(), unit.zone))))
    given, spent = (row.sheets, row.sheets_spent) if row is not None else (allowance.sheets, 0)
    return str(
        _(
            "Planilhas de seis pacientes que restam neste mês: %(left)d de %(given)d.",
            left=max(0, given - spent),
            given=given,
        )
    )


def units_with_allowances() -> Sequence[Any]:
    """Return the open units with what each may book and what it used of this month, by name."""
    month = month_of(local_day(clock.now(), clock.home().key))
    query = (
        select(
            HealthUnit.slug,
            HealthUnit.name,
            HealthUnit.has_line,
            Allowance.id,
            Allowance.weekday,
            Allowance.forms,
            Allowance.sheets,
            Allowance.source,
            AllowanceMonth.forms_spent,
            AllowanceMonth.forms_over,
            AllowanceMonth.sheets_spent,
        )
        .outerjoin(Allowance, and_(Allowance.unit_id == HealthUnit.id, Allowance.ended_at.is_(None)))
        .outerjoin(AllowanceMonth, and_(AllowanceMonth.allowance_id == Allowance.id, AllowanceMonth.month == month))
        .where(HealthUnit.closed_at.is_(None), HealthUnit.kind.in_(("usf", "us", "caps", "other")))
    )
    return db.session.execute(query.order_by(HealthUnit.name, HealthUnit.id).limit(500)).all()


def agreements() -> Sequence[Any]:
    """Return what was agreed with other districts and what they used of this month, by district and specialty."""
    month = month_of(local_day(clock.now(), clock.home().key))
    query = (
        select(
            Allowance.id,
            Allowance.district,
            Allowance.forms,
            Specialty.name_pt,
            Specialty.name_en,
            AllowanceMonth.forms_spent,
        )
        .join(Specialty, Specialty.id == Allowance.specialty_id)
        .outerjoin(AllowanceMonth, and_(AllowanceMonth.allowance_id == Allowance.id, AllowanceMonth.month == month))
        .where(Allowance.district != "", Allowance.ended_at.is_(None))
    )
    rows = db.session.execute(query.order_by(Allowance.district, Specialty.name_pt).limit(500)).all()
    place = {district: number for number, district in enumerate(dict.fromkeys(row.district for row in rows))}
    return sorted(by_name(rows), key=lambda row: place[row.district])


def agreement(number: int) -> Allowance | None:
    """Return one agreement that stands."""
    return db.session.scalars(
        select(Allowance).where(Allowance.id == number, Allowance.district != "", Allowance.ended_at.is_(None))
    ).one_or_none()
