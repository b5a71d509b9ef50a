"""What the page of one case is made of, in a bounded number of statements.

Each query is asked for only when the events say that there is something to find. Statements are built once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import joinedload, lazyload, load_only
from sqlalchemy.orm.attributes import set_committed_value

from teleconsult.cases.models import Case, CaseConsent, CaseEvent, CaseProblem, CaseQuestion, PatientSnapshot
from teleconsult.cases.models_opinion import (
    CounterReferral,
    InformationItem,
    InformationRequest,
    Opinion,
    OpinionAnswer,
    OpinionDiagnosis,
    OpinionDraft,
    Referral,
)
from teleconsult.extensions import db, read
from teleconsult.loading import columns_of, known, taken
from teleconsult.network.models import Specialty
from teleconsult.people.models import User

_NAMED = (
    load_only(User.ref, User.title, User.name, User.council, User.council_number, User.council_uf, User.rqe, User.cbo),
    lazyload(User.role_rows),
)
_PEOPLE = select(
    User.id, User.version, User.ref, User.title, User.name, User.council, User.council_number, User.council_uf, User.rqe,
    User.cbo,
).where(User.id.in_(bindparam("ids", expanding=True)))  # fmt: skip
_EVENTS = (
    select(
        CaseEvent.number,
        CaseEvent.verb,
        CaseEvent.at,
        CaseEvent.by_id,
        CaseEvent.for_id,
        CaseEvent.source,
        CaseEvent.state,
        CaseEvent.round,
        CaseEvent.said,
        CaseEvent.data,
    )
    .where(CaseEvent.case_id == bindparam("case_id"))
    .order_by(CaseEvent.number)
)
_QUESTIONS = (
    select(CaseQuestion.id, CaseQuestion.number, CaseQuestion.round, CaseQuestion.kind, CaseQuestion.text)
    .where(CaseQuestion.case_id == bindparam("case_id"))
    .order_by(CaseQuestion.number)
)
_PROBLEMS = (
    select(CaseProblem.system, CaseProblem.code, CaseProblem.title)
    .where(CaseProblem.case_id == bindparam("case_id"))
    .order_by(CaseProblem.number)
)
_OF_PATIENT, _OF_CONSENT = columns_of(PatientSnapshot), columns_of(CaseConsent)
_IDENTITY = (
    select(
        *(getattr(PatientSnapshot, name) for name in _OF_PATIENT),
        *(getattr(CaseConsent, name) for name in _OF_CONSENT),
    )
    .outerjoin(CaseConsent, CaseConsent.case_id == PatientSnapshot.case_id)
    .where(PatientSnapshot.case_id == bindparam("case_id"))
    .order_by(CaseConsent.id)
)
_OPINIONS = (
    select(Opinion.__table__, Specialty.name_pt, Specialty.name_en)
    .join(Specialty, Specialty.id == Opinion.specialty_id)
    .where(Opinion.case_id == bindparam("case_id"))
    .order_by(Opinion.round, Opinion.edition)
)
_ANSWERS = (
    select(OpinionAnswer.opinion_id, OpinionAnswer.question_id, OpinionAnswer.text)
    .join(Opinion, Opinion.id == OpinionAnswer.opinion_id)
    .where(Opinion.case_id == bindparam("case_id"))
    .order_by(OpinionAnswer.question_id)
)
_DIAGNOSES = (
    select(OpinionDiagnosis.opinion_id, OpinionDiagnosis.code, OpinionDiagnosis.title)
    .join(Opinion, Opinion.id == OpinionDiagnosis.opinion_id)
    .where(Opinion.case_id == bindparam("case_id"))
    .order_by(OpinionDiagnosis.number)
)
_ASKED = (
    select(
        InformationRequest.id,
        InformationRequest.asked_by_id,
        InformationRequest.asked_at,
        InformationRequest.note,
        InformationRequest.closed_at,
        InformationItem.number,
        InformationItem.text,
        InformationItem.answer,
        InformationItem.why_not,
        InformationItem.saved_at,
    )
    .join(InformationItem, InformationItem.request_id == InformationRequest.id)
    .where(InformationRequest.case_id == bindparam("case_id"))
    .order_by(InformationRequest.id, InformationItem.number)
)
_REFERRALS = (
    select(Referral, CounterReferral)
    .outerjoin(CounterReferral, CounterReferral.referral_id == Referral.id)
    .where(Referral.case_id == bindparam("case_id"))
    .options(joinedload(Referral.specialty))
    .order_by(Referral.id)
)
_LINKED = (
    select(Case)
    .where(or_(Case.linked_case_id == bindparam("case_id"), Case.id == bindparam("linked_id")))
    .options(joinedload(Case.unit), joinedload(Case.specialty))
    .order_by(Case.id)
    .limit(20)
)
_DRAFT = select(*(getattr(OpinionDraft, name) for name in columns_of(OpinionDraft))).where(
    OpinionDraft.case_id == bindparam("case_id"), OpinionDraft.author_id == bindparam("author_id")
)


def events_of(case: Case) -> Sequence[Any]:
    """Return what happened to a case, oldest first."""
    return read(_EVENTS, {"case_id": case.id})


def questions_of(case: Case) -> Sequence[Any]:
    """Return the questions of a case by number."""
    return read(_QUESTIONS, {"case_id": case.id})


def problems_of(case: Case) -> Sequence[Any]:
    """Return the problems that the request names."""
    return read(_PROBLEMS, {"case_id": case.id})


def identity_of(case: Case) -> tuple[PatientSnapshot | None, list[CaseConsent]]:
    """Return what was known of the patient when the case was sent, and every consent, oldest first."""
    patient, consents = None, []
    for row in read(_IDENTITY, {"case_id": case.id}):
        values = iter(row)
        patient = known(PatientSnapshot, taken(_OF_PATIENT, values))
        consent = taken(_OF_CONSENT, values)
        if consent["id"] is not None:
            consents.append(known(CaseConsent, consent))
    if patient is not None:  # The rules ask for the consents too: this statement has answered them.
        set_committed_value(case, "consents", consents)
    return patient, consents


@dataclass(frozen=True)
class Given:
    """Every edition of every opinion of a case, oldest first, with the answers and the diagnoses of each."""

    opinions: Sequence[Any] = ()
    answers: Mapping[int, Sequence[Any]] = field(default_factory=dict)
    diagnoses: Mapping[int, Sequence[Any]] = field(default_factory=dict)


def opinions_of(case: Case) -> Given:
    """Return what the consultants wrote."""
    one = {"case_id": case.id}
    return Given(
        read(_OPINIONS, one),
        _by_first(read(_ANSWERS, one)),
        _by_first(read(_DIAGNOSES, one)),
    )


def last_edition(case: Case, number: int) -> Opinion | None:
    """Return the newest edition of the opinion of a round."""
    query = select(Opinion).where(Opinion.case_id == case.id, Opinion.round == number)
    return db.session.scalar(query.order_by(Opinion.edition.desc()).limit(1))


def information_of(case: Case) -> dict[int, Sequence[Any]]:
    """Return what the consultants asked the unit for, oldest first: the items of each list, the list's facts beside."""
    return _by_first(read(_ASKED, {"case_id": case.id}))


