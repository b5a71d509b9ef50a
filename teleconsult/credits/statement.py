"""What the statement of one person shows: a month's lines, its shifts side by side, and the sums of months."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, bindparam, func, literal, or_, select
from sqlalchemy.orm import aliased

from teleconsult.credits import rules as r
from teleconsult.credits import versions
from teleconsult.credits.models import CreditDispute, CreditEntry, CreditFactor, CreditMonth, CreditRules
from teleconsult.credits.rules import Kind
from teleconsult.errors import NotFound
from teleconsult.extensions import db
from teleconsult.network.models import Specialty
from teleconsult.people.access import Role
from teleconsult.people.models import User
from teleconsult.shifts.models import Shift

MONTHS = 6
"""Of the chart."""

Within = aliased(CreditEntry)
Origin = aliased(CreditEntry)
E = CreditEntry
_SHIFTS = select(
    Shift.ref, Specialty.name_pt, Specialty.name_en, Shift.starts_at, Shift.ends_at, Shift.checked_in_at,
    Shift.checked_out_at,
).join(Specialty, Specialty.id == Shift.specialty_id)  # fmt: skip


@dataclass
class MonthSum:
    """The minutes of one month: of shifts, and of everything else."""

    month: date
    shifts: int = 0
    work: int = 0

    @property
    def total(self) -> int:
        """Return both together."""
        return self.shifts + self.work


@dataclass(frozen=True)
class ShiftRow:
    """One shift side by side: what was scheduled, when somebody was there, what was credited (None: no entry yet)."""

    ref: str
    specialty_pt: str
    specialty_en: str
    starts_at: datetime
    ends_at: datetime
    came: datetime | None
    left: datetime | None
    scheduled: int
    attended: int
    credited: int | None


@dataclass(frozen=True)
class Statement:
    """One month of one person."""

    person: User
    month: date
    is_open: bool
    sums: Sequence[MonthSum]
    counts: dict[str, int]
    shifts: Sequence[ShiftRow]
    year: int
    closed_in_year: int
    points: int | None
    factor: CreditFactor | None
    closed: date | None = None
    ahead: int = 0
    totals: dict[str, int] = field(default_factory=dict)

    @property
    def consults(self) -> bool:
        """Tell whether there is something to say of shifts: the person is a consultant, or was one in this month."""
        return bool(self.shifts) or self.person.has(Role.CONSULTANT)

    @property
    def this(self) -> MonthSum:
        """Return the sums of the month itself."""
        return self.sums[-1]


def statement_of(person: User, month: date) -> Statement:
    """Return the statement of a person for a month; the lines are paged beside it."""
    year = date(month.year, 1, 1)
    first = min(year, *_months_until(month, MONTHS))
    sums, counts = _sums(person.id, first, month)
    shifts = _shifts(person.id, month)
    closed = set(db.session.scalars(select(CreditMonth.month).where(CreditMonth.closed_at.is_not(None))))
    factor = _factor_on(month)
    return Statement(
        person=person,
        month=month,
        is_open=month not in closed,
        sums=[sums[m] for m in _months_until(month, MONTHS)],
        counts=counts,
        shifts=shifts,
        year=sum(one.total for one in sums.values() if one.month >= year),
        closed_in_year=sum(m >= year and m <= month for m in closed),
        points=points_of(person.id, year, month) if factor else None,
        factor=factor,
        closed=max((m for m in closed if m <= month), default=None),
        ahead=sum(row.came is None and row.credited is None for row in shifts),
        totals={
            "scheduled": sum(row.scheduled for row in shifts),
            "attended": sum(row.attended for row in shifts),
            "credited": sum(row.credited or 0 for row in shifts),
        },
    )


def _months_until(month: date, count: int) -> list[date]:
    found = [month]
    while len(found) < count:
        found.insert(0, r.previous_month(found[0]))
    return found


def _sums(person_id: int, first: date, last: date) -> tuple[dict[date, MonthSum], dict[str, int]]:
    """Return the sums of each month; and how many entries of each kind the last one has, without those it reversed."""
    found: dict[date, MonthSum] = {}
    month = first
    while month <= last:
        found[month] = MonthSum(month)
        month = r.next_month(month)
    counts: dict[str, int] = defaultdict(int)
    mine = (E.person_id == person_id, E.month >= first, E.month <= last)
    rows = list(
        db.session.execute(
            select(E.month, E.kind, func.sum(E.minutes), func.count())
            .where(*mine, E.kind != Kind.CORRECTION)
            .group_by(E.month, E.kind)
        )
    )
    # A correction counts with what it corrects.
    rows += db.session.execute(
        select(E.month, Origin.kind, func.sum(E.minutes), literal(0))
        .join(Origin, Origin.id == E.corrects_id)
        .where(*mine, E.kind == Kind.CORRECTION)
        .group_by(E.month, Origin.kind)
    )
    for at, kind, minutes, count in rows:
        if kind == Kind.SHIFT:
            found[at].shifts += int(minutes)
        else:
            found[at].work += int(minutes)
        if at == last:
            counts[kind] += count
    for kind in _reversed(person_id, last):
        counts[kind] -= 1
    return found, counts


def _reversed(person_id: int, month: date) -> list[str]:
    """Return the kind of each line of a month that was reversed in it, and is worth nothing now."""
    query = select(Origin.kind).join(E, E.corrects_id == Origin.id).group_by(Origin.id, Origin.kind, Origin.minutes)
    query = query.where(E.person_id == person_id, E.month == month, Origin.month == month, Origin.minutes > 0)
    return list(db.session.scalars(query.having(Origin.minutes + func.sum(E.minutes) == 0)))


def _shifts(person_id: int, month: date) -> list[ShiftRow]:
    zone, after = versions.zone(), r.next_month(month)
    rows = db.session.execute(
        _SHIFTS.where(
            Shift.user_id == person_id,
            Shift.cancelled_at.is_(None),
            Shift.starts_at >= r.begin_of(month, zone),
            Shift.starts_at < r.begin_of(after, zone),
        ).order_by(Shift.starts_at)
    ).all()
    credited = _credited(person_id, month, after)
    return [_shift_row(row, credited.get(row.ref)) for row in rows]


def shift_of(person_id: int, ref: str) -> ShiftRow:
    """Return one shift of a person side by side.

    Raises:
        NotFound: there is none of this person's.
    """
    mine = _SHIFTS.where(Shift.ref == ref, Shift.user_id == person_id)
    row = db.session.execute(mine).one_or_none()
    if row is None:
        raise NotFound
    first, last = _days_of(row)
    return _shift_row(row, _credited(person_id, first, last).get(row.ref))


def lines_of_shift(person_id: int, shift: ShiftRow) -> list[Any]:
    """Return what a shift earned: its lines and their corrections, and those of the work that it pays for."""
    first, last = _days_of(shift)
    mine = (E.person_id == person_id, E.day >= first, E.day <= last)
    own = select(E.id).where(*mine, E.subject == shift.ref)
    work = select(E.id).where(*mine, E.within_id.in_(own))
    query = _ANY.where(*mine, or_(E.subject == shift.ref, E.id.in_(work), E.corrects_id.in_(work)))
    return list(db.session.execute(query.order_by(E.day, E.from_at, E.id)))


def _days_of(shift: Any) -> tuple[date, date]:
    zone = versions.zone()
    return r.local_day(shift.starts_at, zone), r.local_day(shift.ends_at, zone)


def _credited(person_id: int, since: date, until: date) -> dict[str, int]:
    """Return what shifts that began in a month were credited, with their corrections; the last may end a day later."""
    rows = db.session.execute(
        select(E.subject, func.sum(E.minutes))
        .outerjoin(Origin, Origin.id == E.corrects_id)
        .where(
            E.person_id == person_id, E.day >= since, E.day <= until, func.coalesce(Origin.kind, E.kind) == Kind.SHIFT
        )
        .group_by(E.subject)
    )
    return {subject: int(minutes) for subject, minutes in rows}


def _shift_row(row: Any, credited: int | None) -> ShiftRow:
    came, left = row.checked_in_at, row.checked_out_at
    return ShiftRow(
        row.ref, row.name_pt, row.name_en, row.starts_at, row.ends_at, came, left,
        scheduled=r.whole_minutes([(row.starts_at, row.ends_at)]),
        attended=r.whole_minutes([(came, left)]) if came and left else 0,
        credited=credited,
    )  # fmt: skip


_COLUMNS = (
    E.id, E.source, E.kind, E.minutes, E.day, E.month, E.from_at, E.until_at, E.subject, E.reason, E.data, E.why, E.odd,
    CreditRules.number.label("rules"), Within.subject.label("within"), Origin.kind.label("origin"),
    Origin.day.label("origin_day"), Specialty.name_pt, Specialty.name_en,
)  # fmt: skip
_ANY = (
    select(*_COLUMNS)
    .outerjoin(CreditRules, CreditRules.id == E.rules_id)
    .outerjoin(Within, Within.id == E.within_id)
    .outerjoin(Origin, Origin.id == E.corrects_id)
    .outerjoin(Specialty, Specialty.id == E.specialty_id)
)
_LINES = _ANY.where(E.person_id == bindparam("person_id"), E.month == bindparam("month"))


def lines(person_id: int, month: date) -> tuple[Select[*tuple[Any, ...]], dict[str, Any]]:
    """Return the query of a month's lines, without order, and its values."""
    return _LINES, {"person_id": person_id, "month": month}


