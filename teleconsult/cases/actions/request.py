"""What the requester does, or support for a named requester: from the sending to the acceptance."""

from collections.abc import Mapping
from typing import Any

from flask import current_app

from teleconsult import audit, clock, events
from teleconsult.cases import search
from teleconsult.cases.actions._make import make, put_on_timeline
from teleconsult.cases.actions._rows import write_request
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import (
    Case,
    CaseConsent,
    CaseEvent,
    CaseProblem,
    CaseQuestion,
    PatientSnapshot,
)
from teleconsult.cases.models_opinion import InformationRequest, MissingItem
from teleconsult.cases.request import Request, age_on, check_request
from teleconsult.cases.sides import answering, asking
from teleconsult.cases.world import consented
from teleconsult.errors import N_, Refused
from teleconsult.extensions import db
from teleconsult.notices import actions as notices
from teleconsult.patients.models import Patient
from teleconsult.people import queries as people
from teleconsult.people.access import Role
from teleconsult.people.models import User
from teleconsult.shifts.calendar import local_day
from teleconsult.typed import same_lines
from teleconsult.web.words import initials

events.declare("case.revoke_consent")

COMPLETED = "case.submit_again"
"""What a request that came back and is sent again is told as."""

KEPT = ("complaint", "subjective", "objective", "vitals", "assessment", "plan", "available", "priority_reason")


def submit(case: Case, request: Request, *, patient: Patient, by: User) -> CaseEvent:
    """Send the case to the triage queue with its patient, or send it again completed.

    Raises:
        Refused: what sending needs is not there; the field is named.
    """
    check_request(request)
    now = clock.now()
    again = case.state == State.RETURNED
    before = {name: getattr(case, name) for name in KEPT} if again else {}
    new = {name: getattr(request, name) for name in KEPT}
    facts = request.patient
    age = age_on(local_day(now, case.unit.zone), facts.birth_date, facts.age_years)
    filed_for = case.requester_id != by.id
    _fill(case, request)
    event = make(
        "submit",
        case,
        by=by,
        carry={
            "specialty": request.specialty_id,
            "questions": request.questions,
            "summary": request.summary(),
            "consent": request.consent or live_consent(case),
        },
        set={
            **new,
            "specialty_id": request.specialty_id,
            "patient": patient,
            "patient_id": patient.id,
            "initials": initials(facts.social_name or facts.name),
            "birth_date": facts.birth_date,
            "age_years": age,
            "would_refer": request.would_refer,
            "would_refer_specialty_id": request.would_refer_specialty_id,
            "priority": request.priority,
            "confirm_by_id": case.requester_id if filed_for else None,
        },
        data={
            "again": again,
            "before": {k: v for k, v in before.items() if _is_other(v, new[k])},
            **({"from": case.priority, "to": request.priority} if again and case.priority != request.priority else {}),
        },
        tell=[*(asking(case) if again else [case.requester]), *people.active_with_role(Role.ADMINISTRATOR)],
        told_as=COMPLETED if again else "",
    )
    if again:
        _resolve_missing(case)
    return event


def _is_other(before: Any, now: Any) -> bool:
    return not same_lines(before, now) if isinstance(before, str) else bool(before != now)


def _fill(case: Case, request: Request) -> None:
    """Replace the parts of the request that are rows of their own."""
    now = clock.now()
    if case.snapshot is None and case.draft is not None:
        db.session.flush()
        write_request(case, case.draft, request, now, current_app.config["CONSENT_VERSION"])
        return
    with db.session.no_autoflush:
        case.draft = None
        values = dict(vars(request.patient))
        if case.snapshot is None:
            case.snapshot = PatientSnapshot(**values, taken_at=now)
        else:
            for name, value in {**values, "taken_at": now}.items():
                setattr(case.snapshot, name, value)
        _set_questions(case, request)
        _set_problems(case, request)
        if request.consent is not None:
            case.consents.append(
                CaseConsent(
                    given_by=request.consent.given_by,
                    given_by_name=request.consent.given_by_name,
                    how=request.consent.how,
                    taken_by_id=case.requester_id,
                    taken_at=now,
                    text_version=current_app.config["CONSENT_VERSION"],
                )
            )


def _set_questions(case: Case, request: Request) -> None:
    """Change the questions in place, because (case, number) is unique."""
    for number, (kind, words) in enumerate(request.questions, 1):
        found = next((q for q in case.questions if q.number == number), None)
        if found is None:
            case.questions.append(CaseQuestion(number=number, round=1, kind=kind, text=words))
        else:
            found.kind, found.text = kind, words
    case.questions = [q for q in case.questions if q.number <= len(request.questions)]


def _set_problems(case: Case, request: Request) -> None:
    """Change the problems in place, for the same reason."""
    for number, problem in enumerate(request.problems, 1):
        found = next((row for row in case.problems if row.number == number), None)
        if found is None:
            case.problems.append(
                CaseProblem(number=number, system=problem.system, code=problem.code, title=problem.title)
            )
        else:
            found.system, found.code, found.title = problem.system, problem.code, problem.title
    case.problems = [row for row in case.problems if row.number <= len(request.problems)]


def _resolve_missing(case: Case) -> None:
    for item in db.session.query(MissingItem).filter_by(case_id=case.id, resolved_at=None):
        item.resolved_at = clock.now()


