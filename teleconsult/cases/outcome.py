"""What came of a case: the survey after a conclusion, and the one question at 30 and at 90 days.

Asked of the requester, and of support for a named requester, for as many days as the management sets.
"Not informed" is a value of its own; nothing is read in reverse, because every answer is words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select

from teleconsult import audit, clock
from teleconsult.cases import lifecycle
from teleconsult.cases.lifecycle import State, Who
from teleconsult.cases.models import Case
from teleconsult.cases.models_opinion import Outcome, OutcomeLater, Referral
from teleconsult.cases.shelves import FILED, in_state
from teleconsult.cases.visible import any_of, units_of
from teleconsult.cases.world import facts_for
from teleconsult.errors import N_, Refused
from teleconsult.extensions import db
from teleconsult.network import settings
from teleconsult.people.access import Role
from teleconsult.people.models import User

NOT_INFORMED = "not_informed"
_NOT = {NOT_INFORMED: N_("Não informado")}
SATISFACTION = {
    "5": N_("Muito satisfeito"),
    "4": N_("Satisfeito"),
    "3": N_("Nem satisfeito nem insatisfeito"),
    "2": N_("Insatisfeito"),
    "1": N_("Muito insatisfeito"),
} | _NOT
DOUBT = {"fully": N_("Sim, por inteiro"), "partly": N_("Em parte"), "no": N_("Não")} | _NOT
REFERRAL = {
    "avoided": N_("Pretendia encaminhar e não foi preciso"),
    "still_needed": N_("Pretendia encaminhar e foi preciso"),
    "not_intended": N_("Não pretendia e não foi preciso"),
    "not_intended_started": N_("Não pretendia, mas agora encaminhei"),
} | _NOT
CONDUCT = {
    "yes": N_("Sim, mudou"),
    "already": N_("Não, já fazia assim"),
    "disagree": N_("Não, discordo do parecer"),
    "cannot": N_("Não, aqui não dá para fazer"),
} | _NOT
FOLLOWED = {"yes": N_("Sim"), "partly": N_("Em parte"), "no": N_("Não")} | _NOT
LATER = (30, 90)
"""Days after the conclusion at which is asked whether the advice was followed."""

DIED = exists().where(
    Referral.case_id == Case.id,
    Referral.unseen_cause == "died",
    or_(Referral.ended_how != "unseen", Referral.ended_at >= Case.concluded_at),
)
"""Of a patient who died nothing is asked later. A case that was closed so and reopened was closed so by mistake."""


@dataclass(frozen=True)
class Survey:
    """The answers of the survey; `satisfaction` None is not informed."""

    satisfaction: int | None = None
    doubt: str = NOT_INFORMED
    referral: str = NOT_INFORMED
    conduct: str = NOT_INFORMED
    comment: str = ""


@dataclass(frozen=True)
class Pending:
    """One question that waits for an answer: the survey (`days` 0), or the later question."""

    ref: str
    initials: str
    days: int
    concluded_at: datetime
    until: datetime


def answer(case: Case, survey: Survey, *, by: User) -> Outcome:
    """Keep the answers to the survey of the present conclusion; answering again replaces them.

    Raises:
        Refused: nothing is asked, or not of this person.
    """
    check_asked(case, 0, by)
    row: Outcome | None = answered(case, 0)
    if row is None:
        row = Outcome(case_id=case.id, round=case.round)
        db.session.add(row)
    row.satisfaction, row.doubt, row.referral = survey.satisfaction, survey.doubt, survey.referral
    row.conduct, row.comment, row.given_at, row.given_by_id = survey.conduct, survey.comment, clock.now(), by.id
    db.session.flush()
    _record(case, by, "case.outcome", round=case.round, text=audit.digest(survey.comment))
    return row


def answer_later(case: Case, days: int, *, followed: str, result: str, by: User) -> OutcomeLater:
    """Keep whether the advice of the present conclusion was followed after 30 or 90 days, and what came of it.

    Raises:
        Refused: it is not asked now, or not of this person.
    """
    check_asked(case, days, by)
    row: OutcomeLater = answered(case, days) or OutcomeLater(case_id=case.id, round=case.round, days=days)
    row.followed, row.result, row.given_at, row.given_by_id = followed, result, clock.now(), by.id
    db.session.add(row)
    db.session.flush()
    _record(case, by, "case.outcome_later", round=case.round, days=days, text=audit.digest(result))
    return row


def answered(case: Case, days: int) -> Any:
    """Return the answers about the present conclusion: to the survey (`days` 0), or to a later question; None: there are none."""
    if days:
        return db.session.get(OutcomeLater, (case.id, case.round, days))
    return db.session.scalar(select(Outcome).where(Outcome.case_id == case.id, Outcome.round == case.round))


def mark_of(row: Any) -> str:
    """Return by what a page knows the answers that it shows: when they were given."""
    return row.given_at.isoformat() if row is not None else ""


def words_given(row: Any) -> dict[str, str]:
    """Return answers by the names of their fields, as the forms have them."""
    if isinstance(row, OutcomeLater):
        return {"followed": row.followed, "result": row.result}
    satisfaction = str(row.satisfaction or NOT_INFORMED)
    chosen = {"doubt": row.doubt, "referral": row.referral, "conduct": row.conduct}
    return {"satisfaction": satisfaction, **chosen, "comment": row.comment}


def check_asked(case: Case, days: int, by: User) -> None:
    """Hold a question to its time and to its people.

    Raises:
        Refused: it is not asked now, or not of this person.
    """
    if not lifecycle.parts(case, by, facts_for(case, by)) & {Who.REQUESTER, Who.SUPPORT}:
        raise Refused(N_("Este passo cabe a outra pessoa."))
    if days in asked_now(case):
        return
    if case.state != State.CONCLUDED:
        raise Refused(N_("Esta pergunta é feita depois que o caso é concluído."))
    if days == 0:
        raise Refused(N_("O prazo para contar como foi este caso terminou."))
    raise Refused(N_("Ainda não é hora desta pergunta, ou o prazo dela terminou."))


def _record(case: Case, by: User, word: str, **data: Any) -> None:
    for_id = case.requester_id if by.id != case.requester_id else None
    audit.record(f"case:{case.ref}", word, by_id=by.id, for_id=for_id, subject=case.ref, **data)


def asked_now(case: Case) -> list[int]:
    """Return which questions are asked of a case at this moment: 0 for the survey, 30 and 90 for the later one."""
    if case.state != State.CONCLUDED or case.concluded_at is None:
        return []
    asked = _asked(case.concluded_at, clock.now(), settings.days("survey_days"))
    if set(asked) & set(LATER) and db.session.scalar(select(Case.id).where(Case.id == case.id, DIED)) is not None:
        return [days for days in asked if days not in LATER]
    return asked


def _asked(concluded_at: datetime, now: datetime, window: int) -> list[int]:
    passed = now - concluded_at
    return [days for days in (0, *LATER) if timedelta(days=days) <= passed <= timedelta(days=days + window)]


def pending_for(user: User, limit: int = 50) -> list[Pending]:
    """Return the questions that wait for this person, the latest conclusion first."""
    now, window = clock.now(), settings.days("survey_days")
    given = exists().where(Outcome.case_id == Case.id, Outcome.round == Case.round)
    done = {0: given} | {days: settled_later(days) for days in LATER}
    # Answered and not yet due ones are left out before the limit: they would stand before what still waits.
    waits = [
        and_(Case.concluded_at.between(now - timedelta(days=days + window), now - timedelta(days=days)), ~settled)
        for days, settled in done.items()
    ]
    query = (
        select(Case.ref, Case.initials, Case.concluded_at, *done.values())
        .where(in_state(State.CONCLUDED), Case.changed_at >= now - timedelta(days=LATER[-1] + window), any_of(*waits))
        .order_by(Case.changed_at.desc(), Case.id.desc())
        .limit(limit)
    )
    rows = [row for asked in _asked_of(user) for row in db.session.execute(query.where(*asked))]
    found = []
    at: Any
    for ref, initials, at, *answered in sorted(rows, key=lambda row: row.concluded_at, reverse=True)[:limit]:
        settled = dict(zip(done, answered, strict=True))
        found += [
            Pending(ref, initials, days, at, at + timedelta(days=days + window))
            for days in _asked(at, now, window)
            if not settled[days]
        ]
    return found


def settled_later(days: int) -> ColumnElement[bool]:
    """Tell in a query that a later question about the present conclusion is answered, or not to be asked."""
    given = (OutcomeLater.case_id == Case.id, OutcomeLater.round == Case.round, OutcomeLater.days == days)
    return or_(exists().where(*given), DIED)


def _asked_of(user: User) -> list[list[Any]]:
    """Return whose cases a person is asked about, each way in the words of the index that serves it."""
    own = Case.requester_id == user.id
    asks = [[own]] if user.has(Role.REQUESTER) else []
    if not user.supported_district:
        return asks
    return [*asks, [FILED, ~own, Case.unit_id.in_(units_of(user.supported_district))]]


def outcomes_of(case: Case) -> tuple[Sequence[Outcome], Sequence[OutcomeLater]]:
    """Return the answers to the survey, by round, and to the later question, by round and days."""
    now = db.session.scalars(select(Outcome).where(Outcome.case_id == case.id).order_by(Outcome.round)).all()
    later = select(OutcomeLater).where(OutcomeLater.case_id == case.id).order_by(OutcomeLater.round, OutcomeLater.days)
    return now, db.session.scalars(later).all()
