"""What the consultant does: take a case, ask, answer, conclude, escalate, correct what was written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm.attributes import set_committed_value

from teleconsult import audit, clock, events
from teleconsult.cases import search, world
from teleconsult.cases.actions._make import make, put_on_timeline
from teleconsult.cases.actions._questions import open_questions
from teleconsult.cases.actions._rows import write_opinion
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case, CaseEvent, CaseQuestion
from teleconsult.cases.models_opinion import (
    Decline,
    InformationItem,
    InformationRequest,
    Opinion,
    OpinionAnswer,
    OpinionDiagnosis,
    Referral,
)
from teleconsult.cases.request import Problem
from teleconsult.cases.sides import asking
from teleconsult.errors import N_, Refused
from teleconsult.extensions import db
from teleconsult.network.models import Specialty
from teleconsult.notices import actions as notices
from teleconsult.people import queries as people
from teleconsult.people.access import Role
from teleconsult.people.models import User
from teleconsult.web.refs import new_ref

MOST_ITEMS = 20
"""Of one request: more is asked in another, once these are there."""

events.declare("case.correct", "case.withdraw", "case.nobody_left", "referral.make")


@dataclass(frozen=True)
class Written:
    """What an opinion holds: an answer to each question by its number, and the rest of the form."""

    answers: Mapping[int, str]
    conduct: str
    red_flags: str = ""
    reasoning: str = ""
    diagnoses: Sequence[Problem] = field(default_factory=tuple)
    when_to_refer: str = ""
    sources: str = ""


def claim(case: Case, *, by: User) -> CaseEvent:
    """Take a waiting case of one's specialty, while on duty."""
    return make("claim", case, by=by, set={"holder_id": by.id, "holder": by}, tell=asking(case))


def decline(case: Case, why: str, *, by: User) -> CaseEvent:
    """Give the case back; it does not return by itself. The administrators are told when nobody is left."""
    specialty_id = case.specialty_id
    event = make(
        "decline",
        case,
        by=by,
        carry={"why": why},
        set={"holder_id": None, "holder": None},
        said=why,
        tell=asking(case),
    )
    db.session.add(
        Decline(case_id=case.id, consultant_id=by.id, specialty_id=specialty_id, why=why, declined_at=clock.now())
    )
    db.session.flush()
    if world.nobody_left(case):
        notices.tell(people.active_with_role(Role.ADMINISTRATOR), "case.nobody_left", subject=case.ref)
        events.emit("case.nobody_left", case=case)
    return event


def ask(case: Case, items: Sequence[str], *, by: User, note: str = "") -> CaseEvent:
    """Ask the unit for exams or data, as a list; the service clock stops until it is supplied.

    Raises:
        Refused: more than MOST_ITEMS.
    """
    items = [item.strip() for item in items if item.strip()]
    if len(items) > MOST_ITEMS:
        raise Refused(N_("Peça até %(most)d itens de cada vez."), field="items", most=MOST_ITEMS)
    event = make(
        "ask",
        case,
        by=by,
        carry={"items": items},
        said=note,
        data={"items": items},
        tell=asking(case),
    )
    db.session.add(
        InformationRequest(
            case_id=case.id,
            asked_by_id=by.id,
            asked_at=event.at,
            note=note,
            items=[InformationItem(number=n, text=words) for n, words in enumerate(items, 1)],
        )
    )
    db.session.flush()
    return event


def answer(case: Case, written: Written, *, by: User) -> CaseEvent:
    """Give an opinion and leave the follow-up open."""
    return _give("answer", case, written, by)


def conclude(case: Case, written: Written, *, by: User) -> CaseEvent:
    """Give a conclusive opinion and close the case."""
    return _give("conclude", case, written, by)


def _give(verb: str, case: Case, written: Written, by: User) -> CaseEvent:
    now = clock.now()
    asked = open_questions(case)
    told = {person.id: person for person in asking(case)}
    if case.requester_id in told:  # already read: not a second time
        set_committed_value(case, "requester", told[case.requester_id])
    event = make(
        verb,
        case,
        by=by,
        carry={
            "answers": all(written.answers.get(q.number, "").strip() for q in asked),
            "conduct": written.conduct,
            "red_flags": written.red_flags,
            "diagnosis": written.diagnoses,
        },
        set={"first_opinion_at": case.first_opinion_at or now, "last_opinion_at": now},
        data={"questions": [q.number for q in asked]},
        tell=told.values(),
    )
    write_opinion(_opinion(verb, case, written, by, asked))
    return event


