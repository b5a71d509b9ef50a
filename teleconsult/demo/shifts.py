"""The calendar of the demonstration: holidays, two rooms, a month of shifts with last week's attendance, a leave, an open offer.

Laid after the stories are told: what was claimed in them was claimed before there was a calendar, as in a network
that begins to keep one. The weeks are those around the day of loading, so that the calendar is never an old one.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import select

from teleconsult import clock
from teleconsult.extensions import db
from teleconsult.network.models import HealthUnit, Specialty
from teleconsult.people.models import User
from teleconsult.shifts import actions
from teleconsult.shifts.calendar import local_day, moment_of
from teleconsult.shifts.models import Room, Shift

ZONE = "America/Recife"
MANAGER = "carmem-rocha"
AHEAD = timedelta(weeks=5)
"""The calendar begins on Monday of last week; this is how long it goes on from the present one."""

ROOM_HOURS = [(day, 8 * 60, 21 * 60) for day in range(5)] + [(5, 8 * 60, 12 * 60)]
SUPPORT_HOURS = [(day, 8 * 60, 17 * 60) for day in range(5)]

WEEK: tuple[tuple[str, str, str, int], ...] = (
    ("paulo-nogueira", "dermatologia", "MO,FR", 8),
    ("paulo-nogueira", "hansenologia", "WE", 13),
    ("lia-cordeiro", "dermatologia", "TU", 13),
    ("lia-cordeiro", "dermatologia", "TH", 8),
    ("helena-duarte", "cardiologia", "MO,FR", 13),
    ("helena-duarte", "cardiologia", "WE", 8),
    ("silvia-prado", "endocrinologia", "TU", 8),
    ("silvia-prado", "endocrinologia", "TH", 13),
    ("caio-melo", "neurologia", "MO,WE", 17),
    ("caio-melo", "neurologia", "SA", 8),
    ("enio-vasconcelos", "psiquiatria", "TU,TH", 17),
    ("olga-farias", "reumatologia", "MO,TH", 8),
    ("abel-siqueira", "urologia", "FR", 17),
    ("nadia-reis", "otorrinolaringologia", "WE", 8),
    ("beatriz-coutinho", "ginecologia-obstetricia", "TU,FR", 8),
    ("rui-sampaio", "odontologia", "MO", 13),
    ("rui-sampaio", "odontologia", "SA", 8),
    ("renato-cisneiros", "pediatria", "TH", 17),
    ("gilberto-sena", "clinica-medica", "WE", 13),
    ("gilberto-sena", "clinica-medica", "SA", 8),
)
"""Who sits for what, on which days of the week, from which hour, four hours each; never more than three at once."""

FORGOT, MISSED = "enio-vasconcelos", "nadia-reis"
AWAY, OFFERS = "silvia-prado", "paulo-nogueira"


def mark_holidays(now: datetime) -> None:
    """Load the holidays of the years that the stories and the calendar touch, before anything counts time by them."""
    year = local_day(now, ZONE).year
    for one in (year - 1, year, year + 1):
        actions.load_holidays(one)


def lay(people: Mapping[str, User], now: datetime) -> None:
    """Open the rooms, lay the weeks around now and let happen what has happened; the caller holds the transaction."""
    today = local_day(now, ZONE)
    first = today - timedelta(days=today.weekday() + 7)
    with clock.at(moment_of(first - timedelta(days=3), 9 * 60, ZONE)):
        room = _open_rooms(people[MANAGER])
        _lay_weeks(room, people, first, today + AHEAD)
    _attend(now)
    _leave_and_offer(people, now)


def _open_rooms(by: User) -> Room:
    units = {slug: _unit(slug) for slug in ("policlinica-lessa-de-andrade", "ds-iv")}
    actions.open_room(
        name="Computadores do Distrito IV", kind="support", unit=units["ds-iv"], workstations=4, zone=ZONE,
        hours=SUPPORT_HOURS, by=by,
    )  # fmt: skip
    return actions.open_room(
        name="Sala de telessaúde", kind="telehealth", unit=units["policlinica-lessa-de-andrade"], workstations=3,
        zone=ZONE, hours=ROOM_HOURS, by=by,
    )  # fmt: skip


def _unit(slug: str) -> HealthUnit:
    return db.session.scalars(select(HealthUnit).where(HealthUnit.slug == slug)).one()


def _lay_weeks(room: Room, people: Mapping[str, User], first: date, until: date) -> None:
    specialties = {row.slug: row for row in db.session.scalars(select(Specialty))}
    for key, slug, weekdays, hour in WEEK:
        actions.publish_series(
            room=room,
            user=people[key],
            specialty=specialties[slug],
            first_day=first,
            starts=hour * 60,
            minutes=4 * 60,
            rule=f"FREQ=WEEKLY;BYDAY={weekdays}",
            until=until,
            by=people[MANAGER],
        )


def _attend(now: datetime) -> None:
    """Let everybody come a little after the hour and go at the end; one forgot to go, one did not come."""
    begun = select(Shift).where(Shift.starts_at < now - timedelta(minutes=10)).order_by(Shift.starts_at, Shift.id)
    odd = {FORGOT, MISSED}
    for shift in db.session.scalars(begun).all():
        key = shift.user.email.partition("@")[0].replace(".", "-")
        once = key in odd
        odd.discard(key)
        if once and key == MISSED:
            continue
        late = timedelta(minutes=shift.id % 9)
        with clock.at(shift.starts_at + late):
            actions.check_in(shift, by=shift.user)
        if once and shift.ends_at < now - timedelta(hours=1):
            with clock.at(shift.ends_at + timedelta(minutes=31)):
                actions.close_forgotten(shift.id)
        elif shift.ends_at < now:
            with clock.at(shift.ends_at - late):
                actions.check_out(shift, by=shift.user)


def _leave_and_offer(people: Mapping[str, User], now: datetime) -> None:
    """Let one be away on the day of a coming shift, and one offer the next one to the colleagues."""
    with clock.at(now - timedelta(hours=5)):
        day = local_day(_next(people[AWAY], now).starts_at, ZONE)
        actions.take_leave(
            user=people[AWAY],
            kind="leave",
            from_at=moment_of(day, 0, ZONE),
            until_at=moment_of(day + timedelta(days=1), 0, ZONE),
            why="Congresso de endocrinologia.",
            by=people[AWAY],
        )
    with clock.at(now - timedelta(hours=3)):
        shift = _next(people[OFFERS], now)
        actions.offer_swap(shift, to=None, why="Tenho uma banca na faculdade neste dia.", by=people[OFFERS])


def _next(user: User, now: datetime) -> Shift:
    """Return the next shift of a person that is a day ahead or more."""
    query = select(Shift).where(Shift.user_id == user.id, Shift.starts_at > now + timedelta(days=1))
    return db.session.scalars(query.order_by(Shift.starts_at).limit(1)).one()
