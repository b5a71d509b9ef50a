"""Corrections and disputes: what is written stays, and what it should have been is a further entry that names it."""

from sqlalchemy import func, select

from teleconsult import audit, clock
from teleconsult.credits import ledger
from teleconsult.credits.models import CreditDispute, CreditEntry
from teleconsult.credits.rules import Kind
from teleconsult.errors import N_, NotFound, Refused
from teleconsult.extensions import db
from teleconsult.notices import actions as notices
from teleconsult.people import queries as people
from teleconsult.people.access import Role
from teleconsult.people.models import User
from teleconsult.web.refs import new_ref

MOST = 1440
"""Minutes that one line can be worth: a day."""

WORDS_MOST = 2000


def stands_at(entry: CreditEntry) -> int:
    """Return what a line is worth with its corrections."""
    more = select(func.coalesce(func.sum(CreditEntry.minutes), 0)).where(CreditEntry.corrects_id == entry.id)
    return entry.minutes + int(db.session.scalar(more) or 0)


def correct(entry: CreditEntry, minutes: int, *, why: str, by: User) -> CreditEntry:
    """Write the entry that makes a line worth `minutes`, in the open month; 0 reverses it.

    Raises:
        Refused: the amount is negative, absurd or what the line is worth already; no reason; a correction itself.
    """
    if not why.strip():
        raise Refused(N_("Falta informar: %(what)s."), "why", what=N_("o motivo"))
    if not 0 <= minutes <= MOST:
        raise Refused(N_("Use de 0 a %(most)d minutos: um lançamento vale no máximo um dia."), "minutes", most=MOST)
    if entry.kind == Kind.CORRECTION:
        raise Refused(N_("Uma correção não se corrige: corrija o lançamento de origem."), "minutes")
    if by.id == entry.person_id:
        raise Refused(N_("Ninguém corrige as próprias horas: peça a outra pessoa da gerência."), "minutes")
    ledger.hold(entry.person_id)
    change = minutes - stands_at(entry)
    if change == 0:
        raise Refused(N_("O lançamento já vale %(minutes)d minutos."), "minutes", minutes=minutes)
    number = 1 + (db.session.scalar(select(func.count()).where(CreditEntry.corrects_id == entry.id)) or 0)
    written = ledger.add(
        CreditEntry(
            person_id=entry.person_id, kind=Kind.CORRECTION, source=f"correction:{number}:{entry.source}",
            minutes=change, day=entry.day, from_at=entry.from_at, until_at=entry.until_at, subject=entry.subject,
            reason="reversal" if minutes == 0 else "correction", data={"of": entry.kind}, why=why.strip(),
            corrects_id=entry.id, unit_id=entry.unit_id, specialty_id=entry.specialty_id, written_by_id=by.id,
        )
    )  # fmt: skip
    audit.record(
        "system", "credits.correct", by_id=by.id, for_id=entry.person_id, subject=entry.subject, minutes=change,
        source=entry.source, why=audit.digest(why),
    )  # fmt: skip
    return written


def entry_for(person: User, source: str) -> CreditEntry:
    """Return a person's own entry by its source.

    Raises:
        NotFound: there is none of this person's.
    """
    found = db.session.scalars(
        select(CreditEntry).where(CreditEntry.source == source, CreditEntry.person_id == person.id)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def dispute_called(ref: str) -> CreditDispute:
    """Return a dispute by its reference.

    Raises:
        NotFound: there is none.
    """
    found = db.session.scalars(select(CreditDispute).where(CreditDispute.ref == ref)).one_or_none()
    if found is None:
        raise NotFound
    return found


def dispute_of(entry: CreditEntry) -> CreditDispute | None:
    """Return the newest dispute of an entry."""
    newest = select(CreditDispute).where(CreditDispute.entry_id == entry.id).order_by(CreditDispute.id.desc())
    return db.session.scalars(newest.limit(1)).first()


def dispute(entry: CreditEntry, words: str, *, by: User) -> CreditDispute:
    """Say that a line is not right; the managers are told.

    Raises:
        Refused: no words, too many, a dispute of this line is open, or the line is a correction.
    """
    words = words.strip()
    if not words:
        raise Refused(N_("Diga o que não confere."), "words")
    if len(words) > WORDS_MOST:
        raise Refused(N_("Use no máximo %(limit)s caracteres."), "words", limit=WORDS_MOST)
    if entry.kind == Kind.CORRECTION:
        raise Refused(N_("Conteste o lançamento de origem, não a correção."), "words")
    newest = dispute_of(entry)
    if newest is not None and newest.state == "open":
        raise Refused(N_("Este lançamento já foi contestado; a gerência ainda vai responder."), "words")
    made = CreditDispute(
        ref=new_ref("CO"),
        entry_id=entry.id,
        person_id=entry.person_id,
        words=words,
        opened_at=clock.now(),
        state="open",
    )
    db.session.add(made)
    db.session.flush()
    audit.record("system", "credits.dispute", by_id=by.id, subject=made.ref, source=entry.source)
    notices.tell(people.active_with_role(Role.MANAGER), "credits.dispute", subject=made.ref, by=by)
    return made


def accept(found: CreditDispute, minutes: int, *, answer: str, by: User) -> CreditEntry:
    """Accept a dispute: the line is corrected to `minutes`, and the person is told.

    Raises:
        Refused: it was settled already, or the correction is refused.
    """
    _hold_open(found)
    correction = correct(found.entry, minutes, why=answer, by=by)
    _settle(found, "accepted", answer, by, correction.id)
    return correction


def decline(found: CreditDispute, *, answer: str, by: User) -> None:
    """Decline a dispute with the reason; the person is told.

    Raises:
        Refused: it was settled already, there is no reason, or it is one's own.
    """
    _hold_open(found)
    if not answer.strip():
        raise Refused(N_("Falta informar: %(what)s."), "answer", what=N_("o motivo"))
    if by.id == found.person_id:
        raise Refused(N_("Ninguém decide a própria contestação: peça a outra pessoa da gerência."), "answer")
    _settle(found, "declined", answer, by, None)


def _hold_open(found: CreditDispute) -> None:
    if found.state != "open":
        raise Refused(N_("Esta contestação já foi respondida."))


def _settle(found: CreditDispute, state: str, answer: str, by: User, correction_id: int | None) -> None:
    with db.session.no_autoflush:
        found.state, found.answer, found.correction_id = state, answer.strip(), correction_id
        found.answered_at, found.answered_by_id = clock.now(), by.id
    db.session.flush()
    audit.record("system", f"credits.{state}", by_id=by.id, for_id=found.person_id, subject=found.ref)
    notices.tell([found.person], f"credits.{state}", subject=found.ref, by=by)
