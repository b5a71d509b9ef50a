"""What is recorded of an act on the calendar, and whom it is told."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from teleconsult import audit, clock
from teleconsult.errors import N_, Refused
from teleconsult.extensions import db
from teleconsult.notices import actions as notices
from teleconsult.people import queries as people
from teleconsult.people.access import Role
from teleconsult.people.models import User
from teleconsult.shifts import queries
from teleconsult.shifts.models import Room, Shift, Swap

LONGEST_WHY = 300


def check_why(why: str) -> str:
    """Return the reason without the space around it.

    Raises:
        Refused: there is none, or it is too long.
    """
    text = why.strip()
    if not text:
        raise Refused(N_("Escreva o motivo."), field="why")
    return check_length(text)


def check_length(text: str) -> str:
    """Return a text that may be missing, without the space around it.

    Raises:
        Refused: it is too long.
    """
    if len(text.strip()) > LONGEST_WHY:
        raise Refused(N_("Use no máximo %(limit)s caracteres."), field="why", limit=LONGEST_WHY)
    return text.strip()


def record_shift(word: str, shift: Shift, by: User | None, **data: Any) -> None:
    """Append to the stream of a shift."""
    audit.record(f"shift:{shift.ref}", word, by_id=by.id if by else None, subject=shift.ref, **data)


def record_room(word: str, room: Room, by: User, **data: Any) -> None:
    """Append to the stream of a room."""
    audit.record(f"room:{room.slug}", word, by_id=by.id, subject=room.slug, **data)


def where_and_when(shift: Shift) -> dict[str, Any]:
    """Return what the record keeps of a shift's place."""
    return {
        "room": shift.room.slug,
        "workstation": shift.workstation,
        "user": shift.user.ref,
        "specialty": shift.specialty.slug,
        "starts": told(shift.starts_at),
        "ends": told(shift.ends_at),
    }


def told(moment: datetime) -> str:
    """Return a moment as the record keeps it."""
    return moment.isoformat(timespec="minutes")


def tell(people_: Iterable[User | None], kind: str, subject: str, by: User | None) -> None:
    """Tell people of a shift, a series, a leave or a swap."""
    notices.tell(people_, kind, subject=subject, by=by)


def tell_administrators(kind: str, subject: str, by: User | None) -> None:
    """Tell those who distribute."""
    tell(people.active_with_role(Role.ADMINISTRATOR), kind, subject, by)


def tell_of_uncovered(shifts: Sequence[Shift], subject: str, by: User | None) -> None:
    """Tell those who distribute, once, that these shifts have lost their consultant."""
    tell_administrators("shift.uncovered" if len(shifts) == 1 else "shift.uncovered_many", subject, by)


def tell_of_cancelled(shifts: Sequence[Shift], person: User, by: User | None) -> None:
    """Tell a person, once, that these shifts of theirs were cancelled; of several it leads to the first, whose page names the others."""
    tell([person], "shift.cancel" if len(shifts) == 1 else "shift.cancel_many", shifts[0].ref, by)


def end_offer(shift: Shift, by: User) -> Swap | None:
    """Withdraw the open offer of a shift that changes under it; those to whom it was made need not be told."""
    swap = queries.open_swap_of(shift)
    if swap is not None:
        swap.withdrawn_at, swap.withdrawn_by_id = clock.now(), by.id
        db.session.flush()
        record_shift("swap.withdraw", shift, by, swap=swap.ref)
    return swap
