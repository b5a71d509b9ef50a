"""Tell people: a row for the list in the product, and an e-mail through the outbox, in one transaction."""

from collections.abc import Iterable

from teleconsult import clock
from teleconsult.extensions import db
from teleconsult.notices.models import Notice
from teleconsult.people.models import User


def tell(people: Iterable[User | None], kind: str, *, subject: str = "", by: User | None = None) -> None:
    """Tell each person once, but not the one who did it, and nobody who is switched off.

    Args:
        people: who is told; None and repeated persons are skipped.
        kind: the audit word of what happened, such as 'case.assign'.
        subject: the public reference it is about.
        by: who did it; None for the system.
    """
    told: set[int] = set()
    for person in people:
        if person is None or person.id in told or not person.is_active:
            continue
        if by is not None and person.id == by.id:
            continue
        told.add(person.id)
        db.session.add(
            Notice(user_id=person.id, kind=kind, subject=subject, by_id=by.id if by else None, at=clock.now())
        )
