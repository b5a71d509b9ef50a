"""The third ring of permission: which case a person may see, and how much of it.

`case_for` is the only way to a case. What is not there and what is not yours are the same `NotFound`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import and_, bindparam, exists, select
from sqlalchemy.orm import aliased
from sqlalchemy.orm.attributes import set_committed_value

from teleconsult import audit, clock, events
from teleconsult.cases.authors import WROTE
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case, CaseOpening, CaseSeen
from teleconsult.cases.withheld import is_withheld
from teleconsult.cases.world import own_district
from teleconsult.errors import N_, NotFound, Refused
from teleconsult.extensions import db, read, transaction_apart, upsert
from teleconsult.loading import columns_of, known, taken
from teleconsult.network.models import HealthUnit, Specialty
from teleconsult.notices import actions as notices
from teleconsult.people.access import Role
from teleconsult.people.models import User

OPEN_FOR = timedelta(hours=1)
_REF = re.compile(r"[A-Z]{2}-[0-9A-Z]{4,9}")


class Sight(StrEnum):
    """How much of one case one person is shown; everyone gets the widest that any of their parts gives."""

    FULL = "full"
    """Everything: a party to the case, or somebody who opened it on purpose."""
    WAITING = "waiting"
    """The clinical content with the patient by initials; no identity, no file to download."""
    ROUTING = "routing"
    """What sending it on needs: specialty, age band, priority, how many questions, people, dates."""
    CLOSED = "closed"
    """Only that it is there, and the way to open it with a reason."""

    @property
    def identity(self) -> bool:
        """Tell whether the patient's identity and the files may be shown."""
        return self is Sight.FULL

    @property
    def clinical(self) -> bool:
        """Tell whether the clinical content may be shown."""
        return self in (Sight.FULL, Sight.WAITING)


_OPENED = exists().where(
    CaseOpening.case_id == Case.id,
    CaseOpening.user_id == bindparam("user_id"),
    CaseOpening.expires_at > bindparam("now", type_=CaseOpening.expires_at.type),
)
_other = aliased(Case)
# Of the number alone, which the index holds: of whole rows SQLite reads the table instead, once it knows how few are linked.
_continued = select(_other.id).where(_other.linked_case_id == Case.id).exists()
_OF_CASE, _OF_UNIT, _OF_SPECIALTY = columns_of(Case), columns_of(HealthUnit), columns_of(Specialty)
_CASE = (
    select(
        WROTE.label("wrote"),
        _OPENED.label("opened"),
        CaseSeen.number,
        _continued.label("continued"),
        *(getattr(Case, name) for name in _OF_CASE),
        *(getattr(HealthUnit, name) for name in _OF_UNIT),
        *(getattr(Specialty, name) for name in _OF_SPECIALTY),
    )
    .select_from(Case)
    .join(HealthUnit, HealthUnit.id == Case.unit_id)
    .outerjoin(Specialty, Specialty.id == Case.specialty_id)
    .outerjoin(CaseSeen, and_(CaseSeen.case_id == Case.id, CaseSeen.user_id == bindparam("user_id")))
    .where(Case.ref == bindparam("ref"))
)


@dataclass(frozen=True)
class Look:
    """A case as one person comes to it: how much of it they may see, and up to which event they have."""

    case: Case
    sight: Sight
    seen: int
    continued: bool
    """Another case says that it continues this one."""

    @property
    def sent(self) -> bool:
        """Tell whether it is more than a draft."""
        return self.case.state != State.DRAFT


def case_for(user: User, ref: str) -> tuple[Case, Sight]:
    """Return a case and how much of it this person may see.

    Raises:
        NotFound: it is not there, or not for this person.
    """
    look = look_at(user, ref)
    return look.case, look.sight


def look_at(user: User, ref: str) -> Look:
    """Return a case and all that its page must know of the person who looks, in one statement.

    Raises:
        NotFound: it is not there, or not for this person.
    """
    ref = ref.upper()
    if not _REF.fullmatch(ref):
        raise NotFound
    db.session.flush()
    rows = read(_CASE, {"ref": ref, "user_id": user.id, "now": clock.now()})
    if not rows:
        raise NotFound
    wrote, opened, seen, continued, *rest = rows[0]
    case = _case(iter(rest))
    sight = sight_of(case, user, wrote=wrote, opened=opened)
    if sight is not Sight.FULL and attends(case, user):
        sight = Sight.FULL
    if sight is None:
        raise NotFound
    return Look(case, sight, seen or 0, continued)


def _case(values: Iterator[Any]) -> Case:
    of_case, of_unit, of_specialty = (taken(names, values) for names in (_OF_CASE, _OF_UNIT, _OF_SPECIALTY))
    unit = known(HealthUnit, of_unit)
    specialty = known(Specialty, of_specialty) if of_specialty["id"] is not None else None
    case = known(Case, of_case)
    set_committed_value(case, "unit", unit)
    set_committed_value(case, "specialty", specialty)
    return case


