"""What becomes of a case that is with an in-person visit: called off, never seen, or seen and reported back."""

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from teleconsult import clock, events
from teleconsult.cases.actions._make import make
from teleconsult.cases.lifecycle import State
from teleconsult.cases.models import Case, CaseEvent
from teleconsult.cases.models_opinion import CounterReferral, Referral
from teleconsult.cases.sides import asking
from teleconsult.errors import N_, Refused
from teleconsult.extensions import db
from teleconsult.people.models import User
from teleconsult.shifts.calendar import local_day
from teleconsult.typed import show_day

events.declare("referral.end")

UNSEEN_CAUSES = {
    "refused": N_("O paciente não quis"),
    "moved": N_("O paciente mudou de endereço"),
    "died": N_("O paciente faleceu"),
    "solved": N_("O problema se resolveu"),
    "absent": N_("Faltou mais de uma vez"),
}


def call_off(case: Case, why: str, *, by: User) -> CaseEvent:
    """Say that the in-person visit is not needed; the case goes back to its holder with a new target."""
    referral = live_referral(case)
    event = make("call_off", case, by=by, carry={"why": why}, said=why, tell=[case.holder, *asking(case)])
    _end(referral, "called_off", by)
    return event


def close_unseen(case: Case, cause: str, *, by: User, note: str = "") -> CaseEvent:
    """Conclude a case whose patient was never seen, with why.

    Raises:
        Refused: the cause is not one of `UNSEEN_CAUSES`.
    """
    if cause and cause not in UNSEEN_CAUSES:
        raise Refused(N_("Escolha um dos motivos da lista."), field="cause")
    referral = live_referral(case)
    event = make(
        "close_unseen",
        case,
        by=by,
        carry={"cause": cause},
        said=note,
        data={"cause": cause},
        tell=[*asking(case), case.escalated_by],
    )
    if referral is not None:
        referral.unseen_cause = cause
    _end(referral, "unseen", by)
    return event


A_YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Visit:
    """What came back from the in-person visit (forms.md, 2).

    `earlier` says, knowing it, that the patient was seen before the referral was made here.
    """

    attended_on: date | None
    attended_by: str
    diagnosis: str
    opinion: str
    conduct: str
    returns: bool | None
    return_when: str = ""
    earlier: bool = False


def counter_refer(case: Case, visit: Visit, *, by: User, from_paper: bool = False) -> CaseEvent:
    """Record the counter-referral and conclude the case; the requester and who escalated are told.

    What the scanned sheet holds need not be typed (ADR 0034); when, by whom and whether the patient comes back must be.

    Raises:
        Refused: something of the sheet is missing, or the visit lies in the future, or long before the referral, or before
            it without anybody saying so.
    """
    referral = live_referral(case)
    _hold_to_the_calendar(case, referral, visit)
    if visit.returns and not visit.return_when:
        raise Refused(N_("Diga em quanto tempo o paciente volta ao especialista."), field="return_when")
    scanned = is_scanned(referral)
    event = make(
        "counter_refer",
        case,
        by=by,
        carry={
            "attendance": visit.attended_on and visit.attended_by,
            "diagnosis": visit.diagnosis or scanned,
            "opinion": visit.opinion or scanned,
            "conduct": visit.conduct or scanned,
            "return": "no" if visit.returns is False else visit.returns,
        },
        set={"last_opinion_at": clock.now()},
        data={word: True for word, so in (("earlier", visit.earlier), ("from_paper", from_paper)) if so},
        tell=[*asking(case), case.escalated_by],
    )
    sheet = _sheet(case, referral, visit, by, from_paper) if referral is not None else None
    if sheet is not None:
        db.session.add(sheet)
    _end(referral, "counter_referred", by, sheet)
    return event


def _hold_to_the_calendar(case: Case, referral: Referral | None, visit: Visit) -> None:
    zone = ZoneInfo(case.unit.zone)
    if visit.attended_on and visit.attended_on > clock.now().astimezone(zone).date():
        raise Refused(N_("A data do atendimento está no futuro."), field="attended_on")
    if visit.attended_on is None or referral is None or not precedes(visit.attended_on, referral):
        return
    made_on = day_made(referral)
    if visit.attended_on < made_on - A_YEAR:
        raise Refused(N_("O atendimento seria mais de um ano antes do encaminhamento. Confira o ano."), "attended_on")
    # A referral may be written down here after the patient was seen; most often the day is another visit's, or mistyped.
    if not visit.earlier:
        raise Refused(
            N_(
                "O atendimento seria antes do encaminhamento, que é de %(day)s. Confira a data; se foi assim, marque aqui."
            ),
            "earlier",
            day=show_day(made_on),
        )


def day_made(referral: Referral) -> date:
    """Return the day on which a referral was made, on the clocks of its unit."""
    return local_day(referral.made_at, referral.case.unit.zone)


def precedes(day: date, referral: Referral) -> bool:
    """Tell whether a day lies before a referral was made."""
    return day < day_made(referral)


def is_scanned(referral: Referral | None) -> bool:
    """Tell whether the sheet of a referral is on the case, scanned; the floor that keeps files knows."""
    return referral is not None and any(events.panels("scanned", referral=referral))


def _sheet(case: Case, referral: Referral, visit: Visit, by: User, from_paper: bool) -> CounterReferral:
    return CounterReferral(
        referral_id=referral.id,
        case_id=case.id,
        attended_on=visit.attended_on,
        attended_by=visit.attended_by,
        diagnosis=visit.diagnosis,
        opinion=visit.opinion,
        conduct=visit.conduct,
        returns=bool(visit.returns),
        return_when=visit.return_when,
        from_paper=from_paper,
        recorded_at=clock.now(),
        recorded_by_id=by.id,
    )


def live_referral(case: Case) -> Referral | None:
    """Return the referral whose visit is awaited, if any."""
    if case.state != State.IN_PERSON:
        return None
    return db.session.query(Referral).filter_by(case_id=case.id, ended_at=None).one_or_none()


def _end(referral: Referral | None, how: str, by: User, sheet: CounterReferral | None = None) -> None:
    if referral is not None:
        referral.ended_at, referral.ended_by_id, referral.ended_how = clock.now(), by.id, how
        db.session.flush()
        events.emit("referral.end", referral=referral, how=how, by=by, sheet=sheet)
