"""Activities: written down with who was there, and recorded once, which earns hours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select

from teleconsult import audit, clock
from teleconsult.credits import ledger
from teleconsult.credits.models_activities import CreditActivity, CreditAttendance
from teleconsult.errors import N_, NotFound, Refused
from teleconsult.extensions import db
from teleconsult.people.models import User
from teleconsult.web.refs import new_ref

KIND_WORDS = {"teleconference": N_("Teleconferência"), "education": N_("Educação de solicitantes")}
OWN = N_("Ninguém lança as próprias horas: peça a outra pessoa da gerência.")
MOST_PEOPLE = 500
NAMES_TOLD = 5


@dataclass(frozen=True)
class Written:
    """What the form of an activity holds."""

    kind: str
    title: str
    starts_at: datetime
    minutes: int
    giver: User | None
    people: Sequence[User]


def save(found: CreditActivity | None, written: Written, *, by: User) -> CreditActivity:
    """Write an activity down, or change it while its hours are not recorded.

    Raises:
        Refused: its hours are recorded, it is longer than a day, it lasts past now, or its giver attends it.
    """
    if found is not None and found.recorded_at is not None:
        raise Refused(N_("As horas desta atividade já foram lançadas: corrija os lançamentos."))
    if not 1 <= written.minutes <= 1440:
        raise Refused(N_("Use um número inteiro de %(low)d a %(high)d."), "minutes", low=1, high=1440)
    if written.giver is not None and any(person.id == written.giver.id for person in written.people):
        raise Refused(N_("Quem ministrou não entra na lista de presença."), "people")
    if found is None:
        found = CreditActivity(ref=new_ref("AC"), created_at=clock.now(), created_by_id=by.id)
        db.session.add(found)
    found.kind, found.title, found.minutes = written.kind, written.title, written.minutes
    found.starts_at, found.giver_id = written.starts_at, written.giver.id if written.giver else None
    db.session.flush()
    kept = {row.person_id: row for row in found.attendance}
    wanted = {person.id for person in written.people}
    found.attendance = [kept.get(id_) or CreditAttendance(person_id=id_) for id_ in sorted(wanted)]
    db.session.flush()
    audit.record(
        "system", "credits.write_activity", by_id=by.id, subject=found.ref, minutes=found.minutes, people=len(wanted)
    )
    return found


def record(found: CreditActivity, *, by: User) -> None:
    """Record the hours of an activity: each person's entry is written.

    Raises:
        Refused: recorded already, not over yet, nobody in it, or oneself.
    """
    if found.recorded_at is not None:
        raise Refused(N_("As horas desta atividade já foram lançadas: corrija os lançamentos."))
    if found.starts_at + timedelta(minutes=found.minutes) > clock.now():
        raise Refused(N_("A atividade ainda não terminou."))
    if found.giver_id is None and not found.attendance:
        raise Refused(N_("Diga quem ministrou ou quem esteve presente."))
    if is_own(found, by):
        raise Refused(OWN)
    with db.session.no_autoflush:
        found.recorded_at, found.recorded_by_id = clock.now(), by.id
    db.session.flush()
    ledger.earn_activity(found)
    audit.record("system", "credits.activity", by_id=by.id, subject=found.ref, people=len(found.attendance))


def is_own(found: CreditActivity, user: User) -> bool:
    """Tell whether an activity earns hours for this person: nobody records those."""
    return user.id in (found.giver_id, *(row.person_id for row in found.attendance))


def activity_called(ref: str) -> CreditActivity:
    """Return an activity by its reference.

    Raises:
        NotFound: there is none.
    """
    query = select(CreditActivity).where(CreditActivity.ref == ref)
    found = db.session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    return found


def listed() -> Select[*tuple[Any, ...]]:
    """Return the query of the activities, without order, with how many were there."""
    a = CreditActivity
    there = (
        select(func.count()).where(CreditAttendance.activity_id == a.id).correlate(CreditActivity).scalar_subquery()
    )  # fmt: skip
    return select(
        a.id, a.ref, a.kind, a.title, a.starts_at, a.minutes, a.recorded_at, User.title.label("giver_title"),
        User.name.label("giver_name"), there.label("people"),
    ).outerjoin(User, User.id == a.giver_id)  # fmt: skip


def people_of(found: CreditActivity) -> list[User]:
    """Return who was there, by name."""
    ids = [row.person_id for row in found.attendance]
    return list(db.session.scalars(select(User).where(User.id.in_(ids)).order_by(User.search_key)))


def people_called(text: str, field: str) -> list[User]:
    """Return the people that lines of e-mails or references name, each once.

    Raises:
        Refused: a line names nobody, or there are too many; the sentence quotes the lines.
    """
    asked = list(dict.fromkeys(line.strip().lower() for line in text.replace(",", "\n").splitlines() if line.strip()))
    if len(asked) > MOST_PEOPLE:
        raise Refused(N_("Use no máximo %(most)d pessoas."), field, most=MOST_PEOPLE)
    upper = [line.upper() for line in asked]
    rows = db.session.scalars(
        select(User).where(or_(User.email.in_(asked), User.ref.in_(upper))).order_by(User.search_key)
    )
    found = list(rows)
    known = {person.email for person in found} | {person.ref.lower() for person in found}
    missing = [line for line in asked if line not in known]
    if missing:
        told = "; ".join(missing[:NAMES_TOLD])
        raise Refused(N_("Não há pessoa com este e-mail ou código: %(lines)s"), field, lines=told)
    return found