def sight_of(
    case: Case, user: User, *, wrote: bool = False, opened: bool = False, withheld: bool | None = None
) -> Sight | None:
    """Return how much of a case a person may see; None: nothing, not even that it is there.

    Args:
        case: the case.
        user: who looks.
        wrote: this person wrote an opinion on it.
        opened: this person opened it on purpose, and that has not expired.
        withheld: the patient took the consent back; None: it is read where it matters.
    """
    if case.state == State.DRAFT:
        return _sight_of_draft(case, user)
    if _is_party(case, user) or wrote or (opened and (user.has(Role.ADMINISTRATOR) or user.has(Role.MANAGER))):
        return Sight.FULL
    if _waits_for(case, user) and not (is_withheld(case.id) if withheld is None else withheld):
        return Sight.WAITING
    if user.has(Role.ADMINISTRATOR):
        return Sight.ROUTING
    return Sight.CLOSED if user.has(Role.MANAGER) else None


def _waits_for(case: Case, user: User) -> bool:
    of_mine = case.specialty_id in user.specialty_ids if user.has(Role.CONSULTANT) else False
    return of_mine and case.state == State.SUBMITTED


def attends(case: Case, user: User) -> bool:
    """Tell whether the person is the specialist of the patient's visit; the floor that keeps the agenda knows.

    In whatever state the case is: it may be reopened before the patient comes back to the specialist. The row of a list
    will do for a case.
    """
    sent_there = case.escalated_by_id is not None and user.has(Role.CONSULTANT)
    return sent_there and any(events.panels("attending", case=case, user=user))


def _is_party(case: Case, user: User) -> bool:
    """Tell whether the person asks, shares the asking unit's cases, supports its district, or consults on it."""
    if user.has(Role.REQUESTER) and (
        case.requester_id == user.id or (case.unit.shares_cases and case.unit_id == user.unit_id)
    ):
        return True
    if user.has(Role.CONSULTANT) and user.id in (case.holder_id, case.escalated_by_id):
        return True
    return own_district(case, user)


def _sight_of_draft(case: Case, user: User) -> Sight | None:
    """A draft is its writer's own; others see only that it is there, to hand it over when somebody leaves."""
    support = own_district(case, user)
    if (user.id == case.requester_id and user.has(Role.REQUESTER)) or (
        support and case.filed_by_id != case.requester_id
    ):
        return Sight.FULL
    return Sight.ROUTING if support or user.has(Role.ADMINISTRATOR) else None


def open_on_purpose(case: Case, sight: Sight, *, by: User, why: str = "") -> None:
    """Open the clinical content for an hour to somebody who is no party; recorded in the reader's stream.

    Inside the caller's transaction.

    Raises:
        Refused: it is open to this person anyway, or a manager gave no reason.
    """
    if case.state == State.DRAFT and sight is not Sight.FULL:
        raise Refused(N_("O que está escrito num rascunho é só de quem o escreve."))
    if sight not in (Sight.ROUTING, Sight.CLOSED):
        raise Refused(N_("Este caso já está aberto para você."))
    if sight is Sight.CLOSED and not why:
        raise Refused(N_("Diga por que precisa ver o conteúdo clínico."), field="why")
    now = clock.now()
    db.session.add(CaseOpening(user_id=by.id, case_id=case.id, why=why, opened_at=now, expires_at=now + OPEN_FOR))
    db.session.flush()
    audit.record(f"reader:{by.ref}", "case.open", by_id=by.id, subject=case.ref, why=audit.digest(why))


def record_reading(case: Case, user: User, word: str = "case.view", *, seen: int | None = None) -> None:
    """Record that somebody read a case, before it is shown; opens its own transaction.

    Call it after everything else of the page is made: the transaction ends the reading one.

    Args:
        case: the case that is shown.
        user: who reads.
        word: the audit word of how it is read.
        seen: the last event seen before, to bring it up to date; None leaves it alone.
    """
    with transaction_apart():
        audit.record(f"reader:{user.ref}", word, by_id=user.id, subject=case.ref)
        if seen is not None and seen < case.steps:
            row = upsert(CaseSeen).values(user_id=user.id, case_id=case.id, number=case.steps)
            db.session.execute(
                row.on_conflict_do_update(
                    index_elements=["user_id", "case_id"],
                    set_={"number": case.steps},
                    where=CaseSeen.number < case.steps,
                )
            )
            # What happened since the case was read is not on the page: who is told of it has not seen it.
            notices.see(user.id, case.ref, select(Case.steps).where(Case.id == case.id).scalar_subquery() == case.steps)
