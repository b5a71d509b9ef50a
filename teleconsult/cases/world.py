"""What the rules of the life cycle must know of the world, read for one case and one person."""

from typing import Any, Protocol

from sqlalchemy import select

from teleconsult import clock, events
from teleconsult.cases import clocks
from teleconsult.cases.lifecycle import MOVES, State
from teleconsult.cases.models import Case
from teleconsult.cases.models_opinion import Decline
from teleconsult.cases.needs import Facts, shareable
from teleconsult.extensions import db, hold
from teleconsult.network import settings
from teleconsult.people.access import Role
from teleconsult.people.models import User
from teleconsult.shifts import roster


def facts_for(case: Case, user: User | None, verb: str = "") -> Facts:
    """Return what is so at this moment, for the rules; only what the state of the case can ask for is read.

    `verb`: the one move that is asked about; without it all may be.
    """
    now = clock.now()
    waiting = case.state == State.SUBMITTED
    specialties = frozenset(user.specialty_ids) if waiting and user and user.has(Role.CONSULTANT) else frozenset()
    mine = case.specialty_id in specialties
    gone = declined(case.id) if mine else {}
    windows = settings.every_window() if case.state in (State.ANSWERED, State.CONCLUDED) else {}
    return Facts(
        specialties=specialties,
        on_duty=bool(mine and user and case.specialty_id and roster.is_on_duty(user.id, case.specialty_id, now)),
        own_district=user is not None and own_district(case, user),
        escalated=bool(user and case.escalated_by_id == user.id),
        attending=attending(case, user),
        declined=frozenset(gone),
        asked_once=bool(user and gone.get(user.id)),
        opined=case.last_opinion_at is not None,
        follow_up_open=bool(windows) and clocks.within(case.last_opinion_at, windows["follow_up_days"], now),
        reopen_open=bool(windows) and clocks.within(case.concluded_at, windows["reopen_days"], now),
        lapse_due=case.ends_at is not None and case.ends_at <= now,
        # Only the system asks it, before it puts a case back in the queue.
        holder_able=user is not None or is_able(case.holder, case.specialty_id),
        consented=not _sends(case, user) or consented(case),
        shareable=not _shares(case, user, verb) or consented(case),
    )


def _sends(case: Case, user: User | None) -> bool:
    """Tell whether this person sends for the patient; while the request is written, its form asks for consent.

    Who distributes does so once the case is concluded: to reopen it asks anew.
    """
    if user is None or case.state in (State.DRAFT, State.RETURNED, State.CANCELLED):
        return False
    reopens = case.state == State.CONCLUDED and user.has(Role.ADMINISTRATOR)
    return reopens or user.id == case.requester_id or user.has(Role.SUPPORT)


def _shares(case: Case, user: User | None, verb: str) -> bool:
    """Tell whether this person, or the system, could let somebody else read the case now."""
    if verb and shareable not in MOVES[verb].needs:
        return False
    if case.state == State.ANSWERED:
        return user is not None and user.has(Role.CONSULTANT)
    goes = case.state in (State.SUBMITTED, State.ASSIGNED)
    return goes and (user is None or user.has(Role.ADMINISTRATOR) or user.has(Role.CONSULTANT))


def attending(case: Case, user: User | None) -> bool:
    """Tell whether a person is the specialist of the visit that is awaited; the floor that keeps the agenda knows."""
    waits = case.state == State.IN_PERSON and user is not None and user.has(Role.CONSULTANT)
    return waits and any(events.panels("awaited", case=case, user=user))


def consented(case: Case) -> bool:
    """Tell whether the patient's consent stands: the last that was given."""
    return bool(case.consents) and case.consents[-1].revoked_at is None


class OfUnit(Protocol):
    """What belongs to a unit: a case, a booking request."""

    @property
    def unit(self) -> Any: ...


def own_district(what: OfUnit, user: User) -> bool:
    """Tell whether a person is support of the district that a case, or a booking request, came through."""
    district = user.supported_district
    return bool(district) and district == what.unit.district


def asks(case: Case, user: User) -> bool:
    """Tell whether this person asks on a case now: its requester, or support for one."""
    own = case.requester_id == user.id and user.has(Role.REQUESTER)
    return own or own_district(case, user)


def declined(case_id: int) -> dict[int, bool]:
    """Return the consultants who declined a case; true of those who asked on it once, who never answer it."""
    rows = db.session.execute(select(Decline.consultant_id, Decline.asked).where(Decline.case_id == case_id))
    found: dict[int, bool] = {}
    for consultant_id, asked in rows:
        found[consultant_id] = asked or found.get(consultant_id, False)
    return found


def nobody_left(case: Case) -> bool:
    """Tell whether everybody who answers in the specialty of a case declined it, or asks or asked on it."""
    gone = {*declined(case.id), case.requester_id}
    return case.specialty_id is not None and all(person.id in gone for person in roster.able(case.specialty_id))


def is_able(consultant: User | None, specialty_id: int | None) -> bool:
    """Tell whether a consultant is active and holds the specialty."""
    return bool(
        consultant
        and consultant.is_active
        and consultant.has(Role.CONSULTANT)
        and specialty_id in consultant.specialty_ids
    )


def is_still_able(consultant: User | None, specialty_id: int | None) -> bool:
    """Tell the same of a consultant whom a case has just come to, who may be switched off at this moment.

    Whoever does that waits until this transaction ends, and finds the case then; or this waits for them, and reads anew.
    """
    if consultant is not None:
        hold(consultant, "role_rows", "specialty_rows")
    return is_able(consultant, specialty_id)
