"""How each step of a story is taken: verb → the real action, called as a screen would call it."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from teleconsult.cases import actions, outcome
from teleconsult.cases.draft_fields import Fields
from teleconsult.cases.draft_problems import write_problem
from teleconsult.cases.draft_text import Book
from teleconsult.cases.draft_write import write
from teleconsult.cases.models import Case
from teleconsult.cases.request import Consent, PatientFacts, Problem, Request
from teleconsult.demo.story import CaseStory, Opinion, Step
from teleconsult.demo.story import Problem as ToldProblem
from teleconsult.network.models import Specialty
from teleconsult.people.models import User
from teleconsult.shifts.calendar import local_day


@dataclass(frozen=True)
class Told:
    """What a verb needs to know to take its step."""

    story: CaseStory
    step: Step
    case: Case
    by: User | None
    people: dict[str, User]
    specialties: dict[str, Specialty]
    now: datetime

    @property
    def who(self) -> User:
        """Return who takes the step; only the system's own verbs have nobody."""
        if self.by is None:
            raise LookupError(f"{self.story.key}: {self.step.verb} is not the system's")
        return self.by


def typed(story: CaseStory, specialties: dict[str, Specialty], today: date) -> Fields:
    """Return the form of a story as its requester types it; `today`, the day of the loading, gives the birth dates."""
    slugs = {slug: specialty.id for slug, specialty in specialties.items()}
    return write(_request_of(story, specialties, today), Book(today=today, specialties=slugs, referrals=slugs))


def _request_of(story: CaseStory, specialties: dict[str, Specialty], today: date) -> Request:
    patient = story.patient
    intention = story.intention
    return Request(
        patient=PatientFacts(
            name=patient.name,
            social_name=patient.social_name,
            birth_date=patient.born(today),
            age_years=patient.age,
            sex=patient.sex,
            cns=patient.cns or None,
            cpf=patient.cpf or None,
            record_number=patient.record_number,
            mother_name=patient.mother_name,
            address=patient.address,
            neighbourhood=patient.neighbourhood,
            municipality=patient.municipality,
            phone=patient.phone,
        ),
        specialty_id=specialties[story.specialty].id if story.specialty else None,
        questions=tuple((question.kind, question.text) for question in story.questions),
        complaint=story.complaint,
        subjective=story.subjective,
        objective=story.objective,
        vitals={name: value for name, value in asdict(story.vitals).items() if value},
        assessment=story.assessment,
        plan=story.plan,
        available=story.available,
        problems=_coded(story.problems),
        would_refer=intention.refer if intention else "not_informed",
        would_refer_specialty_id=specialties[intention.specialty].id if intention and intention.specialty else None,
        priority=story.priority,
        priority_reason=story.priority_reason,
        consent=Consent(story.consent.given_by, story.consent.how, story.consent.name) if story.consent else None,
    )


def _coded(problems: tuple[ToldProblem, ...]) -> tuple[Problem, ...]:
    return tuple(Problem(problem.text, "cid10" if problem.code else "", problem.code) for problem in problems)


def _written(told: Told) -> actions.Written:
    opinion = told.step.opinion or Opinion(answers=(), conduct="")
    numbers = [question.number for question in actions.open_questions(told.case)]
    return actions.Written(
        answers=dict(zip(numbers, opinion.answers, strict=True)),
        conduct=opinion.conduct,
        red_flags=opinion.red_flags,
        reasoning=opinion.reasoning,
        diagnoses=_coded(opinion.diagnoses),
        when_to_refer=opinion.when_to_refer,
        sources=opinion.references,
    )


def _jot(told: Told) -> None:
    """Keep an unfinished opinion the way its form keeps it."""
    opinion = told.step.opinion or Opinion(answers=(), conduct="")
    fields: dict[str, Any] = {f"answer_{number}": words for number, words in enumerate(opinion.answers, 1)}
    fields |= {name: getattr(opinion, name) for name in ("reasoning", "conduct", "red_flags", "when_to_refer")}
    fields |= {"sources": opinion.references, "diagnoses": [write_problem(p) for p in _coded(opinion.diagnoses)]}
    actions.save_opinion_draft(told.case, fields, by=told.who, version=0)


def _outcome(told: Told) -> None:
    survey = told.step.survey
    if survey is not None:
        outcome.answer(told.case, outcome.Survey(**asdict(survey)), by=told.who)


def _supply(told: Told) -> None:
    supplies = {n: (item.answer, item.why_not) for n, item in enumerate(told.step.supplies, 1)}
    actions.supply(told.case, supplies, by=told.who)


def _escalate(told: Told) -> None:
    referral = told.step.referral
    if referral is not None:
        actions.escalate(
            told.case,
            to=told.specialties[referral.specialty],
            priority=referral.priority,
            justification=referral.justification,
            diagnosis=referral.diagnosis,
            bring=referral.bring,
            by=told.who,
        )


def _counter_refer(told: Told) -> None:
    sheet = told.step.visit
    if sheet is not None:
        visit = actions.Visit(
            attended_on=local_day(told.now - sheet.attended, told.case.unit.zone),
            attended_by=sheet.attended_by,
            diagnosis=sheet.diagnosis,
            opinion=sheet.opinion,
            conduct=sheet.conduct,
            returns=bool(sheet.returns),
            return_when=sheet.returns,
        )
        actions.counter_refer(told.case, visit, by=told.who, from_paper=True)


def _release(told: Told) -> None:
    """Do nothing: switching the holder off has released the case a moment ago, or the story is wrong."""
    if told.case.holder_id is not None:
        raise LookupError(f"{told.story.key}: nobody was switched off who held it")


VERBS: dict[str, Callable[[Told], Any]] = {
    "return": lambda t: actions.return_(t.case, {m.field: m.text for m in t.step.missing}, by=t.who, note=t.step.text),
    "redirect": lambda t: actions.redirect(t.case, to=t.specialties[t.step.specialty], why=t.step.why, by=t.who),
    "reprioritise": lambda t: actions.reprioritise(t.case, priority=str(t.step.priority), why=t.step.why, by=t.who),
    "assign": lambda t: actions.assign(t.case, to=t.people[t.step.to], why=t.step.why, by=t.who),
    "claim": lambda t: actions.claim(t.case, by=t.who),
    "decline": lambda t: actions.decline(t.case, t.step.why, by=t.who),
    "release": _release,
    "ask": lambda t: actions.ask(t.case, t.step.items, by=t.who, note=t.step.text),
    "supply": _supply,
    "answer": lambda t: actions.answer(t.case, _written(t), by=t.who),
    "conclude": lambda t: actions.conclude(t.case, _written(t), by=t.who),
    "follow_up": lambda t: actions.follow_up(t.case, t.step.text, by=t.who),
    "escalate": _escalate,
    "call_off": lambda t: actions.call_off(t.case, t.step.why, by=t.who),
    "close_unseen": lambda t: actions.close_unseen(t.case, str(t.step.cause), by=t.who, note=t.step.text),
    "counter_refer": _counter_refer,
    "accept": lambda t: actions.accept(t.case, by=t.by),
    "reopen": lambda t: actions.reopen(t.case, t.step.why, by=t.who),
    "hand_over": lambda t: actions.hand_over(t.case, to=t.people[t.step.to], by=t.who),
    "lapse": lambda t: actions.lapse(t.case),
    "cancel": lambda t: actions.cancel(t.case, t.step.why, by=t.who),
    "confirm": lambda t: actions.confirm(t.case, by=t.who),
    "jot": _jot,
    "outcome": _outcome,
}
"""Every verb but the two that only send what is written and stored already: `submit` and `add`, see `teller.py`."""
