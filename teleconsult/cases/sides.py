"""The two sides of a case, as far as it takes to tell them: who asks, and who answers."""

from collections.abc import Sequence

from sqlalchemy import BindParameter, and_, bindparam, select, union_all

from teleconsult.cases.models import Case, CaseEvent
from teleconsult.people import queries as people
from teleconsult.people.access import Role
from teleconsult.people.models import User, UserRole

_OF: BindParameter[int] = bindparam("case_id")
_ASKING = people.to_tell(
    and_(
        User.id.in_(
            union_all(
                select(Case.requester_id).where(Case.id == _OF),
                select(Case.filed_by_id).where(Case.id == _OF),
                select(CaseEvent.by_id).where(CaseEvent.case_id == _OF, CaseEvent.for_id.is_not(None)),
            )
        ),
        # Whoever asks no more (now of the management alone) could not open what they are told of.
        User.id.in_(select(UserRole.user_id).where(UserRole.role.in_((Role.REQUESTER, Role.SUPPORT)))),
    )
)


def asking(case: Case) -> Sequence[User]:
    """Return who asks: the requester, who filed the case, and who of district support has acted for the requester.

    Where the unit has no line it is support that must act next: a notice for the requester alone is read too late. While
    none of them can act any more (the account is off, or another role), also those who can hand the case over: an answer that nobody reads helps no patient.
    """
    found = asked(case)
    gone = not any(person.is_active for person in found)
    return [*found, *people.active_with_role(Role.ADMINISTRATOR)] if gone else found


def asked(case: Case) -> Sequence[User]:
    """Return who asks, and nobody in their place: whom one may ask how it was."""
    return people.told_by(_ASKING, {"case_id": case.id})


def answering(case: Case) -> Sequence[User]:
    """Return who answers: the holder; while nobody holds the case, those who distribute it."""
    holder = case.holder
    return [holder] if holder is not None else people.active_with_role(Role.ADMINISTRATOR)
