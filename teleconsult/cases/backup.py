"""The stand-in of a specialty, named by the management: who it is, when they are there, and when they are proposed.

A proposal is nothing but a button: the administrator passes the case on with it, and the case keeps who did it and why.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select

from teleconsult import clock, events
from teleconsult.cases import alerts, counting
from teleconsult.cases.access import Sight
from teleconsult.cases.due import weekday_when
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case
from teleconsult.cases.world import declined
from teleconsult.errors import N_
from teleconsult.extensions import read
from teleconsult.network.models import Specialty
from teleconsult.people.access import Permission, Role
from teleconsult.people.models import User, UserRole, UserSpecialty
from teleconsult.shifts import roster
from teleconsult.shifts.queries import away_between
from teleconsult.web.messages import gettext as _
from teleconsult.web.reasons import Kept, Reason, in_one_line, kept_reasons, reasons_in_words

AHEAD = timedelta(days=7)
"""How far it is looked for the next shift of a stand-in."""

NOBODY_YET = N_("Metade do prazo passou sem consultor.")
IDLE = N_("Três quartos do prazo passaram, e o caso está parado com %(holder)s.")
STANDS_IN = N_("%(name)s substitui nesta especialidade.")

Spans = Sequence[tuple[datetime, datetime]]


class StandIn(NamedTuple):
    """The stand-in of a specialty, who is active and holds it."""

    specialty_id: int
    id: int
    ref: str
    title: str
    name: str

    @property
    def full_name(self) -> str:
        """Return the name with its form of address."""
        return f"{self.title} {self.name}".strip()


_STAND_INS = (
    select(Specialty.id, User.id, User.ref, User.title, User.name)
    .join(User, User.id == Specialty.backup_id)
    .join(UserSpecialty, (UserSpecialty.user_id == User.id) & (UserSpecialty.specialty_id == Specialty.id))
    .join(UserRole, (UserRole.user_id == User.id) & (UserRole.role == Role.CONSULTANT))
    .where(Specialty.id.in_(bindparam("specialties", expanding=True)), User.switched_off_at.is_(None))
)


def stand_ins(specialty_ids: Iterable[int]) -> dict[int, StandIn]:
    """Return the stand-in of each of the specialties that has one who can take its cases."""
    rows = read(_STAND_INS, {"specialties": sorted(set(specialty_ids))})
    return {row[0]: StandIn._make(row) for row in rows}


def presence_words(shifts: Spans, leaves: Spans, now: datetime, *, calendar: bool) -> str:
    """Return when somebody is there, in a few words; `calendar`: the specialty has one, else there is nothing to say."""
    away = next((until for from_, until in leaves if from_ <= now < until), None)
    if away is not None:
        return _("de licença até %(when)s", when=weekday_when(away, now))
    coming = next(((starts, ends) for starts, ends in shifts if ends > now), None)
    if coming is None:
        return _("sem turno nos próximos 7 dias") if calendar else ""
    if coming[0] <= now:
        return _("em turno até %(when)s", when=weekday_when(coming[1], now))
    return _("em turno %(when)s", when=weekday_when(coming[0], now))


def presences(named: Iterable[StandIn], now: datetime) -> dict[int, str]:
    """Return for each specialty when its stand-in is there, in a few words; as many statements for one as for all."""
    pairs = [(one.id, one.specialty_id) for one in named]
    return {specialty_id: words for (_, specialty_id), words in _presences(pairs, now).items()}


def presences_in(specialty_id: int, user_ids: Iterable[int], now: datetime) -> dict[int, str]:
    """Return when each consultant of a specialty is there, in a few words; '' when no calendar says."""
    pairs = [(user_id, specialty_id) for user_id in user_ids]
    return {user_id: words for (user_id, _), words in _presences(pairs, now).items()}


def _presences(pairs: Sequence[tuple[int, int]], now: datetime) -> dict[tuple[int, int], str]:
    """Return when people are there for specialties, by person and specialty."""
    if not pairs:
        return {}
    rows = roster.coming({specialty_id for _, specialty_id in pairs}, now, now + AHEAD)
    leaves = away_between({user_id for user_id, _ in pairs}, now, now + AHEAD)
    kept = roster.calendars(now)
    return {
        (user_id, specialty_id): presence_words(
            [(row.starts_at, row.ends_at) for row in rows if row.user_id == user_id],
            leaves.get(user_id, ()),
            now,
            calendar=specialty_id in kept,
        )
        for user_id, specialty_id in pairs
    }


def presence(who: StandIn, now: datetime) -> str:
    """Return when one stand-in is there, in a few words; '' when no calendar says."""
    return presences([who], now)[who.specialty_id]


@dataclass(frozen=True)
class Proposal:
    """To whom a case could be passed, why, and when they are there ('' when no calendar says)."""

    who: StandIn
    says: str
    reasons: Kept

    @property
    def why(self) -> str:
        """Return in words what stands still."""
        return reasons_in_words(self.reasons)[0]

    @property
    def words(self) -> str:
        """Return the reason as it stands on the timeline when the case is passed on."""
        return in_one_line(self.reasons)


def proposal_for(case: Case) -> Proposal | None:
    """Return the stand-in to whom a case that stands still could be passed; None while all is well or there is none."""
    now = clock.now()
    why = _why(case, now)
    who = stand_ins([case.specialty_id or 0]).get(case.specialty_id or 0) if why else None
    if why is None or who is None or who.id in (case.holder_id, case.requester_id) or who.id in declined(case.id):
        return None
    reasons = kept_reasons([why, (STANDS_IN, {"name": who.full_name})])
    return Proposal(who, presence(who, now), reasons)


def _why(case: Case, now: datetime) -> Reason | None:
    if case.state not in (State.SUBMITTED, State.ASSIGNED):
        return None
    hours = counting.load().of(case.priority)
    if case.state == State.SUBMITTED:
        waited = alerts.past(case, alerts.UNASSIGNED, hours, now)
        return (NOBODY_YET, {}) if waited else None
    idle = alerts.past(case, alerts.IDLE, hours, now) and alerts.is_idle(case, hours, now)
    holder = case.holder.full_name if case.holder else ""
    return (IDLE, {"holder": holder}) if idle else None


@events.panel("case", order=5)
def _proposed(case: Case, user: User, sight: Sight, facts: Any) -> Mapping[str, Any] | None:
    if not facts.shareable or Permission.TRIAGE not in user.permissions or sight is Sight.CLOSED:
        return None
    found = proposal_for(case)
    return {"template": "cases/case_stand_in.html", "proposal": found} if found else None
