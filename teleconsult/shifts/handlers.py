"""What the shifts floor does when a person leaves: what they were to do in shifts is left to others."""

from sqlalchemy import select

from teleconsult import clock
from teleconsult.events import on
from teleconsult.extensions import db
from teleconsult.people.access import Role
from teleconsult.people.facts import Lost
from teleconsult.people.models import User
from teleconsult.shifts import telling
from teleconsult.shifts.actions import attendance, changing
from teleconsult.shifts.models import Shift, Swap
from teleconsult.shifts.words import LEFT


@on("person.switched_off", "person.specialties_changed")
def free_shifts(person: User, by: User, lost: Lost) -> None:
    """Cancel the coming shifts of specialties that a person no longer serves; the administrators are told once.

    Who is checked in is checked out at this moment, so that what they did counts.
    """
    del lost  # what they serve now says it, also of shifts laid a moment before
    serves = frozenset(person.specialty_ids) if person.is_active and person.has(Role.CONSULTANT) else frozenset()
    rows = db.session.scalars(
        select(Shift)
        .where(Shift.user_id == person.id, Shift.ends_at > clock.now(), Shift.cancelled_at.is_(None))
        .order_by(Shift.starts_at, Shift.id)
    )
    ended = [shift for shift in rows if shift.specialty_id not in serves]
    for shift in ended:
        if shift.checked_in_at is not None and shift.checked_out_at is None:
            attendance.go(shift, by=by)
    free = [shift for shift in ended if shift.checked_in_at is None]
    if free:
        changing.take_off(free, why=LEFT, by=by)
        telling.tell_of_cancelled(free, person, by)
        telling.tell_of_uncovered(free, free[0].ref, by)
    if not serves:
        _withdraw_offers(person, by)


def _withdraw_offers(person: User, by: User) -> None:
    """Take back what was offered to nobody but this person."""
    wanted = (Swap.to_id == person.id, Swap.accepted_at.is_(None), Swap.withdrawn_at.is_(None))
    for swap in db.session.scalars(select(Swap).where(*wanted)).all():
        telling.end_offer(swap.shift, by)
