"""A specialty whose patients wait for a first visit, and of which nothing is published ahead: only the desk can go on.

Its units are not pressed, for they have nothing to book (`clockwork.idle`); without this nobody would be.
"""

import re
from collections.abc import Sequence

from flask import url_for
from sqlalchemy import exists, select

from teleconsult import clock, events
from teleconsult.bookings import shelves
from teleconsult.bookings.clockwork import AGAIN
from teleconsult.bookings.models import BookingRequest
from teleconsult.bookings.models_agenda import AgendaSlot
from teleconsult.bookings.steps import Kind
from teleconsult.extensions import db
from teleconsult.network import noted
from teleconsult.network.models import Specialty
from teleconsult.notices import actions as notices
from teleconsult.people import queries as people
from teleconsult.people.access import Permission, Role
from teleconsult.people.models import User

REF = re.compile(r"ES-[A-Z]*(\d{1,9})")


def without_agenda() -> Sequence[int]:
    """Return the specialties in which a first visit waits, and no slot for one lies ahead, booked or free."""
    ahead = exists().where(
        AgendaSlot.specialty_id == BookingRequest.specialty_id,
        AgendaSlot.kind == Kind.FIRST,
        AgendaSlot.at > clock.now(),
        AgendaSlot.blocked_at.is_(None),
    )
    query = select(BookingRequest.specialty_id).where(shelves.LISTED, BookingRequest.kind == Kind.FIRST, ~ahead)
    return db.session.scalars(query.distinct().order_by(BookingRequest.specialty_id)).all()


def tell_of(specialty_id: int) -> int:
    """Tell the administrators of one such specialty, once a week as long as it is so; return 0 when it was told."""
    desk = people.active_with_role(Role.ADMINISTRATOR)
    if not desk or specialty_id not in without_agenda() or not noted.once_in(AGAIN, f"lacking:{specialty_id}"):
        return 0
    notices.tell(desk, "agenda.lacking", subject=ref_of(db.session.get_one(Specialty, specialty_id)))
    return 1


def ref_of(specialty: Specialty) -> str:
    """Return a specialty as the reference of a notice, which is short: the reader sees by it which of them is meant."""
    number = str(specialty.id)
    letters = re.sub("[^A-Z]", "", specialty.slug.upper())
    return f"ES-{letters[: 12 - len(number)]}{number}"


@events.panel("notice")
def place_of(ref: str, user: User) -> str | None:
    """Lead from a notice about a specialty without an agenda to its waiting list."""
    found = REF.fullmatch(ref)
    if found is None or Permission.RUN_AGENDA not in user.permissions:
        return None
    specialty = db.session.get(Specialty, int(found[1]))
    return url_for("bookings.waiting", specialty=specialty.slug) if specialty is not None else None
