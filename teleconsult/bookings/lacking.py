"""A specialty whose patients wait for a visit, and of which nothing of its kind is published ahead: only the desk can go on.

Its units are not pressed, for they have nothing to book (`clockwork.idle`); without this nobody would be. A slot for a
first visit helps no return, and the other way about: of each kind the desk is told by itself. Nor does a slot before the
day from which a return is wanted help it.
"""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import url_for
from sqlalchemy import exists, or_, select

from teleconsult import clock, events
from teleconsult.bookings import queries, shelves
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
from teleconsult.shifts.calendar import local_day

REF = re.compile(r"ES-[A-Z]*(\d{1,9})")


NO_FIRST = "agenda.lacking"
NO_RETURN = "agenda.lacking_return"
SOON = timedelta(days=30)
"""An agenda is published about a month ahead: of a return that is wanted later nobody need be told yet."""

TOLD = {Kind.FIRST: NO_FIRST, Kind.RETURN: NO_RETURN}
"""What the desk is told, by the kind of visit."""


def without_agenda() -> Sequence[tuple[int, str]]:
    """Return the specialties and kinds of visit of which somebody waits, and no slot lies ahead, booked or free, but on a holiday.

    Of a return that is wanted from a day on, ahead is from that day on.
    """
    wanted_then = or_(BookingRequest.wanted_from.is_(None), AgendaSlot.at >= BookingRequest.wanted_from)
    ahead = exists().where(
        AgendaSlot.specialty_id == BookingRequest.specialty_id,
        AgendaSlot.kind == BookingRequest.kind,
        AgendaSlot.at > clock.now(),
        wanted_then,
        AgendaSlot.blocked_at.is_(None),
        ~queries.ON_A_HOLIDAY,
    )
    lacking = BookingRequest.specialty_id, BookingRequest.kind
    soon = queries.wanted_by(local_day(clock.now(), clock.home().key) + SOON)
    query = select(*lacking).where(shelves.LISTED, soon, ~ahead).distinct().order_by(*lacking)
    return [(row.specialty_id, row.kind) for row in db.session.execute(query)]


def tell_of(due: tuple[int, str]) -> int:
    """Tell the administrators of one such specialty, once a week as long as it is so; return 0 when it was told."""
    desk = people.active_with_role(Role.ADMINISTRATOR)
    specialty_id, word = due[0], TOLD[Kind(due[1])]
    note = f"{word.removeprefix('agenda.')}:{specialty_id}"
    if not desk or due not in without_agenda() or not noted.once_in(AGAIN, note):
        return 0
    notices.tell(desk, word, subject=ref_of(db.session.get_one(Specialty, specialty_id)))
    return 1


def ref_of(specialty: Specialty) -> str:
    """Return a specialty as the reference of a notice, which is short: the reader sees by it which of them is meant."""
    number = str(specialty.id)
    letters = re.sub("[^A-Z]", "", specialty.slug.upper())
    return f"ES-{letters[: 12 - len(number)]}{number}"


@events.panel("notice")
def place_of(ref: str, user: User, **_facts: Any) -> str | None:
    """Lead from a notice about a specialty without an agenda to its waiting list."""
    found = REF.fullmatch(ref)
    if found is None or Permission.RUN_AGENDA not in user.permissions:
        return None
    specialty = db.session.get(Specialty, int(found[1]))
    return url_for("bookings.waiting", specialty=specialty.slug) if specialty is not None else None
