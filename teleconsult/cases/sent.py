"""What was sent with a case, read back as a request and as the texts of the form."""

from sqlalchemy import select

from teleconsult import clock
from teleconsult.cases.draft_fields import Fields
from teleconsult.cases.draft_text import Book
from teleconsult.cases.draft_write import write
from teleconsult.cases.models import Case, PatientSnapshot
from teleconsult.cases.request import PatientFacts, Problem, Request
from teleconsult.extensions import db
from teleconsult.network.models import Specialty


def facts_of(snapshot: PatientSnapshot) -> PatientFacts:
    """Return what was known of the patient when a case was sent."""
    return PatientFacts(**{name: getattr(snapshot, name) for name in PatientFacts.__dataclass_fields__})


def request_of(case: Case) -> Request:
    """Return what was sent; the consent stays with the case and is not given again."""
    facts = facts_of(case.snapshot) if case.snapshot else PatientFacts(name="")
    return Request(
        patient=facts,
        specialty_id=case.specialty_id,
        questions=tuple((q.kind, q.text) for q in case.questions if q.round == 1),
        complaint=case.complaint,
        subjective=case.subjective,
        objective=case.objective,
        vitals=dict(case.vitals),
        assessment=case.assessment,
        plan=case.plan,
        available=case.available,
        problems=tuple(Problem(p.title, p.system, p.code) for p in case.problems),
        would_refer=case.would_refer,
        would_refer_specialty_id=case.would_refer_specialty_id,
        priority=case.priority,
        priority_reason=case.priority_reason,
    )


def texts_of(case: Case) -> Fields:
    """Return what was sent as the texts of the form, to be completed."""
    wanted = [case.specialty_id, case.would_refer_specialty_id]
    rows = db.session.execute(select(Specialty.slug, Specialty.id).where(Specialty.id.in_(wanted)))
    slugs = {row.slug: row.id for row in rows}
    return write(request_of(case), Book(today=clock.now().date(), specialties=slugs, referrals=slugs))
