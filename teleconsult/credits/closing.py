"""The months of the ledger: what the review before the closing shows, and the closing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, exists, func, select, update

from teleconsult import audit, clock
from teleconsult.credits import rules as r
from teleconsult.credits import versions
from teleconsult.credits.models import CreditDispute, CreditEntry, CreditMonth
from teleconsult.errors import N_, Overtaken, Refused
from teleconsult.extensions import changed, db, upsert
from teleconsult.people.models import User
from teleconsult.shifts.attendance import LATE
from teleconsult.shifts.models import Leave, Room, Shift

ODD_WORDS = {
    "forgotten": N_("Saída não registrada: o relógio fechou o turno"),
    "longer": N_("Presença maior que o turno marcado"),
    "quick": N_("Parecer em menos de um minuto"),
    "own_unit": N_("Resposta à própria unidade"),
}


OWN = N_("É seu: peça a outra pessoa da gerência que registre a presença.")
OVER = N_(
    "Foi há mais de 60 dias e o mês está fechado: a presença não pode mais ser registrada. Antes de fechar um mês, registre as que faltam."
)


@dataclass(frozen=True)
class Month:
    """A month with what is in it."""

    month: date
    entries: int
    minutes: int
    closed_at: Any
    closed_by: str

    @property
    def is_open(self) -> bool:
        """Tell whether it takes entries."""
        return self.closed_at is None


def months(most: int = 24) -> list[Month]:
    """Return the newest months that have entries, and the running one."""
    sums = (
        select(CreditEntry.month, func.sum(CreditEntry.minutes).label("minutes")).group_by(CreditEntry.month).subquery()
    )
    rows = db.session.execute(
        select(CreditMonth.month, CreditMonth.entries, CreditMonth.closed_at, sums.c.minutes, User.title, User.name)
        .outerjoin(sums, sums.c.month == CreditMonth.month)
        .outerjoin(User, User.id == CreditMonth.closed_by_id)
        .order_by(CreditMonth.month.desc())
        .limit(most)
    ).all()
    found = [
        Month(
            row.month, row.entries, int(row.minutes or 0), row.closed_at, f"{row.title or ''} {row.name or ''}".strip()
        )
        for row in rows
    ]
    running = r.month_of(versions.today())
    return found if any(m.month == running for m in found) else [Month(running, 0, 0, None, ""), *found]


def is_closed(month: date) -> bool:
    """Tell whether a month takes no entry any more."""
    return db.session.scalar(select(CreditMonth.closed_at).where(CreditMonth.month == month)) is not None


def close(month: date, *, by: User) -> None:
    """Close a month for good.

    Raises:
        Refused: it is not over, or a shift of it still waits for its check-out.
        Overtaken: somebody closed it a moment ago.
    """
    if month >= r.month_of(versions.today()):
        raise Refused(N_("O mês ainda não terminou."))
    if still_open(month):
        raise Refused(N_("Há turno deste mês sem saída registrada: espere o fechamento ou registre a saída."))
    now = clock.now()
    db.session.execute(upsert(CreditMonth).values(month=month, entries=0).on_conflict_do_nothing())
    closing = (
        update(CreditMonth)
        .where(CreditMonth.month == month, CreditMonth.closed_at.is_(None))
        .values(closed_at=now, closed_by_id=by.id)
    )
    if not changed(closing):
        raise Overtaken
    audit.record("system", "credits.close", by_id=by.id, subject=f"{month:%Y-%m}")


def still_open(month: date) -> int:
    """Return how many shifts of a month, or of one before, have a check-in and no check-out."""
    until = r.begin_of(r.next_month(month), versions.zone())
    return int(
        db.session.scalar(
            select(func.count()).where(
                Shift.checked_in_at.is_not(None), Shift.checked_out_at.is_(None), Shift.ends_at < until,
                Shift.cancelled_at.is_(None),
            )
        )
        or 0
    )  # fmt: skip


def unnoted(month: date) -> Select[*tuple[Any, ...]]:
    """Return the query of the shifts of a month that earned nothing, since nobody said who was there; without order.

    Whoever was on leave for all of it was not expected.
    """
    since, until = (r.begin_of(day, versions.zone()) for day in (month, r.next_month(month)))
    away = exists().where(
        Leave.user_id == Shift.user_id, Leave.cancelled_at.is_(None), Leave.from_at <= Shift.starts_at,
        Leave.until_at >= Shift.ends_at,
    )  # fmt: skip
    return (
        select(
            Shift.id, Shift.ref, Shift.starts_at, Shift.ends_at, Shift.user_id, User.ref.label("person_ref"), User.title,
            User.name,
        )
        .join(User, User.id == Shift.user_id)
        .where(
            Shift.room_id.in_(select(Room.id)),  # by their index: the calendar has none of all shifts by day
            Shift.starts_at >= since, Shift.starts_at < until, Shift.ends_at <= clock.now(),
            Shift.cancelled_at.is_(None), Shift.checked_in_at.is_(None), ~away,
        )
    )  # fmt: skip


def count_unnoted(month: date) -> tuple[int, int]:
    """Return how many shifts of a month nobody said anything of, and of how many that can be said until it is closed alone."""
    shifts = unnoted(month).subquery()
    late = func.count().filter(shifts.c.ends_at < clock.now() - LATE)
    row = db.session.execute(select(func.count(), late).select_from(shifts)).one()
    return row[0], row[1]


def is_past_noting(shift: Any) -> bool:
    """Tell whether nobody can note any more who was at a shift: it was long ago, and its month is closed."""
    return shift.ends_at < clock.now() - LATE and is_closed(r.month_of(r.local_day(shift.starts_at, versions.zone())))


def why_not_noted(row: Any, user: User, *, is_open: bool) -> str:
    """Return why this person cannot note who was at a shift of `unnoted`, and what to do; '' where they can."""
    if not is_open and row.ends_at < clock.now() - LATE:
        return OVER  # also of one's own: nobody whom one could ask can do it
    return OWN if row.user_id == user.id else ""


def first_unnoted(month: date, limit: int) -> Sequence[Any]:
    """Return the oldest shifts of a month that nobody said anything of."""
    return db.session.execute(unnoted(month).order_by(Shift.starts_at, Shift.id).limit(limit)).all()


def open_disputes(month: date) -> int:
    """Return how many disputes of lines of a month wait for an answer."""
    query = (
        select(func.count())
        .select_from(CreditDispute)
        .join(CreditEntry, CreditEntry.id == CreditDispute.entry_id)
        .where(CreditDispute.state == "open", CreditEntry.month == month)
    )
    return int(db.session.scalar(query) or 0)


def oddities(month: date) -> Select[*tuple[Any, ...]]:
    """Return the query of what a manager looks at before closing, without order."""
    e = CreditEntry
    return (
        select(
            e.id, e.source, e.odd, e.kind, e.minutes, e.day, e.from_at, e.until_at, e.subject, e.data,
            User.ref.label("person_ref"), User.title, User.name,
        )
        .join(User, User.id == e.person_id)
        .where(e.month == month, e.odd != "")
    )  # fmt: skip


def first_oddities(month: date, limit: int) -> Sequence[Any]:
    """Return the oldest lines of a month that look odd."""
    return db.session.execute(oddities(month).order_by(CreditEntry.id).limit(limit)).all()


def people_in(month: date) -> Select[*tuple[Any, ...]]:
    """Return the query of who earned in a month, without order."""
    there = select(CreditEntry.person_id).where(CreditEntry.month == month, CreditEntry.person_id == User.id).exists()
    return select(User.id, User.ref, User.title, User.name).where(there)


def sums_of(month: date, people: list[int]) -> dict[int, tuple[int, int]]:
    """Return the lines and minutes of these people in a month."""
    e = CreditEntry
    rows = db.session.execute(
        select(e.person_id, func.count(), func.sum(e.minutes))
        .where(e.month == month, e.person_id.in_(people))
        .group_by(e.person_id)
    )
    return {person_id: (count, int(minutes)) for person_id, count, minutes in rows}
