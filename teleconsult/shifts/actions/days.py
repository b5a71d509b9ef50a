"""Holidays: loaded from a kept library, added and struck out by the management."""

from collections.abc import Sequence
from datetime import date

from flask import current_app
from sqlalchemy import select

from teleconsult import audit, clock, events
from teleconsult.errors import N_, Refused
from teleconsult.extensions import changed, db, upsert
from teleconsult.people.models import User
from teleconsult.shifts import holidays
from teleconsult.shifts.models import Holiday
from teleconsult.web.words import local

LONGEST_NAME = 120


def load_holidays(year: int, *, by: User | None = None) -> int:
    """Write the holidays of a year that are not there yet, and return how many; what was struck out stays so."""
    new: list[date] = []
    for known in holidays.of_year(year, current_app.config["HOLIDAYS"]):
        row = upsert(Holiday).values(
            day=known.day, version=1, name=known.name[:LONGEST_NAME], scope=known.scope, source="library"
        )
        if changed(row.on_conflict_do_nothing(index_elements=["day"])):
            new.append(known.day)
    if new:
        audit.record("system", "holiday.load", by_id=by.id if by else None, subject=str(year), days=len(new))
        events.emit("holiday.change", days=new, by=by)
    return len(new)


def years_to_load() -> Sequence[int]:
    """Return this year and the next, as far as nothing of them has been loaded."""
    this = clock.now().astimezone(clock.home()).year
    wanted = (this, this + 1)
    first, last = date(this, 1, 1), date(this + 1, 12, 31)
    days = db.session.scalars(
        select(Holiday.day).where(Holiday.day.between(first, last), Holiday.source == "library")
    ).all()
    there = {day.year for day in days}
    return [year for year in wanted if year not in there]


def add_holiday(*, day: date, name: str, by: User) -> Holiday:
    """Add a holiday of one's own. Shifts that stand on the day stay, for the management to cancel.

    Raises:
        Refused: the day is one already, it is past, or it has no name.
    """
    words = name.strip()
    if not words or len(words) > LONGEST_NAME:
        raise Refused(N_("Escreva o nome do feriado, em até %(limit)d letras."), field="name", limit=LONGEST_NAME)
    if day < local(clock.now()).date():
        raise Refused(N_("Este dia já passou."), field="day")
    holiday = db.session.get(Holiday, day)
    if holiday is not None and holiday.removed_at is None:
        raise Refused(N_("Este dia já é feriado: %(name)s."), field="day", name=holiday.name)
    if holiday is None:
        holiday = Holiday(day=day, name=words, scope="municipal", source="own")
        db.session.add(holiday)
    else:
        holiday.name, holiday.removed_at, holiday.removed_by_id = words, None, None
    db.session.flush()
    _record("holiday.add", holiday, by)
    return holiday


def remove_holiday(holiday: Holiday, *, by: User) -> None:
    """Strike a holiday out: rooms are open on it.

    Raises:
        Refused: it is struck out already.
    """
    if holiday.removed_at is not None:
        raise Refused(N_("Este feriado já foi retirado."))
    holiday.removed_at, holiday.removed_by_id = clock.now(), by.id
    db.session.flush()
    _record("holiday.remove", holiday, by)


def restore_holiday(holiday: Holiday, *, by: User) -> None:
    """Take a struck-out holiday up again.

    Raises:
        Refused: it is not struck out.
    """
    if holiday.removed_at is None:
        raise Refused(N_("Este feriado está na lista."))
    holiday.removed_at = holiday.removed_by_id = None
    db.session.flush()
    _record("holiday.restore", holiday, by)


def _record(word: str, holiday: Holiday, by: User) -> None:
    day, name = holiday.day, holiday.name
    audit.record("system", word, by_id=by.id, subject=day.isoformat(), name=name)
    events.emit("holiday.change", days=[day], by=by)