def _by_first(rows: Iterable[Any]) -> dict[int, Sequence[Any]]:
    """Return the rows by their first column, in the order in which they come."""
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(row)
    return dict(found)


def referrals_of(case: Case) -> list[tuple[Referral, CounterReferral | None]]:
    """Return the referrals, each with what came back from the visit, oldest first."""
    return [(row[0], row[1]) for row in db.session.execute(_REFERRALS, {"case_id": case.id})]


def people_named(ids: Iterable[int | None], refs: Iterable[str | None] = ()) -> list[User]:
    """Return the people with these row numbers or references, with their names and registrations only."""
    wanted = [i for i in set(ids) if i]
    found = [known(User, row._mapping) for row in read(_PEOPLE, {"ids": wanted})] if wanted else []
    others = {r for r in refs if r} - {person.ref for person in found}
    if others:
        found += db.session.scalars(select(User).where(User.ref.in_(others)).options(*_NAMED))
    return found


def specialties_named(slugs: Iterable[str]) -> dict[str, Specialty]:
    """Return the specialties with these slugs."""
    wanted = set(slugs)
    if not wanted:
        return {}
    return {row.slug: row for row in db.session.scalars(select(Specialty).where(Specialty.slug.in_(wanted)))}


def linked_to(case: Case) -> Sequence[Case]:
    """Return the case that this one continues, and those that continue it, oldest first."""
    return db.session.scalars(_LINKED, {"case_id": case.id, "linked_id": case.linked_case_id or 0}).all()


def opinion_draft_of(case: Case, author: User) -> OpinionDraft | None:
    """Return what a consultant has typed so far of the opinion."""
    rows = read(_DRAFT, {"case_id": case.id, "author_id": author.id})
    return known(OpinionDraft, rows[0]._mapping) if rows else None