def live_consent(case: Case) -> CaseConsent | None:
    """Return the consent that stands, if any: the last, in whose place no earlier one comes when it is taken back."""
    return case.consents[-1] if consented(case) else None


def revoke_consent(case: Case, *, why: str, by: User) -> None:
    """Record that the patient took the consent back; nothing new is sent on it.

    Raises:
        Refused: there is none to take back, or no reason.
    """
    consent = live_consent(case)
    if consent is None:
        raise Refused(N_("Não há consentimento a retirar."))
    if not why:
        raise Refused(N_("Falta informar: %(what)s."), field="why", what=N_("o motivo"))
    consent.revoked_at, consent.revoked_by_id, consent.revoked_why = clock.now(), by.id, why
    # The case's version moves with its event: who is sending it on this consent is overtaken.
    for_id = case.requester_id if by.id != case.requester_id else None
    event = put_on_timeline("revoke_consent", case, by=by, said=why, data={}, for_id=for_id)
    db.session.flush()
    audit.record(
        f"case:{case.ref}",
        "case.revoke_consent",
        by_id=by.id,
        for_id=for_id,
        subject=case.ref,
        number=event.number,
        why=audit.digest(why),
    )
    events.emit("case.revoke_consent", case=case, event=event, by=by)
    search.index(case)
    notices.tell([*asking(case), *answering(case)], "case.revoke_consent", subject=case.ref, by=by)


def confirm(case: Case, *, by: User) -> None:
    """Confirm, as the named requester, what support filed for one.

    Raises:
        Refused: it is not waiting for this person.
    """
    if case.confirm_by_id != by.id:
        raise Refused(N_("Este caso não espera a sua confirmação."))
    case.confirm_by_id = None
    db.session.flush()
    audit.record(f"case:{case.ref}", "case.confirm", by_id=by.id, subject=case.ref)


def supply(case: Case, supplies: Mapping[int, tuple[str, str]], *, by: User) -> CaseEvent:
    """Answer every item of the open information request: number -> (answer, why not)."""
    asked = open_request(case)
    given = {n: (a.strip(), w.strip()) for n, (a, w) in supplies.items()}
    complete = asked is not None and all(any(given.get(item.number, ("", ""))) for item in asked.items)
    event = make(
        "supply",
        case,
        by=by,
        carry={"supplies": complete},
        data={"items": {str(n): {"answer": a, "why_not": "" if a else w} for n, (a, w) in given.items()}},
        tell=[case.holder, *asking(case)],
    )
    if asked is not None:
        now = clock.now()
        asked.closed_at = now
        for item in asked.items:
            answer, why_not = given[item.number]
            item.answer, item.why_not, item.saved_at = answer, "" if answer else why_not, now
        db.session.flush()
    return event


def open_request(case: Case) -> InformationRequest | None:
    """Return the information request that waits for the unit, if any."""
    return db.session.query(InformationRequest).filter_by(case_id=case.id, closed_at=None).one_or_none()


def add(case: Case, message: str, *, by: User, files: tuple[str, ...] = ()) -> CaseEvent:
    """Add a message and/or files that are already stored (their references); the other side is told."""
    return make(
        "add",
        case,
        by=by,
        carry={"message": message or files},
        said=message,
        data={"files": list(files)} if files else {},
        tell=[*asking(case), *answering(case)],
    )


def withdraw_file(case: Case, file: str, why: str, *, by: User, for_id: int | None = None) -> CaseEvent:
    """Put on the timeline that a file (its reference) was withdrawn, and why; the other side is told."""
    event = put_on_timeline("withdraw_file", case, by=by, said=why, data={"file": file}, for_id=for_id)
    notices.tell([*asking(case), *answering(case)], "case.withdraw_file", subject=case.ref, by=by)
    return event


def follow_up(case: Case, question: str, *, by: User) -> CaseEvent:
    """Ask again about the opinion; it becomes a question of a new round, with a new target."""
    tell = [case.holder, *asking(case)]
    event = make("follow_up", case, by=by, carry={"question": question}, said=question, tell=tell)
    _ask_again(case, "follow_up", question)
    return event


def reopen(case: Case, why: str, *, by: User) -> CaseEvent:
    """Reopen a concluded case; the reason becomes a question of a new round."""
    event = make("reopen", case, by=by, carry={"why": why}, said=why, tell=[case.holder, *asking(case)])
    _ask_again(case, "reopen", why)
    return event


def _ask_again(case: Case, kind: str, words: str) -> None:
    number = max((q.number for q in case.questions), default=0) + 1
    case.questions.append(CaseQuestion(number=number, round=case.round, kind=kind, text=words))
    db.session.flush()


def accept(case: Case, *, by: User | None) -> CaseEvent:
    """Take the opinion as the end of the case; nobody (None) is the clock at the window's end."""
    return make("accept", case, by=by, tell=[case.holder, *asking(case)])


def cancel(case: Case, why: str, *, by: User) -> CaseEvent:
    """Withdraw the request; what was filed in somebody's name need not be confirmed any more."""
    tell = [*answering(case), *asking(case)]
    return make("cancel", case, by=by, carry={"why": why}, set={"confirm_by_id": None}, said=why, tell=tell)