def every_line(person_id: int, month: date) -> list[Any]:
    """Return every line of a month, oldest first."""
    query, given = lines(person_id, month)
    return list(db.session.execute(query.order_by(E.day, E.from_at, E.id), given))


def line(entry_id: int) -> Any:
    """Return one line, as the statement shows it."""
    return db.session.execute(_ANY.where(E.id == entry_id)).one()


def disputes_of(entry_ids: Sequence[int]) -> dict[int, Any]:
    """Return the newest dispute of each of these entries."""
    rows = db.session.execute(
        select(CreditDispute.entry_id, CreditDispute.ref, CreditDispute.state)
        .where(CreditDispute.entry_id.in_(entry_ids))
        .order_by(CreditDispute.id)
    )
    return {row.entry_id: row for row in rows}


def _factor_on(month: date) -> CreditFactor | None:
    until = r.next_month(month)
    newest = select(CreditFactor).where(CreditFactor.begins_on < until).order_by(CreditFactor.begins_on.desc())
    return db.session.scalars(newest.limit(1)).first()


def points_of(person_id: int, first: date, last: date) -> int:
    """Return the points of the career plan of months, in thousandths: each minute by the factor of its day."""
    factors = sorted(versions.every_factor(), key=lambda f: f.begins_on)
    total = 0
    for number, factor in enumerate(factors):
        query = select(func.sum(E.minutes)).where(
            E.person_id == person_id, E.month >= first, E.month <= last, E.day >= factor.begins_on
        )
        if number + 1 < len(factors):
            query = query.where(E.day < factors[number + 1].begins_on)
        total += int(db.session.scalar(query) or 0) * factor.thousandths
    return round(total / 60)
