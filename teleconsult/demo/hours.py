"""The hours of the demonstration: four months of shifts before the calendar's own, closed months, a dispute or two.

Everything goes through the real actions under the clock of its moment, so that the ledger is what the events made it.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from teleconsult import clock
from teleconsult.credits import activities, closing, correcting, versions
from teleconsult.credits import rules as r
from teleconsult.credits.activities import Written
from teleconsult.credits.models import CreditEntry
from teleconsult.extensions import db
from teleconsult.network.models import Specialty
from teleconsult.people.models import User
from teleconsult.shifts import actions
from teleconsult.shifts.models import Room, Shift

ZONE = "America/Recife"
MANAGER = "carmem-rocha"
WEEKS = 18
WEEK = (
    ("paulo-nogueira", "dermatologia", "MO", 8),
    ("lia-cordeiro", "dermatologia", "TH", 8),
    ("helena-duarte", "cardiologia", "WE", 8),
)
"""Who sat for what before last week, on which day, from which hour, four hours each."""

GAVE, HEARD = "paulo-nogueira", ("marina-alves", "grace-okafor")
DISPUTES, CORRECTED = "paulo-nogueira", "helena-duarte"


def keep(people: Mapping[str, User], now: datetime) -> None:
    """Let the months before have happened; the caller holds the transaction, and the calendar is laid."""
    manager = people[MANAGER]
    today = r.local_day(now, ZoneInfo(ZONE))
    first = today - timedelta(days=today.weekday() + 7 + 7 * WEEKS)
    with clock.at(_at(first - timedelta(days=4), 9)):
        versions.set_factor(r.month_of(first), 500, by=manager)
        _lay(people, first, today - timedelta(days=today.weekday() + 8), manager)
    _attend(first, today)
    _teach(people, today, manager)
    _argue(people, now, manager)
    _close(today, manager)


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), ZoneInfo(ZONE))


def _lay(people: Mapping[str, User], first: date, until: date, manager: User) -> None:
    room = db.session.scalars(select(Room).where(Room.kind == "telehealth")).one()
    specialties = {row.slug: row for row in db.session.scalars(select(Specialty))}
    for key, slug, weekday, hour in WEEK:
        actions.publish_series(
            room=room, user=people[key], specialty=specialties[slug], first_day=first, starts=hour * 60, minutes=240,
            rule=f"FREQ=WEEKLY;BYDAY={weekday}", until=until, by=manager,
        )  # fmt: skip


def _attend(first: date, today: date) -> None:
    """Let everybody come and go; now and then late, early, or later than the shift."""
    past = select(Shift).where(
        Shift.starts_at >= _at(first, 0), Shift.ends_at < _at(today - timedelta(days=today.weekday() + 7), 0)
    )
    for number, shift in enumerate(db.session.scalars(past.order_by(Shift.starts_at, Shift.id)).all()):
        late, early = timedelta(minutes=number % 7 * 3), timedelta(minutes=number % 5 * 8)
        with clock.at(shift.starts_at + late):
            actions.check_in(shift, by=shift.user)
        with clock.at(shift.ends_at - early):
            actions.check_out(shift, by=shift.user)


def _teach(people: Mapping[str, User], today: date, manager: User) -> None:
    starts = _at(today - timedelta(days=today.weekday() + 6), 15)
    heard = [people[key] for key in HEARD if key in people]
    with clock.at(starts + timedelta(hours=3)):
        written = Written(
            "teleconference", "Manchas na pele: quando pensar em hanseníase", starts, 60, people[GAVE], heard
        )
        activities.record(activities.save(None, written, by=manager), by=manager)


def _argue(people: Mapping[str, User], now: datetime, manager: User) -> None:
    """One line is disputed and corrected, another waits for its answer."""
    done, waits = (_short_shift(people[key]) for key in (CORRECTED, DISPUTES))
    with clock.at(done.written_at + timedelta(days=2)):
        found = correcting.dispute(
            done, "Fiquei até o fim do turno; a saída foi registrada cedo.", by=people[CORRECTED]
        )
    with clock.at(done.written_at + timedelta(days=3)):
        correcting.accept(found, 240, answer="Conferido com a lista da sala.", by=manager)
    with clock.at(now - timedelta(days=1)):
        correcting.dispute(waits, "Cheguei na hora; a entrada foi registrada depois.", by=people[DISPUTES])


def _short_shift(person: User) -> CreditEntry:
    """Return the newest shift of a person, but for last week's, that was credited less than its four hours."""
    e = CreditEntry
    found = select(e).where(e.person_id == person.id, e.kind == "shift", e.minutes < 240)
    return list(db.session.scalars(found.order_by(e.day.desc(), e.id).limit(2)))[-1]


def _close(today: date, manager: User) -> None:
    """Close every month but the running one and the one before it."""
    last = r.previous_month(r.month_of(today))
    for month in closing.months(48)[::-1]:
        if month.month < last and month.is_open:
            with clock.at(_at(r.next_month(month.month) + timedelta(days=4), 10)):
                closing.close(month.month, by=manager)
