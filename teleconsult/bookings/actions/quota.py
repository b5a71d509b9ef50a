"""Spending and giving back what a unit may book in a month. Never over: the database counts by conditional updates."""

from datetime import date

from sqlalchemy import update

from teleconsult import clock
from teleconsult.bookings.allowance import Asked, check_balance, month_of
from teleconsult.bookings.models import BookingRequest
from teleconsult.bookings.models_quota import Allowance, AllowanceMonth, FormSpent
from teleconsult.bookings.queries_quota import allowance_of
from teleconsult.errors import N_, Overtaken, Refused
from teleconsult.extensions import changed, db, upsert
from teleconsult.network.models import HealthUnit


def month_row(allowance: Allowance, month: date) -> AllowanceMonth:
    """Return the row of a month, made with the present figures when it is first asked for."""
    row = upsert(AllowanceMonth).values(
        allowance_id=allowance.id,
        month=month,
        forms=allowance.forms or 0,
        sheets=allowance.sheets or 0,
        forms_spent=0,
        forms_over=0,
        sheets_spent=0,
        sheets_over=0,
    )
    db.session.execute(row.on_conflict_do_nothing(index_elements=["allowance_id", "month"]))
    return db.session.get_one(AllowanceMonth, (allowance.id, month), populate_existing=True)


def spend_form(request: BookingRequest, asked: Asked) -> None:
    """Spend the one referral form of a first visit; a request that spent its own before spends no other.

    Raises:
        Refused: it would go over what the unit was given, and nobody overrides it with a reason.
    """
    spent = db.session.get(FormSpent, request.id, populate_existing=True)
    if spent is not None and spent.returned_at is None:
        return
    allowance = allowance_of(request.unit, request.specialty_id)
    if allowance is None or allowance.forms is None:
        check_balance(None, 0, asked)
        if allowance is None:
            return
    month = month_of(asked.today)
    row = month_row(allowance, month)
    over = check_balance(row.forms if allowance.forms is not None else None, row.forms_spent, asked)
    _count_form(row, over)
    if spent is None:
        db.session.add(
            FormSpent(request_id=request.id, allowance_id=allowance.id, month=month, over=over, at=clock.now())
        )
    else:
        spent.allowance_id, spent.month, spent.over = allowance.id, month, over
        spent.at, spent.returned_at = clock.now(), None
    db.session.flush()


def _count_form(row: AllowanceMonth, over: bool) -> None:
    mine = update(AllowanceMonth).where(
        AllowanceMonth.allowance_id == row.allowance_id, AllowanceMonth.month == row.month
    )
    if over:
        count = mine.values(forms_spent=AllowanceMonth.forms_spent + 1, forms_over=AllowanceMonth.forms_over + 1)
    else:
        count = mine.where(AllowanceMonth.forms_spent < AllowanceMonth.forms).values(
            forms_spent=AllowanceMonth.forms_spent + 1
        )
    if changed(count) == 0:
        raise Overtaken
    db.session.refresh(row)


def give_form_back(request: BookingRequest) -> None:
    """Give back the form of a request from which no visit came."""
    spent = db.session.get(FormSpent, request.id, populate_existing=True)
    if spent is None or spent.returned_at is not None:
        return
    less = 1 if spent.over else 0
    changed(
        update(AllowanceMonth)
        .where(AllowanceMonth.allowance_id == spent.allowance_id, AllowanceMonth.month == spent.month)
        .values(forms_spent=AllowanceMonth.forms_spent - 1, forms_over=AllowanceMonth.forms_over - less)
    )
    spent.returned_at = clock.now()
    db.session.flush()


def spend_sheets(unit: HealthUnit, count: int, today: date, *, over_why: str = "") -> int:
    """Spend booking sheets of a unit, and return how many of them go over; a unit for which none were stated spends none.

    Raises:
        Refused: the unit has fewer left, and there is no reason to go over.
    """
    allowance = allowance_of(unit, 0)
    if allowance is None or allowance.sheets is None:
        return 0
    row = month_row(allowance, month_of(today))
    left = max(0, row.sheets - row.sheets_spent)
    if count > left and not over_why:
        raise Refused(
            N_("Planilhas que restam à unidade neste mês: %(left)d. Esta usa %(count)d: diga por que passar da cota."),
            field="over_why",
            left=left,
            count=count,
        )
    extra = max(0, count - left)
    counted = (
        update(AllowanceMonth)
        .where(
            AllowanceMonth.allowance_id == row.allowance_id,
            AllowanceMonth.month == row.month,
            AllowanceMonth.sheets_spent == row.sheets_spent,
        )
        .values(sheets_spent=row.sheets_spent + count, sheets_over=AllowanceMonth.sheets_over + extra)
    )
    if changed(counted) == 0:
        raise Overtaken
    db.session.refresh(row)
    return extra
