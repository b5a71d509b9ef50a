"""What the pages of the moves offer to choose from."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import CompoundSelect, bindparam, func, select
from sqlalchemy.orm import lazyload

from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case, CaseEvent
from teleconsult.cases.models_opinion import CounterReferral, Decline, Opinion, OpinionDraft
from teleconsult.cases.shelves import LIVE, in_state
from teleconsult.errors import N_, Refused
from teleconsult.extensions import db
from teleconsult.network.directory import HAS_VISITS
from teleconsult.network.models import Specialty
from teleconsult.people.access import Role
from teleconsult.people.models import User, UserRole

PARTING = frozenset({"assign", "claim", "return", "redirect", "cancel", "revoke_consent"})
"""What ends that a case waits for the consultants of a specialty."""


def specialties_answering() -> Sequence[Specialty]:
    """Return the specialties that take cases, by name."""
    return db.session.scalars(select(Specialty).where(Specialty.teleconsult).order_by(Specialty.name_pt)).all()


def specialties_seen_in_person() -> Sequence[Specialty]:
    """Return the specialties to which a patient can be sent, by name."""
    return db.session.scalars(select(Specialty).where(HAS_VISITS).order_by(Specialty.name_pt)).all()


def specialty_by(slug: str) -> Specialty:
    """Return the specialty with a slug.

    Raises:
        Refused: there is none.
    """
    row = db.session.scalar(select(Specialty).where(Specialty.slug == slug))
    if row is None:
        raise Refused(N_("Escolha a especialidade."), field="specialty")
    return row


def person_by(ref: str, field: str) -> User:
    """Return the person with a reference.

    Raises:
        Refused: there is none; `field` names the form's field.
    """
    row = db.session.scalar(select(User).where(User.ref == ref))
    if row is None:
        raise Refused(N_("Escolha uma pessoa da lista."), field=field)
    return row


_LOADS = (
    select(Case.holder_id, func.count(Case.id))
    .where(Case.holder_id.in_(bindparam("holders", expanding=True)), in_state(State.ASSIGNED), LIVE)
    .group_by(Case.holder_id)
)


def open_loads(consultant_ids: Iterable[int]) -> dict[int, int]:
    """Return how many cases wait for each of these consultants."""
    rows = db.session.execute(_LOADS, {"holders": sorted(set(consultant_ids))})
    return {holder: count for holder, count in rows if holder is not None}


def declines_of(case: Case) -> Sequence[Decline]:
    """Return who gave a case back, and why, the last reason of each last."""
    return db.session.scalars(select(Decline).where(Decline.case_id == case.id).order_by(Decline.id)).all()


def requesters_of_unit(case: Case) -> Sequence[User]:
    """Return the other active requesters of the unit of a case who do not answer it, and never did, by name."""
    query = (
        select(User)
        .join(UserRole, UserRole.user_id == User.id)
        .where(
            User.unit_id == case.unit_id,
            User.id.not_in([case.requester_id, case.holder_id or 0]),
            UserRole.role == Role.REQUESTER,
            User.switched_off_at.is_(None),
            User.id.not_in(_authors(case)),
        )
        .options(lazyload(User.role_rows))
        .order_by(User.search_key, User.id)
    )
    return db.session.scalars(query).all()


def has_opined(case: Case, user: User) -> bool:
    """Tell whether a person wrote an opinion on a case, in whatever round, or saw its patient and reported back."""
    return (user.id,) in db.session.execute(_authors(case)).all()


def _authors(case: Case) -> CompoundSelect[int]:
    saw = CounterReferral.case_id == case.id, CounterReferral.from_paper.is_(False)
    wrote = select(Opinion.author_id).where(Opinion.case_id == case.id)
    return wrote.union(select(CounterReferral.recorded_by_id).where(*saw))


def justification_for(case: Case) -> str:
    """Return a beginning of the justification of a referral, from what the requester wrote."""
    return "\n\n".join(text for text in (case.complaint, case.objective, case.assessment) if text)


def opinion_typed(case: Case) -> Mapping[str, Any]:
    """Return what the holder typed of an opinion that is not sent, as `opinion_form` keeps it."""
    own = OpinionDraft.case_id == case.id, OpinionDraft.author_id == case.holder_id
    return db.session.scalars(select(OpinionDraft.fields).where(*own)).first() or {}


def diagnoses_given(case: Case) -> Sequence[Any]:
    """Return the diagnoses of the last opinion on a case, unless it was withdrawn: rows with title and code."""
    opinion = last_opinion(case)
    return opinion.diagnoses if opinion is not None else ()


def last_opinion(case: Case) -> Opinion | None:
    """Return the last opinion on a case, as it was last corrected; None: there is none, or it was withdrawn."""
    last = select(Opinion).where(Opinion.case_id == case.id).order_by(Opinion.round.desc(), Opinion.edition.desc())
    opinion = db.session.scalar(last.limit(1))
    return opinion if opinion is not None and opinion.withdrawn_at is None else None


def last_event(case_id: int, *verbs: str) -> CaseEvent | None:
    """Return what happened to a case last, of these verbs if any are given."""
    query = select(CaseEvent).where(CaseEvent.case_id == case_id)
    query = query.where(CaseEvent.verb.in_(verbs)) if verbs else query
    return db.session.scalar(query.order_by(CaseEvent.number.desc()).limit(1))


def last_own(case_id: int, verb: str, user_id: int) -> int:
    """Return the number of the last event of a verb that somebody made on a case; 0: there is none."""
    own = CaseEvent.case_id == case_id, CaseEvent.verb == verb, CaseEvent.by_id == user_id
    return db.session.scalar(select(func.max(CaseEvent.number)).where(*own)) or 0


def events_since(case_id: int, number: int) -> Sequence[CaseEvent]:
    """Return what happened to a case after an event, oldest first."""
    query = select(CaseEvent).where(CaseEvent.case_id == case_id, CaseEvent.number > number)
    return db.session.scalars(query.order_by(CaseEvent.number)).all()


def just_taken(user: User, ref: str, version: str) -> int | None:
    """Return the row number of a case that this consultant saw waiting on `version`, and that the step since took away.

    Somebody took it, or it was returned, cancelled or passed to another specialty, or the patient took the consent back.
    """
    query = select(Case.id, Case.version, Specialty.slug).join(Case.specialty).where(Case.ref == ref.upper())
    row = db.session.execute(query).one_or_none() if ref.isascii() and ref.isprintable() else None
    last = last_event(row.id) if row is not None and str(row.version - 1) == version else None
    if row is None or last is None or last.source != State.SUBMITTED or last.verb not in PARTING:
        return None
    # Where it was passed on, it waited for those of the specialty before.
    waited_for = last.data["from"] if last.verb == "redirect" else row.slug
    own = select(Specialty.slug).where(Specialty.id.in_(list(user.specialty_ids)))
    return row.id if waited_for in db.session.scalars(own).all() else None


def moved_by(user: User, ref: str, verb: str) -> int | None:
    """Return the row number of a case on which this person made a move; it need not be in their sight any more."""
    query = select(CaseEvent.case_id).join(Case, Case.id == CaseEvent.case_id)
    query = query.where(Case.ref == ref.upper(), CaseEvent.verb == verb, CaseEvent.by_id == user.id).limit(1)
    return db.session.scalar(query) if ref.isascii() and ref.isprintable() else None


def taken_from(user: User, ref: str) -> int | None:
    """Return the row number of a case that this person held until somebody took it away, or the person gave it back."""
    own = (event for event in _passed_on(ref) if _concerns(event, user))
    return next((event.case_id for event in own), None)


def parting(user: User, ref: str) -> CaseEvent | None:
    """Return how a case last went from this person to somebody else; it may have been passed on again since."""
    return next((event for event in _passed_on(ref) if event.data.get("from") == user.ref), None)


def _passed_on(ref: str) -> Sequence[CaseEvent]:
    """Return each time that a case came to somebody, the last first."""
    query = (
        select(CaseEvent)
        .join(Case, Case.id == CaseEvent.case_id)
        .where(Case.ref == ref.upper(), CaseEvent.verb.in_(("assign", "claim", "hand_over")))
        .order_by(CaseEvent.number.desc())
    )
    return db.session.scalars(query).all() if ref.isascii() and ref.isprintable() else ()


def _concerns(event: CaseEvent, user: User) -> bool:
    claimed = event.verb == "claim" and event.by_id == user.id
    return claimed or user.ref in (event.data.get("from"), event.data.get("to"))
