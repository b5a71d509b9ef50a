"""Taking a booking sheet, booking its lines, and giving it back within the week. Inside the caller's transaction."""

import hashlib
from datetime import timedelta

from sqlalchemy import select

from teleconsult import audit, clock
from teleconsult.bookings import settings, sheets
from teleconsult.bookings.actions.quota import spend_sheets
from teleconsult.bookings.allowance import sheets_for
from teleconsult.bookings.models_quota import BookingSheet, BookingSheetLine
from teleconsult.errors import N_, Refused
from teleconsult.extensions import db
from teleconsult.network.models import HealthUnit
from teleconsult.people.models import User
from teleconsult.shifts.calendar import local_day
from teleconsult.web.refs import new_ref


def take(unit: HealthUnit, text: str, *, by: User, over_why: str = "") -> BookingSheet:
    """Take the good rows of a sheet; it spends the unit's sheets of the month, six patients each.

    Raises:
        Refused: it came already, no row is good, or the unit has no sheets left and there is no reason.
    """
    if taken_today(unit, text) is not None:
        raise Refused(N_("Esta planilha já foi importada hoje."), field="file")
    plan = sheets.make_plan(text, unit)
    if not plan.rows:
        raise Refused(N_("Nenhuma linha pode ser importada. Acerte a planilha e envie de novo."), field="file")
    now, today = clock.now(), local_day(clock.now(), unit.zone)
    over = spend_sheets(unit, sheets_for(len(plan.rows)), today, over_why=over_why)
    sheet = BookingSheet(
        ref=new_ref("PL"),
        unit_id=unit.id,
        digest=_digest(unit, text),
        received_on=today,
        due_on=today + timedelta(days=settings.number("sheet_return_days")),
        imported_at=now,
        imported_by_id=by.id,
        over_why=over_why if over else "",
        lines=[_line(number, row) for number, row in enumerate(plan.rows, 1)],
    )
    db.session.add(sheet)
    db.session.flush()
    audit.record(
        "system", "sheet.take", by_id=by.id, subject=sheet.ref, unit=unit.slug, lines=len(plan.rows), bad=len(plan.bad)
    )
    return sheet


def taken_today(unit: HealthUnit, text: str) -> BookingSheet | None:
    """Return the sheet that was made of this very file today, if there is one."""
    return db.session.scalar(select(BookingSheet).where(BookingSheet.digest == _digest(unit, text)))


def _digest(unit: HealthUnit, text: str) -> str:
    return hashlib.sha256(f"{unit.id}|{local_day(clock.now(), unit.zone)}|{text}".encode()).hexdigest()


def _line(number: int, row: sheets.Row) -> BookingSheetLine:
    kept = {name: row.cells[name] for name in ("name", "mother_name", "address", "neighbourhood", "municipality")}
    return BookingSheetLine(
        number=number,
        birth_date=row.birth_date,
        specialty_id=row.specialty_id,
        request_id=row.request_id,
        **kept,
    )


def give_back(sheet: BookingSheet, *, by: User) -> None:
    """Say that a sheet went back to its unit with the bookings made.

    Raises:
        Refused: it went back already.
    """
    if sheet.returned_at is not None:
        raise Refused(N_("Esta planilha já foi devolvida."))
    sheet.returned_at, sheet.returned_by_id = clock.now(), by.id
    db.session.flush()
    audit.record("system", "sheet.give_back", by_id=by.id, subject=sheet.ref)
