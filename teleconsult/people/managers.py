"""That one manager who can sign in always remains, and that nobody acts who has just lost the right to.

Every change of people writes the one row of `manager_seat` first, so that of two at once the second waits for
the first, and then sees what it did: also that it was done to them.
"""

from sqlalchemy import Select, func, select, update

from teleconsult.errors import N_, Refused
from teleconsult.extensions import changed, db
from teleconsult.people.access import Role
from teleconsult.people.models import ManagerSeat, User, UserRole

LAST_MANAGER = N_("Precisa haver na gerência ao menos uma pessoa ativa que já criou a senha.")
NO_MANAGER = N_("A sua conta foi desligada, ou saiu da gerência, agora há pouco. Nada foi mudado.")


def take_the_seat(by: User | None) -> None:
    """Wait for whoever changes people at this moment, and look again whether `by` still may; first of all in each change.

    Nobody (None) is the operator's command, which makes the first manager.

    Raises:
        Refused: `by` was switched off a moment ago, or manages no more.
    """
    changed(update(ManagerSeat).values(active_managers=ManagerSeat.active_managers))
    # By a query: the person who asks stands for the whole request as the gate has read them.
    if by is not None and not db.session.scalar(_active().where(User.id == by.id)):
        raise Refused(NO_MANAGER)


def count_managers() -> int:
    """Write down how many managers can sign in, and return it. Who was only invited is none of them yet."""
    count = db.session.scalar(_active().where(User.password_hash.is_not(None))) or 0
    changed(update(ManagerSeat).values(active_managers=count))
    return count


def keep_a_manager() -> None:
    """Count the managers after one was taken away.

    Raises:
        Refused: nobody would be left who can sign in.
    """
    if not count_managers():
        raise Refused(LAST_MANAGER)


def _active() -> Select[int]:
    return (
        select(func.count())
        .select_from(UserRole)
        .join(User, User.id == UserRole.user_id)
        .where(UserRole.role == Role.MANAGER, User.switched_off_at.is_(None))
    )
