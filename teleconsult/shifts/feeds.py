"""A person's own calendar under a secret address, for any calendar program.

The address is all that opens it, so it holds what a roster on a wall does: the room, the specialty, the time; no case
and no patient. A shift keeps its UID for as long as it is the person's; SEQUENCE grows with each change. What was
cancelled, passed to a colleague or lost to a leave is told as CANCELLED for a month, so that a program that keeps its
own copy strikes it out, and then left away.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import current_app
from flask_babel import force_locale
from sqlalchemy import Select, or_, select, update
from sqlalchemy.orm import joinedload

from teleconsult import audit, clock, events
from teleconsult.extensions import changed, db
from teleconsult.people.models import User
from teleconsult.people.sign_in import stream_of
from teleconsult.people.tokens import new_token, token_hash
from teleconsult.shifts.calendar import without
from teleconsult.shifts.models import Feed, Shift, Swap
from teleconsult.shifts.queries import away_between
from teleconsult.shifts.vtimezone import zone_component
from teleconsult.web.messages import gettext as _
from teleconsult.web.words import in_language

if TYPE_CHECKING:
    from icalendar import Event

PAST = timedelta(days=90)
STRUCK_OUT = timedelta(days=30)
LONGEST_TOKEN = 100


def open_feed(user: User) -> str:
    """Make a new secret address and return its token, which is shown once; an older one ends. Needs a transaction."""
    _end(user)
    token = new_token()
    db.session.add(Feed(user_id=user.id, token_hash=token_hash(token), created_at=clock.now()))
    db.session.flush()
    audit.record(stream_of(user), "feed.open", by_id=user.id, subject=user.ref)
    return token


def revoke_feed(user: User) -> None:
    """End the secret address of a person, if there is one. Needs a transaction."""
    if _end(user):
        audit.record(stream_of(user), "feed.revoke", by_id=user.id, subject=user.ref)


def _end(user: User) -> int:
    return changed(
        update(Feed).where(Feed.user_id == user.id, Feed.revoked_at.is_(None)).values(revoked_at=clock.now())
    )


def has_feed(user: User) -> bool:
    """Tell whether a person has a live address."""
    live = select(Feed.id).where(Feed.user_id == user.id, Feed.revoked_at.is_(None))
    return db.session.scalar(live) is not None


def feed_of(token: str) -> User | None:
    """Return whose calendar a token opens; None when it was never made, revoked, or its person is switched off."""
    if len(token) > LONGEST_TOKEN:
        return None
    return db.session.scalar(
        select(User)
        .join(Feed, Feed.user_id == User.id)
        .where(Feed.token_hash == token_hash(token), Feed.revoked_at.is_(None), User.switched_off_at.is_(None))
    )


def ical_of(user: User) -> bytes:
    """Return the calendar of a person (text/calendar): the last three months and all that is to come."""
    from icalendar import Calendar  # noqa: PLC0415 (only the feed needs it; each worker is spared its memory)

    now = clock.now()
    shifts, passed_on = _own(user, now), _passed_on(user, now)
    with force_locale(user.language):
        calendar = Calendar()
        calendar.add("prodid", "-//Teleconsult//shifts//PT")
        calendar.add("version", "2.0")
        calendar.add("method", "PUBLISH")
        calendar.add("name", _("Meus turnos"))
        calendar.add("x-wr-calname", _("Meus turnos"))
        calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", "PT1H")
        away = away_between([user.id], now - PAST, now + timedelta(days=3650)).get(user.id, [])
        for name, first, last in _zones([*shifts, *passed_on]):
            calendar.add_component(zone_component(name, first, last))
        for shift in shifts:
            span = (shift.starts_at, shift.ends_at)
            lost = shift.cancelled_at is not None or (shift.checked_in_at is None and not without(span, away))
            calendar.add_component(_event(shift, user, lost=lost))
        for shift in passed_on:
            calendar.add_component(_event(shift, user, lost=True))
        # Higher floors add what they keep of the person's time: the sessions of the agenda.
        for more in events.panels("feed", user=user, since=now - PAST, struck_out=now - STRUCK_OUT):
            for event in more:
                calendar.add_component(event)
    return bytes(calendar.to_ical())


def _zones(shifts: Sequence[Shift]) -> list[tuple[str, datetime, datetime]]:
    """Return the zones of the rooms, each with the first and the last moment that the shifts in it touch."""
    names = sorted({shift.room.zone for shift in shifts})
    within = {name: [shift for shift in shifts if shift.room.zone == name] for name in names}
    return [(name, min(s.starts_at for s in rows), max(s.ends_at for s in rows)) for name, rows in within.items()]


def _own(user: User, now: datetime) -> Sequence[Shift]:
    query = select(Shift).where(
        Shift.user_id == user.id,
        Shift.starts_at > now - PAST,
        or_(Shift.cancelled_at.is_(None), Shift.cancelled_at > now - STRUCK_OUT),
    )
    return db.session.scalars(_with_names(query).order_by(Shift.starts_at, Shift.id)).all()


def _passed_on(user: User, now: datetime) -> Sequence[Shift]:
    """Return the shifts that a colleague took over lately, unless they came back."""
    query = (
        select(Shift)
        .join(Swap, Swap.shift_id == Shift.id)
        .where(Swap.offered_by_id == user.id, Swap.accepted_at > now - STRUCK_OUT, Shift.user_id != user.id)
        .distinct()
    )
    return db.session.scalars(_with_names(query).order_by(Shift.starts_at, Shift.id)).all()


def _with_names(query: Select[Shift]) -> Select[Shift]:
    return query.options(joinedload(Shift.room), joinedload(Shift.specialty))


def _event(shift: Shift, user: User, *, lost: bool) -> "Event":
    from icalendar import Event  # noqa: PLC0415 (see above)

    zone = ZoneInfo(shift.room.zone)
    event = Event()
    host = urlsplit(current_app.config["BASE_URL"]).hostname or "teleconsult"
    event.add("uid", f"{shift.ref}.{user.ref}@{host}")
    event.add("sequence", shift.version - 1)
    event.add("dtstamp", shift.cancelled_at or shift.created_at)
    event.add("dtstart", shift.starts_at.astimezone(zone))
    event.add("dtend", shift.ends_at.astimezone(zone))
    name = in_language(shift.specialty.name_pt, shift.specialty.name_en)
    event.add("summary", _("Teleconsultoria: %(specialty)s", specialty=name))
    event.add("location", _("%(room)s, estação %(number)d", room=shift.room.name, number=shift.workstation))
    event.add("status", "CANCELLED" if lost else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if lost else "OPAQUE")
    return event