def _opinion(
    decision: str,
    case: Case,
    written: Written,
    by: User,
    asked: Sequence[CaseQuestion],
    edition: int = 1,
    why: str = "",
) -> Opinion:
    return Opinion(
        case_id=case.id,
        round=case.round,
        edition=edition,
        author_id=by.id,
        specialty_id=case.specialty_id,
        decision=decision,
        reasoning=written.reasoning,
        conduct=written.conduct,
        red_flags=written.red_flags,
        when_to_refer=written.when_to_refer,
        sources=written.sources,
        given_at=clock.now(),
        correction_why=why,
        answers=[OpinionAnswer(question_id=q.id, text=written.answers[q.number]) for q in asked],
        diagnoses=[
            OpinionDiagnosis(number=n, system=d.system, code=d.code, title=d.title)
            for n, d in enumerate(written.diagnoses, 1)
        ],
    )


def escalate(
    case: Case,
    *,
    to: Specialty,
    priority: str,
    justification: str,
    bring: str,
    by: User,
    diagnosis: str = "",
) -> CaseEvent:
    """Send the patient to an in-person visit: makes the referral, complete (forms.md, 1)."""
    event = make(
        "escalate",
        case,
        by=by,
        carry={"specialty": to, "priority": priority, "justification": justification, "bring": bring},
        set={"escalated_by_id": by.id},
        said=justification,
        data={"specialty": to.slug, "priority": priority},
        tell=asking(case),
    )
    referral = Referral(
        ref=new_ref("EN"),
        case_id=case.id,
        specialty_id=to.id,
        priority=priority,
        justification=justification,
        diagnosis=diagnosis,
        bring=bring,
        made_by_id=by.id,
        made_at=event.at,
    )
    referral.case = case
    db.session.add(referral)
    db.session.flush()
    events.emit("referral.make", referral=referral, by=by)
    return event


def correct(opinion: Opinion, written: Written, *, why: str, by: User) -> Opinion:
    """Write a new edition of an opinion, by its author and with a reason; the old one stays readable.

    Raises:
        Refused: somebody else wrote it, it is not the last edition, or there is no reason.
    """
    _hold_to_author(opinion, why, by)
    asked = [row.question for row in opinion.answers]
    new = _opinion(opinion.decision, opinion.case, written, by, asked, opinion.edition + 1, why)
    new.round, new.specialty_id = opinion.round, opinion.specialty_id
    db.session.add(new)
    db.session.flush()
    search.index(opinion.case)
    _tell_of_change("case.correct", opinion.case, opinion, why, by)
    return new


def withdraw(opinion: Opinion, *, why: str, by: User) -> None:
    """Strike an opinion through, by its author and with a reason; it stays readable.

    Raises:
        Refused: somebody else wrote it, it is withdrawn already, or there is no reason.
    """
    _hold_to_author(opinion, why, by)
    opinion.withdrawn_at, opinion.withdrawn_why = clock.now(), why
    db.session.flush()
    _tell_of_change("case.withdraw", opinion.case, opinion, why, by)


def _hold_to_author(opinion: Opinion, why: str, by: User) -> None:
    later = db.session.query(Opinion).filter(
        Opinion.case_id == opinion.case_id,
        Opinion.round == opinion.round,
        Opinion.edition > opinion.edition,
    )
    if opinion.author_id != by.id:
        raise Refused(N_("Só quem escreveu o parecer pode corrigi-lo."))
    if opinion.withdrawn_at is not None or later.first() is not None:
        raise Refused(N_("Esta versão do parecer já não vale; veja a mais nova."))
    if opinion.case.state == State.CANCELLED:
        raise Refused(N_("O caso foi cancelado."))
    if not why:
        raise Refused(N_("Falta informar: %(what)s."), field="why", what=N_("o motivo"))


def _tell_of_change(word: str, case: Case, opinion: Opinion, why: str, by: User) -> None:
    data = {"round": opinion.round, "edition": opinion.edition}
    event = put_on_timeline(word.removeprefix("case."), case, by=by, said=why, data=data)
    audit.record(f"case:{case.ref}", word, by_id=by.id, subject=case.ref, number=event.number, text=audit.digest(why))
    events.emit(word, case=case, event=event, by=by)
    notices.tell(asking(case), word, subject=case.ref, by=by)
